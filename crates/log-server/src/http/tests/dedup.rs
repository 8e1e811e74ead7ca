//! A repeat gets the original place, and nothing is added.

use axum::body::Body;
use axum::http::Method;
use indelible_merkle::Hash;
use indelible_note::ProofFile;
use indelible_wire::{Added, AddedBatch, Receipt};

use super::fixture::{LINES, OCTETS, Served, lengths, request, serve};

const KEY: (&str, &str) = ("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324");
const JSON: (&str, &str) = ("accept", "application/json");

async fn added(served: &Served, headers: &[(&str, &str)], entry: &[u8]) -> Receipt {
    served.post("/add", headers, entry).await.json::<Added>().decode().unwrap()
}

async fn batch(served: &Served, headers: &[(&str, &str)], entries: &[&[u8]]) -> Vec<(u64, bool)> {
    let headers = [headers, &[OCTETS]].concat();
    let answer = served.post("/add-batch", &headers, &lengths(entries.iter().copied())).await;
    let receipts = answer.json::<AddedBatch>().decode(entries.len()).unwrap();
    receipts.iter().map(|receipt| (receipt.index.get(), receipt.duplicate)).collect()
}

#[tokio::test]
async fn a_repeat_under_its_key_gets_the_original_index_even_after_a_restart() {
    let served = serve("").await;
    served.fill(3).await;
    let first = added(&served, &[KEY, JSON], b"once").await;
    assert_eq!((first.index.get(), first.duplicate), (3, false));
    served.add(b"later").await;
    let again = added(&served, &[KEY, JSON], b"once").await;
    assert_eq!((again.index.get(), again.duplicate, again.leaf), (3, true, first.leaf));

    let served = served.restarted().await;
    let again = added(&served, &[KEY, JSON], b"once").await;
    assert_eq!((again.index.get(), again.duplicate), (3, true));
    assert_eq!(served.size(), 5);
    let proof = served.post("/add?wait=checkpoint", &[KEY], b"once").await;
    let proof = ProofFile::parse(&proof.body).unwrap();
    let proven = proof.verify(&Hash::of_leaf(b"once"), served.policy()).unwrap();
    assert_eq!(proven.index(), first.index);
}

#[tokio::test]
async fn a_key_for_other_bytes_is_refused() {
    let served = serve("").await;
    served.post("/add", &[KEY], b"one").await;
    let other = request(Method::POST, "/add", &[KEY], Body::from("two"));
    assert_eq!(served.refused(other, "idempotency-key-reused").await.item, Some(0));

    let key = ("idempotency-key", "batch");
    assert_eq!(batch(&served, &[key], &[b"a", b"b"]).await, [(1, false), (2, false)]);
    let other = request(Method::POST, "/add-batch", &[key, LINES], Body::from("1\n2\n"));
    assert_eq!(served.refused(other, "idempotency-key-reused").await.item, Some(0));
    let body = lengths([b"a".as_slice(), b"c"]);
    let partly = request(Method::POST, "/add-batch", &[key, OCTETS], Body::from(body));
    assert_eq!(served.refused(partly, "idempotency-key-reused").await.item, Some(1));
}

#[tokio::test]
async fn a_batch_under_its_key_is_repeated_entry_by_entry() {
    let served = serve("").await;
    let entries: [&[u8]; 3] = [b"a", b"a", b"b"];
    assert_eq!(batch(&served, &[KEY], &entries).await, [(0, false), (1, false), (2, false)]);
    assert_eq!(batch(&served, &[KEY], &entries).await, [(0, true), (1, true), (2, true)]);
    let served = served.restarted().await;
    assert_eq!(batch(&served, &[KEY], &entries).await, [(0, true), (1, true), (2, true)]);
    assert_eq!(served.size(), 3);
}

#[tokio::test]
async fn a_request_longer_or_shorter_than_the_one_under_its_key_is_refused_whole() {
    let served = serve("").await;
    let entries: [&[u8]; 3] = [b"a", b"b", b"c"];
    batch(&served, &[KEY], &entries).await;
    let others: [&[&[u8]]; 5] = [
        &[b"a"],
        &[b"a", b"b"],
        &[b"a", b"b", b"c", b"d"],
        &[b"a", b"b", b"d", b"c"],
        &[b"b", b"c"],
    ];
    for other in others {
        let body = Body::from(lengths(other.iter().copied()));
        let other = request(Method::POST, "/add-batch", &[KEY, OCTETS], body);
        let refused = served.refused(other, "idempotency-key-reused").await;
        assert!(refused.item.is_some());
    }
    let single = request(Method::POST, "/add", &[KEY], Body::from("a"));
    served.refused(single, "idempotency-key-reused").await;
    assert_eq!(served.size(), 3);
    assert_eq!(batch(&served, &[KEY], &entries).await, [(0, true), (1, true), (2, true)]);
}

#[tokio::test]
async fn without_a_key_equal_entries_are_entries_of_their_own() {
    let served = serve("").await;
    assert_eq!((served.add(b"same").await, served.add(b"same").await), (0, 1));
}

#[tokio::test]
async fn where_the_settings_say_so_equal_entries_are_one() {
    let served = serve("dedup_by_content = true").await;
    assert_eq!((served.add(b"same").await, served.add(b"other").await), (0, 1));
    assert_eq!(served.add(b"same").await, 0);
    let entries: [&[u8]; 4] = [b"same", b"new", b"new", b"other"];
    let places = batch(&served, &[], &entries).await;
    assert_eq!(places, [(0, true), (2, false), (2, true), (1, true)]);
    let served = served.restarted().await;
    assert!(added(&served, &[JSON], b"new").await.duplicate);
    // A key names a request, but what is in it may be there already.
    assert_eq!(added(&served, &[JSON, KEY], b"new").await.index.get(), 2);
    assert_eq!(served.size(), 3);
}

#[tokio::test]
async fn repeats_that_cross_are_placed_once() {
    let served = serve("").await;
    let posts = (0..20).map(|_| served.post("/add", &[KEY, JSON], b"crossing"));
    let answers = futures_util::future::join_all(posts).await;
    let receipts = answers.iter().map(|answer| answer.json::<Added>().decode().unwrap());
    let originals = receipts.filter(|receipt| {
        assert_eq!(receipt.index.get(), 0);
        !receipt.duplicate
    });
    assert_eq!(originals.count(), 1);
    assert_eq!(served.size(), 1);
}
