//! The last signed head, kept outside the database.
//!
//! A write-ahead log that lost its tail cannot be told from one that ended there, and a restored
//! copy looks like any other. So the note that is about to be given away is also written here, to
//! a file of its own (in another folder, better on another disk), and compared at every start.

use std::path::{Path, PathBuf};

use indelible_note::{Claim, ClaimError, Origin};
use indelible_process::files;

/// One log's guard file.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    path: PathBuf,
}

/// Why a guard file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// It is not there.
    #[error(
        "guard file {path} is missing: without it nobody can tell whether this database is the newest \
         copy. Put it back, or, if you are certain, accept this state with `indelible-server accept-state`"
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is there already.
    #[error("guard file {path} exists already: a log of this origin was made here before")]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// It could not be read or written.
    #[error("guard file: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: files::FileError,
    },
    /// It holds no checkpoint.
    #[error("guard file {path} holds no checkpoint: {error}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Why.
        error: ClaimError,
    },
}

/// A note of ours has two signatures, about 4 KiB.
const NOTE_BYTES_MAX: u64 = 64 * 1024;

impl Guard {
    /// The guard of a log, named by the hash of its origin so that any origin makes a file name.
    pub(crate) fn of(folder: &Path, origin: &Origin) -> Self {
        Self { path: folder.join(format!("{}.checkpoint", origin.digest())) }
    }

    /// Refuses to go on where a log was made before.
    pub(crate) fn expect_absent(&self) -> Result<(), GuardError> {
        if self.path.exists() {
            return Err(GuardError::Exists { path: self.path.clone() });
        }
        Ok(())
    }

    /// The head that was last given away.
    pub(crate) fn read(&self) -> Result<Claim, GuardError> {
        if !self.path.exists() {
            return Err(GuardError::Missing { path: self.path.clone() });
        }
        let note =
            files::read_limited(&self.path, NOTE_BYTES_MAX).map_err(|error| self.file(error))?;
        Claim::parse(&note)
            .map_err(|error| GuardError::Malformed { path: self.path.clone(), error })
    }

    /// Keeps a head durably, before it leaves the process.
    pub(crate) fn write(&self, claim: &Claim) -> Result<(), GuardError> {
        files::replace_durably(&self.path, claim.bytes()).map_err(|error| self.file(error))
    }

    fn file(&self, error: files::FileError) -> GuardError {
        GuardError::File { path: self.path.clone(), error }
    }
}
