//! Submitting: what is believed of a server's answer, and what is not.

use indelible_client::{AddError, Entry, Fault, IdempotencyKey, verify};
use indelible_wire::limits::{BATCH_ENTRIES_MAX, ENTRY_BYTES_MAX};

use crate::fake::{Fake, World, json};
use crate::http::Answer;

fn entry(text: &str) -> Entry {
    Entry::parse(text).unwrap()
}

#[tokio::test]
async fn an_entry_is_added_and_can_be_proven_later() {
    let fake = Fake::start(World::of("entry", 3));
    let log = fake.log();
    let entry = entry("mine");
    let receipt = log.add(&entry).await.unwrap();
    assert_eq!((receipt.claimed_index().get(), receipt.is_duplicate()), (3, false));
    assert_eq!(*receipt.leaf_hash(), entry.leaf_hash());
    fake.world.lock().unwrap().published = 4;
    let proof = log.prove_leaf(receipt.claimed_index(), receipt.leaf_hash()).await.unwrap();
    verify(b"mine", &proof, log.policy()).unwrap();
}

#[tokio::test]
async fn one_key_adds_once_and_fresh_keys_add_again() {
    let fake = Fake::start(World::default());
    let log = fake.log();
    let key = IdempotencyKey::parse("order-66").unwrap();
    let first = log.add_with_key(&entry("mine"), &key).await.unwrap();
    let second = log.add_with_key(&entry("mine"), &key).await.unwrap();
    assert_eq!(first.claimed_index(), second.claimed_index());
    assert!(!first.is_duplicate() && second.is_duplicate());
    assert_eq!(log.add(&entry("mine")).await.unwrap().claimed_index().get(), 1);
}

#[tokio::test]
async fn an_entry_that_is_waited_for_comes_with_a_verified_proof() {
    let fake = Fake::start(World::of("entry", 300));
    let log = fake.log();
    let proven = log.add_proven(&entry("mine")).await.unwrap();
    assert_eq!(proven.proven.index().get(), 300);
    verify(b"mine", &proven.file, log.policy()).unwrap();
}

#[tokio::test]
async fn a_log_that_answers_with_an_index_alone_is_proven_from_its_tiles() {
    let fake = Fake::start(World::of("entry", 300));
    fake.lie(|request, honest| match request.path() {
        "/log/add" => Answer::ok("text/plain; charset=utf-8", "300\n"),
        _ => honest,
    });
    let log = fake.log();
    assert_eq!(log.add(&entry("mine")).await.unwrap().claimed_index().get(), 300);
    let proven = log.add_proven(&entry("mine")).await;
    // The fake took the entry twice, under two keys; the second is leaf 301, not 300. Both have the
    // same leaf hash, so what the log proves of leaf 300 is true.
    verify(b"mine", &proven.unwrap().file, log.policy()).unwrap();
    let refused = log.add_proven(&entry("other")).await.unwrap_err();
    assert!(matches!(refused, AddError::Prove(_)), "{refused}");
    assert_eq!(refused.fault(), Fault::Unproven);
}

#[tokio::test]
async fn a_receipt_for_another_leaf_is_refused() {
    let fake = Fake::start(World::default());
    let log = fake.log();
    fake.lie_at("add", |honest| {
        let mut added: indelible_wire::Added = serde_json::from_slice(&honest.body).unwrap();
        added.leaf_hash = indelible_note::strict::to_hash_text(&entry("other").leaf_hash());
        json(&added)
    });
    let refused = log.add(&entry("mine")).await.unwrap_err();
    assert!(matches!(refused, AddError::OtherLeaf { .. }), "{refused}");
}

#[tokio::test]
async fn a_proof_of_another_entry_is_refused() {
    let fake = Fake::start(World::of("entry", 10));
    let log = fake.log();
    let stolen = String::from_utf8(fake.world.lock().unwrap().proof(7).to_bytes()).unwrap();
    fake.lie_at("add", move |honest| {
        let mut added: indelible_wire::AddedWithProof =
            serde_json::from_slice(&honest.body).unwrap();
        added.index = 7;
        added.proof = stolen.clone();
        json(&added)
    });
    let refused = log.add_proven(&entry("mine")).await.unwrap_err();
    assert!(matches!(refused, AddError::Proof(_)), "{refused}");
    assert_eq!(refused.fault(), Fault::Unproven);
}

#[tokio::test]
async fn an_index_that_contradicts_its_proof_is_refused() {
    let fake = Fake::start(World::of("entry", 10));
    fake.lie_at("add", move |honest| {
        let mut added: indelible_wire::AddedWithProof =
            serde_json::from_slice(&honest.body).unwrap();
        added.index += 1;
        json(&added)
    });
    let refused = fake.log().add_proven(&entry("mine")).await.unwrap_err();
    assert!(matches!(refused, AddError::Receipt(_)), "{refused}");
}

#[tokio::test]
async fn an_answer_that_is_no_receipt_is_refused() {
    let fake = Fake::start(World::default());
    let log = fake.log();
    for body in ["", "-1", "01", "0x1", "1 2", "9223372036854775808", "<html>"] {
        fake.lie_at("add", move |_| Answer::ok("text/plain", body));
        let refused = log.add(&entry("mine")).await.unwrap_err();
        assert!(matches!(refused, AddError::NoReceipt { .. }), "{body:?}: {refused}");
    }
}

#[tokio::test]
async fn a_batch_gets_its_receipts_in_order() {
    let fake = Fake::start(World::of("entry", 5));
    let log = fake.log();
    let entries: Vec<_> = (0..300).map(|n| entry(&format!("mine {n}"))).collect();
    let receipts = log.add_batch(&entries).await.unwrap();
    for (index, (receipt, entry)) in (5..).zip(receipts.iter().zip(&entries)) {
        assert_eq!(receipt.claimed_index().get(), index);
        assert_eq!(*receipt.leaf_hash(), entry.leaf_hash());
    }
}

#[tokio::test]
async fn receipts_in_another_order_or_number_are_refused() {
    let fake = Fake::start(World::default());
    let log = fake.log();
    let entries = [entry("one"), entry("two")];
    let twisted = |twist: fn(&mut indelible_wire::AddedBatch)| {
        fake.lie_at("add-batch", move |honest| {
            let mut added = serde_json::from_slice(&honest.body).unwrap();
            twist(&mut added);
            json(&added)
        });
    };
    twisted(|added| added.results.reverse());
    let refused = log.add_batch(&entries).await.unwrap_err();
    assert!(matches!(refused, AddError::OtherLeaf { .. }), "{refused}");
    twisted(|added| added.results.truncate(1));
    let refused = log.add_batch(&entries).await.unwrap_err();
    assert!(matches!(refused, AddError::Receipt(_)), "{refused}");
}

#[tokio::test]
async fn a_batch_out_of_bounds_is_refused_without_a_request() {
    let fake = Fake::start(World::default());
    let log = fake.log();
    let refused = log.add_batch(&[]).await.unwrap_err();
    assert!(matches!(refused, AddError::BatchEntries { entries: 0 }), "{refused}");
    let refused = log.add_batch(&vec![entry("x"); BATCH_ENTRIES_MAX + 1]).await.unwrap_err();
    assert!(matches!(refused, AddError::BatchEntries { .. }), "{refused}");
    let long = Entry::parse(vec![0; ENTRY_BYTES_MAX]).unwrap();
    let refused = log.add_batch(&vec![long; 200]).await.unwrap_err();
    assert!(matches!(refused, AddError::BatchBytes { .. }), "{refused}");
    assert_eq!(fake.requests.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_frozen_log_is_named_and_not_asked_again() {
    let fake = Fake::start(World::default());
    fake.lie_at("add", |_| Answer::status(410));
    let refused = fake.log().add(&entry("mine")).await.unwrap_err();
    assert!(matches!(refused, AddError::Frozen), "{refused}");
    assert_eq!(refused.fault(), Fault::Unavailable);
    assert_eq!(fake.asked("add"), 1);
}

#[tokio::test]
async fn a_log_without_batches_gets_the_entries_one_by_one() {
    let fake = Fake::start(World { no_batches: true, ..World::default() });
    let entries: Vec<_> = (0..100).map(|n| entry(&format!("mine {n}"))).collect();
    let receipts = fake.log().add_many(&entries).await.unwrap();
    let world = fake.world.lock().unwrap();
    assert_eq!(world.entries.len(), 100);
    for (receipt, entry) in receipts.iter().zip(&entries) {
        let index = usize::try_from(receipt.claimed_index().get()).unwrap();
        assert_eq!(world.entries[index], entry.as_bytes());
    }
}
