//! `sign-subtree`: every status of the specification, and what is signed.

use std::sync::Arc;

use axum::http::Method;
use indelible_disk::Memory;
use indelible_merkle::{Hash, LeafIndex, Subtree, subtree};
use indelible_note::{
    Algorithm, Claim, KeyName, SignatureLine, SignerKey, verify_subtree_cosignature,
};
use indelible_wire::SignSubtree;

use crate::identity::Identity;
use crate::testing::{Answer, FakeLog, NOW, Signed, Witness, identity, prepare, size};

async fn witness_of(log: &FakeLog, leaves: u64) -> (Witness, Vec<SignatureLine>) {
    let memory = Memory::default();
    prepare(&memory);
    let witness = Witness::open(Arc::new(memory), &[log.known()]);
    let lines = witness.add(log.add(0, leaves)).await.lines();
    (witness, lines)
}

fn part(start: u64, end: u64) -> Subtree {
    Subtree::new(LeafIndex::new(start).unwrap(), size(end)).unwrap()
}

fn cosigned(log: &FakeLog, leaves: u64, lines: &[SignatureLine]) -> Claim {
    Claim::assemble(&log.checkpoint(leaves).checkpoint, lines.to_vec()).unwrap()
}

fn ask(log: &FakeLog, subtree: Subtree, leaves: u64, claim: Claim) -> Vec<u8> {
    let proof = subtree::prove(subtree, size(leaves), log).unwrap();
    let hash = subtree::hash(subtree, log).unwrap();
    SignSubtree::new(subtree, hash, proof, claim).unwrap().to_bytes()
}

async fn sign(witness: &Witness, body: impl Into<axum::body::Body>) -> Answer {
    witness.send(Method::POST, "/sign-subtree", body).await
}

#[tokio::test]
async fn every_subtree_of_a_cosigned_tree_is_cosigned_without_a_time() {
    let log = FakeLog::named("log.example/a");
    let (witness, lines) = witness_of(&log, 14).await;
    let ml_dsa_44 = &witness.keys[1];
    for (start, end) in [(8, 13), (0, 14), (0, 8), (4, 6), (13, 14), (12, 14)] {
        let subtree = part(start, end);
        // Either of our signatures says that the checkpoint is ours.
        for ours in [&lines[..], &lines[..1], &lines[1..]] {
            let answer = sign(&witness, ask(&log, subtree, 14, cosigned(&log, 14, ours))).await;
            let [line] = answer.lines().try_into().unwrap();
            let hash = subtree::hash(subtree, &log).unwrap();
            verify_subtree_cosignature(ml_dsa_44, &log.origin(), subtree, &hash, &line).unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_malformed_or_no_subtree_is_a_bad_request() {
    let log = FakeLog::named("log.example/a");
    let (witness, lines) = witness_of(&log, 14).await;
    let body = ask(&log, part(8, 13), 14, cosigned(&log, 14, &lines));
    let good = String::from_utf8(body).unwrap();
    for range in
        ["8 8", "8 7", "9 13", "4 13", "8 15", "08 13", "8 013", "8", "8 13 1", "8  13", "-8 13"]
    {
        let body = good.replacen("subtree 8 13", &format!("subtree {range}"), 1);
        assert_eq!(sign(&witness, body).await.status(), 400, "{range}");
    }
    for body in [String::new(), good.replacen("subtree", "tree", 1), good.replacen("\n\n", "\n", 1)]
    {
        assert_eq!(sign(&witness, body.clone()).await.status(), 400, "{body}");
    }
}

#[tokio::test]
async fn an_unknown_origin_is_not_found() {
    let log = FakeLog::named("log.example/a");
    let unknown = FakeLog::named("log.example/b");
    let (witness, lines) = witness_of(&log, 14).await;
    let body = ask(&unknown, part(8, 13), 14, cosigned(&unknown, 14, &lines));
    assert_eq!(sign(&witness, body).await.status(), 404);
}

#[tokio::test]
async fn a_checkpoint_that_is_not_ours_is_forbidden() {
    let log = FakeLog::named("log.example/a");
    let (witness, lines) = witness_of(&log, 14).await;
    let subtree = part(8, 13);
    // The log's word is not enough.
    let Signed { lines: of_log, .. } = log.checkpoint(14);
    let body = ask(&log, subtree, 14, cosigned(&log, 14, &of_log));
    assert_eq!(sign(&witness, body).await.status(), 403);
    // Our signatures, under a tree that we did not cosign.
    let fork = log.forked_from(3);
    let body = ask(&fork, subtree, 14, cosigned(&fork, 14, &lines));
    assert_eq!(sign(&witness, body).await.status(), 403);
    // One of ours is good, and one is not.
    let later = witness.add(log.add(14, 15)).await.lines();
    let mixed = [lines[0].clone(), later[1].clone()];
    let body = ask(&log, subtree, 14, cosigned(&log, 14, &mixed));
    assert_eq!(sign(&witness, body).await.status(), 403);
    // Another witness's.
    let name = KeyName::parse("witness.example/w2").unwrap();
    let other = SignerKey::from_seed(name, Algorithm::MlDsa44, [7; 32]);
    let now = indelible_note::Timestamp::new(NOW).unwrap();
    let line = other.cosign(&log.checkpoint(14).checkpoint, now).unwrap();
    let body = ask(&log, subtree, 14, cosigned(&log, 14, &[line]));
    assert_eq!(sign(&witness, body).await.status(), 403);
}

#[tokio::test]
async fn a_proof_or_a_hash_that_is_wrong_is_unprocessable() {
    let log = FakeLog::named("log.example/a");
    let (witness, lines) = witness_of(&log, 14).await;
    let (subtree, claim) = (part(8, 13), cosigned(&log, 14, &lines));
    let proof = subtree::prove(subtree, size(14), &log).unwrap();
    let hash = subtree::hash(subtree, &log).unwrap();
    let mut surplus = proof.clone();
    surplus.push(Hash::EMPTY_ROOT);
    for (hash, proof) in
        [(hash, vec![]), (hash, proof[1..].to_vec()), (hash, surplus), (Hash::EMPTY_ROOT, proof)]
    {
        let body = SignSubtree::new(subtree, hash, proof, claim.clone()).unwrap().to_bytes();
        assert_eq!(sign(&witness, body).await.status(), 422);
    }
}

#[tokio::test]
async fn a_witness_without_a_key_for_it_does_not_have_the_route() {
    let log = FakeLog::named("log.example/a");
    let (with, lines) = witness_of(&log, 14).await;
    let name = KeyName::parse("witness.example/w1").unwrap();
    let ed25519 = SignerKey::from_seed(name, Algorithm::Ed25519Cosignature, [201; 32]);
    let alone = Identity::of(ed25519, None);
    let memory = Memory::default();
    crate::store::open::stamp(&memory, &alone.verifiers()).unwrap();
    let without = Witness::open_as(alone, Arc::new(memory), &[log.known()], NOW);
    let body = ask(&log, part(8, 13), 14, cosigned(&log, 14, &lines[..1]));
    assert_eq!(sign(&without, body.clone()).await.status(), 404);
    assert_eq!(sign(&with, body).await.status(), 200);
    assert_eq!(without.add(log.add(0, 5)).await.lines().len(), 1);
    assert_eq!(identity().verifiers().len(), 2);
}
