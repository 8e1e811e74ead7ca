//! What is refused at the door.

use std::fs;

use super::{commit, commits, create, open, small};
use crate::contract::TABLES;
use crate::error::DiskError;
use crate::rocks::Rocks;
use crate::table::{Shape, Table};

#[test]
fn a_missing_database_is_never_made() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("absent")] {
        assert_eq!(open(&path).unwrap_err(), DiskError::Missing { path });
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "and nothing was left behind");
}

#[test]
fn a_database_is_never_made_over_another_or_among_other_files() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    let refused = Rocks::create(folder.path(), &TABLES, &small()).unwrap_err();
    assert_eq!(refused, DiskError::Exists { path: folder.path().to_owned() });

    let strange = tempfile::tempdir().unwrap();
    fs::File::create(strange.path().join("note.txt")).unwrap();
    let refused = Rocks::create(strange.path(), &TABLES, &small()).unwrap_err();
    assert_eq!(refused, DiskError::Exists { path: strange.path().to_owned() });
}

#[test]
fn a_database_is_made_with_its_folders() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some").join("where");
    commit(&create(&path), 1, 10).unwrap();
    assert_eq!(commits(&open(&path).unwrap()), [1]);
}

#[test]
fn a_second_opener_is_refused_until_the_first_has_closed() {
    let folder = tempfile::tempdir().unwrap();
    let first = create(folder.path());
    commit(&first, 1, 10).unwrap();
    assert_eq!(
        open(folder.path()).unwrap_err(),
        DiskError::Locked { path: folder.path().to_owned() }
    );
    commit(&first, 2, 10).unwrap();
    first.close().unwrap();
    assert_eq!(commits(&open(folder.path()).unwrap()), [1, 2]);
}

#[test]
fn other_tables_than_those_it_was_made_with_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    let more = Table { name: "more", shape: Shape::State };
    let with_more = [&TABLES[..], &[more]].concat();
    for tables in [&TABLES[1..], &with_more, &[]] {
        let refused = Rocks::open(folder.path(), tables, &small()).unwrap_err();
        assert!(matches!(refused, DiskError::Tables { .. }), "{refused}");
    }
    drop(open(folder.path()).unwrap());
}

#[test]
fn a_half_made_database_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    fs::remove_file(folder.path().join(crate::mark::FILE_NAME)).unwrap();
    let refused = open(folder.path()).unwrap_err();
    assert!(matches!(&refused, DiskError::Corrupt { detail } if detail.contains("HIGH-WATER")));
}

#[test]
fn a_backup_is_a_database_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let live = create(&folder.path().join("live"));
    commit(&live, 1, 10).unwrap();
    live.flush().unwrap();
    commit(&live, 2, 50_000).unwrap();
    live.checkpoint_into(&backup).unwrap();
    commit(&live, 3, 10).unwrap();

    let copy = open(&backup).unwrap();
    assert_eq!(commits(&copy), [1, 2]);
    commit(&copy, 9, 10).unwrap();
    assert_eq!((commits(&live), commits(&copy)), (vec![1, 2, 3], vec![1, 2, 9]));
    let taken = live.checkpoint_into(&backup).unwrap_err();
    assert_eq!(taken, DiskError::Exists { path: backup });
}

#[test]
fn a_clean_close_leaves_nothing_to_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let engine = create(folder.path());
    commit(&engine, 1, 1_000).unwrap();
    drop(engine);
    let logs = super::files(folder.path(), "log");
    let bytes: u64 = logs.iter().map(|log| fs::metadata(log).unwrap().len()).sum();
    assert!(bytes < 200, "{bytes} bytes in {logs:?}");
    assert_eq!(commits(&open(folder.path()).unwrap()), [1]);
}
