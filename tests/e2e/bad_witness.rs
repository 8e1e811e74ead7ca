//! Witnesses that say nothing, and witnesses that lie: neither makes a log show what it should not.

use std::net::TcpListener;

use indelible_merkle::Hash;
use indelible_note::{Algorithm, Checkpoint, KeyName, Policy, SignatureLine, SignerKey, Timestamp};
use indelible_tests::folder::put;
use indelible_tests::stand_in::{self, Asked};
use indelible_tests::{http, poll};
use indelible_wire::{AddCheckpoint, print_signature_lines};

use crate::ask;
use crate::scene::Scene;

const HASTY: &str = "cosign_timeout_ms = 300\nwait_timeout_ms = 200";

/// What is answered when this checkpoint is to be cosigned: status and body.
type Lie = fn(&Checkpoint) -> (u16, Vec<u8>);

fn cosigner(name: &str) -> SignerKey {
    let name = KeyName::parse(name).unwrap();
    SignerKey::from_seed(name, Algorithm::Ed25519Cosignature, [9; 32])
}

fn cosigned(key: &SignerKey, checkpoint: &Checkpoint) -> SignatureLine {
    key.cosign(checkpoint, Timestamp::new(1_790_000_000).unwrap()).unwrap()
}

/// The checkpoint that a log asks its witness to cosign.
fn asked_for(asked: &Asked) -> Checkpoint {
    AddCheckpoint::parse(&asked.body).unwrap().checkpoint().unverified().clone()
}

#[test]
fn a_witness_that_never_answers_holds_up_no_log_that_has_enough_others() {
    let scene = Scene::witnessed(1, HASTY);
    // Connections are taken by the system, and nobody ever reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let key = cosigner("silent.example");
    let policy = std::fs::read_to_string(&scene.policy).unwrap();
    let (before, quorum) = policy.split_once("group everybody all").unwrap();
    let members = quorum.lines().next().unwrap();
    let policy = format!(
        "{before}witness silent {} {url}\ngroup enough any silent{members}\nquorum enough\n",
        key.verifier()
    );
    put(&scene.policy, &policy);
    let server = scene.home.serve();
    for entry in ["one", "two"] {
        ask::add(&server.url, entry.as_bytes());
    }
    let claim = ask::checkpoint_of(&server.url, 2);
    let trusted = Policy::parse(&policy).unwrap().judge(&claim).unwrap();
    let names = trusted.cosigned_by().iter().map(|cosigned| cosigned.witness());
    assert!(names.into_iter().all(|name| name.starts_with("w1.example")));
    server.stop();
}

#[test]
fn a_cosignature_counts_only_if_it_is_the_witnesss_own_for_this_checkpoint() {
    let scene = Scene::alone(HASTY);
    let lies: [Lie; 6] = [
        |_| (200, Vec::new()),
        |_| (200, b"\xff\xfe".to_vec()),
        // The right name and key ID, over nothing.
        |checkpoint| {
            let good = cosigned(&cosigner("w.example"), checkpoint);
            let mut bytes = good.bytes().to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            lines(&[SignatureLine::new(good.name().clone(), good.id(), bytes).unwrap()])
        },
        // The right key, over another tree.
        |checkpoint| {
            let root = Hash::of_leaf(b"another");
            let other = Checkpoint::new(checkpoint.origin().clone(), checkpoint.size(), root);
            lines(&[cosigned(&cosigner("w.example"), &other)])
        },
        // The right tree, by a stranger.
        |checkpoint| lines(&[cosigned(&cosigner("stranger.example"), checkpoint)]),
        // The right line under another status.
        |checkpoint| (202, lines(&[cosigned(&cosigner("w.example"), checkpoint)]).1),
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let url = stand_in::serve(move |asked| match asked.path.as_str() {
            "/add-checkpoint" => lie(&asked_for(asked)),
            _ => (404, Vec::new()),
        });
        trust(&scene, &url);
        let server = scene.home.serve();
        ask::add(&server.url, b"entry");
        server.process.hear(|line| line.contains("not published").then_some(()));
        let hidden = http::get(&format!("{}/checkpoint", server.url)).unwrap();
        assert_eq!(hidden.status, 503, "lie {number}: {}", hidden.text());
        server.stop();
    }

    let url = stand_in::serve(|asked| match asked.path.as_str() {
        "/add-checkpoint" => {
            let checkpoint = asked_for(asked);
            let by = |name| cosigned(&cosigner(name), &checkpoint);
            lines(&[by("stranger.example"), by("w.example")])
        }
        _ => (404, Vec::new()),
    });
    trust(&scene, &url);
    let server = scene.home.serve();
    let claim = ask::checkpoint_of(&server.url, 6);
    let names: Vec<&str> = claim.signatures().iter().map(|line| line.name().as_str()).collect();
    assert_eq!(names.len(), 3, "a stranger's line is not passed on: {names:?}");
    let policy = Policy::parse(&std::fs::read_to_string(&scene.policy).unwrap()).unwrap();
    assert_eq!(policy.judge(&claim).unwrap().cosigned_by().len(), 1);
}

#[test]
fn a_witness_that_shows_others_checkpoints_does_not_keep_a_log_from_starting() {
    let scene = Scene::alone(HASTY);
    let stranger = Scene::alone("");
    let other = stranger.home.serve();
    ask::add_proven(&other.url, b"another log of this name");
    let theirs = ask::checkpoint(&other.url).bytes().to_vec();
    for shown in [theirs, b"no checkpoint".to_vec()] {
        let url = stand_in::serve(move |asked| match asked.path.as_str() {
            "/add-checkpoint" => lines(&[cosigned(&cosigner("w.example"), &asked_for(asked))]),
            _ => (200, shown.clone()),
        });
        trust(&scene, &url);
        let server = scene.home.serve();
        let index = ask::add(&server.url, b"entry");
        ask::checkpoint_of(&server.url, index + 1);
        poll::until("readiness", || {
            (http::get(&format!("{}/readyz", server.url)).unwrap().status == 200).then_some(())
        });
        server.stop();
    }
}

/// The log's policy: this one witness, there.
fn trust(scene: &Scene, url: &str) {
    let logs: String = scene.keys.iter().map(|key| format!("log {key}\n")).collect();
    let key = cosigner("w.example").verifier().clone();
    put(&scene.policy, format!("{logs}witness w {key} {url}\nquorum w\n"));
}

fn lines(lines: &[SignatureLine]) -> (u16, Vec<u8>) {
    (200, print_signature_lines(lines).into_bytes())
}
