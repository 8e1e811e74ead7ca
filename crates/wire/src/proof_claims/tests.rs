//! Proofs that hold together, and those that contradict themselves.

use alloc::string::{String, ToString};
use alloc::vec;

use indelible_merkle::PositionError;
use proptest::prelude::*;

use super::*;
use crate::limits::CHECKPOINT_BYTES_MAX;
use crate::samples;
use crate::samples::{claim, hash, index, size};

/// Base64 of 32 bytes of value 7.
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

fn checkpoint_text(size: u64) -> String {
    members::encode_checkpoint(&claim(size))
}

fn inclusion() -> InclusionAnswer {
    InclusionAnswer {
        index: 4,
        size: 6,
        leaf_hash: SEVENS.into(),
        hashes: vec![SEVENS.into(), SEVENS.into()],
        checkpoint: checkpoint_text(9),
    }
}

fn consistency() -> ConsistencyAnswer {
    let hashes = vec![SEVENS.into()];
    ConsistencyAnswer { from: 4, to: 6, hashes, checkpoint: checkpoint_text(6) }
}

#[test]
fn answers_are_the_json_that_the_protocol_names() {
    let text = serde_json::to_string(&inclusion()).unwrap();
    assert!(text.starts_with("{\"index\":4,\"size\":6,\"leaf_hash\":\"BwcH"), "{text}");
    assert!(text.contains("\"hashes\":[\"BwcH"), "{text}");
    assert!(text.contains("\"checkpoint\":\"example.com/log\\n9\\n"), "{text}");
    let text = serde_json::to_string(&consistency()).unwrap();
    assert!(text.starts_with("{\"from\":4,\"to\":6,\"hashes\":[\"BwcH"), "{text}");
}

#[test]
fn a_hash_in_another_spelling_is_refused() {
    for text in samples::misspelled_hashes(SEVENS) {
        let hashes = vec![SEVENS.into(), text.clone()];
        let answer = InclusionAnswer { hashes: hashes.clone(), ..inclusion() };
        assert_eq!(answer.decode(), Err(AnswerError::ProofHash { position: 1 }), "{text:?}");
        let answer = ConsistencyAnswer { hashes, ..consistency() };
        assert_eq!(answer.decode(), Err(AnswerError::ProofHash { position: 1 }), "{text:?}");
        let answer = InclusionAnswer { leaf_hash: text.clone(), ..inclusion() };
        assert_eq!(answer.decode(), Err(AnswerError::LeafHash), "{text:?}");
    }
}

#[test]
fn an_inclusion_answer_holds_together() {
    let claim = inclusion().decode().unwrap();
    assert_eq!((claim.index(), claim.size(), claim.leaf()), (index(4), size(6), &hash(7)));
    assert_eq!(claim.proof(), [hash(7), hash(7)]);
    assert_eq!(claim.checkpoint().unverified().size(), size(9));
    assert_eq!(claim.to_answer(), inclusion());
}

#[test]
fn an_inclusion_answer_that_contradicts_itself_is_refused() {
    let refused = |answer: InclusionAnswer| answer.decode().unwrap_err();
    let outside = AnswerError::Outside { index: index(6), size: size(6) };
    assert_eq!(refused(InclusionAnswer { index: 6, ..inclusion() }), outside);
    let empty = AnswerError::Outside { index: index(4), size: size(0) };
    assert_eq!(refused(InclusionAnswer { size: 0, ..inclusion() }), empty);
    let past = AnswerError::PastCheckpoint { size: size(10), checkpoint: size(9) };
    assert_eq!(refused(InclusionAnswer { size: 10, ..inclusion() }), past);
    let value = 1 << 63;
    let huge = AnswerError::Position(PositionError::Size { value });
    assert_eq!(refused(InclusionAnswer { size: value, ..inclusion() }), huge);
}

#[test]
fn a_consistency_answer_holds_together() {
    let claim = consistency().decode().unwrap();
    assert_eq!((claim.growth().from(), claim.growth().to()), (size(4), size(6)));
    assert_eq!(claim.to_answer(), consistency());

    let refused = |answer: ConsistencyAnswer| answer.decode().unwrap_err();
    let shrinks = AnswerError::Shrinks { from: size(7), to: size(6) };
    assert_eq!(refused(ConsistencyAnswer { from: 7, ..consistency() }), shrinks);
    let past = AnswerError::PastCheckpoint { size: size(7), checkpoint: size(6) };
    assert_eq!(refused(ConsistencyAnswer { to: 7, ..consistency() }), past);
}

#[test]
fn the_63rd_hash_is_taken_and_the_64th_is_not() {
    let hashes = |count| vec![SEVENS.to_string(); count];
    assert!(InclusionAnswer { hashes: hashes(63), ..inclusion() }.decode().is_ok());
    assert!(ConsistencyAnswer { hashes: hashes(63), ..consistency() }.decode().is_ok());
    let too_many = AnswerError::TooManyHashes { hashes: 64 };
    let answer = InclusionAnswer { hashes: hashes(64), ..inclusion() };
    assert_eq!(answer.decode(), Err(too_many.clone()));
    let answer = ConsistencyAnswer { hashes: hashes(64), ..consistency() };
    assert_eq!(answer.decode(), Err(too_many.clone()));
    let made = InclusionClaim::new(index(0), size(1), hash(1), vec![hash(1); 64], claim(1));
    assert_eq!(made, Err(too_many));
}

#[test]
fn a_checkpoint_cut_anywhere_or_too_long_is_refused() {
    let text = checkpoint_text(9);
    for length in 0..text.len() {
        let Some(cut) = text.get(..length) else { continue };
        let answer = InclusionAnswer { checkpoint: cut.into(), ..inclusion() };
        assert!(matches!(answer.decode(), Err(AnswerError::Checkpoint(_))), "{length}");
    }
    let bytes = CHECKPOINT_BYTES_MAX + 1;
    let answer = InclusionAnswer { checkpoint: "x".repeat(bytes), ..inclusion() };
    assert_eq!(answer.decode(), Err(AnswerError::CheckpointTooLong { bytes }));
}

proptest! {
    #[test]
    fn inclusion_claims_survive_json(
        claim in samples::any_claim(), leaf in samples::any_hash(),
        proof in samples::any_proof(), size in samples::any_size(), bits in any::<u64>()
    ) {
        let size = size.min(claim.unverified().size());
        prop_assume!(!size.is_zero());
        let index = index(bits % size.get());
        let claim = InclusionClaim::new(index, size, leaf, proof, claim).unwrap();
        let text = serde_json::to_string(&claim.to_answer()).unwrap();
        let read: InclusionAnswer = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.decode(), Ok(claim));
    }

    #[test]
    fn consistency_claims_survive_json(
        claim in samples::any_claim(), proof in samples::any_proof(), from in samples::any_size()
    ) {
        let to = claim.unverified().size();
        let growth = from.min(to).grow_to(to).unwrap();
        let claim = ConsistencyClaim::new(growth, proof, claim).unwrap();
        let text = serde_json::to_string(&claim.to_answer()).unwrap();
        let read: ConsistencyAnswer = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.decode(), Ok(claim));
    }
}
