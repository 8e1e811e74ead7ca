//! `POST add`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use futures_util::StreamExt;
use indelible_merkle::{Hash, LeafIndex};
use indelible_note::ProofFile;
use indelible_process::listen::BodyError;
use indelible_wire::{Added, AddedWithProof, limits};

use super::fixture::{pieces, request, serve};

#[tokio::test]
async fn entries_get_their_places_in_order_of_arrival() {
    let served = serve("").await;
    for index in 0..5 {
        assert_eq!(served.add(format!("entry {index}").as_bytes()).await, index);
    }
    assert_eq!(served.size(), 5);
}

#[tokio::test]
async fn the_answer_is_text_or_json_as_the_caller_accepts() {
    let served = serve("").await;
    let text = served.post("/add", &[("accept", "*/*")], b"a").await;
    assert_eq!(text.header(header::CONTENT_TYPE), Some("text/plain; charset=utf-8"));
    assert_eq!(text.text(), "0");
    let json: Added = served.post("/add", &[("accept", "application/json")], b"b").await.json();
    let receipt = json.decode().unwrap();
    assert_eq!((receipt.index.get(), receipt.duplicate), (1, false));
    assert_eq!(receipt.leaf, Hash::of_leaf(b"b"));
}

#[tokio::test]
async fn whoever_waits_gets_a_proof_that_verifies() {
    let served = serve("").await;
    served.fill(9).await;
    let answer = served.post("/add?wait=checkpoint", &[], b"proven").await;
    assert_eq!(answer.header(header::CONTENT_TYPE), Some("application/vnd.c2sp.tlog-proof"));
    let proof = ProofFile::parse(&answer.body).unwrap();
    let proven = proof.verify(&Hash::of_leaf(b"proven"), served.policy()).unwrap();
    assert_eq!(proven.index(), LeafIndex::new(9).unwrap());
    assert!(proof.verify(&Hash::of_leaf(b"other"), served.policy()).is_err());

    let headers = [("accept", "application/json")];
    let json: AddedWithProof = served.post("/add?wait=checkpoint", &headers, b"next").await.json();
    let (receipt, proof) = json.decode().unwrap();
    assert_eq!(receipt.index.get(), 10);
    proof.verify(&Hash::of_leaf(b"next"), served.policy()).unwrap();

    let text = served.post("/add?wait=checkpoint", &[("accept", "text/plain")], b"last").await;
    assert_eq!(text.text(), "11");
    assert!(served.checkpoint().await.unverified().size().get() >= 12);
}

#[tokio::test]
async fn an_entry_has_1_to_65535_bytes() {
    let served = serve("").await;
    assert_eq!(served.add(&[7]).await, 0);
    assert_eq!(served.add(&vec![7; limits::ENTRY_BYTES_MAX]).await, 1);
    let empty = || request(Method::POST, "/add", &[], Body::empty());
    served.refused(empty(), "entry-empty").await;
    let long = || vec![7; limits::ENTRY_BYTES_MAX + 1];
    let announced = request(Method::POST, "/add", &[], Body::from(long()));
    let problem = served.refused(announced, "body-too-long").await;
    assert!(problem.detail.unwrap().contains("65535"));
    let unannounced = request(Method::POST, "/add", &[], pieces(vec![Ok(long())]));
    served.refused(unannounced, "body-too-long").await;
    let in_pieces: Vec<_> = (0..70).map(|_| Ok(vec![7; 1_000])).collect();
    served.refused(request(Method::POST, "/add", &[], pieces(in_pieces)), "body-too-long").await;
}

#[tokio::test]
async fn a_body_in_pieces_is_one_entry() {
    let served = serve("").await;
    let body = pieces(vec![Ok(b"in ".to_vec()), Ok(Vec::new()), Ok(b"pieces".to_vec())]);
    let headers = [("accept", "application/json")];
    let answer = served.send(request(Method::POST, "/add", &headers, body)).await;
    assert_eq!(answer.json::<Added>().decode().unwrap().leaf, Hash::of_leaf(b"in pieces"));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let served = serve("").await;
    let broken = pieces(vec![Ok(b"half".to_vec()), Err(std::io::Error::other("gone"))]);
    served.refused(request(Method::POST, "/add", &[], broken), "body-incomplete").await;
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_refused() {
    let served = serve("").await;
    let slow = futures_util::stream::iter([Ok(&b"half"[..]), Err(BodyError::TooSlow)]);
    let slow = request(Method::POST, "/add", &[], Body::from_stream(slow));
    served.refused(slow, "body-slow").await;
}

/// A connection that is closed with bytes unread is reset, and the refusal with it.
#[tokio::test]
async fn a_body_that_is_refused_unread_is_read_to_its_end() {
    let served = serve("").await;
    let refused = [
        ("/add", "POST", ("accept", "image/png"), 200),
        ("/add", "POST", ("accept", "*/*"), 200),
        ("/add-batch", "POST", ("accept", "*/*"), 200),
        ("/checkpoint", "PUT", ("accept", "*/*"), 200),
        ("/nowhere", "POST", ("accept", "*/*"), 200),
        ("/nowhere", "POST", ("expect", "100-continue"), 0),
    ];
    for (path, method, header, expected) in refused {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let pieces = futures_util::stream::iter(0..200).map(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![0; 1_000])
        });
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let body = Body::from_stream(pieces);
        let answer = served.send(request(method, path, &[header], body)).await;
        assert!(answer.status.is_client_error());
        assert_eq!(read.load(Ordering::Relaxed), expected, "{path}");
    }
}

#[tokio::test]
async fn any_media_type_is_an_entry() {
    let served = serve("").await;
    for media_type in ["application/json", "text/plain", "image/png", "nonsense"] {
        let answer = served.post("/add", &[("content-type", media_type)], b"{").await;
        assert_eq!(answer.status, StatusCode::OK, "{media_type}");
    }
}

#[tokio::test]
async fn what_cannot_be_accepted_or_understood_is_refused_before_the_entry_is_placed() {
    let served = serve("").await;
    let refusals = [
        ("/add", ("accept", "image/png"), "not-acceptable"),
        ("/add", ("accept", "application/vnd.c2sp.tlog-proof"), "not-acceptable"),
        ("/add", ("accept", "*/*;q=0"), "not-acceptable"),
        ("/add?wait=1", ("accept", "*/*"), "query"),
        ("/add?wait=checkpoint&wait=checkpoint", ("accept", "*/*"), "query"),
        ("/add?wiat=checkpoint", ("accept", "*/*"), "query"),
        ("/add?%00=%00", ("accept", "*/*"), "query"),
        ("/add?x=%zz", ("accept", "*/*"), "query"),
        ("/add", ("idempotency-key", ""), "idempotency-key"),
        ("/add", ("idempotency-key", "a b"), "idempotency-key"),
        ("/add", ("idempotency-key", "\u{e4}"), "idempotency-key"),
    ];
    for (uri, header, slug) in refusals {
        served.refused(request(Method::POST, uri, &[header], Body::from("entry")), slug).await;
    }
    let long = "k".repeat(256);
    let headers = [("idempotency-key", long.as_str())];
    served
        .refused(request(Method::POST, "/add", &headers, Body::from("e")), "idempotency-key")
        .await;
    let twice = [("idempotency-key", "k"), ("idempotency-key", "k")];
    served.refused(request(Method::POST, "/add", &twice, Body::from("e")), "idempotency-key").await;
    let counted = served.get("/metrics").await.text().to_owned();
    assert!(counted.contains("reason=\"not-acceptable\"} 3"), "{counted}");
}

#[tokio::test]
async fn each_log_is_found_under_its_prefix_and_nowhere_else() {
    let served = super::fixture::serve_logs(
        "[[log]]\norigin = \"a.example\"\npublish_interval_ms = 10\n\
         [[log]]\norigin = \"b.example\"\npath = \"/b\"\npublish_interval_ms = 10\n\
         [[log]]\norigin = \"c.example\"\npath = \"/b/tile/\"\npublish_interval_ms = 10\n",
    )
    .await;
    for (prefix, origin) in [("", "a.example\n"), ("/b", "b.example\n"), ("/b/tile", "c.example\n")]
    {
        let added = served.post(&format!("{prefix}/add?wait=checkpoint"), &[], b"here").await;
        assert_eq!(added.status, StatusCode::OK, "{prefix}");
        let checkpoint = served.get(&format!("{prefix}/checkpoint")).await;
        assert!(checkpoint.text().starts_with(origin), "{prefix}");
        let bundle = served.get(&format!("{prefix}/tile/entries/000.p/1")).await;
        assert_eq!(&bundle.body[..], b"\x00\x04here", "{prefix}");
    }
    for unknown in
        ["/c/add", "/b/b/add", "/b/addd", "/b", "/b/", "/B/add", "/add/", "//add", "/%61dd"]
    {
        let request = request(Method::POST, unknown, &[], Body::from("lost"));
        served.refused(request, "no-such-route").await;
    }
}

#[tokio::test]
async fn a_method_that_a_route_lacks_is_refused_with_those_it_has() {
    let served = serve("").await;
    let wrong = [
        ("/add", "GET", "POST"),
        ("/add", "HEAD", "POST"),
        ("/add-batch", "PUT", "POST"),
        ("/checkpoint", "POST", "GET,HEAD"),
        ("/tile/0/000", "DELETE", "GET,HEAD"),
        ("/tile/entries/000", "POST", "GET,HEAD"),
        ("/proof/inclusion", "PATCH", "GET,HEAD"),
        ("/proof/consistency", "OPTIONS", "GET,HEAD"),
        ("/healthz", "POST", "GET,HEAD"),
        ("/metrics", "TRACE", "GET,HEAD"),
    ];
    for (path, method, allowed) in wrong {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = served.send(request(method, path, &[], Body::from("x"))).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.header(header::ALLOW), Some(allowed), "{path}");
    }
}
