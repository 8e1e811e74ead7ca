//! What is signed, what is refused, and that nothing is visible before it is durable.

use std::sync::Arc;

use indelible_merkle::Hash;
use indelible_note::Policy;
use indelible_process::SystemClock;
use tokio::sync::{mpsc, watch};

use super::*;
use crate::drive::mailbox::QueueLimits;
use crate::metrics::ServerMetrics;
use crate::testing::TestLog;

fn publisher(log: &TestLog, policy: Policy) -> (Publisher, crate::published::Visible) {
    let metrics = ServerMetrics::new().log(log.identity.origin());
    let http = reqwest::Client::new();
    let patience = std::time::Duration::from_millis(50);
    let (visible_in, visible) = watch::channel(None);
    let limits = QueueLimits { entries_max: 1, bytes_max: 1 };
    let publisher = Publisher {
        identity: Arc::new(log.reloaded_identity()),
        rows: log.rows.clone(),
        guard: log.guard.clone(),
        cosigners: Cosigners::new(policy, &http, patience, Arc::clone(&metrics)),
        mailbox: Arc::new(Mailbox::new(limits)),
        visible: visible_in,
        clock: Arc::new(SystemClock::new()),
        metrics,
        last_signed: Some(log.guard.read().unwrap()),
    };
    (publisher, visible)
}

fn alone(log: &TestLog) -> Policy {
    Policy::logs_only(log.verifiers()).unwrap()
}

async fn publish(publisher: Publisher, heads: &[TreeHead]) -> Result<(), PublishError> {
    let (sender, receiver) = mpsc::channel(heads.len().max(1));
    for head in heads {
        sender.try_send(*head).unwrap();
    }
    drop(sender);
    publisher.run(receiver).await
}

#[tokio::test]
async fn a_head_is_visible_once_it_is_signed_and_kept_in_all_places() {
    let mut log = TestLog::of(5, &[5]);
    log.append(4);
    let (publisher, visible) = publisher(&log, alone(&log));
    publish(publisher, &[log.head()]).await.unwrap();
    let shown = visible.borrow().clone().unwrap();
    assert_eq!(shown.size.get(), 9);
    assert_eq!(log.rows.published().unwrap().unwrap(), shown.note);
    assert_eq!(log.rows.signed().unwrap().unwrap(), shown.note);
    assert_eq!(log.guard.read().unwrap().bytes(), shown.note);
    Claim::parse(&shown.note).unwrap().verify(&log.verifiers()).unwrap();
}

#[tokio::test]
async fn the_same_head_is_not_signed_a_second_time() {
    let log = TestLog::of(5, &[5]);
    let first = log.sign();
    let (publisher, visible) = publisher(&log, alone(&log));
    publish(publisher, &[log.head(), log.head()]).await.unwrap();
    assert_eq!(visible.borrow().clone().unwrap().note, first.bytes());
}

#[tokio::test]
async fn a_fork_is_never_signed() {
    let log = TestLog::of(5, &[5]);
    log.sign();
    let earlier = TestLog::of(4, &[4]).head();
    let other = TreeHead { size: log.head().size, root: Hash::of_leaf(b"other") };
    for head in [earlier, other] {
        let before = log.guard.read().unwrap();
        let (publisher, visible) = publisher(&log, alone(&log));
        let refused = publish(publisher, &[head]).await;
        assert!(matches!(refused, Err(PublishError::Fork { .. })));
        assert!(visible.borrow().is_none());
        assert_eq!(log.guard.read().unwrap(), before);
    }
}

#[tokio::test]
async fn a_root_that_the_rows_do_not_give_is_never_signed() {
    let mut log = TestLog::of(5, &[5]);
    log.append(3);
    let before = log.guard.read().unwrap();
    let flipped = TreeHead { size: log.head().size, root: Hash::of_leaf(b"flipped") };
    let (publisher, visible) = publisher(&log, alone(&log));
    let refused = publish(publisher, &[flipped]).await;
    assert!(matches!(refused, Err(PublishError::ReadBack { .. })));
    assert!(visible.borrow().is_none());
    assert_eq!(log.guard.read().unwrap(), before);
}

#[tokio::test]
async fn the_writer_hears_of_a_publisher_that_ended_for_good() {
    let mut log = TestLog::of(5, &[5]);
    log.append(3);
    let flipped = TreeHead { size: log.head().size, root: Hash::of_leaf(b"flipped") };
    let (publisher, _visible) = publisher(&log, alone(&log));
    let mailbox = Arc::clone(&publisher.mailbox);
    publish(publisher, &[flipped]).await.unwrap_err();
    let heard = mailbox.take(Some(std::time::Duration::ZERO)).controls;
    assert_eq!(heard, [Control::PublishFailed]);
}

#[tokio::test]
async fn without_its_quorum_a_head_is_signed_but_not_shown() {
    let mut log = TestLog::of(5, &[5]);
    log.append(3);
    let witness = TestLog::witness_key("w.example");
    let logs: String = log.verifiers().iter().map(|key| format!("log {key}\n")).collect();
    // Port 9 of this machine discards at best; nobody cosigns there.
    let text = format!("{logs}witness w {witness} http://127.0.0.1:9/\nquorum w\n");
    let (publisher, visible) = publisher(&log, Policy::parse(&text).unwrap());
    publish(publisher, &[log.head()]).await.unwrap();
    assert!(visible.borrow().is_none());
    assert_eq!(log.guard.read().unwrap().unverified().size().get(), 8);
}
