//! Asking again: when, how often, and with the same key.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use indelible_client::{AddError, Backoff, Entry, FetchError, FetchOptions, LatestError, Log};

use crate::fake::{Fake, World, impatient, policy};
use crate::http::{Answer, End};

/// Spoils the first answers to a path, after the honest server has already acted.
fn spoil_first(fake: &Fake, count: usize, path: &'static str, spoilt: Answer) {
    let left = AtomicUsize::new(count);
    fake.lie_at(path, move |honest| {
        let spoils = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        if spoils.is_ok() { spoilt.clone() } else { honest }
    });
}

fn keys(fake: &Fake) -> Vec<String> {
    let requests = fake.requests.lock().unwrap();
    requests.iter().filter_map(|r| Some(r.header("idempotency-key")?.to_owned())).collect()
}

#[tokio::test]
async fn an_overloaded_server_is_asked_again_when_it_says() {
    let fake = Fake::start(World::of("entry", 3));
    let busy = Answer::status(503).header("retry-after", "0");
    spoil_first(&fake, 2, "checkpoint", busy);
    fake.log().latest().await.unwrap();
    assert_eq!(fake.asked("checkpoint"), 3);
}

#[tokio::test]
async fn an_overloaded_server_is_given_up_in_the_end_with_what_it_said() {
    let fake = Fake::start(World::of("entry", 3));
    let problem = r#"{"type":"/problems/busy","title":"busy","status":503,"detail":"queue full"}"#;
    fake.lie_at("checkpoint", move |_| {
        let problem = Answer::ok("application/problem+json", problem);
        Answer { status: 503, ..problem }.header("retry-after", "0")
    });
    let refused = fake.log().latest().await.unwrap_err();
    assert_eq!(fake.asked("checkpoint"), 3);
    let LatestError::Fetch(FetchError::Refused { status: 503, detail, .. }) = refused else {
        panic!("{refused}");
    };
    assert_eq!(detail.as_deref(), Some("queue full"));
}

#[tokio::test]
async fn a_server_that_wants_more_patience_than_allowed_is_not_asked_again() {
    let fake = Fake::start(World::of("entry", 3));
    fake.lie_at("checkpoint", |_| Answer::status(429).header("retry-after", "3600"));
    let refused = fake.log().latest().await.unwrap_err();
    assert_eq!(fake.asked("checkpoint"), 1);
    let LatestError::Fetch(FetchError::Refused { status: 429, retry_after, .. }) = refused else {
        panic!("{refused}");
    };
    assert_eq!(retry_after.map(|asked| asked.as_secs()), Some(3600));
}

#[tokio::test]
async fn an_add_whose_answer_was_lost_is_repeated_under_the_same_key_and_added_once() {
    for spoilt in [Answer::status(503).header("retry-after", "0"), Answer::status(500), hangup()] {
        let fake = Fake::start(World::of("entry", 3));
        spoil_first(&fake, 2, "add", spoilt);
        let receipt = fake.log().add(&Entry::parse("mine").unwrap()).await.unwrap();
        assert_eq!((receipt.claimed_index().get(), receipt.is_duplicate()), (3, true));
        let keys = keys(&fake);
        assert_eq!(keys.len(), 3);
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 1);
        assert_eq!(fake.world.lock().unwrap().entries.len(), 4);
    }
}

#[tokio::test]
async fn a_batch_whose_answer_was_lost_is_added_once() {
    let fake = Fake::start(World::default());
    spoil_first(&fake, 1, "add-batch", hangup());
    let entries = ["one", "two"].map(|text| Entry::parse(text).unwrap());
    let receipts = fake.log().add_batch(&entries).await.unwrap();
    assert!(receipts.iter().all(indelible_client::Receipt::is_duplicate));
    assert_eq!(fake.world.lock().unwrap().entries.len(), 2);
}

#[tokio::test]
async fn different_adds_have_different_keys() {
    let fake = Fake::start(World::default());
    let log = fake.log();
    for _ in 0..3 {
        log.add(&Entry::parse("mine").unwrap()).await.unwrap();
    }
    assert_eq!(keys(&fake).iter().collect::<BTreeSet<_>>().len(), 3);
}

#[tokio::test]
async fn what_cannot_change_is_not_asked_again() {
    for status in [301, 400, 403, 404, 405, 409, 413, 422] {
        let fake = Fake::start(World::default());
        fake.lie_at("add", move |_| Answer::status(status));
        let refused = fake.log().add(&Entry::parse("mine").unwrap()).await.unwrap_err();
        let is_named = matches!(
            refused,
            AddError::Fetch(FetchError::Refused { .. } | FetchError::NotFound { .. })
        );
        assert!(is_named, "{status}: {refused}");
        assert_eq!(fake.asked("add"), 1, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Fake::start(World::of("entry", 3));
    let fake = Fake::start(World::of("entry", 3));
    let there = format!("{}/checkpoint", elsewhere.url);
    fake.lie_at("checkpoint", move |_| Answer::status(302).header("location", &there));
    let refused = fake.log().latest().await.unwrap_err();
    let is_named = matches!(refused, LatestError::Fetch(FetchError::Refused { status: 302, .. }));
    assert!(is_named, "{refused}");
    assert_eq!(elsewhere.requests.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    // A port that was free a moment ago; whoever has it now does not speak for this log.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let log = Log::builder(policy(&url)).options(impatient()).build().unwrap();
    let refused = log.latest().await.unwrap_err();
    let is_named = matches!(refused, LatestError::Fetch(FetchError::Unreachable { .. }));
    assert!(is_named, "{refused}");
}

#[tokio::test]
async fn a_server_that_says_nothing_runs_into_the_timeout() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let request_timeout = std::time::Duration::from_millis(20);
    let options =
        FetchOptions { request_timeout, backoff: Backoff::never(), ..FetchOptions::default() };
    let log = Log::builder(policy(&url)).options(options).build().unwrap();
    let refused = log.latest().await.unwrap_err();
    let LatestError::Fetch(FetchError::Unreachable { source, .. }) = refused else {
        panic!("{refused}");
    };
    assert!(source.is_timeout());
}

fn hangup() -> Answer {
    Answer::status(200).ending(End::Hangup)
}
