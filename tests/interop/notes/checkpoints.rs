//! Checkpoints with the signatures of logs and witnesses.

use indelible_merkle::Hash;
use indelible_note::{
    Algorithm, Checkpoint, Claim, Note, SignatureLine, SignerKey, Timestamp, VerifierKey,
    verify_cosignature,
};
use serde_json::{Value, json};

use super::{ORIGIN, checkpoint, id_number, our_key, signers, their_body, their_key};
use crate::dice::Dice;
use crate::oracle::{Oracle, base64, bytes, number, text};

const NOW: u64 = 1_795_000_000;

/// A log with both its keys and a witness with both of its.
struct Signers {
    log: SignerKey,
    others: [SignerKey; 3],
}

impl Signers {
    fn ours() -> Self {
        Self {
            log: our_key(ORIGIN, Algorithm::Ed25519, 1),
            others: [
                our_key(ORIGIN, Algorithm::MlDsa44, 2),
                our_key("witness.example/w1", Algorithm::Ed25519Cosignature, 3),
                our_key("witness.example/w1", Algorithm::MlDsa44, 4),
            ],
        }
    }

    fn sign(&self, checkpoint: &Checkpoint) -> String {
        let [log_again, witness, witness_again] = &self.others;
        let at = Timestamp::new(NOW).expect("a date");
        let lines = vec![
            self.log.sign_log(checkpoint).expect("a signature"),
            log_again.sign_log(checkpoint).expect("a signature"),
            witness.cosign(checkpoint, at).expect("a cosignature"),
            witness_again.cosign(checkpoint, at).expect("a cosignature"),
        ];
        printed(checkpoint, lines)
    }

    fn verifiers(&self) -> Vec<VerifierKey> {
        std::iter::once(&self.log).chain(&self.others).map(|key| key.verifier().clone()).collect()
    }

    fn question(&self, note: &str) -> Value {
        let others: Vec<String> =
            self.others.iter().map(|key| key.verifier().to_string()).collect();
        json!({
            "note": note,
            "origin": ORIGIN,
            "log": self.log.verifier().to_string(),
            "others": others,
        })
    }
}

#[test]
fn checkpoints_signed_by_our_log_and_witness_are_accepted_elsewhere() {
    let mut oracle = Oracle::start();
    let keys = Signers::ours();
    for size in [0, 1, 255, 256, 20_852_163, (1 << 63) - 1] {
        let checkpoint = checkpoint(size, Hash::of_leaf(&size.to_be_bytes()));
        assert_eq!(checkpoint.to_body(), their_body(&mut oracle, &checkpoint));
        let note = keys.sign(&checkpoint);
        let opened = oracle.must("checkpoint.open", &keys.question(&note));
        assert_eq!(number(&opened["size"]), size);
        assert_eq!(bytes(&opened["root"]), checkpoint.root().as_bytes());
        let expected: Vec<(String, u64, u64)> = keys
            .verifiers()
            .iter()
            .zip([0, 0, NOW, NOW])
            .map(|(key, at)| (key.name().to_string(), id_number(key.id()), at))
            .collect();
        assert_eq!(signers(&opened), expected, "{note}");
    }
}

#[test]
fn checkpoints_signed_elsewhere_are_accepted_here() {
    let mut oracle = Oracle::start();
    let (log, log_verifier) = their_key(&mut oracle, ORIGIN, Algorithm::Ed25519);
    let (cosigner, verifier) =
        their_key(&mut oracle, "witness.example/go", Algorithm::Ed25519Cosignature);
    let (post_quantum, post_quantum_verifier) =
        their_key(&mut oracle, "witness.example/go", Algorithm::MlDsa44);
    let keys = [&log_verifier, &verifier, &post_quantum_verifier]
        .map(|key| VerifierKey::parse(key).expect("a verifier key"));
    for size in [0, 1, 300, 1 << 40] {
        let said = checkpoint(size, Hash::of_leaf(b"a root"));
        let body = their_body(&mut oracle, &said);
        let signed = oracle.must_text(
            "note.sign",
            &json!({ "text": body, "private": [log, cosigner, post_quantum] }),
        );
        let claim = Claim::parse(signed.as_bytes()).expect("a checkpoint");
        assert_eq!(claim.unverified(), &said);
        assert_eq!(claim.bytes(), signed.as_bytes());
        let vouched = claim.verify(&keys).expect("all three signatures");
        assert_eq!(vouched.checkpoint(), &said);
        assert_eq!(vouched.by(), keys.each_ref().map(VerifierKey::id));
        for (key, line) in keys.iter().zip(claim.signatures()).skip(1) {
            let at = verify_cosignature(key, &said, line).expect("a cosignature");
            assert!(at.get() > NOW - (10 * 365 * 86_400), "signed at {at}");
        }
    }
}

/// A log's second signature, as another implementation makes it: the same structure as a witness's
/// cosignature, without a time.
#[test]
fn a_log_signature_of_type_6_made_elsewhere_without_a_time_is_accepted_here() {
    let mut oracle = Oracle::start();
    let (private, verifier) = their_key(&mut oracle, ORIGIN, Algorithm::MlDsa44);
    let said = checkpoint(70_000, Hash::of_leaf(b"a root"));
    let line = oracle.must_text(
        "subtree.sign",
        &json!({
            "private": private,
            "timestamp": 0,
            "origin": ORIGIN,
            "start": 0,
            "end": 70_000,
            "hash": base64(said.root().as_bytes()),
        }),
    );
    let note = printed(&said, vec![SignatureLine::parse(&line).expect("a signature line")]);
    let key = VerifierKey::parse(&verifier).expect("a verifier key");
    let claim = Claim::parse(note.as_bytes()).expect("a checkpoint");
    assert_eq!(claim.verify(&[key]).expect("its signature").checkpoint(), &said);
}

/// A byte of a signed checkpoint, changed in one bit: where we still accept, they do, and see
/// the same signatures; nothing that says another size or root is accepted by anyone.
#[test]
fn a_checkpoint_with_any_byte_changed_is_accepted_by_nobody_or_by_both_alike() {
    let mut oracle = Oracle::start();
    let mut dice = Dice::new(11);
    let keys = Signers::ours();
    let said = checkpoint(1_234, Hash::of_leaf(b"a root"));
    let whole = keys.sign(&said);
    let verifiers = keys.verifiers();
    let mut column = 0;
    for (at, byte) in whole.bytes().enumerate() {
        column = if byte == b'\n' { 0 } else { column + 1 };
        // Deep inside a long signature one place is like another.
        if column > 150 && dice.below(10) > 0 {
            continue;
        }
        let mut broken = whole.clone().into_bytes();
        broken[at] ^= 1 << dice.below(7);
        let Ok(broken) = String::from_utf8(broken) else { continue };
        let ours = Claim::parse(broken.as_bytes())
            .ok()
            .and_then(|claim| claim.verify(&verifiers).ok())
            .filter(|vouched| vouched.by().contains(&keys.log.verifier().id()));
        let theirs = oracle.ask("checkpoint.open", &keys.question(&broken));
        if let Some(vouched) = ours {
            let theirs = theirs.unwrap_or_else(|error| panic!("byte {at}: they say {error}"));
            assert_eq!(vouched.checkpoint(), &said, "byte {at}");
            let by: Vec<u64> = vouched.by().iter().copied().map(id_number).collect();
            let by_their_account: Vec<u64> =
                signers(&theirs).into_iter().map(|(_, id, _)| id).collect();
            assert_eq!(by, by_their_account, "byte {at}");
        } else if let Ok(theirs) = theirs {
            // Go reads base64 whose last bits are not zero; nothing else is let through there.
            assert_eq!(bytes(&theirs["root"]), said.root().as_bytes(), "byte {at}");
            assert_eq!(number(&theirs["size"]), said.size().get(), "byte {at}");
        }
    }
}

#[test]
fn a_note_that_is_no_checkpoint_is_the_same_for_both() {
    let mut oracle = Oracle::start();
    let (private, verifier) = their_key(&mut oracle, ORIGIN, Algorithm::Ed25519);
    for body in ["x\n", "two\n\nparagraphs\n", "\n", "caf\u{e9}\n\n\n"] {
        let signed = oracle.must_text("note.sign", &json!({ "text": body, "private": [private] }));
        let note = Note::parse(signed.as_bytes()).expect("a note");
        assert_eq!(note.text(), body);
        assert_eq!(note.to_bytes(), signed.as_bytes());
        let opened = oracle.must("note.open", &json!({ "note": signed, "verifiers": [verifier] }));
        assert_eq!(text(&opened["text"]), body);
        assert!(Claim::parse(signed.as_bytes()).is_err(), "{body:?} is no checkpoint");
    }
}

fn printed(checkpoint: &Checkpoint, lines: Vec<SignatureLine>) -> String {
    let note = Note::new(checkpoint.to_body(), lines).expect("a note");
    String::from_utf8(note.to_bytes()).expect("a note is text")
}
