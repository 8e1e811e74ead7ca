//! Anything newer or different anywhere is a refusal.

use indelible_merkle::{Hash, TreeSize};
use indelible_sequencer::TreeHead;

use super::*;
use crate::testing::TestLog;

fn passed(log: &TestLog) -> Result<Recovered, GateError> {
    pass(&log.rows, &log.guard, &log.verifiers())
}

fn fork(log: &TestLog, size: u64) -> Claim {
    let size = TreeSize::new(size).unwrap();
    log.identity.sign(&TreeHead { size, root: Hash::of_leaf(b"another tree") }).unwrap()
}

#[test]
fn a_log_whose_guard_is_of_its_tree_passes() {
    let mut log = TestLog::of(7, &[3]);
    let claim = log.sign();
    assert_eq!(passed(&log).unwrap().signed, Some(claim.clone()));
    log.append(5);
    assert_eq!(passed(&log).unwrap().signed, Some(claim), "entries may be past the last head");
}

#[test]
fn a_missing_guard_is_a_refusal_that_says_what_to_do() {
    let log = TestLog::of(7, &[3]);
    let kept = log.guard.read().unwrap();
    for file in std::fs::read_dir(log.folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "checkpoint") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let refusal = passed(&log).unwrap_err();
    assert!(matches!(refusal, GateError::Guard(GuardError::Missing { .. })));
    assert!(refusal.to_string().contains("accept-state"), "{refusal}");
    log.guard.write(&kept).unwrap();
    passed(&log).unwrap();
}

#[test]
fn a_database_older_than_its_guard_is_refused() {
    let log = TestLog::of(7, &[7]);
    let mut newer = TestLog::of(7, &[7]);
    newer.append(1);
    log.guard.write(&log.identity.sign(&newer.head()).unwrap()).unwrap();
    let refusal = passed(&log).unwrap_err();
    assert!(matches!(refusal, GateError::Recover(RecoverError::Behind { which: "guard's", .. })));
}

#[test]
fn a_database_other_than_its_guard_is_refused() {
    for size in [1, 6, 7] {
        let log = TestLog::of(7, &[7]);
        log.guard.write(&fork(&log, size)).unwrap();
        let refusal = passed(&log).unwrap_err();
        assert!(matches!(refusal, GateError::Recover(RecoverError::Forked { .. })), "{refusal}");
    }
}

#[test]
fn a_guard_that_is_no_checkpoint_of_ours_is_refused() {
    let log = TestLog::of(7, &[7]);
    log.guard.write(&TestLog::new().sign()).unwrap();
    assert!(matches!(passed(&log), Err(GateError::Recover(RecoverError::NotOurs { .. }))));
}

#[test]
fn what_a_witness_remembers_is_held_against_the_rows() {
    let log = TestLog::of(7, &[7]);
    let recovered = passed(&log).unwrap();
    let judge = |claim: &Claim| {
        let memory = Memory::Head(claim.clone());
        compare_with_witness(&log.rows, &recovered, "w1", &memory, &log.verifiers())
    };
    judge(&log.sign()).unwrap();
    judge(&TestLog::of(5, &[5]).sign())
        .unwrap_or_else(|_| panic!("a stranger's note says nothing"));
    for size in [3, 7, 8, 1_000] {
        let refusal = judge(&fork(&log, size)).unwrap_err();
        assert!(refusal.to_string().starts_with("witness w1: "), "{refusal}");
    }
}

#[test]
fn a_witness_that_only_says_its_size_is_heard_as_well() {
    let log = TestLog::of(7, &[7]);
    let recovered = passed(&log).unwrap();
    for held in [0, 6, 7, 8, 1_000] {
        let memory = Memory::Size(TreeSize::new(held).unwrap());
        let judged = compare_with_witness(&log.rows, &recovered, "w1", &memory, &log.verifiers());
        assert_eq!(judged.is_ok(), held <= 7, "held {held}");
    }
}
