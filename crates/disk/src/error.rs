//! Why the disk refuses, and which refusals end the engine's life.

use std::io;
use std::path::{Path, PathBuf};

/// Why an engine could not be opened, or could not do what it was asked.
///
/// Where a variant carries a `detail`, it is the engine's own sentence, for a person to read: it names
/// the file. No decision hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    /// There is no database to open. Never answered by making one.
    #[error("no database at {}", path.display())]
    Missing {
        /// The folder asked for.
        path: PathBuf,
    },
    /// A new database needs a folder that is absent or empty.
    #[error("{} is not empty: a new database needs a folder of its own", path.display())]
    Exists {
        /// The folder asked for.
        path: PathBuf,
    },
    /// Another opener, in this process or another, holds the database.
    #[error("the database at {} is open elsewhere", path.display())]
    Locked {
        /// The folder asked for.
        path: PathBuf,
    },
    /// The database was created with other tables.
    #[error("the database holds tables {found:?}, and {wanted:?} were asked for")]
    Tables {
        /// In the database, sorted.
        found: Vec<String>,
        /// Asked for, sorted.
        wanted: Vec<String>,
    },
    /// The table is not one of those the engine was opened with.
    #[error("table {name} is not one of this database's")]
    UnknownTable {
        /// The table's name.
        name: &'static str,
    },
    /// Bytes on the disk are not those that were written.
    #[error("the database is damaged: {detail}")]
    Corrupt {
        /// What, and in which file.
        detail: String,
    },
    /// Rows that were acknowledged as durable are gone.
    #[error("rows were acknowledged up to number {acknowledged}, and the disk holds {found}")]
    Lost {
        /// How far acknowledged commits reached.
        acknowledged: u64,
        /// How far the rows reach that were found.
        found: u64,
    },
    /// No space left, on a read or at opening (a commit answers [`DiskError::Unknown`]).
    #[error("no space left on the disk: {detail}")]
    Full {
        /// What could not be written.
        detail: String,
    },
    /// A commit failed on its way to the disk: after a reopen its rows are all there, or none is.
    #[error("the outcome of a commit is unknown until the database is reopened: {detail}")]
    Unknown {
        /// What went wrong.
        detail: String,
    },
    /// An earlier commit's outcome is unknown, so nothing more is written. This batch was not.
    #[error(
        "not written: the outcome of an earlier commit is unknown until the database is reopened"
    )]
    Poisoned,
    /// The operating system or the engine failed otherwise.
    #[error("{doing}: {detail}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What went wrong.
        detail: String,
    },
}

impl DiskError {
    /// Whether this engine must not be used any more: stop, and look before opening it again.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Corrupt { .. }
            | Self::Lost { .. }
            | Self::Full { .. }
            | Self::Unknown { .. }
            | Self::Poisoned
            | Self::Io { .. } => true,
            Self::Missing { .. }
            | Self::Exists { .. }
            | Self::Locked { .. }
            | Self::Tables { .. }
            | Self::UnknownTable { .. } => false,
        }
    }

    /// What the operating system said while we were `doing` something ourselves.
    #[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
    pub(crate) fn from_io(doing: &'static str, path: &Path, error: io::Error) -> Self {
        let detail = format!("{}: {error}", path.display());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { detail },
            _ => Self::Io { doing, detail },
        }
    }

    /// What RocksDB said while it was `doing` something for us, other than a commit.
    pub(crate) fn from_engine(doing: &'static str, error: rocksdb::Error) -> Self {
        let kind = error.kind();
        let detail = error.into_string();
        match kind {
            rocksdb::ErrorKind::Corruption => Self::Corrupt { detail },
            rocksdb::ErrorKind::IOError if detail.contains(NO_SPACE) => Self::Full { detail },
            _ => Self::Io { doing, detail },
        }
    }

    /// What RocksDB said to opening `path`.
    pub(crate) fn from_opening(path: &Path, error: rocksdb::Error) -> Self {
        if LOCKED.iter().any(|sign| error.as_ref().starts_with(sign)) {
            return Self::Locked { path: path.to_owned() };
        }
        Self::from_engine("open the database", error)
    }

    /// A commit that RocksDB did not accept. Whatever it says, nobody looked at the disk yet.
    pub(crate) fn from_commit(error: rocksdb::Error) -> Self {
        Self::Unknown { detail: error.into_string() }
    }
}

/// RocksDB has no kind of its own for a full disk; this is `strerror(ENOSPC)`.
const NO_SPACE: &str = "No space left on device";

/// Nor for a held lock: the first is another process, the second is this one.
const LOCKED: [&str; 2] = ["IO error: While lock file", "IO error: lock hold by current process"];
