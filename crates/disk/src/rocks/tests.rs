//! RocksDB held against its contract, the model, damage and death.

mod crash;
mod damage;
mod layout;
mod log_damage;
mod model;
mod opening;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Rocks;
use crate::backend::{Backend, Row};
use crate::batch::Batch;
use crate::contract::{self, TABLES};
use crate::error::DiskError;
use crate::faulty::Faulty;
use crate::options::RocksOptions;

/// Small, since a test run makes hundreds of databases.
fn small() -> RocksOptions {
    RocksOptions { memory_bytes: 8 << 20, ..RocksOptions::default() }
}

fn create(path: &Path) -> Rocks {
    Rocks::create(path, &TABLES, &small()).unwrap()
}

fn open(path: &Path) -> Result<Rocks, DiskError> {
    Rocks::open(path, &TABLES, &small())
}

/// One row in each table, of different lengths, all or none.
fn commit(engine: &dyn Backend, number: u8, value_bytes: usize) -> Result<(), DiskError> {
    let mut batch = Batch::new();
    for (table, longer) in TABLES.into_iter().zip(0..) {
        batch.put(table, [number], vec![number; value_bytes + longer]);
    }
    engine.commit(batch)
}

/// The commits that are there; panics where one is there in part, or with other bytes.
fn commits(engine: &dyn Backend) -> Vec<u8> {
    let numbers = |rows: Vec<Row>| -> Vec<u8> {
        for (key, value) in &rows {
            assert!(value.iter().all(|byte| *byte == key[0]), "other bytes under {key:?}");
        }
        rows.into_iter().map(|(key, _)| key[0]).collect()
    };
    let [first, others @ ..] = TABLES.map(|table| numbers(contract::all(engine, table)));
    for other in others {
        assert_eq!(other, first, "all tables hold the same commits");
    }
    first
}

/// What `kill -9` leaves: all that was written to files, synced or not.
fn crash_image(folder: &Path) -> TempDir {
    let image = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), image.path().join(entry.file_name())).unwrap();
    }
    image
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

/// The logs that hold something; RocksDB makes a new one at each start.
fn logs(folder: &Path) -> Vec<PathBuf> {
    let mut logs = files(folder, "log");
    logs.retain(|log| fs::metadata(log).unwrap().len() > 0);
    logs
}

#[expect(clippy::disallowed_methods, reason = "damage need not be durable")]
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

fn with_bit_flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

#[test]
fn rocks_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    contract::check(&create(folder.path()), &TABLES);
}

#[test]
fn rocks_keeps_the_contract_on_rows_in_files() {
    let folder = tempfile::tempdir().unwrap();
    contract::check(&FlushesAlways(create(folder.path())), &TABLES);
}

#[test]
fn a_wrapper_without_a_fault_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    contract::check(&Faulty::never(create(folder.path())), &TABLES);
}

#[test]
fn rocks_keeps_the_contract_over_reopenings() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    contract::check_reopened(&TABLES, &mut || Box::new(open(folder.path()).unwrap()));
}

/// Moves rows into table files before each read of them, where filters and prefixes matter.
#[derive(Debug)]
struct FlushesAlways(Rocks);

impl Backend for FlushesAlways {
    fn get(&self, table: crate::Table, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        self.0.get(table, key)
    }

    fn get_many(
        &self,
        table: crate::Table,
        keys: &[&[u8]],
    ) -> Result<Vec<Option<Vec<u8>>>, DiskError> {
        self.0.get_many(table, keys)
    }

    fn scan(
        &self,
        table: crate::Table,
        from: &[u8],
        to: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> core::ops::ControlFlow<()>,
    ) -> Result<(), DiskError> {
        self.0.scan(table, from, to, each)
    }

    fn last(&self, table: crate::Table, from: &[u8], to: &[u8]) -> Result<Option<Row>, DiskError> {
        self.0.last(table, from, to)
    }

    fn commit(&self, batch: Batch) -> Result<(), DiskError> {
        self.0.commit(batch)?;
        self.0.flush()
    }
}
