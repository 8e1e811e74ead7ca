//! Damage to the write-ahead log: why its recovery mode is what it is, why it is looked over first, and
//! why there is a mark.

use std::fs;
use std::path::Path;

use rocksdb::{DB, DBRecoveryMode};
use tempfile::TempDir;

use super::{commit, commits, crash_image, create, logs, open, overwrite, small, with_bit_flipped};
use crate::contract::TABLES;
use crate::error::DiskError;
use crate::mark;
use crate::options::{self, Shared};
use crate::rocks::Rocks;

/// Long enough that the log has several of its 32 KiB blocks, and records that span them.
const VALUE_BYTES: [usize; 6] = [40, 12_000, 300, 40, 2_500, 90];
const ACKNOWLEDGED: [u8; 6] = [1, 2, 3, 4, 5, 6];

/// A database with all its rows in one live log.
fn live() -> (TempDir, Rocks) {
    let folder = tempfile::tempdir().unwrap();
    let engine = create(folder.path());
    for (number, value_bytes) in ACKNOWLEDGED.into_iter().zip(VALUE_BYTES) {
        commit(&engine, number, value_bytes).unwrap();
    }
    (folder, engine)
}

fn the_log(folder: &Path) -> (std::path::PathBuf, Vec<u8>) {
    let [log] = &logs(folder)[..] else { panic!("one log") };
    (log.clone(), fs::read(log).unwrap())
}

/// A crash image whose log holds these bytes instead.
fn image_with(folder: &Path, bytes: &[u8]) -> TempDir {
    let image = crash_image(folder);
    overwrite(&the_log(image.path()).0, bytes);
    image
}

/// A sample of bits over the whole log, all bits of its last record's header, and of its last byte.
fn sample(log: &[u8]) -> Vec<usize> {
    let bits = log.len() * 8;
    let mut sample: Vec<_> = (0..bits).step_by(bits / 150 + 1).collect();
    let last = log.len() - last_record_bytes(log);
    sample.extend(last * 8..(last + 7) * 8);
    sample.extend(bits - 8..bits);
    sample
}

/// Each record starts with a checksum (4), its length (2, little-endian) and its type.
fn last_record_bytes(log: &[u8]) -> usize {
    let (mut at, mut last) = (0, 0);
    while at < log.len() {
        let left_of_block = 32_768 - at % 32_768;
        if left_of_block < 7 {
            at += left_of_block;
            continue;
        }
        last = at;
        at += 7 + usize::from(u16::from_le_bytes([log[at + 4], log[at + 5]]));
    }
    log.len() - last
}

#[test]
fn a_flipped_bit_in_anything_acknowledged_refuses() {
    let (folder, _engine) = live();
    let (_, log) = the_log(folder.path());
    let mut opened = 0;
    let sample = sample(&log);
    for bit in &sample {
        let image = image_with(folder.path(), &with_bit_flipped(&log, *bit));
        match open(image.path()) {
            Err(DiskError::Corrupt { .. } | DiskError::Lost { .. }) => {}
            Err(other) => panic!("bit {bit}: {other}"),
            // A few bytes at the end of a block belong to no record.
            Ok(engine) => {
                assert_eq!(commits(&engine), ACKNOWLEDGED, "bit {bit}");
                opened += 1;
            }
        }
    }
    assert!(opened <= 2, "{opened} of {} flips went unnoticed", sample.len());
}

#[test]
fn a_torn_tail_of_what_was_never_acknowledged_does_not_stop_a_restart() {
    let (folder, engine) = live();
    let (_, before) = the_log(folder.path());
    let acknowledged = fs::read(folder.path().join(mark::FILE_NAME)).unwrap();
    commit(&engine, 7, 9_000).unwrap();
    let (_, after) = the_log(folder.path());
    let step = (after.len() - before.len()) / 16;
    for length in (before.len()..after.len()).step_by(step).chain([after.len() - 1, after.len()]) {
        let image = image_with(folder.path(), &after[..length]);
        overwrite(&image.path().join(mark::FILE_NAME), &acknowledged);
        let engine = open(image.path()).unwrap_or_else(|error| panic!("{length}: {error}"));
        let whole = length == after.len();
        assert_eq!(commits(&engine).len(), if whole { 7 } else { 6 }, "{length}");
        // The start may not have made the tear permanent.
        commit(&engine, 8, 10).unwrap();
        let again = crash_image(image.path());
        assert_eq!(commits(&open(again.path()).unwrap()).last(), Some(&8), "{length}");
    }
}

#[test]
fn a_log_cut_short_below_what_was_acknowledged_refuses() {
    let (folder, _engine) = live();
    let (_, log) = the_log(folder.path());
    let last = log.len() - last_record_bytes(&log);
    for length in [0, 1, 100, log.len() / 2, last, last + 5, log.len() - 1] {
        let image = image_with(folder.path(), &log[..length]);
        for _attempt in 0..2 {
            match open(image.path()) {
                Err(DiskError::Corrupt { .. } | DiskError::Lost { .. }) => {}
                other => panic!("{length} of {}: {other:?}", log.len()),
            }
        }
    }
}

#[test]
fn a_deleted_log_refuses() {
    let (folder, engine) = live();
    // A second log, while the first still holds rows of the other tables.
    let family = engine.family(TABLES[0]).unwrap();
    engine.db.flush_cf(family).unwrap();
    commit(&engine, 7, 100).unwrap();
    let logs = logs(folder.path());
    assert_eq!(logs.len(), 2, "{logs:?}");
    for deleted in [&logs[..1], &logs[1..], &logs[..]] {
        let image = crash_image(folder.path());
        for log in deleted {
            fs::remove_file(image.path().join(log.file_name().unwrap())).unwrap();
        }
        match open(image.path()) {
            Err(DiskError::Corrupt { .. } | DiskError::Lost { .. }) => {}
            other => panic!("without {deleted:?}: {other:?}"),
        }
    }
}

/// What RocksDB's modes do with the same damage, without a mark: the reason for the one we chose.
#[test]
fn no_other_recovery_mode_would_do() {
    let (folder, _engine) = live();
    let (_, log) = the_log(folder.path());
    let torn = &log[..log.len() - 5];
    let flipped = with_bit_flipped(&log, log.len() * 4);
    let rows = |mode, bytes: &[u8]| rows_by_mode(mode, &image_with(folder.path(), bytes));
    assert_eq!(rows(DBRecoveryMode::TolerateCorruptedTailRecords, &log), Some(6));

    assert_eq!(rows(DBRecoveryMode::TolerateCorruptedTailRecords, &flipped), None);
    assert_eq!(rows(DBRecoveryMode::TolerateCorruptedTailRecords, torn), Some(5));

    assert_eq!(rows(DBRecoveryMode::AbsoluteConsistency, torn), None, "stops at every torn tail");
    let kept = rows(DBRecoveryMode::PointInTime, &flipped);
    assert!(kept.is_some_and(|kept| kept < 6), "opens with less, silently: {kept:?}");
    let kept = rows(DBRecoveryMode::SkipAnyCorruptedRecord, &flipped);
    assert!(kept.is_some_and(|kept| kept < 6), "opens with less, silently: {kept:?}");
}

fn rows_by_mode(mode: DBRecoveryMode, image: &TempDir) -> Option<usize> {
    let shared = Shared::new(&small());
    let mut options = options::database(&small(), &shared).unwrap();
    options.set_wal_recovery_mode(mode);
    let families = TABLES.map(|table| table.name);
    let db = DB::open_cf(&options, image.path(), families).ok()?;
    let state = db.cf_handle(TABLES[3].name).unwrap();
    Some(db.iterator_cf(state, rocksdb::IteratorMode::Start).count())
}
