//! The monitoring route, and what the house says to those who ask for something else.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use indelible_disk::Memory;
use indelible_note::{Claim, verify_cosignature};
use indelible_wire::limits::ADD_CHECKPOINT_BYTES_MAX;

use crate::testing::{FakeLog, Witness, prepare, request};

// From `printf example.com/behind-the-sofa | sha256sum`.
const SOFA: &str = "/5fd2dc0beb4ce54da5050cf6d5c75248b023abad441c3cecde3976fbe9da4fe4/checkpoint";

fn witness(log: &FakeLog) -> Witness {
    let memory = Memory::default();
    prepare(&memory);
    Witness::open(Arc::new(memory), &[log.known()])
}

#[tokio::test]
async fn monitors_see_what_was_cosigned_with_both_kinds_of_signatures() {
    let log = FakeLog::named("example.com/behind-the-sofa");
    let witness = witness(&log);
    for (old, to) in [(0, 5), (5, 9)] {
        let lines = witness.add(log.add(old, to)).await.lines();
        let shown = witness.get(SOFA).await;
        assert_eq!(shown.status(), 200);
        assert_eq!(shown.content_type(), "text/plain; charset=utf-8");
        let claim = Claim::parse(&shown.body).unwrap();
        assert_eq!(*claim.unverified(), log.checkpoint(to).checkpoint);
        // "the cosignature(s) ... that were returned from add-checkpoint and the cosignature from
        // the log key(s) that the witness verified"
        assert_eq!(claim.signatures()[..2], log.checkpoint(to).lines);
        assert_eq!(claim.signatures()[2..], lines);
        claim.verify(&log.keys()).unwrap();
        for (line, key) in lines.iter().zip(&witness.keys) {
            verify_cosignature(key, claim.unverified(), line).unwrap();
        }
    }
}

#[tokio::test]
async fn a_log_without_cosigned_checkpoint_is_not_found_known_or_not() {
    let log = FakeLog::named("example.com/behind-the-sofa");
    let witness = witness(&log);
    let never = witness.get(SOFA).await;
    assert_eq!(never.status(), 404);
    let unknown = witness.get(&SOFA.replace("fe4/", "fe5/")).await;
    assert_eq!(unknown, never);
    // Not after a refusal either.
    let fork = request(0, log.proof(2, 5), &log.checkpoint(5));
    assert_eq!(witness.add(fork).await.status(), 422);
    assert_eq!(witness.get(SOFA).await, never);
}

#[tokio::test]
async fn a_path_in_another_spelling_is_not_found() {
    let log = FakeLog::named("example.com/behind-the-sofa");
    let witness = witness(&log);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    let upper = SOFA.to_uppercase().replace("CHECKPOINT", "checkpoint");
    let bare = SOFA.trim_end_matches("/checkpoint");
    let paths = [&upper, "/abc/checkpoint", bare, "/", "/checkpoint", &format!("{SOFA}/")];
    for path in paths {
        assert_eq!(witness.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_in_plain_words() {
    let log = FakeLog::named("example.com/behind-the-sofa");
    let witness = witness(&log);
    for (method, path) in [
        (Method::GET, "/add-checkpoint"),
        (Method::PUT, "/add-checkpoint"),
        (Method::GET, "/sign-subtree"),
        (Method::POST, SOFA),
        (Method::DELETE, SOFA),
        (Method::POST, "/metrics"),
    ] {
        let answer = witness.send(method, path, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert!(!answer.text().is_empty());
    }
}

#[tokio::test]
async fn a_body_too_long_or_encoded_is_refused_before_it_is_read() {
    let log = FakeLog::named("example.com/behind-the-sofa");
    let witness = witness(&log);
    let long = vec![b'a'; ADD_CHECKPOINT_BYTES_MAX + 1];
    assert_eq!(witness.add(long.clone()).await.status(), 413);
    let announced = Request::post("/add-checkpoint")
        .header("content-length", (ADD_CHECKPOINT_BYTES_MAX + 1).to_string())
        .body(Body::empty())
        .unwrap();
    assert_eq!(witness.send_request(announced).await.status(), 413);
    let subtree = witness.send(Method::POST, "/sign-subtree", vec![b'a'; long.len() * 2]).await;
    assert_eq!(subtree.status(), 413);
    let encoded = Request::post("/add-checkpoint")
        .header("content-encoding", "gzip")
        .body(Body::from(log.add(0, 5)))
        .unwrap();
    assert_eq!(witness.send_request(encoded).await.status(), 415);
    // As long as allowed is read, and found wanting.
    assert_eq!(witness.add(long[1..].to_vec()).await.status(), 400);
}

#[tokio::test]
async fn the_media_type_of_a_request_does_not_matter() {
    let log = FakeLog::named("example.com/behind-the-sofa");
    let witness = witness(&log);
    let request = Request::post("/add-checkpoint")
        .header("content-type", "application/octet-stream")
        .body(Body::from(log.add(0, 5)))
        .unwrap();
    assert_eq!(witness.send_request(request).await.status(), 200);
}
