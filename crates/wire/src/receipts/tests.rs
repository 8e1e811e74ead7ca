//! Receipts that hold together, and those that contradict themselves.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;

use indelible_merkle::PositionError;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::samples;
use crate::samples::{claim, hash, index, size};

/// Base64 of 32 bytes of value 7.
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

fn checkpoint_text(size: u64) -> String {
    members::encode_checkpoint(&claim(size))
}

fn added(index: u64) -> Added {
    Added { index, leaf_hash: SEVENS.into(), duplicate: false }
}

#[test]
fn answers_are_the_json_that_the_protocol_names() {
    let text = serde_json::to_value(added(5)).unwrap();
    assert_eq!(text, json!({ "index": 5, "leaf_hash": SEVENS, "duplicate": false }));
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
fn a_leaf_hash_in_another_spelling_is_refused() {
    for text in samples::misspelled_hashes(SEVENS) {
        let answer = Added { leaf_hash: text.clone(), ..added(1) };
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

proptest! {
    #[test]
    fn receipts_survive_json(
        position in samples::any_size(), leaf in samples::any_hash(), duplicate in any::<bool>()
    ) {
        prop_assume!(position < indelible_merkle::TreeSize::MAX);
        let receipt = Receipt { index: index(position.get()), leaf, duplicate };
        let text = serde_json::to_string(&receipt.to_answer()).unwrap();
        let read: Added = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.decode(), Ok(receipt));
    }
}
