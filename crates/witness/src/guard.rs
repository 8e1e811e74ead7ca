//! How much was cosigned, kept outside the database.
//!
//! A database restored from an old copy looks like any other, and a witness that goes on from it
//! signs a second story to whoever tells it one. The sizes that were cosigned only ever grow, so
//! their sum is kept in a file of its own (in another folder, better on another disk), and a database
//! that has less at the start is an old one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indelible_note::{KeyId, VerifierKey, strict};
use indelible_process::{Clock, FileError, Shutdown, clock, files};

/// How old the file may be: what is cosigned in this time before a crash is not guarded.
pub(crate) const KEEP_INTERVAL: Duration = Duration::from_secs(1);

/// The first line of the file.
const HEADER: &str = "indelible-witness guard v1";

/// Longest file: the header and a number.
const FILE_BYTES_MAX: u64 = 128;

/// A witness's guard file.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    path: PathBuf,
}

/// Why a witness does not start on its database.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// It is not there.
    #[error(
        "guard file {path} is missing: without it nobody can tell whether this memory is the newest \
         copy. Put it back, or, if you are certain, accept it with `indelible-witness accept-state`"
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is there, so nobody's word is needed.
    #[error("guard file {path} is there: nothing is to be accepted")]
    Present {
        /// Where.
        path: PathBuf,
    },
    /// It could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It holds something else.
    #[error("guard file {path} is malformed")]
    Malformed {
        /// Which.
        path: PathBuf,
    },
    /// The database is older than the file.
    #[error(
        "the sizes cosigned add up to {held}, and were {guarded} once: this memory is an old copy. Put \
         the newest one back, or retire the keys"
    )]
    OldCopy {
        /// In the database.
        held: u64,
        /// In the file.
        guarded: u64,
    },
}

impl Guard {
    /// The guard of the witness with this key; several may have theirs in one folder.
    pub(crate) fn of(folder: &Path, key: &VerifierKey) -> Self {
        let id: KeyId = key.id();
        Self { path: folder.join(format!("witness-{id}.guard")) }
    }

    /// Begins to guard a witness that has not signed anything, or one that a person vouches for.
    pub(crate) fn begin(&self, total: u64) -> Result<(), GuardError> {
        if self.path.exists() {
            return Err(GuardError::Present { path: self.path.clone() });
        }
        if let Some(folder) = self.path.parent() {
            files::make_folder(folder)?;
        }
        self.write(total)
    }

    /// Refuses a database that has forgotten something.
    pub(crate) fn check(&self, held: u64) -> Result<(), GuardError> {
        let guarded = self.read()?;
        if held < guarded { Err(GuardError::OldCopy { held, guarded }) } else { Ok(()) }
    }

    /// Writes what was cosigned, at its interval and until the shutdown.
    pub(crate) async fn keep(
        &self,
        interval: Duration,
        total: impl Fn() -> u64,
        time: &dyn Clock,
        shutdown: &Shutdown,
    ) {
        let mut written = None;
        loop {
            let next = time.monotonic().saturating_add(interval);
            tokio::select! {
                () = shutdown.requested() => return,
                () = clock::wait_until(time, next) => {}
            }
            let total = total();
            if written != Some(total) {
                let guard = self.clone();
                let kept = tokio::task::spawn_blocking(move || guard.write_or_report(total)).await;
                written = matches!(kept, Ok(true)).then_some(total);
            }
        }
    }

    /// Writes a total; where that fails it says so, and whoever asked goes on. What was cosigned is
    /// safe in the database: this is only a second look.
    pub(crate) fn write_or_report(&self, total: u64) -> bool {
        let written = self.write(total);
        if let Err(error) = &written {
            tracing::error!(%error, "the guard file was not written: an old copy may go unseen");
        }
        written.is_ok()
    }

    fn read(&self) -> Result<u64, GuardError> {
        let malformed = || GuardError::Malformed { path: self.path.clone() };
        let bytes = match files::read_limited(&self.path, FILE_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(FileError::Missing { path }) => return Err(GuardError::Missing { path }),
            Err(error) => return Err(error.into()),
        };
        let text = String::from_utf8(bytes).map_err(|_| malformed())?;
        let total = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n'));
        let total = total.and_then(|rest| rest.strip_suffix('\n')).and_then(strict::decimal);
        total.ok_or_else(malformed)
    }

    fn write(&self, total: u64) -> Result<(), GuardError> {
        Ok(files::replace_durably(&self.path, format!("{HEADER}\n{total}\n").as_bytes())?)
    }
}

#[cfg(test)]
mod tests;
