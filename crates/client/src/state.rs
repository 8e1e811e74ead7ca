//! What a follower remembers on disk: the last checkpoint that it verified, and evidence.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use indelible_merkle::Hash;
use indelible_note::{Checkpoint, Claim, ClaimError, Origin, Policy, Refused, VerifierKey};
use indelible_wire::limits::CHECKPOINT_BYTES_MAX;

use crate::files;

/// Why what was remembered cannot be used. It is never begun anew over it: a follower that forgets
/// can be shown a fork.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file system.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Another follower uses the folder.
    #[error("{} is in use by another follower", .path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The file does not hold a checkpoint.
    #[error("{} holds no checkpoint: {source}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ClaimError,
    },
    /// The checkpoint in the file is not signed by the log.
    #[error("the checkpoint in {} is not signed by the log: {source}", .path.display())]
    Unsigned {
        /// The file.
        path: PathBuf,
        /// Why it is not.
        source: Refused,
    },
    /// The folder belongs to another log.
    #[error("{} follows log {found:?}, not {expected:?}", .path.display())]
    OtherLog {
        /// The file.
        path: PathBuf,
        /// The log to follow.
        expected: Box<str>,
        /// The log followed there.
        found: Box<str>,
    },
}

/// A folder that one follower has to itself.
#[derive(Debug)]
pub(crate) struct State {
    folder: PathBuf,
    // Holds the lock until the follower is gone.
    _lock: File,
}

/// A checkpoint that was verified, with the bytes that prove so.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) bytes: Vec<u8>,
}

impl State {
    /// Makes the folder where there is none, and locks it.
    pub(crate) fn open(folder: &Path) -> Result<Self, StateError> {
        let lock_path = folder.join("lock");
        fs::create_dir_all(folder).map_err(io_error(folder))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(io_error(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.into(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StateError::InUse { path: folder.into() }),
            Err(TryLockError::Error(source)) => Err(StateError::Io { path: lock_path, source }),
        }
    }

    /// The checkpoint last held. The log's own signature is checked again; the quorum is not, for
    /// witnesses come and go, and a new policy must not make a follower forget.
    pub(crate) fn held(
        &self,
        origin: &Origin,
        policy: &Policy,
    ) -> Result<Option<Held>, StateError> {
        let path = self.checkpoint_path();
        let bytes = match files::read_limited(&path, CHECKPOINT_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StateError::Io { path, source }),
        };
        let claim = match Claim::parse(&bytes) {
            Ok(claim) => claim,
            Err(source) => return Err(StateError::Malformed { path, source }),
        };
        let found = claim.unverified().origin();
        if found != origin {
            let (expected, found) = (origin.as_str().into(), found.as_str().into());
            return Err(StateError::OtherLog { path, expected, found });
        }
        let keys: Vec<VerifierKey> = policy
            .logs()
            .iter()
            .map(|log| log.key().clone())
            .filter(|key| key.name().as_str() == origin.as_str())
            .collect();
        match claim.verify(&keys) {
            Ok(vouched) => Ok(Some(Held { checkpoint: vouched.checkpoint().clone(), bytes })),
            Err(source) => Err(StateError::Unsigned { path, source }),
        }
    }

    /// Remembers a checkpoint: durable when this returns.
    pub(crate) fn hold(&self, held: &Held) -> Result<(), StateError> {
        let path = self.checkpoint_path();
        files::replace_durably(&path, &held.bytes).map_err(io_error(&path))
    }

    /// Keeps two checkpoints that cannot both be honest, and the proof that connects the larger to
    /// another past, where there is one. Seen again, it stays as it is.
    pub(crate) fn keep_evidence(
        &self,
        name: &str,
        held: &Held,
        offered: &Held,
        proof: &[Hash],
    ) -> io::Result<PathBuf> {
        let folder = self.folder.join("evidence").join(name);
        fs::create_dir_all(&folder)?;
        write_once(&folder.join("held.checkpoint"), &held.bytes)?;
        write_once(&folder.join("offered.checkpoint"), &offered.bytes)?;
        if !proof.is_empty() {
            let lines: String = proof.iter().map(|hash| format!("{hash}\n")).collect();
            write_once(&folder.join("consistency.hex"), lines.as_bytes())?;
        }
        Ok(folder)
    }

    fn checkpoint_path(&self) -> PathBuf {
        self.folder.join("checkpoint")
    }
}

fn write_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match files::write_new(path, bytes) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        written => written,
    }
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> StateError {
    move |source| StateError::Io { path: path.into(), source }
}
