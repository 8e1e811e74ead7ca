//! Where rows come to lie: what the shapes promise about rewriting and size.

use std::collections::BTreeSet;

use rocksdb::WaitForCompactOptions;

use super::create;
use crate::backend::Backend;
use crate::batch::Batch;
use crate::contract::TABLES;
use crate::rocks::Rocks;
use crate::table::Table;

fn names_and_levels(engine: &Rocks, table: Table) -> Vec<(String, i32)> {
    let files = engine.db.live_files().unwrap().into_iter();
    let files = files.filter(|file| file.column_family_name == table.name);
    files.map(|file| (file.name, file.level)).collect()
}

#[test]
fn ascending_rows_are_never_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let engine = create(folder.path());
    for table in &TABLES[..2] {
        let mut flushed = BTreeSet::new();
        for round in 0..12_u8 {
            for row in 0..4_u8 {
                let mut batch = Batch::new();
                batch.put(*table, [round, row], vec![round ^ row; 2_000]);
                engine.commit(batch).unwrap();
            }
            engine.flush().unwrap();
            flushed.extend(names_and_levels(&engine, *table).into_iter().map(|(name, _)| name));
        }
        engine.db.wait_for_compact(&WaitForCompactOptions::default()).unwrap();
        let (names, levels): (BTreeSet<_>, Vec<_>) =
            names_and_levels(&engine, *table).into_iter().unzip();
        assert_eq!(names, flushed, "each file is one that a flush wrote");
        assert_eq!(names.len(), 12);
        assert!(levels.iter().any(|level| *level > 0), "and some were moved down: {levels:?}");
    }
}

#[test]
fn entries_are_compressed_from_the_first_flush_on_and_figures_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let engine = create(folder.path());
    let entry =
        |n: u8| format!("{{\"who\":\"user-{n}\",\"did\":\"read\",\"what\":\"/a/b/c\"}}").repeat(4);
    for table in &TABLES[..2] {
        let mut batch = Batch::new();
        for n in 0..200 {
            batch.put(*table, [n], entry(n));
        }
        engine.commit(batch).unwrap();
    }
    assert!(engine.stats().unwrap().write_buffer_bytes > 0);
    engine.flush().unwrap();
    let stats = engine.stats().unwrap();
    let bytes = |table: Table| {
        let stats = stats.tables.iter().find(|stats| stats.table == table).unwrap();
        assert_eq!((stats.files, stats.rows_estimate), (1, 200));
        stats.bytes_on_disk
    };
    let (sequence, hashes) = (bytes(TABLES[0]), bytes(TABLES[1]));
    assert!(sequence * 4 < hashes, "{sequence} of {hashes} bytes");
    assert_eq!(stats.bytes_on_disk, sequence + hashes);
}

#[test]
fn a_backup_of_sealed_rows_takes_links_not_copies() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let engine = create(&folder.path().join("live"));
    super::commit(&engine, 1, 10_000).unwrap();
    engine.flush().unwrap();
    engine.checkpoint_into(&folder.path().join("backup")).unwrap();
    for table in super::files(&folder.path().join("backup"), "sst") {
        assert_eq!(table.metadata().unwrap().nlink(), 2, "{table:?}");
    }
}

/// RocksDB writes down the options it works with, those set by name among them.
#[test]
fn no_option_that_guards_rows_got_lost_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let _engine = create(folder.path());
    let in_force = std::fs::read_dir(folder.path()).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        let named = path.file_name()?.to_str()?.starts_with("OPTIONS-");
        named.then(|| std::fs::read_to_string(path).unwrap())
    });
    let in_force = in_force.unwrap();
    for once in [
        "track_and_verify_wals=true",
        "track_and_verify_wals_in_manifest=true",
        "wal_recovery_mode=kTolerateCorruptedTailRecords",
        "max_bgerror_resume_count=0",
        "avoid_flush_during_recovery=false",
        "verify_manifest_content_on_close=true",
        "paranoid_checks=true",
        "recycle_log_file_num=0",
        "enable_pipelined_write=false",
    ] {
        assert_eq!(in_force.matches(&format!("  {once}\n")).count(), 1, "{once}");
    }
    for each in ["memtable_protection_bytes_per_key=8", "block_protection_bytes_per_key=8"] {
        let found = in_force.matches(&format!("  {each}\n")).count();
        assert_eq!(found, TABLES.len(), "{each}, in each table");
    }
}
