//! Health, readiness, metrics, and what is kept of a log that tells two stories.

use std::ops::ControlFlow;
use std::sync::Arc;

use indelible_disk::{Backend, Memory};
use indelible_note::Claim;

use crate::store::ledger::EVIDENCE_MAX;
use crate::store::records::evidence_from_bytes;
use crate::store::schema::{ALL, EVIDENCE};
use crate::testing::{FakeLog, Witness, prepare, request};

fn witness(memory: &Arc<Memory>, log: &FakeLog) -> Witness {
    prepare(&**memory);
    Witness::open(Arc::clone(memory) as Arc<dyn Backend>, &[log.known()])
}

fn evidence(memory: &Memory) -> Vec<Vec<u8>> {
    let mut rows = Vec::new();
    let mut keep = |_: &[u8], row: &[u8]| {
        rows.push(row.to_vec());
        ControlFlow::Continue(())
    };
    memory.scan(EVIDENCE, ALL.0, ALL.1, &mut keep).unwrap();
    rows
}

#[tokio::test]
async fn two_trees_of_one_size_are_kept_as_evidence_that_verifies_by_itself() {
    let log = FakeLog::named("log.example/a");
    let memory: Arc<Memory> = Arc::default();
    let witness = witness(&memory, &log);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    let fork = log.forked_from(2);
    // With the right old size, with another one, and again.
    assert_eq!(witness.add(fork.add(5, 5)).await.status(), 422);
    assert_eq!(witness.add(fork.add(0, 5)).await.status(), 409);
    assert_eq!(witness.add(fork.add(5, 5)).await.status(), 422);
    let [row] = evidence(&memory).try_into().unwrap();
    let (ours, other) = evidence_from_bytes(&row).unwrap();
    let keys = log.keys();
    let ours = Claim::parse(ours).unwrap().verify(&keys).unwrap();
    let other = Claim::parse(other).unwrap().verify(&keys).unwrap();
    assert_eq!(ours.checkpoint().size(), other.checkpoint().size());
    assert_ne!(ours.checkpoint().root(), other.checkpoint().root());
    let metrics = witness.get("/metrics").await;
    let kept = "indelible_witness_log_evidence{origin=\"log.example/a\"} 1\n";
    assert!(metrics.text().contains(kept), "{}", metrics.text());
    let seen = "indelible_witness_contradictions_total 3\n";
    assert!(metrics.text().contains(seen), "{}", metrics.text());
}

#[tokio::test]
async fn what_proves_nothing_by_itself_is_not_kept() {
    let log = FakeLog::named("log.example/a");
    let imposter = FakeLog::with_seed("log.example/a", 7);
    let memory: Arc<Memory> = Arc::default();
    let witness = witness(&memory, &log);
    let fork = log.forked_from(0);
    // Nothing was cosigned that it could contradict.
    assert_eq!(witness.add(request(0, fork.proof(2, 5), &fork.checkpoint(5))).await.status(), 422);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    // Other sizes, a bad proof, and nobody's signature.
    assert_eq!(witness.add(fork.add(5, 9)).await.status(), 422);
    assert_eq!(witness.add(fork.add(0, 3)).await.status(), 409);
    assert_eq!(witness.add(imposter.forked_from(0).add(5, 5)).await.status(), 403);
    // The truth once more.
    assert_eq!(witness.add(request(5, log.proof(2, 5), &log.checkpoint(5))).await.status(), 422);
    assert!(evidence(&memory).is_empty());
}

#[tokio::test]
async fn a_log_cannot_fill_the_disk_with_its_lies() {
    let log = FakeLog::named("log.example/a");
    let memory: Arc<Memory> = Arc::default();
    let witness = witness(&memory, &log);
    assert_eq!(witness.add(log.add(0, 1)).await.status(), 200);
    for lie in 0..EVIDENCE_MAX + 5 {
        let root = indelible_merkle::Hash::of_leaf(&lie.to_be_bytes());
        let signed = log.sign(crate::decide::Tree { root, ..log.tree(1) });
        assert_eq!(witness.add(request(1, vec![], &signed)).await.status(), 422);
    }
    assert_eq!(evidence(&memory).len(), EVIDENCE_MAX);
    // Not after a restart either.
    let again = Witness::open(Arc::clone(&memory) as Arc<dyn Backend>, &[]);
    assert_eq!(again.add(log.forked_from(0).add(1, 1)).await.status(), 422);
    assert_eq!(evidence(&memory).len(), EVIDENCE_MAX);
}

#[tokio::test]
async fn every_answer_is_counted_by_route_and_status() {
    let log = FakeLog::named("log.example/a");
    let memory: Arc<Memory> = Arc::default();
    let witness = witness(&memory, &log);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    assert_eq!(witness.add(log.add(5, 9)).await.status(), 200);
    assert_eq!(witness.add(log.add(0, 9)).await.status(), 409);
    assert_eq!(witness.add("nonsense").await.status(), 400);
    assert_eq!(witness.get("/none/checkpoint").await.status(), 404);
    let metrics = witness.get("/metrics").await;
    let text = metrics.text();
    for line in [
        "indelible_witness_answers_total{route=\"add-checkpoint\",status=\"200\"} 2\n",
        "indelible_witness_answers_total{route=\"add-checkpoint\",status=\"409\"} 1\n",
        "indelible_witness_answers_total{route=\"add-checkpoint\",status=\"400\"} 1\n",
        "indelible_witness_answers_total{route=\"checkpoint\",status=\"404\"} 1\n",
        "indelible_witness_logs 1\n",
        "indelible_witness_log_size{origin=\"log.example/a\"} 9\n",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(metrics.content_type().starts_with("application/openmetrics-text"));
}

#[tokio::test]
async fn a_witness_is_healthy_at_once_and_ready_when_it_serves_a_log() {
    let log = FakeLog::named("log.example/a");
    let memory: Arc<Memory> = Arc::default();
    prepare(&*memory);
    let empty = Witness::open(Arc::clone(&memory) as Arc<dyn Backend>, &[]);
    assert_eq!(empty.get("/healthz").await.status(), 200);
    assert_eq!(empty.get("/readyz").await.status(), 503);
    let serving = Witness::open(memory, &[log.known()]);
    assert_eq!(serving.get("/readyz").await.status(), 200);
}
