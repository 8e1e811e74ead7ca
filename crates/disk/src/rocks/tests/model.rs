//! The same operations on RocksDB and on the model: no one can tell them apart.

use core::ops::ControlFlow;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{crash_image, create, open};
use crate::backend::{Backend, Row};
use crate::batch::Batch;
use crate::contract::TABLES;
use crate::memory::Memory;

/// A table by its number, a key, and a value or a deletion.
type Change = (usize, Vec<u8>, Option<Vec<u8>>);

#[derive(Clone, Debug)]
enum Operation {
    Commit(Vec<Change>),
    Get(usize, Vec<u8>),
    GetMany(usize, Vec<Vec<u8>>),
    Scan(usize, Vec<u8>, Vec<u8>, usize),
    Flush,
    CloseAndOpen,
    KillAndOpen,
    Backup,
}

/// Few keys, some of them of one prefix, so that operations meet.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop_oneof![Just(0_u8), Just(1), Just(0xff)];
    let prefixed = (bytes.clone(), vec(bytes.clone(), 0..3))
        .prop_map(|(first, rest)| [&[first; 16][..], &rest].concat());
    prop_oneof![vec(bytes, 0..4), prefixed]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..40), any::<u8>().prop_map(|byte| vec![byte; 40_000])]
}

fn operation() -> impl Strategy<Value = Operation> {
    let table = 0..TABLES.len();
    let change = (table.clone(), key(), proptest::option::weighted(0.7, value()));
    prop_oneof![
        8 => vec(change, 0..8).prop_map(Operation::Commit),
        2 => (table.clone(), key()).prop_map(|(table, key)| Operation::Get(table, key)),
        2 => (table.clone(), vec(key(), 0..5)).prop_map(|(table, keys)| Operation::GetMany(table, keys)),
        4 => (table, key(), key(), 0..9_usize)
            .prop_map(|(table, from, to, most)| Operation::Scan(table, from, to, most)),
        1 => Just(Operation::Flush),
        1 => Just(Operation::CloseAndOpen),
        1 => Just(Operation::KillAndOpen),
        1 => Just(Operation::Backup),
    ]
}

fn batch(changes: &[Change]) -> Batch {
    let mut batch = Batch::new();
    for (table, key, value) in changes {
        match value {
            Some(value) => batch.put(TABLES[*table], key.clone(), value.clone()),
            None => batch.delete(TABLES[*table], key.clone()),
        }
    }
    batch
}

fn scanned(engine: &dyn Backend, table: usize, from: &[u8], to: &[u8], most: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let each = &mut |key: &[u8], value: &[u8]| {
        rows.push((key.to_vec(), value.to_vec()));
        if rows.len() >= most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    engine.scan(TABLES[table], from, to, each).unwrap();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rocks_answers_as_the_model_does(operations in vec(operation(), 1..40)) {
        let mut folder = tempfile::tempdir().unwrap();
        let mut rocks = create(folder.path());
        let model = Memory::default();
        for operation in operations {
            match &operation {
                Operation::Commit(changes) => {
                    rocks.commit(batch(changes)).unwrap();
                    model.commit(batch(changes)).unwrap();
                }
                Operation::Get(table, key) => {
                    let table = TABLES[*table];
                    prop_assert_eq!(rocks.get(table, key), model.get(table, key));
                }
                Operation::GetMany(table, keys) => {
                    let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
                    let table = TABLES[*table];
                    prop_assert_eq!(rocks.get_many(table, &keys), model.get_many(table, &keys));
                }
                Operation::Scan(table, from, to, most) => {
                    let found = scanned(&rocks, *table, from, to, *most);
                    prop_assert_eq!(found, scanned(&model, *table, from, to, *most));
                    let table = TABLES[*table];
                    prop_assert_eq!(rocks.last(table, from, to), model.last(table, from, to));
                }
                Operation::Flush => rocks.flush().unwrap(),
                Operation::CloseAndOpen => {
                    rocks.close().unwrap();
                    rocks = open(folder.path()).unwrap();
                }
                Operation::KillAndOpen => {
                    let image = crash_image(folder.path());
                    rocks = open(image.path()).unwrap();
                    folder = image;
                }
                Operation::Backup => {
                    let backup = tempfile::tempdir().unwrap();
                    let path = backup.path().join("backup");
                    rocks.checkpoint_into(&path).unwrap();
                    let copy = open(&path).unwrap();
                    for (number, table) in TABLES.into_iter().enumerate() {
                        let rows = scanned(&copy, number, b"", &[0xff; 20], usize::MAX);
                        prop_assert_eq!(rows, scanned(&model, number, b"", &[0xff; 20], usize::MAX));
                        prop_assert_eq!(copy.get(table, b""), model.get(table, b""));
                    }
                }
            }
        }
    }
}
