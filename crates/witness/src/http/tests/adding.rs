//! `add-checkpoint`: every step of the specification, its status, and what it tells.

use std::sync::Arc;
use std::time::Duration;

use indelible_disk::Memory;
use indelible_merkle::Hash;
use indelible_note::{
    Algorithm, Checkpoint, Claim, SignatureLine, Timestamp, VerifierKey, verify_cosignature,
};

use crate::decide::Tree;
use crate::testing::{FakeLog, NOW, Signed, Witness, prepare, request, size};

fn witness(logs: &[&FakeLog]) -> Witness {
    let memory = Memory::default();
    prepare(&memory);
    let known: Vec<_> = logs.iter().map(|log| log.known()).collect();
    Witness::open(Arc::new(memory), &known)
}

fn verified(
    lines: &[SignatureLine],
    keys: &[VerifierKey],
    checkpoint: &Checkpoint,
) -> Vec<Timestamp> {
    assert_eq!(lines.len(), keys.len());
    let pairs = lines.iter().zip(keys);
    pairs.map(|(line, key)| verify_cosignature(key, checkpoint, line).unwrap()).collect()
}

#[tokio::test]
async fn both_keys_cosign_growth_in_one_answer() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    let now = Timestamp::new(NOW).unwrap();
    for (old, to) in [(0, 1), (1, 2), (2, 5), (5, 64), (64, 65), (65, 130)] {
        let answer = witness.add(log.add(old, to)).await;
        let stated = verified(&answer.lines(), &witness.keys, &log.checkpoint(to).checkpoint);
        assert_eq!(stated, [now, now]);
        assert_eq!(answer.content_type(), "text/plain; charset=utf-8");
    }
    let algorithms: Vec<_> = witness.keys.iter().map(VerifierKey::algorithm).collect();
    assert_eq!(algorithms, [Algorithm::Ed25519Cosignature, Algorithm::MlDsa44]);
}

#[tokio::test]
async fn an_empty_log_is_cosigned_too() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    let answer = witness.add(log.add(0, 0)).await;
    verified(&answer.lines(), &witness.keys, &log.checkpoint(0).checkpoint);
    assert_eq!(witness.add(log.add(0, 3)).await.status(), 200);
    let stale = witness.add(log.add(0, 0)).await;
    assert_eq!((stale.status(), stale.text()), (409, "3\n"));
}

// Step 1.
#[tokio::test]
async fn a_malformed_body_is_a_bad_request_whatever_is_held() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    let good = String::from_utf8(log.add(5, 9)).unwrap();
    let hash = good.lines().nth(1).unwrap().to_owned();
    let bad = [
        String::new(),
        "old 5\n".to_owned(),
        good.replacen("old 5", "old 05", 1),
        good.replacen("old 5", "old -5", 1),
        good.replacen("old 5", "old  5", 1),
        good.replacen("old 5", "old 9223372036854775808", 1),
        good.replacen("old 5\n", "old 5\r\n", 1),
        good.replacen(&hash, &hash[4..], 1),
        good.replacen(&hash, &format!("{}=", &hash[..43]).replace("==", "="), 1).replacen(
            "old 5\n",
            "old 5\n!\n",
            1,
        ),
        good.replacen("old 5\n", &format!("old 5\n{}", format!("{hash}\n").repeat(64)), 1),
        good.replacen("\n\n", "\n", 1),
        good.trim_end().to_owned(),
        good.replace("\n9\n", "\n09\n"),
    ];
    for body in bad {
        let answer = witness.add(body.clone()).await;
        assert_eq!(answer.status(), 400, "{body}");
        assert_eq!(answer.content_type(), "text/plain; charset=utf-8");
        assert!(answer.text().ends_with('\n'), "{}", answer.text());
    }
    assert_eq!(witness.add(vec![0xff; 100]).await.status(), 400);
}

#[tokio::test]
async fn extension_lines_are_refused_before_anything_is_looked_up() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    let body = String::from_utf8(log.add(0, 5)).unwrap();
    let root = body.lines().nth(4).unwrap().to_owned();
    let extended = body.replacen(&root, &format!("{root}\nextension"), 1);
    let answer = witness.add(extended).await;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().contains("extension"), "{}", answer.text());
}

// Step 2.
#[tokio::test]
async fn an_unknown_origin_is_not_found_even_under_a_known_key() {
    let (known, unknown) = (FakeLog::named("log.example/a"), FakeLog::named("log.example/b"));
    let witness = witness(&[&known]);
    let answer = witness.add(unknown.add(0, 5)).await;
    assert_eq!(answer.status(), 404);
    // The known log's key, under a checkpoint of another origin.
    let checkpoint = Checkpoint::new(unknown.origin(), size(5), known.tree(5).root);
    let lines = known.checkpoint(5).lines;
    let answer = witness.add(request(0, vec![], &Signed { checkpoint, lines })).await;
    assert_eq!(answer.status(), 404);
}

// Step 3.
#[tokio::test]
async fn a_checkpoint_without_a_good_signature_of_its_log_is_forbidden() {
    let log = FakeLog::named("log.example/a");
    let imposter = FakeLog::with_seed("log.example/a", 7);
    let witness = witness(&[&log]);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    // Nobody that we know.
    assert_eq!(witness.add(imposter.add(5, 9)).await.status(), 403);
    // A known name and ID, and a signature of something else; beside it one that is good.
    let mut mixed = log.checkpoint(9);
    mixed.lines[1] = log.checkpoint(8).lines[1].clone();
    let answer = witness.add(request(5, log.proof(5, 9), &mixed)).await;
    assert_eq!(answer.status(), 403);
    mixed.lines.truncate(1);
    assert_eq!(witness.add(request(5, log.proof(5, 9), &mixed)).await.status(), 200);
}

#[tokio::test]
async fn strangers_signatures_are_ignored_and_not_kept() {
    let log = FakeLog::named("log.example/a");
    let stranger = FakeLog::with_seed("log.example/a", 7);
    let witness = witness(&[&log]);
    let mut signed = log.checkpoint(5);
    signed.lines.extend(stranger.checkpoint(5).lines);
    assert_eq!(witness.add(request(0, vec![], &signed)).await.lines().len(), 2);
    let path = format!("/{}/checkpoint", witness.app.registry.all()[0].hash());
    let shown = Claim::parse(&witness.get(&path).await.body).unwrap();
    assert_eq!(shown.signatures()[..2], log.checkpoint(5).lines);
    assert_eq!(shown.signatures().len(), 4, "two of the log, two of ours, none of the stranger");
}

// Steps 1 to 3 tell nothing of what is held, whatever else is wrong.
#[tokio::test]
async fn nothing_is_told_to_whoever_has_no_signature_of_the_log() {
    let log = FakeLog::named("log.example/a");
    let imposter = FakeLog::with_seed("log.example/a", 7);
    let (fresh, used) = (witness(&[&log]), witness(&[&log]));
    assert_eq!(used.add(log.add(0, 5)).await.status(), 200);
    let unknown = FakeLog::named("log.example/b");
    let probes = [
        b"old 0\n".to_vec(),
        unknown.add(0, 3),
        imposter.add(0, 3),
        imposter.add(5, 9),
        imposter.forked_from(0).add(0, 5),
        request(9, vec![], &imposter.checkpoint(5)),
        request(0, vec![Hash::EMPTY_ROOT], &imposter.sign(Tree { size: size(0), ..log.tree(1) })),
    ];
    for body in probes {
        let (one, other) = (fresh.add(body.clone()).await, used.add(body).await);
        assert!([400, 403, 404].contains(&one.status()), "{}", one.status());
        assert_eq!(one, other);
    }
}

// Step 4.
#[tokio::test]
async fn an_old_size_above_the_checkpoints_is_a_bad_request_before_the_conflict() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    for (old, to) in [(6, 5), (5, 4), (9, 8), (1, 0)] {
        assert_eq!(witness.add(request(old, vec![], &log.checkpoint(to))).await.status(), 400);
    }
}

// Step 5.
#[tokio::test]
async fn size_zero_under_another_root_is_unprocessable_before_the_conflict() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    let wrong = log.sign(Tree { size: size(0), root: log.tree(1).root });
    assert_eq!(witness.add(request(0, vec![], &wrong)).await.status(), 422);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    assert_eq!(witness.add(request(0, vec![], &wrong)).await.status(), 422);
}

// Step 6.
#[tokio::test]
async fn another_old_size_is_a_conflict_that_tells_the_size_held() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    let never = witness.add(log.add(3, 5)).await;
    assert_eq!((never.status(), never.text()), (409, "0\n"));
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    // The probe, a replay of an older checkpoint, and one from a size that we never saw. A bad proof
    // does not matter yet.
    for body in [
        log.add(0, 5),
        log.add(0, 3),
        log.add(3, 9),
        log.add(7, 9),
        request(0, vec![Hash::EMPTY_ROOT; 63], &log.checkpoint(9)),
    ] {
        let stale = witness.add(body).await;
        assert_eq!((stale.status(), stale.text()), (409, "5\n"));
        assert_eq!(stale.content_type(), "text/x.tlog.size");
    }
}

// Step 7.
#[tokio::test]
async fn a_proof_from_nothing_is_unprocessable() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    for to in [0, 5] {
        let body = request(0, vec![log.tree(1).root], &log.checkpoint(to));
        assert_eq!(witness.add(body).await.status(), 422);
    }
}

// Step 8.
#[tokio::test]
async fn another_root_of_the_size_held_is_unprocessable_and_never_signed() {
    let log = FakeLog::named("log.example/a");
    let fork = log.forked_from(2);
    let witness = witness(&[&log]);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    for proof in [vec![], vec![Hash::EMPTY_ROOT]] {
        assert_eq!(witness.add(request(5, proof, &fork.checkpoint(5))).await.status(), 422);
    }
    assert_eq!(witness.add(log.add(5, 5)).await.status(), 200);
}

// Step 9.
#[tokio::test]
async fn a_proof_that_does_not_lead_there_is_unprocessable_and_changes_nothing() {
    let log = FakeLog::named("log.example/a");
    let fork = log.forked_from(2);
    let witness = witness(&[&log]);
    assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
    let proof = log.proof(5, 9);
    let mut surplus = proof.clone();
    surplus.push(Hash::EMPTY_ROOT);
    let mut swapped = proof.clone();
    swapped.swap(0, 1);
    let mut bodies = vec![
        request(5, vec![], &log.checkpoint(9)),
        request(5, proof[1..].to_vec(), &log.checkpoint(9)),
        request(5, surplus, &log.checkpoint(9)),
        request(5, swapped, &log.checkpoint(9)),
        request(5, log.proof(4, 9), &log.checkpoint(9)),
        request(5, vec![log.tree(5).root], &log.checkpoint(5)),
    ];
    bodies.push(fork.add(5, 9));
    for body in bodies {
        assert_eq!(witness.add(body).await.status(), 422);
    }
    assert_eq!(witness.add(log.add(5, 9)).await.status(), 200);
}

// Step 11, and the time that it states.
#[tokio::test]
async fn the_same_checkpoint_again_is_signed_with_the_time_of_now() {
    let log = FakeLog::named("log.example/a");
    let witness = witness(&[&log]);
    let first = witness.add(log.add(0, 5)).await;
    // In the same second it is the same statement.
    assert_eq!(witness.add(log.add(5, 5)).await.body, first.body);
    witness.clock.advance(Duration::from_secs(10));
    let again = witness.add(log.add(5, 5)).await;
    let later = Timestamp::new(NOW + 10).unwrap();
    let stated = verified(&again.lines(), &witness.keys, &log.checkpoint(5).checkpoint);
    assert_eq!(stated, [later, later]);
}

#[tokio::test]
async fn a_clock_that_was_never_set_signs_nothing_and_remembers_nothing() {
    let log = FakeLog::named("log.example/a");
    let memory: Arc<Memory> = Arc::default();
    prepare(&*memory);
    let unset = Witness::open_at(Arc::clone(&memory) as Arc<_>, &[log.known()], 0);
    let answer = unset.add(log.add(0, 5)).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers.contains_key("retry-after"));
    let set = Witness::open_at(memory, &[], NOW);
    assert_eq!(set.add(log.add(0, 3)).await.status(), 200);
}

#[tokio::test]
async fn time_never_goes_back_for_a_log_but_others_are_not_held_up() {
    let (one, other) = (FakeLog::named("log.example/a"), FakeLog::with_seed("log.example/b", 3));
    let memory: Arc<Memory> = Arc::default();
    prepare(&*memory);
    let logs = [one.known(), other.known()];
    let ahead = Witness::open_at(Arc::clone(&memory) as Arc<_>, &logs, NOW + 60);
    assert_eq!(ahead.add(one.add(0, 3)).await.status(), 200);
    let back = Witness::open_at(Arc::clone(&memory) as Arc<_>, &[], NOW);
    let stated =
        verified(&back.add(one.add(3, 5)).await.lines(), &back.keys, &one.checkpoint(5).checkpoint);
    assert_eq!(stated, [Timestamp::new(NOW + 60).unwrap(); 2]);
    let far_back = Witness::open_at(memory, &[], NOW - 1);
    assert_eq!(far_back.add(one.add(5, 9)).await.status(), 503);
    assert_eq!(far_back.add(other.add(0, 9)).await.status(), 200);
}
