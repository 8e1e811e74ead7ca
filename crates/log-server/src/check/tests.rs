//! Every change of one row is noticed and named.

use indelible_merkle::Hash;
use indelible_note::Claim;
use indelible_sequencer::TreeHead;

use super::*;
use crate::store::keys::{EntryKey, HashKey, StateRow};
use crate::store::schema::{ENTRIES, HASHES, STATE};
use crate::testing::TestLog;

fn verdict(log: &TestLog) -> Result<TreeSize, Bad> {
    compare(&log.rows, &log.guard, &log.verifiers(), &mut |_, _| ())
}

fn log() -> TestLog {
    let log = TestLog::of(600, &[100, 31]);
    log.sign();
    log
}

#[test]
fn a_whole_log_is_whole_at_every_size() {
    for size in [0, 1, 2, 255, 256, 257, 512, 513] {
        let log = TestLog::of(size, &[77]);
        log.sign();
        assert_eq!(verdict(&log).unwrap().get(), u64::try_from(size).unwrap());
    }
}

#[test]
fn progress_comes_to_its_end() {
    let log = log();
    let mut last = (0, 0);
    let mut show = |done, total| last = (done, total);
    compare(&log.rows, &log.guard, &log.verifiers(), &mut show).unwrap();
    assert_eq!(last, (600, 600));
}

#[test]
fn a_changed_byte_of_any_entry_row_is_named_by_its_entry() {
    let log = log();
    for (key, value) in log.rows_of(ENTRIES) {
        let first = EntryKey::parse(&key).unwrap().first;
        // The first byte of the first entry, past its length.
        let mut changed = value.clone();
        changed[2] ^= 1;
        log.overwrite(ENTRIES, &key, &changed);
        let found = verdict(&log).unwrap_err();
        assert!(matches!(found, Bad::Entry { index } if index == first), "{first}: {found}");
        log.overwrite(ENTRIES, &key, &value);
    }
    verdict(&log).unwrap();
}

#[test]
fn a_changed_bit_of_any_hash_row_is_named_by_its_place() {
    let log = log();
    for (key, value) in log.rows_of(HASHES) {
        let place = HashKey::parse(&key).unwrap();
        let mut changed = value.clone();
        changed[0] ^= 0x80;
        log.overwrite(HASHES, &key, &changed);
        let found = verdict(&log).unwrap_err();
        let named = match found {
            Bad::Entry { index } => place.level == 0 && index == place.first,
            Bad::Hash { level, index } => (level, index) == (place.level, place.first),
            _ => false,
        };
        assert!(named, "{place:?}: {found}");
        log.overwrite(HASHES, &key, &value);
    }
    verdict(&log).unwrap();
}

#[test]
fn the_first_of_several_bad_places_is_named() {
    let log = log();
    for (key, value) in log.rows_of(ENTRIES).into_iter().skip(2) {
        let mut changed = value;
        changed[2] ^= 1;
        log.overwrite(ENTRIES, &key, &changed);
    }
    assert!(matches!(verdict(&log), Err(Bad::Entry { index: 131 })));
}

#[test]
fn entries_and_leaf_hashes_changed_together_do_not_get_past_the_signed_root() {
    // Who can write the database can make rows that agree with each other, but not with what was
    // signed and is kept elsewhere.
    let honest = log();
    let mut forged = TestLog::new();
    let mut entries = honest.entries.clone();
    entries[5] = b"nothing happened".to_vec();
    forged.append_entries(entries, None);
    for table in [ENTRIES, HASHES] {
        honest.rows_of(table).iter().for_each(|(key, _)| honest.remove(table, key));
        for (key, value) in forged.rows_of(table) {
            honest.overwrite(table, &key, &value);
        }
    }
    let head = StateRow::Head.key(honest.rows.log());
    let row = forged.rows_of(STATE).into_iter().find(|(key, _)| *key == head).unwrap().1;
    honest.overwrite(STATE, &head, &row);
    assert!(matches!(verdict(&honest), Err(Bad::CheckpointForked { .. })));
}

#[test]
fn a_cut_tail_is_noticed_by_what_was_signed() {
    let log = log();
    let shorter = TestLog::of(590, &[590]);
    let head = StateRow::Head.key(log.rows.log());
    let row = shorter.rows_of(STATE).into_iter().find(|(key, _)| *key == head).unwrap().1;
    log.overwrite(STATE, &head, &row);
    assert!(matches!(verdict(&log), Err(Bad::CheckpointAhead { .. })));
}

#[test]
fn rows_past_the_end_are_noticed() {
    let log = log();
    let key = EntryKey { log: log.rows.log(), first: 600 };
    log.overwrite(ENTRIES, &key.to_bytes(), &[0, 1, b'x']);
    assert!(matches!(verdict(&log), Err(Bad::Surplus { table: "entries" })));
    log.remove(ENTRIES, &key.to_bytes());
    let key = HashKey { log: log.rows.log(), level: 0, first: 600 };
    log.overwrite(HASHES, &key.to_bytes(), &[7; 32]);
    assert!(matches!(verdict(&log), Err(Bad::Surplus { table: "hashes" })));
}

#[test]
fn a_missing_row_is_noticed() {
    for table in [ENTRIES, HASHES] {
        let log = log();
        for (key, value) in log.rows_of(table) {
            log.remove(table, &key);
            assert!(verdict(&log).is_err());
            log.overwrite(table, &key, &value);
        }
    }
}

#[test]
fn kept_checkpoints_must_be_ours() {
    let log = log();
    let stranger = TestLog::new();
    let head = TreeHead { size: TreeSize::new(600).unwrap(), root: Hash::of_leaf(b"x") };
    let fork: Claim = log.identity.sign(&head).unwrap();
    let signed = StateRow::Signed.key(log.rows.log());
    for (note, forked) in [(stranger.sign(), false), (fork, true)] {
        log.overwrite(STATE, &signed, note.bytes());
        let found = verdict(&log).unwrap_err();
        assert_eq!(matches!(found, Bad::CheckpointForked { .. }), forked, "{found}");
    }
}
