//! Commits that fail: nothing leaves, nothing goes on, and what a restart finds fits what was told.

use std::sync::Arc;

use axum::http::Method;
use indelible_disk::{Backend, Faulty, Memory, Tear};
use indelible_note::Claim;

use crate::testing::{FakeLog, Witness, prepare};

/// Commits of the run: the log is admitted, then the sizes are cosigned.
const SIZES: [u64; 4] = [3, 5, 9, 17];

#[tokio::test]
async fn whatever_commit_fails_no_signature_leaves_and_the_next_start_is_consistent() {
    let log = FakeLog::named("log.example/a");
    // The first commit admits the log, and the run cannot start without it.
    for failing in 2..=5 {
        for tear in [Tear::Before, Tear::After] {
            let memory: Arc<Memory> = Arc::default();
            prepare(&*memory);
            let faulty = Faulty::at(Arc::clone(&memory), failing, tear);
            let witness = Witness::open(Arc::new(faulty), &[log.known()]);
            let signed = add_until_it_fails(&witness, &log).await;
            assert!(witness.shutdown.is_requested(), "the process is asked to end");

            let after = Witness::open(Arc::clone(&memory) as Arc<dyn Backend>, &[]);
            let held = held(&after, &log).await;
            assert!(held >= signed, "commit {failing} {tear:?}: what was signed is forgotten");
            let at = |size: u64| [0].iter().chain(&SIZES).position(|at| *at == size).unwrap();
            assert!(at(held) <= at(signed) + 1, "commit {failing} {tear:?}: rows from nowhere");
            // The log goes on, and a fork of what may have been signed is refused.
            if held > 0 {
                let fork = log.forked_from(0);
                assert_eq!(after.add(fork.add(held, 20)).await.status(), 422);
            }
            assert_eq!(after.add(log.add(held, 20)).await.status(), 200);
        }
    }
}

async fn add_until_it_fails(witness: &Witness, log: &FakeLog) -> u64 {
    let mut signed = 0;
    for to in SIZES {
        let answer = witness.add(log.add(signed, to)).await;
        if answer.status() == 200 {
            answer.lines();
            signed = to;
            continue;
        }
        assert_eq!(answer.status(), 500);
        assert!(!answer.text().contains('\u{2014}'), "no signature leaves");
        assert!(!answer.text().contains("commit"), "and nothing of our insides");
        // From now on nothing is signed or told, whatever is asked.
        for body in [log.add(signed, to), log.add(0, to), log.add(to, to)] {
            assert_eq!(witness.add(body).await.status(), 503);
        }
        let subtree = witness.send(Method::POST, "/sign-subtree", "subtree 0 1\n").await;
        assert_eq!(subtree.status(), 503);
        for path in ["/healthz", "/readyz", &path(witness)] {
            assert_eq!(witness.get(path).await.status(), 503, "{path}");
        }
        break;
    }
    signed
}

fn path(witness: &Witness) -> String {
    format!("/{}/checkpoint", witness.app.registry.all()[0].hash())
}

async fn held(witness: &Witness, log: &FakeLog) -> u64 {
    let shown = witness.get(&path(witness)).await;
    let probe = witness.add(log.add(1, 2)).await;
    let size = probe.text().trim_end().parse().unwrap();
    assert_eq!(probe.status(), 409);
    match shown.status() {
        404 => assert_eq!(size, 0),
        _ => {
            let claim = Claim::parse(&shown.body).unwrap();
            assert_eq!(claim.unverified().size().get(), size);
            claim.verify(&witness.keys).unwrap();
        }
    }
    size
}

#[tokio::test]
async fn a_contradiction_whose_evidence_cannot_be_kept_is_not_answered_as_if_it_were() {
    let log = FakeLog::named("log.example/a");
    let memory: Arc<Memory> = Arc::default();
    prepare(&*memory);
    let faulty = Faulty::at(Arc::clone(&memory), 3, Tear::Before);
    let witness = Witness::open(Arc::new(faulty), &[log.known()]);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    let fork = log.forked_from(0);
    assert_eq!(witness.add(fork.add(5, 5)).await.status(), 500);
    assert!(witness.shutdown.is_requested());
}
