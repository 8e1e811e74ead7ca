//! The promise of [`Backend`], said again as checks. Every engine's tests call it.
#![expect(clippy::unwrap_used, reason = "a check fails by panicking")]

use core::ops::ControlFlow;
use std::thread;

use crate::backend::{Backend, Row};
use crate::batch::Batch;
use crate::error::DiskError;
use crate::table::{Shape, Table};

/// One table of each shape, for engines that must be told beforehand.
pub const TABLES: [Table; 4] = [
    Table { name: "sequence", shape: Shape::Sequence },
    Table { name: "hashes", shape: Shape::Hashes },
    Table { name: "lookup", shape: Shape::Lookup },
    Table { name: "state", shape: Shape::State },
];

/// Holds an empty engine against every promise that can be checked while it is open.
///
/// # Panics
/// If the engine breaks one, or if `tables` are fewer than two.
pub fn check(engine: &dyn Backend, tables: &[Table]) {
    for table in tables {
        an_empty_table_has_no_rows(engine, *table);
        a_row_is_what_was_put_last(engine, *table);
        rows_come_in_the_order_of_their_keys(engine, *table);
        ranges_end_before_their_end(engine, *table);
        a_scan_stops_when_told(engine, *table);
        rows_may_be_long_and_keys_may_be_anything(engine, *table);
        rows_of_one_prefix_are_found(engine, *table);
    }
    tables_are_apart(engine, tables);
    changes_apply_in_their_order(engine, tables);
    a_scan_sees_one_moment(engine, tables);
    a_reader_never_sees_half_a_batch(engine, tables);
    an_unknown_table_is_refused_or_made(engine);
}

/// Holds an engine against what must survive its end. `open` makes one over the same rows each time,
/// and is called only after the one before was dropped.
///
/// # Panics
/// If a row is missing, or comes from nowhere.
pub fn check_reopened(tables: &[Table], open: &mut dyn FnMut() -> Box<dyn Backend>) {
    for round in 0..3_u8 {
        let engine = open();
        for table in tables {
            let rows = all(&*engine, *table);
            let expected: Vec<Row> =
                (0..round).map(|round| (vec![round], vec![round; 100])).collect();
            assert_eq!(rows, expected, "{} after {round} reopenings", table.name);
        }
        let mut batch = Batch::new();
        for table in tables {
            batch.put(*table, [round], vec![round; 100]);
            batch.put(*table, *b"gone", *b"");
        }
        engine.commit(batch).unwrap();
        let mut batch = Batch::new();
        for table in tables {
            batch.delete(*table, *b"gone");
        }
        engine.commit(batch).unwrap();
    }
}

/// Holds an engine whose commit has just answered [`DiskError::Unknown`] against what follows.
///
/// # Panics
/// If it writes again.
pub fn check_poisoned(engine: &dyn Backend, table: Table) {
    let mut batch = Batch::new();
    batch.put(table, *b"after the failure", *b"");
    assert_eq!(engine.commit(batch), Err(DiskError::Poisoned));
    assert_eq!(engine.get(table, b"after the failure").unwrap(), None);
}

/// The rows of a table whose keys begin with a byte below 255.
///
/// # Panics
/// If they cannot be read.
pub fn all(engine: &dyn Backend, table: Table) -> Vec<Row> {
    range(engine, table, &[], &[0xff])
}

fn range(engine: &dyn Backend, table: Table, from: &[u8], to: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    engine
        .scan(table, from, to, &mut |key, value| {
            rows.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(engine.last(table, from, to).unwrap().as_ref(), rows.last(), "last of {rows:?}");
    rows
}

fn put(engine: &dyn Backend, table: Table, rows: &[(&[u8], &[u8])]) {
    let mut batch = Batch::new();
    for (key, value) in rows {
        batch.put(table, *key, *value);
    }
    engine.commit(batch).unwrap();
}

fn clear(engine: &dyn Backend, table: Table) {
    let mut batch = Batch::new();
    for (key, _) in all(engine, table) {
        batch.delete(table, key);
    }
    engine.commit(batch).unwrap();
    assert_eq!(all(engine, table), []);
}

fn an_empty_table_has_no_rows(engine: &dyn Backend, table: Table) {
    assert_eq!(engine.get(table, b"key").unwrap(), None);
    assert_eq!(engine.get_many(table, &[b"key", b""]).unwrap(), [None, None]);
    assert_eq!(all(engine, table), []);
    engine.commit(Batch::new()).unwrap();
    let mut batch = Batch::new();
    batch.delete(table, *b"never there");
    engine.commit(batch).unwrap();
}

fn a_row_is_what_was_put_last(engine: &dyn Backend, table: Table) {
    put(engine, table, &[(b"key", b"first")]);
    assert_eq!(engine.get(table, b"key").unwrap().unwrap(), b"first");
    put(engine, table, &[(b"key", b"")]);
    assert_eq!(engine.get(table, b"key").unwrap().unwrap(), b"", "empty is not absent");
    put(engine, table, &[(b"kez", b"z")]);
    let found = engine.get_many(table, &[b"kez", b"kex", b"key", b"kez"]).unwrap();
    let (z, empty) = (Some(b"z".to_vec()), Some(Vec::new()));
    assert_eq!(found, [z.clone(), None, empty, z], "in the order of the keys asked for");
    clear(engine, table);
    assert_eq!(engine.get(table, b"key").unwrap(), None);
}

fn rows_come_in_the_order_of_their_keys(engine: &dyn Backend, table: Table) {
    put(engine, table, &[(b"b", b"2"), (b"a\xff", b"1"), (b"ab", b"0")]);
    put(engine, table, &[(b"a", b"a"), (b"b\0", b"3")]);
    let keys: Vec<_> = all(engine, table).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [&b"a"[..], b"ab", b"a\xff", b"b", b"b\0"]);
    clear(engine, table);
}

fn ranges_end_before_their_end(engine: &dyn Backend, table: Table) {
    put(engine, table, &[(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]);
    let keys = |from: &[u8], to: &[u8]| -> Vec<u8> {
        range(engine, table, from, to).into_iter().flat_map(|(key, _)| key).collect()
    };
    assert_eq!(keys(b"a", b"c"), b"ab");
    assert_eq!(keys(b"a\0", b"c\0"), b"bc");
    assert_eq!(keys(b"", b"a"), b"");
    assert_eq!(keys(b"b", b"b"), b"", "nothing lies between a key and itself");
    assert_eq!(keys(b"c", b"a"), b"", "nor between ends the wrong way round");
    assert_eq!(keys(b"a", b""), b"");
    clear(engine, table);
}

fn a_scan_stops_when_told(engine: &dyn Backend, table: Table) {
    put(engine, table, &[(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]);
    let mut seen = 0;
    let two = &mut |_: &[u8], _: &[u8]| {
        seen += 1;
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    engine.scan(table, b"a", b"z", two).unwrap();
    assert_eq!(seen, 2);
    clear(engine, table);
}

fn rows_may_be_long_and_keys_may_be_anything(engine: &dyn Backend, table: Table) {
    let long = vec![0xa5; 300_000];
    let key = vec![0; 1_000];
    put(engine, table, &[(&key, &long), (b"", b"under the empty key")]);
    assert_eq!(engine.get(table, &key).unwrap().unwrap(), long);
    assert_eq!(engine.get(table, b"").unwrap().unwrap(), b"under the empty key");
    assert_eq!(all(engine, table).len(), 2);
    clear(engine, table);
}

fn rows_of_one_prefix_are_found(engine: &dyn Backend, table: Table) {
    let (before, prefix, after) = ([6; 16], [7; 16], [8; 16]);
    let rows = [1, 2, 3].map(|last| [&prefix[..], &[last]].concat());
    put(engine, table, &[(&before, b""), (&after, b""), (&prefix[..15], b"short")]);
    for row in &rows {
        put(engine, table, &[(row, b"in")]);
    }
    let mut end = prefix;
    *end.last_mut().unwrap() += 1;
    assert_eq!(range(engine, table, &prefix, &end).len(), 3);
    assert_eq!(range(engine, table, &[9; 16], &[10; 16]), [], "no such prefix");
    assert_eq!(range(engine, table, &before, &after).len(), 5, "over several prefixes");
    clear(engine, table);
}

fn tables_are_apart(engine: &dyn Backend, tables: &[Table]) {
    for table in tables {
        put(engine, *table, &[(b"key", table.name.as_bytes())]);
    }
    for table in tables {
        assert_eq!(all(engine, *table), [(b"key".to_vec(), table.name.as_bytes().to_vec())]);
    }
    for table in tables {
        clear(engine, *table);
    }
}

fn changes_apply_in_their_order(engine: &dyn Backend, tables: &[Table]) {
    let table = *tables.last().unwrap();
    let mut batch = Batch::new();
    batch.put(table, *b"a", *b"1");
    batch.delete(table, *b"a");
    batch.delete(table, *b"b");
    batch.put(table, *b"b", *b"1");
    batch.put(table, *b"b", *b"2");
    engine.commit(batch).unwrap();
    assert_eq!(all(engine, table), [(b"b".to_vec(), b"2".to_vec())]);
    clear(engine, table);
}

fn a_scan_sees_one_moment(engine: &dyn Backend, tables: &[Table]) {
    let table = *tables.last().unwrap();
    put(engine, table, &[(b"a", b"1"), (b"b", b"1")]);
    let mut seen = Vec::new();
    engine
        .scan(table, b"", b"z", &mut |key, value| {
            put(engine, table, &[(b"b", b"2"), (b"c", b"2")]);
            seen.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(seen, [(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"1".to_vec())]);
    clear(engine, table);
}

/// Writers put one number under every key of a batch; each reader must find it under all of them.
fn a_reader_never_sees_half_a_batch(engine: &dyn Backend, tables: &[Table]) {
    let table = *tables.last().unwrap();
    let write = |thread: u8| {
        for round in 0..20_u8 {
            let mut batch = Batch::new();
            for key in 0..10_u8 {
                batch.put(table, [key], [thread, round]);
            }
            engine.commit(batch).unwrap();
            assert_ne!(engine.get(table, &[0]).unwrap(), None);
        }
    };
    thread::scope(|scope| {
        let writers = [0, 1].map(|thread| scope.spawn(move || write(thread)));
        while writers.iter().any(|writer| !writer.is_finished()) {
            let mut values: Vec<_> =
                range_once(engine, table).into_iter().map(|(_, value)| value).collect();
            assert!(values.is_empty() || values.len() == 10, "{} rows of 10", values.len());
            values.dedup();
            assert!(values.len() <= 1, "one batch, not {values:?}");
            let mut values = engine.get_many(table, &[&[0], &[9], &[4]]).unwrap();
            values.dedup();
            assert_eq!(values.len(), 1, "one batch, not {values:?}");
        }
    });
    clear(engine, table);
}

/// As [`range`], without the second read that a writer may get in front of.
fn range_once(engine: &dyn Backend, table: Table) -> Vec<Row> {
    let mut rows = Vec::new();
    let each = &mut |key: &[u8], value: &[u8]| {
        rows.push((key.to_vec(), value.to_vec()));
        ControlFlow::Continue(())
    };
    engine.scan(table, b"", b"\xff", each).unwrap();
    rows
}

/// An engine that is told its tables beforehand refuses others, in a batch as a whole.
fn an_unknown_table_is_refused_or_made(engine: &dyn Backend) {
    let stranger = Table { name: "stranger", shape: Shape::State };
    let refused = DiskError::UnknownTable { name: "stranger" };
    match engine.get(stranger, b"key") {
        Ok(value) => assert_eq!(value, None),
        Err(error) => {
            assert_eq!(error, refused);
            let mut batch = Batch::new();
            batch.put(stranger, *b"key", *b"value");
            assert_eq!(engine.commit(batch), Err(refused.clone()));
            assert_eq!(engine.last(stranger, b"", b"z"), Err(refused.clone()));
            let never = &mut |_: &[u8], _: &[u8]| ControlFlow::Continue(());
            assert_eq!(engine.scan(stranger, b"", b"z", never), Err(refused));
        }
    }
}
