//! RocksDB held against its contract, the model, damage and death.

use std::path::Path;

use super::Rocks;
use crate::contract::{self, TABLES};
use crate::options::RocksOptions;

/// Small, so that hundreds of databases fit a test run.
pub(super) fn small() -> RocksOptions {
    RocksOptions { memory_bytes: 8 << 20, ..RocksOptions::default() }
}

pub(super) fn create(path: &Path) -> Rocks {
    Rocks::create(path, &TABLES, &small()).unwrap()
}

pub(super) fn open(path: &Path) -> Rocks {
    Rocks::open(path, &TABLES, &small()).unwrap()
}

#[test]
fn rocks_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    contract::check(&create(folder.path()), &TABLES);
}
