//! `POST add-batch`.

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode};
use indelible_merkle::{Hash, inclusion};
use indelible_wire::{AddedBatch, AddedBatchWithProofs, limits};

use super::fixture::{LINES, OCTETS, lengths, pieces, request, serve};

#[tokio::test]
async fn every_entry_of_a_batch_gets_its_place_in_order() {
    let served = serve("").await;
    served.add(b"before").await;
    let entries = [b"a".as_slice(), b"\n", b"\0\xff", b"a"];
    let answer: AddedBatch = served.post("/add-batch", &[OCTETS], &lengths(entries)).await.json();
    for (receipt, (index, entry)) in answer.decode(4).unwrap().iter().zip((1..).zip(entries)) {
        assert_eq!((receipt.index.get(), receipt.leaf), (index, Hash::of_leaf(entry)));
    }
    let lines = b"{\"a\": 1}\n[]\n\"\\u0000\"";
    let answer: AddedBatch = served.post("/add-batch", &[LINES], lines).await.json();
    let leaves: Vec<Hash> = answer.decode(3).unwrap().iter().map(|receipt| receipt.leaf).collect();
    let written = [b"{\"a\": 1}".as_slice(), b"[]", b"\"\\u0000\""];
    assert_eq!(leaves, written.map(Hash::of_leaf));
    assert_eq!(served.size(), 8);
}

#[tokio::test]
async fn a_waiting_batch_gets_proofs_under_one_checkpoint() {
    let served = serve("").await;
    served.fill(5).await;
    let entries: Vec<Vec<u8>> = (0..300).map(|i| format!("waits {i}").into_bytes()).collect();
    let body = lengths(entries.iter().map(Vec::as_slice));
    let answer = served.post("/add-batch?wait=checkpoint", &[OCTETS], &body).await;
    let claim = answer.json::<AddedBatchWithProofs>().decode(entries.len()).unwrap();
    let trusted = served.policy().judge(&claim.checkpoint).unwrap();
    let head = trusted.checkpoint();
    for ((receipt, proof), entry) in claim.receipts.iter().zip(&entries) {
        let leaf = Hash::of_leaf(entry);
        assert_eq!(receipt.leaf, leaf);
        inclusion::verify(&leaf, receipt.index, head.size(), proof, head.root()).unwrap();
    }
}

#[tokio::test]
async fn a_bad_item_refuses_the_whole_batch_and_is_named() {
    let served = serve("").await;
    let long = vec![b'1'; limits::ENTRY_BYTES_MAX + 1];
    let bad: [(_, &[u8], _, _); 13] = [
        (OCTETS, b"", "batch-malformed", None),
        (OCTETS, b"\x00\x01a\x00", "batch-malformed", Some(1)),
        (OCTETS, b"\x00\x01a\x00\x05four", "batch-malformed", Some(1)),
        (OCTETS, b"\x00\x01a\x00\x00", "batch-malformed", Some(1)),
        (LINES, b"", "batch-malformed", None),
        (LINES, b"\n", "batch-malformed", Some(0)),
        (LINES, b"{}\n{}\n{\n{}", "batch-malformed", Some(2)),
        (LINES, b"{}\n\n{}", "batch-malformed", Some(1)),
        (LINES, b"{}\r\n{}", "batch-malformed", Some(0)),
        (LINES, b"{} {}\n", "batch-malformed", Some(0)),
        (LINES, b"1\n\"\xff\"", "batch-malformed", Some(1)),
        (LINES, b"1\n2\nnope", "batch-malformed", Some(2)),
        (LINES, &long, "batch-too-large", Some(0)),
    ];
    for (framing, body, slug, item) in bad {
        let request = request(Method::POST, "/add-batch", &[framing], Body::from(body.to_vec()));
        assert_eq!(served.refused(request, slug).await.item, item, "{body:?}");
    }
}

#[tokio::test]
async fn a_batch_has_at_most_8192_entries_and_8_mebibytes() {
    let served = serve("").await;
    let full = b"1\n".repeat(limits::BATCH_ENTRIES_MAX);
    let answer: AddedBatch = served.post("/add-batch", &[LINES], &full).await.json();
    assert_eq!(answer.results.len(), limits::BATCH_ENTRIES_MAX);
    let too_many = b"1\n".repeat(limits::BATCH_ENTRIES_MAX + 1);
    let post = |body| request(Method::POST, "/add-batch", &[LINES], body);
    assert_eq!(served.refused(post(Body::from(too_many)), "batch-too-large").await.item, None);
    let long = || vec![b' '; limits::BATCH_BYTES_MAX + 1];
    served.refused(post(Body::from(long())), "body-too-long").await;
    served.refused(post(pieces(vec![Ok(long())])), "body-too-long").await;
    let broken = pieces(vec![Ok(b"1\n".to_vec()), Err(std::io::Error::other("gone"))]);
    served.refused(post(broken), "body-incomplete").await;
}

#[tokio::test]
async fn the_framing_must_be_named() {
    let served = serve("").await;
    for media_type in ["application/json", "text/plain", "", "application/octet-streams", "*/*"] {
        let headers = [("content-type", media_type)];
        let request = request(Method::POST, "/add-batch", &headers, Body::from("1\n"));
        served.refused(request, "media-type").await;
    }
    served.refused(request(Method::POST, "/add-batch", &[], Body::from("1\n")), "media-type").await;
    for media_type in ["APPLICATION/X-NDJSON", "application/x-ndjson; charset=utf-8"] {
        let answer = served.post("/add-batch", &[("content-type", media_type)], b"1\n").await;
        assert_eq!(answer.status, StatusCode::OK, "{media_type}");
    }
}

#[tokio::test]
async fn what_cannot_be_accepted_or_understood_refuses_a_batch_too() {
    let served = serve("").await;
    let refusals = [
        ("/add-batch", ("accept", "text/plain"), "not-acceptable"),
        ("/add-batch?wait=yes", ("accept", "*/*"), "query"),
        ("/add-batch?size=1", ("accept", "*/*"), "query"),
        ("/add-batch", ("idempotency-key", "\u{7f}"), "idempotency-key"),
    ];
    for (uri, header, slug) in refusals {
        let Ok(value) = HeaderValue::from_bytes(header.1.as_bytes()) else { continue };
        let mut request = request(Method::POST, uri, &[LINES], Body::from("1\n"));
        request.headers_mut().insert(header.0, value);
        served.refused(request, slug).await;
    }
}
