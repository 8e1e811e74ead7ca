//! When a signed checkpoint is believed.

use alloc::string::String;
use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::key::Algorithm;
use crate::name::KeyName;
use crate::sample::{
    NOON, ORIGIN, any_checkpoint, any_damage, bit_flips, checkpoint, damaged, extended, key,
    log_key,
};
use crate::signature_line::LineError;
use crate::signer::SignerKey;

/// tlog-cosignature: a checkpoint with a log's signature and a cosignature. Their keys are not
/// published.
const SPEC: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn second_key() -> SignerKey {
    key(ORIGIN, Algorithm::MlDsa44, 2)
}

fn witness() -> SignerKey {
    key("witness.example/w1", Algorithm::Ed25519Cosignature, 3)
}

fn stranger() -> SignatureLine {
    key("stranger.example", Algorithm::Ed25519, 4).sign_log(&checkpoint()).unwrap()
}

fn signed() -> SignatureLine {
    log_key().sign_log(&checkpoint()).unwrap()
}

fn claim(lines: Vec<SignatureLine>) -> Claim {
    Claim::assemble(&checkpoint(), lines).unwrap()
}

/// A line under another name or ID, or with other bytes.
fn retold(name: &str, id: KeyId, bytes: &[u8]) -> SignatureLine {
    SignatureLine::new(KeyName::parse(name).unwrap(), id, bytes.into()).unwrap()
}

#[test]
fn the_checkpoint_of_the_specification_is_read() {
    let claim = Claim::parse(SPEC.as_bytes()).unwrap();
    assert_eq!(claim.unverified(), &checkpoint());
    assert_eq!(claim.signatures().len(), 2);
    assert_eq!(claim.signatures()[1].bytes()[..8], NOON.get().to_be_bytes());
    assert_eq!(claim.bytes(), SPEC.as_bytes());
    // By keys that we do not know, one of them with a name that we do.
    assert_eq!(claim.verify(&[log_key().verifier().clone()]), Err(Refused::NoneKnown));
}

#[test]
fn a_claim_is_believed_when_a_known_key_has_signed() {
    let claim = claim(vec![stranger(), signed(), second_key().sign_log(&checkpoint()).unwrap()]);
    let (first, second) = (log_key(), second_key());
    let keys = [first.verifier().clone(), second.verifier().clone()];
    let vouched = claim.verify(&keys).unwrap();
    assert_eq!(vouched.checkpoint(), &checkpoint());
    assert_eq!(vouched.by(), [keys[0].id(), keys[1].id()]);
    assert_eq!(vouched.signatures(), &claim.signatures()[1..]);
    let [only, _] = keys;
    assert_eq!(claim.verify(core::slice::from_ref(&only)).unwrap().by(), [only.id()]);
}

#[test]
fn what_is_kept_has_no_line_by_strangers() {
    let vouched =
        claim(vec![stranger(), signed()]).verify(&[log_key().verifier().clone()]).unwrap();
    assert_eq!(vouched.to_bytes(), claim(vec![signed()]).bytes());
}

#[test]
fn nobody_is_believed_without_a_key() {
    assert_eq!(claim(vec![signed()]).verify(&[]), Err(Refused::NoneKnown));
    assert_eq!(
        claim(vec![stranger()]).verify(&[log_key().verifier().clone()]),
        Err(Refused::NoneKnown)
    );
}

#[test]
fn a_known_line_that_fails_refuses_the_note() {
    let id = log_key().verifier().id();
    let mut bytes = signed().bytes().to_vec();
    bytes[9] ^= 1;
    let forged = retold(ORIGIN, id, &bytes);
    let short = retold(ORIGIN, id, &bytes[1..]);
    let keys = [log_key().verifier().clone(), second_key().verifier().clone()];
    let good = second_key().sign_log(&checkpoint()).unwrap();
    let failed = Err(Refused::Signature { id });
    for lines in [
        vec![forged.clone()],
        vec![forged.clone(), good.clone()],
        vec![good.clone(), forged.clone()],
        vec![signed(), forged],
    ] {
        assert_eq!(claim(lines).verify(&keys), failed);
    }
    let refused = Err(Refused::Length { id, bytes: 63, expected: 64 });
    assert_eq!(claim(vec![good, short]).verify(&keys), refused);
}

#[test]
fn name_or_id_alone_is_a_stranger() {
    let id = log_key().verifier().id();
    let same_name = retold(ORIGIN, KeyId::from_bytes([9; 4]), signed().bytes());
    let same_id = retold("example.com/elsewhere", id, signed().bytes());
    let keys = [log_key().verifier().clone()];
    let half_known = claim(vec![same_name.clone(), same_id.clone()]);
    assert_eq!(half_known.verify(&keys), Err(Refused::NoneKnown));
    let vouched = claim(vec![same_name, signed(), same_id]).verify(&keys).unwrap();
    assert_eq!(vouched.signatures(), [signed()]);
}

#[test]
fn a_key_counts_once() {
    let keys = [log_key().verifier().clone(), log_key().verifier().clone()];
    let vouched = claim(vec![signed(), signed()]).verify(&keys).unwrap();
    assert_eq!(vouched.by(), [keys[0].id()]);
    assert_eq!(vouched.to_bytes(), claim(vec![signed()]).bytes());
    // The same, where the two signatures differ.
    let cosigner = witness();
    let at = |seconds| {
        let time = crate::cosignature::Timestamp::new(seconds).unwrap();
        cosigner.cosign(&checkpoint(), time).unwrap()
    };
    let vouched = claim(vec![at(5), at(6)]).verify(&[cosigner.verifier().clone()]).unwrap();
    assert_eq!(vouched.signatures(), [at(5)]);
}

#[test]
fn two_keys_that_collide_are_an_error() {
    // Keys of one name whose IDs collide cannot be told apart; a line by one fails for the other.
    let keys = [log_key().verifier().clone(), second_key().verifier().clone()];
    let twin = retold(ORIGIN, keys[1].id(), signed().bytes());
    assert!(claim(vec![signed(), twin]).verify(&keys).is_err());
}

#[test]
fn another_text_is_not_what_was_signed() {
    let other = Checkpoint::new(
        checkpoint().origin().clone(),
        checkpoint().size().checked_add(1).unwrap(),
        *checkpoint().root(),
    );
    for signer in [log_key(), second_key()] {
        let line = signer.sign_log(&checkpoint()).unwrap();
        let claim = Claim::assemble(&other, vec![line]).unwrap();
        let id = signer.verifier().id();
        let said = claim.verify(&[signer.verifier().clone()]);
        assert_eq!(said, Err(Refused::Signature { id }));
    }
}

#[test]
fn extension_lines_are_believed_only_where_they_are_signed() {
    let old = witness();
    let new = key("witness.example/w2", Algorithm::MlDsa44, 5);
    let lines: Vec<_> = [&old, &new].map(|key| key.cosign(&extended(), NOON).unwrap()).into();
    let claim = Claim::assemble(&extended(), lines).unwrap();
    assert_eq!(claim.unverified(), &extended());
    let vouched = claim.verify(&[old.verifier().clone()]).unwrap();
    assert_eq!(vouched.checkpoint(), &extended());
    // ML-DSA does not sign them, so anybody could have added them.
    let vouched = claim.verify(&[new.verifier().clone()]).unwrap();
    assert_eq!(vouched.checkpoint(), &checkpoint());
    // What is stored still verifies.
    let stored = Claim::parse(&vouched.to_bytes()).unwrap();
    assert!(stored.verify(&[new.verifier().clone()]).is_ok());
    let both = claim.verify(&[old.verifier().clone(), new.verifier().clone()]).unwrap();
    assert_eq!(both.checkpoint(), &extended());
}

#[test]
fn malformed_claims_are_refused() {
    let parse = |text: &str| Claim::parse(text.as_bytes());
    assert_eq!(parse(""), Err(ClaimError::Note(NoteError::Unsigned)));
    let unsigned = SPEC.split_inclusive("\n\n").next().unwrap();
    assert_eq!(parse(unsigned), Err(ClaimError::Note(NoteError::Unsigned)));
    let size = ClaimError::Checkpoint(CheckpointError::Size);
    assert_eq!(parse(&SPEC.replace("\n2085", "\n02085")), Err(size));
    let line = ClaimError::Note(NoteError::Line(LineError::Prefix));
    assert_eq!(parse(&SPEC.replace("\u{2014} witness", "- witness")), Err(line));
    assert_eq!(
        parse(&SPEC.replace("\n\n", "\n\n\n")),
        Err(ClaimError::Checkpoint(CheckpointError::Extension))
    );
    assert_eq!(Claim::assemble(&checkpoint(), vec![]), Err(ClaimError::Note(NoteError::Unsigned)));
}

/// Either a flip is refused, or the believed content is what it was.
fn survives_flips(lines: Vec<SignatureLine>, keys: &[VerifierKey], step: usize) {
    let claim = claim(lines);
    let vouched = claim.verify(keys).unwrap();
    let text = String::from_utf8(claim.bytes().to_vec()).unwrap();
    let (mut refused, mut harmless) = (0, 0);
    for flipped in bit_flips(&text).step_by(step) {
        assert_ne!(flipped, text);
        let Ok(claim) = Claim::parse(flipped.as_bytes()) else {
            refused += 1;
            continue;
        };
        match claim.verify(keys) {
            Err(_) => refused += 1,
            Ok(still) => {
                assert_eq!(still.checkpoint(), vouched.checkpoint(), "{flipped}");
                // All that can be lost is a line, which becomes a stranger's.
                let held = |line| vouched.signatures().contains(line);
                assert!(still.signatures().iter().all(held), "{flipped}");
                harmless += 1;
            }
        }
    }
    assert!(refused > harmless && harmless > 0, "{refused} refused, {harmless} harmless");
}

#[test]
fn no_single_bit_changes_what_is_believed() {
    let cosigned = witness().cosign(&checkpoint(), NOON).unwrap();
    let lines = vec![stranger(), signed(), cosigned];
    survives_flips(lines, &[log_key().verifier().clone(), witness().verifier().clone()], 1);
}

#[test]
fn no_single_bit_changes_what_is_believed_of_ml_dsa() {
    let lines = vec![signed(), second_key().sign_log(&checkpoint()).unwrap()];
    // Every 7th bit: prime to 8, so that all bits of a byte are met, and to the base64 quantum.
    survives_flips(lines, &[second_key().verifier().clone()], 7);
}

proptest! {
    #[test]
    fn what_is_printed_is_read(checkpoint in any_checkpoint()) {
        let claim = Claim::assemble(&checkpoint, vec![stranger(), signed()]).unwrap();
        prop_assert_eq!(Claim::parse(claim.bytes()), Ok(claim));
    }

    #[test]
    fn what_is_read_is_what_would_be_printed(damage in any_damage()) {
        let bytes = damaged(SPEC.as_bytes(), &damage);
        if let Ok(claim) = Claim::parse(&bytes) {
            let lines = claim.signatures().to_vec();
            let again = Claim::assemble(claim.unverified(), lines).unwrap();
            prop_assert_eq!(again.bytes(), bytes.as_slice());
            prop_assert_eq!(again, claim);
        }
    }
}
