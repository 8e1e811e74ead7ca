//! What is gone on from, and what is refused.

use indelible_merkle::Hash;
use indelible_note::Claim;
use indelible_sequencer::TreeHead;

use super::*;
use crate::store::keys::{HashKey, StateRow};
use crate::store::schema::{HASHES, STATE};
use crate::store::write;
use crate::testing::TestLog;

fn recovered(log: &TestLog) -> Result<Recovered, RecoverError> {
    recover(&log.rows, &log.verifiers())
}

fn signed_elsewhere(log: &TestLog, size: u64) -> Claim {
    let size = TreeSize::new(size).unwrap();
    log.identity.sign(&TreeHead { size, root: Hash::of_leaf(b"another tree") }).unwrap()
}

#[test]
fn a_log_goes_on_from_what_it_committed_and_signed() {
    for size in [0, 1, 2, 255, 256, 257, 600] {
        let mut log = TestLog::of(size, &[50]);
        let claim = log.sign();
        write::save_published(log.backend.as_ref(), log.rows.log(), claim.bytes()).unwrap();
        log.append(3);
        let found = recovered(&log).unwrap();
        assert_eq!(found.committed.root(), crate::testing::oracle_root(&log.leaves()));
        assert_eq!(found.signed.as_ref(), Some(&claim));
        assert_eq!(found.published.as_ref(), Some(&claim));
        assert!(!found.frozen);
    }
}

#[test]
fn a_head_row_of_another_tree_is_refused() {
    let log = TestLog::of(300, &[300]);
    let mut other = TestLog::new();
    other.append_entries(vec![b"other".to_vec(); 300], None);
    let head = other
        .rows_of(STATE)
        .into_iter()
        .find(|(key, _)| *key == StateRow::Head.key(log.rows.log()));
    log.overwrite(STATE, &StateRow::Head.key(log.rows.log()), &head.unwrap().1);
    assert!(matches!(recovered(&log), Err(RecoverError::RootMismatch { .. })));
}

#[test]
fn a_changed_peak_hash_is_refused() {
    let log = TestLog::of(257, &[257]);
    let key = HashKey { log: log.rows.log(), level: 0, first: 256 };
    log.overwrite(HASHES, &key.to_bytes(), Hash::of_leaf(b"changed").as_bytes());
    assert!(matches!(recovered(&log), Err(RecoverError::RootMismatch { .. })));
}

#[test]
fn a_log_that_lost_entries_it_signed_for_is_refused() {
    let log = TestLog::of(10, &[10]);
    let ahead = signed_elsewhere(&log, 11);
    write::save_signed(log.backend.as_ref(), log.rows.log(), ahead.bytes()).unwrap();
    assert!(matches!(recovered(&log), Err(RecoverError::Behind { which: "signed", .. })));
}

#[test]
fn a_log_that_signed_another_tree_is_refused() {
    for size in [1, 9, 10] {
        for row in [StateRow::Signed, StateRow::Published] {
            let log = TestLog::of(10, &[10]);
            let fork = signed_elsewhere(&log, size);
            log.overwrite(STATE, &row.key(log.rows.log()), fork.bytes());
            assert!(matches!(recovered(&log), Err(RecoverError::Forked { .. })), "{row:?} {size}");
        }
    }
}

#[test]
fn a_checkpoint_under_strange_keys_is_refused() {
    let log = TestLog::of(10, &[10]);
    let stranger = TestLog::of(10, &[10]).sign();
    log.overwrite(STATE, &StateRow::Signed.key(log.rows.log()), stranger.bytes());
    assert!(matches!(recovered(&log), Err(RecoverError::NotOurs { .. })));
    log.overwrite(STATE, &StateRow::Signed.key(log.rows.log()), b"nonsense");
    assert!(matches!(recovered(&log), Err(RecoverError::Checkpoint { .. })));
}

#[test]
fn without_a_head_row_there_is_no_log() {
    let log = TestLog::of(10, &[10]);
    log.remove(STATE, &StateRow::Head.key(log.rows.log()));
    assert!(matches!(recovered(&log), Err(RecoverError::NoHead)));
}

#[test]
fn frozen_stays_frozen() {
    let log = TestLog::of(10, &[10]);
    write::save_frozen(log.backend.as_ref(), log.rows.log()).unwrap();
    assert!(recovered(&log).unwrap().frozen);
}
