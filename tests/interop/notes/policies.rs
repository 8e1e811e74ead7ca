//! Policies: is this enough signatures?

use indelible_merkle::Hash;
use indelible_note::{Algorithm, Claim, Note, Policy, SignatureLine, SignerKey, Timestamp};
use serde_json::json;

use super::{ORIGIN, checkpoint, our_key};
use crate::oracle::Oracle;

const WITNESSES: u8 = 5;

/// What stands below the `witness` lines; the witnesses are called w0 to w4.
const QUORUMS: [&str; 8] = [
    "quorum none\n",
    "quorum w2\n",
    "group some any w0 w1\nquorum some\n",
    "group every all w0 w1 w2 w3 w4\nquorum every\n",
    "group most 3 w0 w1 w2 w3 w4\nquorum most\n",
    "group left 1 w0 w1\ngroup right 2 w2 w3 w4\ngroup both all left right\nquorum both\n",
    "group left all w0 w1\ngroup right all w2 w3\ngroup either any left right w4\nquorum either\n",
    "group unused all w0 w1\n# Only one counts.\n\nquorum w4\n",
];

#[test]
fn every_choice_of_witnesses_meets_the_same_policies_here_and_elsewhere() {
    let mut oracle = Oracle::start();
    let log = our_key(ORIGIN, Algorithm::Ed25519, 1);
    let witnesses: Vec<SignerKey> = (0..WITNESSES).map(witness).collect();
    let said = checkpoint(42, Hash::of_leaf(b"a root"));
    let by_log = log.sign_log(&said).expect("a signature");
    let at = Timestamp::new(1_795_000_000).expect("a date");
    let cosignatures: Vec<SignatureLine> =
        witnesses.iter().map(|key| key.cosign(&said, at).expect("a cosignature")).collect();
    for quorum in QUORUMS {
        let policy = policy_text(&log, &witnesses, quorum);
        let ours = Policy::parse(&policy).unwrap_or_else(|error| panic!("{policy}\n{error}"));
        for chosen in 0_u8..1 << WITNESSES {
            let lines = (0..).zip(&cosignatures).filter(|(bit, _)| chosen & (1_u8 << bit) != 0);
            let lines =
                std::iter::once(&by_log).chain(lines.map(|(_, line)| line)).cloned().collect();
            let note = Note::new(said.to_body(), lines).expect("a note").to_bytes();
            let claim = Claim::parse(&note).expect("a checkpoint");
            let question =
                json!({ "policy": policy, "note": String::from_utf8(note).expect("a text") });
            let theirs = oracle.accepts("policy.judge", &question);
            assert_eq!(ours.judge(&claim).is_ok(), theirs, "{chosen:05b} under {quorum}");
        }
    }
}

/// Witnesses have keys of both kinds.
fn witness(number: u8) -> SignerKey {
    let algorithm = match number % 2 {
        0 => Algorithm::Ed25519Cosignature,
        _ => Algorithm::MlDsa44,
    };
    our_key(&format!("witness.example/{number}"), algorithm, 100 + number)
}

fn policy_text(log: &SignerKey, witnesses: &[SignerKey], quorum: &str) -> String {
    let mut text = format!("log {} https://log.example/\n", log.verifier());
    for (number, key) in witnesses.iter().enumerate() {
        text += &format!("witness w{number} {} https://w{number}.example/\n", key.verifier());
    }
    text + quorum
}
