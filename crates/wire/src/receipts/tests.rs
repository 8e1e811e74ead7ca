//! Answers that hold together, and those that contradict themselves.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::samples;
use crate::samples::{claim, hash, index, size};

/// Base64 of 32 bytes of value 7.
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

fn checkpoint_text(size: u64) -> String {
    encode_checkpoint(&claim(size))
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

fn added(index: u64) -> Added {
    Added { index, leaf_hash: SEVENS.into(), duplicate: false }
}

#[test]
fn answers_are_the_json_that_the_protocol_names() {
    let text = serde_json::to_value(added(5)).unwrap();
    assert_eq!(text, json!({ "index": 5, "leaf_hash": SEVENS, "duplicate": false }));
    let text = serde_json::to_value(inclusion()).unwrap();
    let names = ["index", "size", "leaf_hash", "hashes", "checkpoint"];
    assert!(names.iter().all(|name| text.get(name).is_some()), "{text}");
    let text = serde_json::to_value(AddedBatch { results: vec![added(0)] }).unwrap();
    assert_eq!(text["results"][0]["index"], 0);
}

#[test]
fn members_that_a_client_does_not_know_are_ignored_and_missing_ones_are_not() {
    let more = json!({ "index": 5, "leaf_hash": SEVENS, "duplicate": true, "new": [1] });
    let read: Added = serde_json::from_value(more).unwrap();
    assert!(read.decode().unwrap().duplicate);
    for missing in ["index", "leaf_hash", "duplicate"] {
        let mut fewer = json!({ "index": 5, "leaf_hash": SEVENS, "duplicate": true });
        fewer.as_object_mut().unwrap().remove(missing);
        assert!(serde_json::from_value::<Added>(fewer).is_err(), "{missing}");
    }
    for wrong in
        [json!(-1), json!(1.5), json!("5"), json!(null), json!(18_446_744_073_709_551_616_f64)]
    {
        let answer = json!({ "index": wrong, "leaf_hash": SEVENS, "duplicate": true });
        assert!(serde_json::from_value::<Added>(answer.clone()).is_err(), "{answer}");
    }
}

#[test]
fn a_receipt_is_decoded_in_its_bounds() {
    let receipt = added(5).decode().unwrap();
    assert_eq!(receipt, Receipt { index: index(5), leaf: hash(7), duplicate: false });
    for value in [i64::MAX.unsigned_abs(), u64::MAX] {
        let refused = AnswerError::Position(PositionError::Index { value });
        assert_eq!(added(value).decode(), Err(refused));
    }
}

#[test]
fn a_hash_in_another_spelling_is_refused() {
    for text in [
        "",
        "BwcH",
        &SEVENS[..43],
        &SEVENS.replace("wc=", "wd="),
        &format!("{SEVENS}\n"),
        &format!(" {SEVENS}"),
        &"07".repeat(32),
    ] {
        let answer = Added { leaf_hash: text.into(), ..added(1) };
        assert_eq!(answer.decode(), Err(AnswerError::LeafHash), "{text:?}");
        let answer = InclusionAnswer { hashes: vec![SEVENS.into(), text.into()], ..inclusion() };
        assert_eq!(answer.decode(), Err(AnswerError::ProofHash { position: 1 }), "{text:?}");
        let answer = InclusionAnswer { leaf_hash: text.into(), ..inclusion() };
        assert_eq!(answer.decode(), Err(AnswerError::LeafHash), "{text:?}");
    }
}

#[test]
fn a_batch_answers_for_each_entry_sent() {
    let answer = AddedBatch { results: vec![added(1), added(0)] };
    let indices: Vec<_> = answer.decode(2).unwrap().iter().map(|it| it.index.get()).collect();
    assert_eq!(indices, [1, 0]);
    for entries in [0, 1, 3] {
        assert_eq!(answer.decode(entries), Err(AnswerError::Count { results: 2, entries }));
    }
}

#[test]
fn a_batch_with_proofs_answers_for_each_entry_under_its_checkpoint() {
    let receipt = |at| Receipt { index: index(at), leaf: hash(7), duplicate: at == 1 };
    let receipts = vec![(receipt(0), vec![hash(1)]), (receipt(1), Vec::new())];
    let batch = BatchClaim { receipts, checkpoint: claim(2) };
    let answer = batch.to_answer();
    assert_eq!(answer.decode(2), Ok(batch));
    assert_eq!(answer.decode(1), Err(AnswerError::Count { results: 2, entries: 1 }));

    let smaller = AddedBatchWithProofs { checkpoint: checkpoint_text(1), ..answer.clone() };
    let outside = AnswerError::Outside { index: index(1), size: size(1) };
    assert_eq!(smaller.decode(2), Err(outside));

    let mut longer = answer;
    longer.results[1].hashes = vec![SEVENS.into(); 64];
    assert_eq!(longer.decode(2), Err(AnswerError::TooManyHashes { hashes: 64 }));
}

#[test]
fn an_answer_with_a_proof_is_about_one_leaf() {
    let proof = format!("c2sp.org/tlog-proof@v1\nindex 5\n{SEVENS}\n\n{}", checkpoint_text(9));
    let answer = AddedWithProof {
        index: 5,
        leaf_hash: SEVENS.into(),
        duplicate: true,
        proof: proof.clone(),
    };
    let (receipt, file) = answer.decode().unwrap();
    assert_eq!((receipt.index, file.index()), (index(5), index(5)));
    assert_eq!(file.to_bytes(), proof.as_bytes());

    let other = AddedWithProof { index: 4, ..answer.clone() };
    let refused = AnswerError::OtherLeaf { index: index(4), proven: index(5) };
    assert_eq!(other.decode(), Err(refused));
    let cut = AddedWithProof { proof: proof[..20].to_string(), ..answer };
    assert!(matches!(cut.decode(), Err(AnswerError::ProofFile(_))));
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

    #[test]
    fn receipts_survive_json(
        position in samples::any_size(), leaf in samples::any_hash(), duplicate in any::<bool>()
    ) {
        prop_assume!(position < TreeSize::MAX);
        let receipt = Receipt { index: index(position.get()), leaf, duplicate };
        let text = serde_json::to_string(&receipt.to_answer()).unwrap();
        let read: Added = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.decode(), Ok(receipt));
    }
}
