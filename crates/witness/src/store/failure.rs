//! Why the witness's memory could not be read or written.

use indelible_disk::DiskError;

use super::records::RowError;
use crate::origin_hash::OriginHash;

/// Why nothing could be looked up or made durable. Nothing was signed then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A row is not what this program writes.
    #[error("table {table}, log {log}: {error}")]
    Row {
        /// Which table.
        table: &'static str,
        /// Hash of the log's origin, as far as the key tells.
        log: String,
        /// What is wrong.
        error: RowError,
    },
    /// A commit failed before, and nobody knows what of it is on the disk.
    #[error("a commit has failed: nothing more is signed until the witness has been restarted")]
    Broken,
}

impl StoreError {
    pub(super) fn row(table: &'static str, log: OriginHash, error: RowError) -> Self {
        Self::Row { table, log: log.to_string(), error }
    }
}
