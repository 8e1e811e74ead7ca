//! A log whose folder was cloned signs a fork: clients raise the alarm, witnesses do not cosign.

use std::fs;
use std::path::Path;

use indelible_merkle::{Hash, TreeSize};
use indelible_note::{Claim, VerifierKey, strict};
use indelible_tests::client::{Ended, done, ended};
use indelible_tests::http::{self, Answer};
use indelible_tests::{Client, LogHome};
use indelible_wire::AddCheckpoint;

use crate::ask;
use crate::scene::{ORIGIN, Scene};

const ALARM: Option<i32> = Some(4);

/// A clone with the same keys that asks no witness.
fn twin_of(scene: &Scene) -> LogHome {
    let twin = scene.home.cloned_to(&scene.folder("twin"));
    twin.set(&format!("[[log]]\norigin = \"{ORIGIN}\"\npublish_interval_ms = 20\n"));
    twin
}

#[test]
fn a_client_that_follows_gets_an_alarm_and_keeps_both_checkpoints() {
    let scene = Scene::alone("");
    let twin = twin_of(&scene);
    let (server, forked) = (scene.home.serve(), twin.serve());
    ask::add_proven(&server.url, b"what happened");
    ask::add_proven(&forked.url, b"what did not");
    let state = scene.folder("followed");
    let (told, lied_to) = (scene.client(&server.url), scene.client(&forked.url));
    done(told.asking("follow").arg("--once").arg("--state").arg(&state));

    let alarmed = follow(&lied_to, &state);
    assert_eq!(alarmed.code, ALARM, "{}", alarmed.said);
    assert!(alarmed.said.contains("is forked"), "{}", alarmed.said);
    expect_evidence(&state, "forked", &scene.keys);
    let held = Claim::parse(&fs::read(state.join("checkpoint")).unwrap()).unwrap();
    assert_eq!(held, ask::checkpoint(&server.url), "what is held stays");

    // A larger fork has a past of its own.
    ask::add_proven(&forked.url, b"nor did this");
    let alarmed = follow(&lied_to, &state);
    assert_eq!(alarmed.code, ALARM, "{}", alarmed.said);
    assert!(alarmed.said.contains("is inconsistent"), "{}", alarmed.said);
    expect_evidence(&state, "inconsistent", &scene.keys);
    // The honest one goes on being followed.
    ask::add_proven(&server.url, b"something else");
    assert_eq!(follow(&told, &state).code, Some(0));
}

#[test]
fn a_witness_does_not_cosign_the_fork() {
    let scene = Scene::witnessed(1, "");
    let twin = twin_of(&scene);
    let (server, forked) = (scene.home.serve(), twin.serve());
    ask::add_proven(&server.url, b"what happened");
    ask::add_proven(&forked.url, b"what did not");
    let witness = &scene.witnesses[0];
    let monitored = || {
        let origin = indelible_note::Origin::parse(ORIGIN).unwrap().digest();
        http::get_good(&format!("{}/{origin}/checkpoint", witness.url)).body
    };
    let cosigned = monitored();

    let fork = ask::checkpoint(&forked.url);
    let stale = submit(&witness.url, 0, &[], &fork);
    assert_eq!((stale.status, stale.text().as_str()), (409, "1\n"));
    assert_eq!(stale.header("content-type"), Some("text/x.tlog.size"));
    assert_eq!(submit(&witness.url, 1, &[], &fork).status, 422);

    // Larger, and consistent with its own past only.
    ask::add_proven(&forked.url, b"nor did this");
    let fork = ask::checkpoint(&forked.url);
    let proof = consistency(&forked.url, 1, 2);
    assert_eq!(submit(&witness.url, 1, &proof, &fork).status, 422);
    assert_eq!(submit(&witness.url, 1, &[], &fork).status, 422);
    assert_eq!(submit(&witness.url, 0, &[], &fork).status, 409);
    assert_eq!(monitored(), cosigned);

    // The honest one goes on being cosigned.
    ask::add_proven(&server.url, b"something else");
    assert_ne!(monitored(), cosigned);
}

fn follow(client: &Client, state: &Path) -> Ended {
    ended(client.asking("follow").arg("--once").arg("--state").arg(state))
}

/// Both checkpoints lie there, signed by the log, and cannot both be true.
fn expect_evidence(state: &Path, kind: &str, keys: &[VerifierKey]) {
    let folders = state.join("evidence").read_dir().unwrap().map(|folder| folder.unwrap().path());
    let named = |folder: &std::path::PathBuf| {
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(kind))
    };
    let folder = folders.into_iter().find(named).expect("evidence of this kind");
    let [held, offered] = ["held.checkpoint", "offered.checkpoint"].map(|name| {
        let claim = Claim::parse(&fs::read(folder.join(name)).unwrap()).unwrap();
        claim.verify(keys).unwrap().checkpoint().clone()
    });
    assert!(offered.size() >= held.size());
    assert_ne!(offered.root(), held.root());
    assert_eq!(folder.join("consistency.hex").exists(), offered.size() > held.size());
}

fn submit(witness: &str, old: u64, proof: &[Hash], checkpoint: &Claim) -> Answer {
    let old = TreeSize::new(old).unwrap();
    let body = AddCheckpoint::new(old, proof.to_vec(), checkpoint.clone()).unwrap().to_bytes();
    http::send(&format!("{witness}/add-checkpoint"), &[], &body).unwrap()
}

fn consistency(url: &str, from: u64, to: u64) -> Vec<Hash> {
    let answer = http::get_good(&format!("{url}/proof/consistency?from={from}&to={to}"));
    let hashes = ask::json(&answer)["hashes"].as_array().unwrap().clone();
    hashes.iter().map(|hash| strict::hash(hash.as_str().unwrap()).unwrap()).collect()
}
