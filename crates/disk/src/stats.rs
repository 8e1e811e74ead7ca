//! What a database takes on disk and in memory, for people who watch it.

use rocksdb::{DB, properties};

use crate::error::DiskError;
use crate::options::Shared;
use crate::table::Table;

/// A database at one moment. All figures are RocksDB's own, and some are estimates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskStats {
    /// All tables together, without the write-ahead log.
    pub bytes_on_disk: u64,
    /// Per table, in the order the database was opened with.
    pub tables: Vec<TableStats>,
    /// Blocks, indexes and filters in the cache, and the share that write buffers hold of it.
    pub cache_bytes: u64,
    /// Rows not yet flushed; part of `cache_bytes`.
    pub write_buffer_bytes: u64,
    /// What open table files hold outside the cache.
    pub reader_bytes: u64,
}

/// One table of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableStats {
    /// Which.
    pub table: Table,
    /// In its table files.
    pub bytes_on_disk: u64,
    /// How many table files.
    pub files: u64,
    /// About how many rows.
    pub rows_estimate: u64,
}

/// What a full read of a table found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Which.
    pub table: Table,
    /// How many rows it has: for the caller to compare with how many there should be.
    pub rows: u64,
    /// Their keys and values together.
    pub bytes: u64,
}

pub(crate) fn of(db: &DB, tables: &[Table], shared: &Shared) -> Result<DiskStats, DiskError> {
    let mut stats = DiskStats {
        bytes_on_disk: 0,
        tables: Vec::with_capacity(tables.len()),
        cache_bytes: wide(shared.cache.get_usage()),
        write_buffer_bytes: wide(shared.write_buffers.get_usage()),
        reader_bytes: 0,
    };
    for table in tables {
        let table = *table;
        let family =
            db.cf_handle(table.name).ok_or(DiskError::UnknownTable { name: table.name })?;
        let figure = |name| {
            db.property_int_value_cf(family, name)
                .map(Option::unwrap_or_default)
                .map_err(|error| DiskError::from_engine("read a figure of RocksDB", error))
        };
        let bytes_on_disk = figure(properties::LIVE_SST_FILES_SIZE)?;
        let rows_estimate = figure(properties::ESTIMATE_NUM_KEYS)?;
        let reader_bytes = figure(properties::ESTIMATE_TABLE_READERS_MEM)?;
        let files = wide(db.get_column_family_metadata_cf(family).file_count);
        stats.bytes_on_disk = stats.bytes_on_disk.saturating_add(bytes_on_disk);
        stats.reader_bytes = stats.reader_bytes.saturating_add(reader_bytes);
        stats.tables.push(TableStats { table, bytes_on_disk, files, rows_estimate });
    }
    Ok(stats)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
