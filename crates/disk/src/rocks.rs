//! RocksDB as a [`Backend`]: reading, committing, closing.

mod opening;
#[cfg(test)]
mod tests;

use core::fmt;
use core::ops::ControlFlow;
use core::sync::atomic::{AtomicBool, Ordering};
use std::path::{Path, PathBuf};

use rocksdb::checkpoint::Checkpoint;
use rocksdb::{ColumnFamily, DB, DBRawIterator, WriteBatch, WriteOptions};

use crate::backend::{Backend, Row};
use crate::batch::Batch;
use crate::error::DiskError;
use crate::mark::Mark;
use crate::options::{self, RocksOptions, Shared};
use crate::stats::{self, DiskStats, Verified};
use crate::table::Table;

use opening::Opened;

/// A RocksDB database in a folder of its own, open for this process alone.
///
/// What [`Rocks::open`] notices: any flipped bit in a record of the write-ahead log, in the manifest
/// or in the high-water mark; a missing or shortened table file or log; and, after a crash of the
/// process, any acknowledged commit that is not there, whatever became of its bytes. Flipped bits in
/// table files are noticed when they are read, or by [`Rocks::verify`].
///
/// What it cannot notice: that the whole folder was put back to an earlier state; and after a power
/// cut, a log cut short within the last seconds before it, since a commit that never finished looks
/// just so. Who must know keeps what was last promised outside this folder, and compares.
pub struct Rocks {
    // INVARIANT: dropped first, while the cache and the buffers still stand.
    db: DB,
    shared: Shared,
    path: PathBuf,
    tables: Vec<Table>,
    mark: Mark,
    durable: WriteOptions,
    poisoned: AtomicBool,
}

impl Rocks {
    /// Makes a database in a folder that is absent or empty.
    pub fn create(path: &Path, tables: &[Table], chosen: &RocksOptions) -> Result<Self, DiskError> {
        Ok(Self::of(opening::create(path, tables, chosen)?, path, tables))
    }

    /// Opens a database that was made with the same tables.
    pub fn open(path: &Path, tables: &[Table], chosen: &RocksOptions) -> Result<Self, DiskError> {
        Ok(Self::of(opening::open(path, tables, chosen)?, path, tables))
    }

    fn of(opened: Opened, path: &Path, tables: &[Table]) -> Self {
        let Opened { db, shared, mark } = opened;
        Self {
            db,
            shared,
            path: path.to_owned(),
            tables: tables.to_vec(),
            mark,
            durable: options::durable(),
            poisoned: AtomicBool::new(false),
        }
    }

    /// Moves all rows from the write-ahead log into table files, so that the next start has nothing to
    /// read again.
    pub fn flush(&self) -> Result<(), DiskError> {
        if self.poisoned.load(Ordering::SeqCst) {
            return Err(DiskError::Poisoned);
        }
        let families: Result<Vec<_>, _> = self.tables.iter().map(|t| self.family(*t)).collect();
        self.db
            .flush_cfs_opt(&families?, &options::flush())
            .map_err(|error| self.poisoned_by(DiskError::from_engine("flush", error)))?;
        self.mark
            .sync()
            .map_err(|error| DiskError::from_io("sync the high-water mark", &self.path, error))
    }

    /// Flushes and closes. Dropping does the same, but cannot say what went wrong.
    pub fn close(self) -> Result<(), DiskError> {
        self.flush()
    }

    /// Makes a backup: a database of its own in a folder that does not exist yet, holding all that was
    /// committed before the call. Files that never change are linked where the file system is the same.
    pub fn checkpoint_into(&self, path: &Path) -> Result<(), DiskError> {
        if path.exists() {
            return Err(DiskError::Exists { path: path.to_owned() });
        }
        let reached = self.mark.reached();
        Checkpoint::new(&self.db)
            .and_then(|checkpoint| checkpoint.create_checkpoint(path))
            .map_err(|error| DiskError::from_engine("make a backup", error))?;
        // Last, since without its mark a backup does not open.
        Mark::create(path, reached).map(drop)?;
        opening::sync_parent(path)
    }

    /// Reads every row of every table from the disk, checking each block's checksum, and counts them.
    /// The error names the first damaged file.
    pub fn verify(&self) -> Result<Vec<Verified>, DiskError> {
        self.tables.iter().map(|table| self.verify_table(*table)).collect()
    }

    fn verify_table(&self, table: Table) -> Result<Verified, DiskError> {
        let mut how = options::checked();
        how.set_total_order_seek(true);
        how.fill_cache(false);
        let mut rows = self.db.raw_iterator_cf_opt(self.family(table)?, how);
        let mut verified = Verified { table, rows: 0, bytes: 0 };
        rows.seek_to_first();
        while let Some((key, value)) = rows.item() {
            verified.rows = verified.rows.saturating_add(1);
            let bytes = key.len().saturating_add(value.len());
            verified.bytes =
                verified.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            rows.next();
        }
        ended(&rows)?;
        Ok(verified)
    }

    /// How much the database takes on disk and in memory.
    pub fn stats(&self) -> Result<DiskStats, DiskError> {
        stats::of(&self.db, &self.tables, &self.shared)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tables it was opened with.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    fn family(&self, table: Table) -> Result<&ColumnFamily, DiskError> {
        self.db.cf_handle(table.name).ok_or(DiskError::UnknownTable { name: table.name })
    }

    fn poisoned_by(&self, error: DiskError) -> DiskError {
        self.poisoned.store(true, Ordering::SeqCst);
        error
    }
}

/// The end of the data and damaged data look alike, but for this.
fn ended(rows: &DBRawIterator<'_>) -> Result<(), DiskError> {
    rows.status().map_err(|error| DiskError::from_engine("scan", error))
}

impl Backend for Rocks {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        self.db
            .get_cf_opt(self.family(table)?, key, &options::checked())
            .map_err(|error| DiskError::from_engine("get", error))
    }

    fn get_many(&self, table: Table, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, DiskError> {
        let family = self.family(table)?;
        let keys = keys.iter().copied();
        self.db
            .batched_multi_get_cf_opt(family, keys, false, &options::checked())
            .into_iter()
            .map(|value| match value {
                Ok(value) => Ok(value.map(|value| value.to_vec())),
                Err(error) => Err(DiskError::from_engine("get", error)),
            })
            .collect()
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), DiskError> {
        let family = self.family(table)?;
        if from >= to {
            return Ok(());
        }
        let how = options::forward(table.shape, from, to);
        let mut rows = self.db.raw_iterator_cf_opt(family, how);
        rows.seek(from);
        while let Some((key, value)) = rows.item() {
            if each(key, value).is_break() {
                break;
            }
            rows.next();
        }
        ended(&rows)
    }

    fn last(&self, table: Table, from: &[u8], to: &[u8]) -> Result<Option<Row>, DiskError> {
        let family = self.family(table)?;
        if from >= to {
            return Ok(None);
        }
        let mut rows = self.db.raw_iterator_cf_opt(family, options::range(from, to));
        rows.seek_to_last();
        let last = rows.item().map(|(key, value)| (key.to_vec(), value.to_vec()));
        ended(&rows)?;
        Ok(last)
    }

    fn commit(&self, batch: Batch) -> Result<(), DiskError> {
        if self.poisoned.load(Ordering::SeqCst) {
            return Err(DiskError::Poisoned);
        }
        let mut rows = WriteBatch::default();
        for change in batch.changes() {
            let family = self.family(change.table)?;
            match &change.value {
                Some(value) => rows.put_cf(family, &change.key, value),
                None => rows.delete_cf(family, &change.key),
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        // Whatever the failure was, it is not tried again: see `Backend`.
        self.db
            .write_opt(rows, &self.durable)
            .map_err(|error| self.poisoned_by(DiskError::from_commit(error)))?;
        // RocksDB counts a sequence number as reached only after the sync of its log, so this is true
        // of all commits up to it, of whichever thread.
        let raised = self.mark.raise(self.db.latest_sequence_number());
        if raised.is_err() {
            // This commit is durable, and a disk that fails such a write gets no further one.
            self.poisoned.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

impl Drop for Rocks {
    fn drop(&mut self) {
        // Nothing is lost if this fails: the rows are in the log. After a failed commit the log is the
        // evidence, and is left alone.
        let _unflushed = self.flush();
    }
}

impl fmt::Debug for Rocks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, tables, mark, poisoned, .. } = self;
        formatter
            .debug_struct("Rocks")
            .field("path", path)
            .field("tables", tables)
            .field("mark", mark)
            .field("poisoned", poisoned)
            .finish_non_exhaustive()
    }
}
