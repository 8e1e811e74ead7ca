//! Logs that cannot take, or cannot show, what they are given.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use indelible_wire::ConsistencyAnswer;

use crate::store::write;
use crate::testing::TestLog;

use super::fixture::{LINES, Served, request, serve};

async fn until(mut arrived: impl FnMut() -> bool) {
    while !arrived() {
        tokio::task::yield_now().await;
    }
}

/// A log whose one witness does not answer.
async fn unwitnessed(more: &str) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let witness = TestLog::witness_key("witness.example");
    // Nothing listens on the discard port.
    let policy = format!("witness w {witness} http://127.0.0.1:9/\nquorum w\n");
    let path = folder.path().join("policy");
    indelible_process::files::replace_durably(&path, policy.as_bytes()).unwrap();
    serve(&format!("policy = \"{}\"\ncosign_timeout_ms = 200\n{more}", path.display())).await
}

#[tokio::test]
async fn a_full_queue_says_so_at_once_and_what_it_took_is_answered() {
    let served = serve("queue_entries_max = 2").await;
    served.fill(1).await;
    let post = |entry: &'static str| {
        let router = served.router.clone();
        let request = request(Method::POST, "/add", &[], Body::from(entry));
        tokio::spawn(async move { tower::ServiceExt::oneshot(router, request).await.unwrap() })
    };
    served.engine.close();
    let writing = post("being written");
    until(|| served.engine.holds_one() && served.log().mailbox.depth() == 0).await;
    let queued = post("queued");
    until(|| served.log().mailbox.depth() == 1).await;
    let two = request(Method::POST, "/add-batch", &[LINES], Body::from("1\n2\n"));
    served.refused(two, "busy").await;
    let last = post("last place");
    until(|| served.log().mailbox.depth() == 2).await;
    served.refused(request(Method::POST, "/add", &[], Body::from("x")), "busy").await;
    served.engine.open();
    for answer in [writing, queued, last] {
        assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(served.size(), 4);
}

#[tokio::test]
async fn a_commit_of_unknown_outcome_is_called_that() {
    let served = serve("").await;
    served.fill(1).await;
    served.engine.fail();
    served.refused(request(Method::POST, "/add", &[], Body::from("x")), "outcome-unknown").await;
    until(|| served.log().mailbox.submit(empty()).is_err()).await;
    served.refused(request(Method::POST, "/add", &[], Body::from("x")), "stopping").await;
    assert_eq!(served.get("/checkpoint").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_frozen_log_is_read_and_not_added_to() {
    let served = serve("").await;
    served.fill(5).await;
    let rows = &served.log().rows;
    write::save_frozen(rows.backend().as_ref(), rows.log()).unwrap();
    let served = served.restarted().await;
    for (uri, framing) in [("/add", LINES), ("/add-batch", LINES), ("/add?wait=checkpoint", LINES)]
    {
        let request = request(Method::POST, uri, &[framing], Body::from("1\n"));
        assert_eq!(served.refused(request, "frozen").await.status, 410);
    }
    assert_eq!(served.checkpoint().await.unverified().size().get(), 5);
    assert_eq!(served.get("/tile/entries/000.p/5").await.status, StatusCode::OK);
    let claim = served.get("/proof/consistency?from=3").await.json::<ConsistencyAnswer>();
    assert_eq!(claim.to, 5);
    assert!(served.get("/readyz").await.text().contains("\"frozen\":true"));
}

#[tokio::test]
async fn without_its_quorum_nothing_is_shown_and_everything_is_kept() {
    let served = unwitnessed("wait_timeout_ms = 50").await;
    let hidden = [
        "/checkpoint",
        "/tile/0/000.p/1",
        "/tile/entries/000.p/1",
        "/proof/inclusion?index=0",
        "/proof/consistency?from=0",
    ];
    for path in hidden {
        served.get(path).await.problem("no-checkpoint");
    }
    let ready = served.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(ready.text().contains("\"published_size\":null"));
    assert_eq!(served.get("/healthz").await.text(), "ok\n");

    assert_eq!(served.add(b"kept").await, 0);
    let waiting = served.post("/add?wait=checkpoint", &[], b"kept too").await;
    let problem = waiting.problem("not-covered-yet");
    assert!(problem.detail.unwrap().contains("index 1"));
    let waiting = served.post("/add-batch?wait=checkpoint", &[LINES], b"1\n2\n").await;
    waiting.problem("not-covered-yet");
    assert_eq!(served.size(), 4);
}

#[tokio::test]
async fn a_stopped_log_takes_nothing_more() {
    let served = serve("").await;
    served.fill(2).await;
    crate::running::stop(served.log());
    until(|| served.log().mailbox.submit(empty()).is_err()).await;
    served.refused(request(Method::POST, "/add", &[], Body::from("x")), "stopping").await;
    let answer = served.get("/checkpoint").await;
    assert_eq!(answer.header(header::CONTENT_TYPE), Some("text/plain; charset=utf-8"));
}

fn empty() -> indelible_sequencer::Submission<crate::drive::mailbox::Ticket> {
    let (ticket, _) = tokio::sync::oneshot::channel();
    indelible_sequencer::Submission { ticket, items: Vec::new(), named: false }
}
