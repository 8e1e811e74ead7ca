//! Everything that RocksDB is told, with the reason.

use rocksdb::{
    BlockBasedOptions, Cache, DBCompactionStyle, DBCompressionType, DBRecoveryMode, FlushOptions,
    LogLevel, Options, ReadOptions, SliceTransform, UniversalCompactOptions, WriteBufferManager,
    WriteOptions,
};

use crate::error::DiskError;
use crate::table::Shape;

/// What an operator may choose. Durability and checking are not among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RocksOptions {
    /// For blocks, indexes, filters and rows not yet flushed, together. A target, which iterators and
    /// a burst of writes may exceed for a moment.
    pub memory_bytes: usize,
    /// How much write-ahead log may wait for its rows to be flushed: what a start after a crash has to
    /// read again.
    pub wal_bytes_max: u64,
    /// Table files held open at a time, out of the process' limit of file descriptors.
    pub open_files_max: u16,
    /// Threads that flush and compact.
    pub background_jobs: u8,
}

impl Default for RocksOptions {
    fn default() -> Self {
        Self {
            memory_bytes: 256 * MIB,
            wal_bytes_max: 128 * MIB as u64,
            open_files_max: 512,
            background_jobs: 2,
        }
    }
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// Options without a setter in the binding. They come first: this makes a new `Options`.
const BY_NAME: &str = concat!(
    // Each log names its predecessor and its size there, and opening checks that chain: a log lost
    // from the middle, or all of them lost, is then an error.
    "track_and_verify_wals=true;",
    // After a background error no more writes, and no attempt to resume by itself: a second fsync may
    // succeed with the data gone.
    "max_bgerror_resume_count=0;",
    // What a start finds in the log goes to table files before anyone sees it: after a failed sync the
    // end of the log may be in the page cache alone.
    "avoid_flush_during_recovery=false;",
    // Reread the manifest when closing, while what it should say is still known.
    "verify_manifest_content_on_close=true;",
    // Checksums also for rows while they are in memory: in the write buffer and in decoded blocks.
    "memtable_protection_bytes_per_key=8;",
    "block_protection_bytes_per_key=8;",
    // Refuse to go on from levels that contradict each other.
    "force_consistency_checks=true;",
);

/// Tables share one cache, which also pays for the write buffers.
pub(crate) struct Shared {
    pub(crate) cache: Cache,
    pub(crate) write_buffers: WriteBufferManager,
    memory_bytes: usize,
}

impl Shared {
    pub(crate) fn new(options: &RocksOptions) -> Self {
        let cache = Cache::new_lru_cache(options.memory_bytes);
        let buffers_bytes = options.memory_bytes / 3;
        // It flushes early rather than make writers wait.
        let write_buffers = WriteBufferManager::new_write_buffer_manager_with_cache(
            buffers_bytes,
            false,
            cache.clone(),
        );
        Self { cache, write_buffers, memory_bytes: options.memory_bytes }
    }
}

fn base() -> Result<Options, DiskError> {
    Options::default()
        .get_options_from_string(BY_NAME)
        .map_err(|error| DiskError::from_engine("set the options of RocksDB", error))
}

pub(crate) fn database(chosen: &RocksOptions, shared: &Shared) -> Result<Options, DiskError> {
    let mut options = base()?;
    options.set_paranoid_checks(true);
    // Chosen by test (`rocks/tests/log_damage.rs`): a flipped bit in a complete record refuses, a record
    // cut short at the end of the last log does not stop a start. What this mode lets pass, the
    // high-water mark catches.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    // Sizes of closed logs are in the manifest: a log that got shorter refuses.
    options.set_track_and_verify_wals_in_manifest(true);
    // A log file used again holds old records behind the new ones, and then a damaged record in the
    // middle looks like the end.
    options.set_recycle_log_file_num(0);
    options.set_max_total_wal_size(chosen.wal_bytes_max);
    // One writer at a time appends and syncs, so that at most one record is ever unsynced.
    options.set_enable_pipelined_write(false);
    options.set_unordered_write(false);
    options.set_manual_wal_flush(false);
    options.set_max_background_jobs(chosen.background_jobs.into());
    options.set_max_open_files(chosen.open_files_max.into());
    options.set_write_buffer_manager(&shared.write_buffers);
    // Hand table files to the disk as they are written, not in one burst that a commit waits for.
    options.set_bytes_per_sync(MIB as u64);
    // RocksDB's own diary: warnings only, bounded.
    options.set_log_level(LogLevel::Warn);
    options.set_keep_log_file_num(4);
    options.set_max_log_file_size(4 * MIB);
    options.set_stats_dump_period_sec(0);
    options.set_stats_persist_period_sec(0);
    Ok(options)
}

pub(crate) fn table(shape: Shape, shared: &Shared) -> Result<Options, DiskError> {
    let mut options = base()?;
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_cache(&shared.cache);
    blocks.set_cache_index_and_filter_blocks(true);
    blocks.set_cache_index_and_filter_blocks_with_high_priority(true);
    blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
    let buffer_bytes = shared.memory_bytes / 8;
    // No rewriting for age alone: sealed rows stay where they are.
    options.set_ttl(0);
    options.set_periodic_compaction_seconds(0);
    match shape {
        Shape::Sequence => {
            ascending(&mut options, &mut blocks, buffer_bytes);
            options.set_compression_type(DBCompressionType::Zstd);
            options.set_compression_options(ZSTD_WINDOW_BITS, ZSTD_LEVEL, 0, 0);
        }
        Shape::Hashes => {
            ascending(&mut options, &mut blocks, buffer_bytes);
            options.set_compression_type(DBCompressionType::None);
        }
        Shape::Lookup => lookup(&mut options, &mut blocks, buffer_bytes),
        Shape::State => {
            blocks.set_block_size(4 * KIB);
            blocks.set_bloom_filter(FILTER_BITS_PER_KEY, false);
            options.set_write_buffer_size(buffer_bytes.min(16 * MIB));
            options.set_compression_type(DBCompressionType::Lz4);
        }
    }
    options.set_block_based_table_factory(&blocks);
    Ok(options)
}

/// RocksDB's default; zstd takes its window from the level.
const ZSTD_WINDOW_BITS: i32 = -14;

/// On audit events, level 3 made tables 3 % smaller and took a quarter longer to write.
const ZSTD_LEVEL: i32 = 1;

/// One false "maybe" in a hundred.
const FILTER_BITS_PER_KEY: f64 = 10.0;

/// Keys ascend, so flushed files never overlap, and a compaction moves them down by name alone. That
/// holds as long as all levels have one compression, and nothing asks for compactions by age.
fn ascending(options: &mut Options, blocks: &mut BlockBasedOptions, buffer_bytes: usize) {
    options.set_write_buffer_size(buffer_bytes.min(64 * MIB));
    // A burst fills the next buffers while one is compressed and flushed.
    options.set_max_write_buffer_number(4);
    options.set_level_compaction_dynamic_level_bytes(true);
    // On audit events, 16 KiB made tables a tenth larger and reads of one row no faster.
    blocks.set_block_size(32 * KIB);
}

/// Keys are random, so every compaction rewrites whatever it touches: universal compaction touches a
/// row least often, at the price of more files to ask, which the filters answer for.
fn lookup(options: &mut Options, blocks: &mut BlockBasedOptions, buffer_bytes: usize) {
    // Small enough for the processor's cache, where random keys find their places: 6 % less processor
    // time for a row than with four times as much, compactions included, over five million of them.
    options.set_write_buffer_size(buffer_bytes.min(8 * MIB));
    options.set_max_write_buffer_number(4);
    options.set_compaction_style(DBCompactionStyle::Universal);
    let mut universal = UniversalCompactOptions::default();
    universal.set_size_ratio(10);
    universal.set_min_merge_width(2);
    options.set_universal_compaction_options(&universal);
    // Random keys and small numbers.
    options.set_compression_type(DBCompressionType::None);
    options.set_prefix_extractor(SliceTransform::create_fixed_prefix(Shape::LOOKUP_PREFIX_BYTES));
    blocks.set_block_size(4 * KIB);
    blocks.set_bloom_filter(FILTER_BITS_PER_KEY, false);
    blocks.set_whole_key_filtering(true);
}

/// What `commit` promises.
pub(crate) fn durable() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options
}

pub(crate) fn checked() -> ReadOptions {
    let mut options = ReadOptions::default();
    options.set_verify_checksums(true);
    options
}

/// Rows from `from` to before `to`, to be read from either end.
pub(crate) fn range(from: &[u8], to: &[u8]) -> ReadOptions {
    let mut options = checked();
    options.set_iterate_lower_bound(from);
    options.set_iterate_upper_bound(to);
    // Without this, a table with prefixes may leave out rows beyond the first one's.
    options.set_total_order_seek(true);
    options
}

/// Rows from `from` to before `to`, to be read forwards only. A scan that stays within one prefix of a
/// lookup table asks the filters first.
pub(crate) fn forward(shape: Shape, from: &[u8], to: &[u8]) -> ReadOptions {
    let mut options = range(from, to);
    if shape == Shape::Lookup && within_one_prefix(from, to) {
        options.set_total_order_seek(false);
        options.set_prefix_same_as_start(true);
    }
    options
}

/// Whether all keys of `from..to` begin with the first bytes of `from`.
fn within_one_prefix(from: &[u8], to: &[u8]) -> bool {
    let Some((prefix, _)) = from.split_at_checked(Shape::LOOKUP_PREFIX_BYTES) else { return false };
    let Some((end, beyond)) = to.split_at_checked(Shape::LOOKUP_PREFIX_BYTES) else { return false };
    end == prefix || (beyond.is_empty() && successor(prefix).as_deref() == Some(end))
}

/// The first value of the same length after `bytes`.
fn successor(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut next = bytes.to_vec();
    for byte in next.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return Some(next);
        }
    }
    None
}

pub(crate) fn flush() -> FlushOptions {
    let mut options = FlushOptions::default();
    options.set_wait(true);
    options
}

#[cfg(test)]
mod tests {
    use super::{successor, within_one_prefix};

    #[test]
    fn only_a_range_inside_one_prefix_may_ask_the_filters() {
        let prefix = [7_u8; 16];
        let next = successor(&prefix).unwrap();
        let row = |last: u8| [&prefix[..], &[last]].concat();
        assert!(within_one_prefix(&prefix, &next));
        assert!(within_one_prefix(&prefix, &row(9)));
        assert!(within_one_prefix(&row(1), &row(9)));
        assert!(within_one_prefix(&row(1), &next));
        assert!(!within_one_prefix(&prefix, &[&next[..], &[0]].concat()), "reaches into the next");
        assert!(!within_one_prefix(&prefix[..15], &prefix));
        assert!(!within_one_prefix(&prefix, &[8; 15]));
        assert!(!within_one_prefix(&[0xff; 16], &[0xff; 15]));
    }

    #[test]
    fn the_successor_carries_and_ends() {
        assert_eq!(successor(&[1, 0xff]).unwrap(), [2, 0]);
        assert_eq!(successor(&[0xff, 0xff]), None);
    }
}
