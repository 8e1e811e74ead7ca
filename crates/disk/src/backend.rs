//! The promise that every engine keeps.

use core::fmt::Debug;
use core::ops::ControlFlow;
use std::sync::Arc;

use crate::batch::Batch;
use crate::error::DiskError;
use crate::table::Table;

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// Ordered rows in tables, written in batches. Every method may be called from many threads at once.
///
/// **Once `commit` returns `Ok`, all rows of the batch survive a power loss, and every later read sees
/// them.** Nobody ever sees some rows of a batch without the others, not even after a crash.
///
/// When `commit` fails with [`DiskError::Unknown`], either all of its rows are there after a reopen,
/// or none is; until then reads may show all of them or none, and every further commit is refused with
/// [`DiskError::Poisoned`]. It is never retried in here: an `fsync` that failed once may succeed
/// the second time with the data gone. With any other error nothing was written.
///
/// A read that meets damaged bytes is an error, never a shorter answer.
pub trait Backend: Send + Sync + Debug + 'static {
    /// The value under `key`.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError>;

    /// The values under several keys of a table, in the order of the keys, as of one moment.
    fn get_many(&self, table: Table, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, DiskError>;

    /// Shows `each` the rows from key `from` to before key `to`, in the order of their keys, until it
    /// breaks. The rows are those of one moment: a batch committed meanwhile is seen whole or not at
    /// all. An error may come after rows were shown: they are right, but they are not all.
    #[expect(clippy::type_complexity, reason = "a name would hide what the caller has to write")]
    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), DiskError>;

    /// The last row from key `from` to before key `to`.
    fn last(&self, table: Table, from: &[u8], to: &[u8]) -> Result<Option<Row>, DiskError>;

    /// Writes all rows of the batch, or none, and returns when they are on stable storage.
    fn commit(&self, batch: Batch) -> Result<(), DiskError>;
}

impl<B: Backend + ?Sized> Backend for Arc<B> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        (**self).get(table, key)
    }

    fn get_many(&self, table: Table, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, DiskError> {
        (**self).get_many(table, keys)
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), DiskError> {
        (**self).scan(table, from, to, each)
    }

    fn last(&self, table: Table, from: &[u8], to: &[u8]) -> Result<Option<Row>, DiskError> {
        (**self).last(table, from, to)
    }

    fn commit(&self, batch: Batch) -> Result<(), DiskError> {
        (**self).commit(batch)
    }
}
