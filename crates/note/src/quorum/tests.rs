//! Whether a policy is satisfied, against an oracle that reads the policy file's own words.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::key::Algorithm;
use crate::name::KeyName;
use crate::sample::{NOON, ORIGIN, checkpoint, extended, key, log_key};
use crate::signer::SignerKey;

const WITNESSES: u8 = 40;

fn witness(seed: u8) -> SignerKey {
    key(&format!("witness.example/{seed}"), Algorithm::Ed25519Cosignature, seed)
}

/// Each witness's line in a policy and its cosignature; made once, as signing takes its time.
fn witnesses() -> &'static [(String, SignatureLine)] {
    static ALL: OnceLock<Vec<(String, SignatureLine)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let made = |seed| {
            let witness = witness(seed);
            let definition = format!("witness w{seed} {}\n", witness.verifier());
            (definition, witness.cosign(&checkpoint(), NOON).unwrap())
        };
        (0..WITNESSES).map(made).collect()
    })
}

fn definitions(count: usize) -> String {
    witnesses()[..count].iter().map(|(definition, _)| definition.as_str()).collect()
}

fn cosignatures(of: impl IntoIterator<Item = usize>) -> Vec<SignatureLine> {
    of.into_iter().map(|at| witnesses()[at].1.clone()).collect()
}

fn policy(witnesses: usize, rest: &str) -> Policy {
    let log = log_key();
    let text = format!("log {}\n{}{rest}", log.verifier(), definitions(witnesses));
    Policy::parse(&text).unwrap()
}

fn claim(cosigners: impl IntoIterator<Item = usize>) -> Claim {
    let mut lines = vec![log_key().sign_log(&checkpoint()).unwrap()];
    lines.extend(cosignatures(cosigners));
    Claim::assemble(&checkpoint(), lines).unwrap()
}

#[test]
fn a_quorum_that_is_reached_is_trusted() {
    let policy = policy(3, "group g 2 w0 w1 w2\nquorum g\n");
    let trusted = policy.judge(&claim([2, 0])).unwrap();
    assert_eq!(trusted.checkpoint(), &checkpoint());
    let names: Vec<_> = trusted.cosigned_by().iter().map(Cosigned::witness).collect();
    assert_eq!(names, ["w0", "w2"]);
    assert!(trusted.cosigned_by().iter().all(|cosigned| cosigned.timestamp() == NOON));
    assert_eq!(trusted.cosigned_by()[0].key(), witness(0).verifier().id());
    assert_eq!(trusted.signatures().len(), 3);
    assert_eq!(trusted.bytes(), claim([2, 0]).bytes());
}

#[test]
fn a_quorum_that_is_not_reached_is_not() {
    let policy = policy(3, "group g 2 w0 w1 w2\nquorum g\n");
    for cosigners in [vec![], vec![0], vec![2], vec![5, 6, 7]] {
        let cosigned = cosigners.iter().filter(|at| **at < 3).count();
        assert_eq!(policy.judge(&claim(cosigners)), Err(QuorumError::Short { cosigned }));
    }
}

#[test]
fn the_same_witness_twice_is_one() {
    let policy = policy(3, "group g 2 w0 w1 w2\nquorum g\n");
    let later = witness(0).cosign(&checkpoint(), Timestamp::MAX).unwrap();
    let mut lines = claim([0, 0, 0]).signatures().to_vec();
    lines.push(later);
    let claim = Claim::assemble(&checkpoint(), lines.clone()).unwrap();
    assert_eq!(policy.judge(&claim), Err(QuorumError::Short { cosigned: 1 }));
    let state = policy.satisfied_by(&checkpoint(), &lines);
    assert!(!state.is_met());
    // Its latest word counts.
    assert_eq!(state.cosigned_by()[0].timestamp(), Timestamp::MAX);
}

#[test]
fn two_keys_of_one_witness_are_the_two_that_the_policy_says() {
    let (old, new) = (witness(0), key("witness.example/0", Algorithm::MlDsa44, 0));
    let rest = format!("witness new {}\ngroup g all w0 new\nquorum g\n", new.verifier());
    let policy = policy(1, &rest);
    let lines = [&old, &new].map(|key| key.cosign(&checkpoint(), NOON).unwrap());
    assert!(!policy.satisfied_by(&checkpoint(), &lines[..1]).is_met());
    assert!(!policy.satisfied_by(&checkpoint(), &lines[1..]).is_met());
    assert!(policy.satisfied_by(&checkpoint(), &lines).is_met());
}

#[test]
fn without_the_log_no_witness_helps() {
    let policy = policy(2, "group g any w0 w1\nquorum g\n");
    let unsigned = Claim::assemble(&checkpoint(), cosignatures([0, 1])).unwrap();
    assert_eq!(policy.judge(&unsigned), Err(QuorumError::Unsigned));
    // Nor does the log's signature under another policy's key.
    let other = key(ORIGIN, Algorithm::Ed25519, 99).sign_log(&checkpoint()).unwrap();
    let mut lines = cosignatures([0, 1]);
    lines.push(other);
    let claim = Claim::assemble(&checkpoint(), lines).unwrap();
    assert_eq!(policy.judge(&claim), Err(QuorumError::Unsigned));
}

#[test]
fn a_log_speaks_for_its_own_origin_only() {
    // Both logs are trusted; neither may sign for the other.
    let other = key("example.com/elsewhere", Algorithm::Ed25519, 50);
    let keys = [log_key(), other].map(|key| key.verifier().clone());
    let other = key("example.com/elsewhere", Algorithm::Ed25519, 50);
    let policy = Policy::logs_only(keys.into()).unwrap();
    let line = other.sign_log(&checkpoint()).unwrap();
    let claim = Claim::assemble(&checkpoint(), vec![line]).unwrap();
    assert_eq!(policy.judge(&claim), Err(QuorumError::Unsigned));
    let unknown = Policy::logs_only([other.verifier().clone()].into()).unwrap();
    assert_eq!(unknown.judge(&claim), Err(QuorumError::UnknownLog));
    assert_eq!(Policy::parse("quorum none\n").unwrap().judge(&claim), Err(QuorumError::UnknownLog));
}

#[test]
fn any_of_a_logs_keys_is_enough() {
    let second = key(ORIGIN, Algorithm::MlDsa44, 2);
    let keys = [log_key().verifier().clone(), second.verifier().clone()];
    let policy = Policy::logs_only(keys.into()).unwrap();
    let lines = [&log_key(), &second].map(|key| key.sign_log(&checkpoint()).unwrap());
    for lines in [&lines[..1], &lines[1..], &lines[..]] {
        let claim = Claim::assemble(&checkpoint(), lines.to_vec()).unwrap();
        assert_eq!(policy.judge(&claim).unwrap().signatures().len(), lines.len());
    }
}

#[test]
fn a_known_line_that_fails_refuses_the_note() {
    let policy = policy(2, "group g any w0 w1\nquorum g\n");
    let good = claim([0]);
    for forged in [log_key().verifier().clone(), witness(1).verifier().clone()] {
        let length = if forged.algorithm() == Algorithm::Ed25519 { 64 } else { 72 };
        let line = SignatureLine::new(forged.name().clone(), forged.id(), vec![1; length]).unwrap();
        let mut lines = good.signatures().to_vec();
        lines.push(line);
        let claim = Claim::assemble(&checkpoint(), lines).unwrap();
        assert!(matches!(
            policy.judge(&claim),
            Err(QuorumError::Refused(Refused::Signature { .. } | Refused::Timestamp { .. }))
        ));
    }
}

#[test]
fn strangers_are_kept_verbatim_and_not_stored() {
    let policy = policy(1, "quorum w0\n");
    let trusted = policy.judge(&claim([7, 0, 8])).unwrap();
    assert_eq!(trusted.bytes(), claim([7, 0, 8]).bytes());
    assert_eq!(trusted.to_bytes(), claim([0]).bytes());
}

#[test]
fn extension_lines_are_believed_only_where_the_log_signed_them() {
    let witness = witness(0);
    let second = key(ORIGIN, Algorithm::MlDsa44, 2);
    let text = format!("log {}\n{}quorum w0\n", second.verifier(), definitions(1));
    let policy = Policy::parse(&text).unwrap();
    let lines = vec![
        // ML-DSA signs neither with nor without them.
        second.sign_log(&checkpoint()).unwrap(),
        // The witness signs them too, and makes no statement about them.
        witness.cosign(&extended(), NOON).unwrap(),
    ];
    let claim = Claim::assemble(&extended(), lines).unwrap();
    let trusted = policy.judge(&claim).unwrap();
    assert_eq!(trusted.checkpoint(), &checkpoint());
    assert_eq!(trusted.bytes(), claim.bytes());
}

#[test]
fn the_publisher_sees_who_failed_and_who_could_help() {
    let rest = "group a 1 w0 w1\ngroup b 2 w2 w3 w4\ngroup g all a b\nquorum g\n";
    let policy = policy(6, rest);
    let names = |witnesses: &[&PolicyWitness]| {
        let mut names: Vec<String> =
            witnesses.iter().map(|witness| witness.name().into()).collect();
        names.sort();
        names
    };
    let state = policy.satisfied_by(&checkpoint(), &[]);
    assert_eq!(names(state.helpful()), ["w0", "w1", "w2", "w3", "w4"]);
    // Group a is done with w0; w5 is in no group and never helps.
    let state = policy.satisfied_by(&checkpoint(), &cosignatures([0, 3, 5, 9]));
    assert!(!state.is_met());
    assert_eq!(state.cosigned_by().len(), 3);
    assert_eq!(names(state.helpful()), ["w2", "w4"]);
    let state = policy.satisfied_by(&checkpoint(), &cosignatures([0, 3, 4]));
    assert!(state.is_met() && state.helpful().is_empty() && state.failed().is_empty());

    let name = KeyName::parse("witness.example/2").unwrap();
    let id = witness(2).verifier().id();
    let mut lines = cosignatures([0, 3]);
    lines.push(SignatureLine::new(name, id, vec![1; 5]).unwrap());
    let state = policy.satisfied_by(&checkpoint(), &lines);
    let [(failed, refused)] = state.failed() else { panic!("one line fails") };
    assert_eq!(failed.name(), "w2");
    assert_eq!(*refused, Refused::Length { id, bytes: 5, expected: 72 });
    assert_eq!(names(state.helpful()), ["w2", "w4"]);
}

#[test]
fn the_log_need_not_be_asked_when_the_quorum_is_none() {
    let policy = policy(1, "quorum none\n");
    assert!(policy.satisfied_by(&checkpoint(), &[]).is_met());
    assert!(policy.judge(&claim([])).unwrap().cosigned_by().is_empty());
    assert_eq!(policy.judge(&claim([0])).unwrap().cosigned_by().len(), 1);
}

#[test]
fn forty_of_everything_is_judged() {
    let mut text = String::new();
    for seed in 0..40 {
        let log = key(ORIGIN, Algorithm::Ed25519, 100 + seed);
        text += &format!("log {}\n", log.verifier());
    }
    text += &definitions(40);
    // Each group holds a witness and the group before it: forty deep.
    text += "group g0 all w0\n";
    for at in 1..40 {
        text += &format!("group g{at} all g{} w{at}\n", at - 1);
    }
    text += "quorum g39\n";
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(Policy::parse(&policy.to_string()), Ok(policy.clone()));
    let with = |cosigners: &[usize]| {
        let log = key(ORIGIN, Algorithm::Ed25519, 139);
        let mut lines = cosignatures(cosigners.iter().copied());
        lines.push(log.sign_log(&checkpoint()).unwrap());
        policy.judge(&Claim::assemble(&checkpoint(), lines).unwrap())
    };
    let all: Vec<usize> = (0..40).collect();
    assert_eq!(with(&all).unwrap().cosigned_by().len(), 40);
    for missing in [0, 20, 39] {
        let mut some = all.clone();
        some.remove(missing);
        assert_eq!(with(&some), Err(QuorumError::Short { cosigned: 39 }));
    }
}

#[test]
fn a_group_ten_thousand_deep_is_judged() {
    let mut rest = String::from("group g0 any w0\n");
    for at in 1..10_000 {
        rest += &format!("group g{at} any g{}\n", at - 1);
    }
    rest += "quorum g9999\n";
    let policy = policy(1, &rest);
    assert!(policy.satisfied_by(&checkpoint(), &cosignatures([0])).is_met());
    let state = policy.satisfied_by(&checkpoint(), &[]);
    assert!(!state.is_met() && state.helpful().len() == 1);
}

/// tlog-policy in its own words, and slow: looks a name's line up each time, and asks its members.
fn oracle_witnessed(file: &str, name: &str, cosigned: &BTreeSet<String>) -> bool {
    for line in file.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["witness", witness, ..] if *witness == name => return cosigned.contains(name),
            ["group", group, k, members @ ..] if *group == name => {
                let k = match *k {
                    "any" => 1,
                    "all" => members.len(),
                    k => k.parse().unwrap(),
                };
                let has = |member: &&&str| oracle_witnessed(file, member, cosigned);
                return members.iter().filter(has).count() >= k;
            }
            _ => {}
        }
    }
    panic!("{name} is not defined");
}

fn oracle_met(file: &str, cosigned: &BTreeSet<String>) -> bool {
    let quorum = file.lines().find_map(|line| line.strip_prefix("quorum ")).unwrap();
    quorum == "none" || oracle_witnessed(file, quorum, cosigned)
}

/// A policy file: some witnesses, then groups that each take some of the names not taken yet.
fn any_file() -> impl Strategy<Value = (usize, String)> {
    let group = (prop::collection::vec(any::<Index>(), 1..6), any::<Index>(), 0..3);
    let groups = prop::collection::vec(group, 0..8);
    (1..10_usize, groups, prop::option::weighted(0.9, any::<Index>())).prop_map(
        |(count, groups, quorum)| {
            let mut file = definitions(count);
            let mut all: Vec<String> = (0..count).map(|at| format!("w{at}")).collect();
            let mut free = all.clone();
            for (at, (picks, threshold, style)) in groups.into_iter().enumerate() {
                let mut members = Vec::new();
                for pick in picks {
                    if !free.is_empty() {
                        members.push(free.remove(pick.index(free.len())));
                    }
                }
                if members.is_empty() {
                    break;
                }
                let threshold = match style {
                    0 => "any".into(),
                    1 => "all".into(),
                    _ => (threshold.index(members.len()) + 1).to_string(),
                };
                file += &format!("group g{at} {threshold} {}\n", members.join(" "));
                all.push(format!("g{at}"));
                free.push(format!("g{at}"));
            }
            // Late names are the groups, which are the more interesting quorums.
            let last = all.len() / 2;
            let name = quorum.map_or("none", |at| &all[last + at.index(all.len() - last)]);
            file += &format!("quorum {name}\n");
            (count, file)
        },
    )
}

proptest! {
    #[test]
    fn a_quorum_is_what_the_oracle_says((count, file) in any_file(), signers: u16) {
        let policy = Policy::parse(&file).unwrap();
        prop_assert_eq!(&Policy::parse(&policy.to_string()).unwrap(), &policy);
        let signers: Vec<usize> = (0..count).filter(|at| signers >> at & 1 == 1).collect();
        let names: BTreeSet<String> = signers.iter().map(|at| format!("w{at}")).collect();
        let met = oracle_met(&file, &names);

        let lines = cosignatures(signers.iter().copied());
        let state = policy.satisfied_by(&checkpoint(), &lines);
        prop_assert_eq!(state.is_met(), met, "{}", file);
        prop_assert_eq!(state.cosigned_by().len(), signers.len());

        let with_log = policy_with_log(&file);
        prop_assert_eq!(with_log.judge(&claim(signers)).is_ok(), met);

        // Whoever is not helpful makes no difference; all helpful ones together do.
        let helpful: BTreeSet<String> =
            state.helpful().iter().map(|witness| witness.name().into()).collect();
        prop_assert!(helpful.is_disjoint(&names));
        prop_assert!(oracle_met(&file, &names.union(&helpful).cloned().collect()));
        if met {
            prop_assert!(helpful.is_empty());
        } else {
            let all = (0..count).map(|at| format!("w{at}"));
            let useless = all.filter(|name| !helpful.contains(name)).collect();
            prop_assert!(!oracle_met(&file, &useless), "{}", file);
        }
    }
}

fn policy_with_log(file: &str) -> Policy {
    Policy::parse(&format!("log {}\n{file}", log_key().verifier())).unwrap()
}
