//! Death at every commit, and commits that fail.

use std::fs;
use std::thread;

use super::{commit, commits, crash_image, create, open};
use crate::backend::Backend;
use crate::batch::Batch;
use crate::contract::{self, TABLES};
use crate::error::DiskError;
use crate::faulty::{Faulty, Tear};
use crate::memory::Memory;

#[test]
fn nothing_acknowledged_is_lost_by_a_kill_after_any_commit() {
    let folder = tempfile::tempdir().unwrap();
    let engine = create(folder.path());
    for number in 1..=12 {
        commit(&engine, number, usize::from(number) * 5_000).unwrap();
        if number % 5 == 0 {
            engine.flush().unwrap();
        }
        let image = crash_image(folder.path());
        let recovered = open(image.path()).unwrap();
        assert_eq!(commits(&recovered), (1..=number).collect::<Vec<_>>());
        // And what the recovered one acknowledges survives as well.
        commit(&recovered, 200, 10).unwrap();
        let second = crash_image(image.path());
        assert!(commits(&open(second.path()).unwrap()).contains(&200));
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_a_kill_among_many_threads() {
    let folder = tempfile::tempdir().unwrap();
    let engine = create(folder.path());
    thread::scope(|scope| {
        for thread in 0..8 {
            let engine = &engine;
            scope
                .spawn(move || (0..10).for_each(|n| commit(engine, thread * 10 + n, 100).unwrap()));
        }
    });
    let image = crash_image(folder.path());
    assert_eq!(commits(&open(image.path()).unwrap()), (0..80).collect::<Vec<_>>());
}

/// Commits until one is refused; returns how many were acknowledged.
fn commit_until_it_fails(engine: &dyn Backend) -> u8 {
    for number in 1..=6 {
        match commit(engine, number, 100) {
            Ok(()) => {}
            Err(DiskError::Unknown { .. }) => {
                contract::check_poisoned(engine, TABLES[3]);
                return number - 1;
            }
            Err(other) => panic!("not an answer to a failing commit: {other}"),
        }
    }
    6
}

#[test]
fn a_failed_commit_is_there_whole_or_not_at_all() {
    for failing in 1..=6 {
        for tear in [Tear::Before, Tear::After] {
            let folder = tempfile::tempdir().unwrap();
            let rocks = Faulty::at(create(folder.path()), u64::from(failing), tear);
            let memory = Faulty::at(Memory::default(), u64::from(failing), tear);
            let answered = commit_until_it_fails(&rocks);
            assert_eq!((answered, commit_until_it_fails(&memory)), (failing - 1, failing - 1));
            assert_eq!(rocks.commits(), u64::from(failing) + 1, "the refused one is counted");
            drop(rocks);

            let there = answered + u8::from(tear == Tear::After);
            let there: Vec<_> = (1..=there).collect();
            assert_eq!(commits(&open(folder.path()).unwrap()), there);
            assert_eq!(commits(&memory.into_inner()), there);
        }
    }
}

#[test]
fn an_engine_whose_disk_fails_writes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("database");
    let engine = create(&path);
    commit(&engine, 1, 100).unwrap();
    // Without its folder, the next log or table file cannot be made.
    fs::remove_dir_all(&path).unwrap();
    let failed = (0..100).find_map(|n| {
        let mut batch = Batch::new();
        batch.put(TABLES[0], [2, n], vec![n; 1 << 20]);
        engine.commit(batch).err()
    });
    let failed = failed.expect("no disk takes that much without a folder");
    assert!(matches!(&failed, DiskError::Unknown { .. }), "{failed}");
    assert!(failed.is_fatal());
    contract::check_poisoned(&engine, TABLES[3]);
    assert_eq!(engine.flush(), Err(DiskError::Poisoned));
    assert_eq!(engine.get(TABLES[3], &[1]).unwrap().unwrap(), [1; 103], "what is held can be read");
}
