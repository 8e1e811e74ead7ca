//! An older checkpoint, true when it was signed, shown again.

use std::fs;

use indelible_merkle::TreeSize;
use indelible_note::Claim;
use indelible_tests::client::{done, ended};
use indelible_tests::{http, stand_in};
use indelible_wire::AddCheckpoint;

use crate::ask;
use crate::scene::Scene;

#[test]
fn a_client_that_follows_is_not_led_back() {
    let scene = Scene::witnessed(1, "");
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"one");
    let older = ask::checkpoint(&server.url);
    ask::add_proven(&server.url, b"two");
    let state = scene.folder("followed");
    let follow = |url: &str| {
        let client = scene.client(url);
        ended(client.asking("follow").arg("--once").arg("--state").arg(&state))
    };
    assert_eq!(follow(&server.url).code, Some(0));

    let (behind, replayed) = (server.url.clone(), older.bytes().to_vec());
    let liar = stand_in::serve(move |asked| {
        if asked.path == "/checkpoint" {
            return (200, replayed.clone());
        }
        let answer = http::get(&format!("{behind}{}", asked.path)).unwrap();
        (answer.status, answer.body)
    });
    let alarmed = follow(&liar);
    assert_eq!(alarmed.code, Some(4), "{}", alarmed.said);
    assert!(alarmed.said.contains("is rewound"), "{}", alarmed.said);
    let kept = fs::read_dir(state.join("evidence")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(fs::read(kept.join("offered.checkpoint")).unwrap(), older.bytes());
    let held = Claim::parse(&fs::read(kept.join("held.checkpoint")).unwrap()).unwrap();
    assert_eq!(held.unverified().size().get(), 2);

    // Whoever follows for the first time cannot know; it is a checkpoint of this log.
    let newcomer = scene.folder("newcomer");
    done(scene.client(&liar).asking("follow").arg("--once").arg("--state").arg(newcomer));
    assert_eq!(follow(&server.url).code, Some(0), "the honest log is followed on");
}

#[test]
fn a_witness_answers_an_older_checkpoint_with_the_size_that_it_holds() {
    let scene = Scene::witnessed(1, "");
    let server = scene.home.serve();
    let mut older = Vec::new();
    for entry in ["one", "two", "three"] {
        ask::add_proven(&server.url, entry.as_bytes());
        older.push(ask::checkpoint(&server.url));
    }
    older.pop();
    let url = format!("{}/add-checkpoint", scene.witnesses[0].url);
    for (old, claim) in [(0, &older[0]), (1, &older[0]), (0, &older[1]), (1, &older[1])] {
        let old = TreeSize::new(old).unwrap();
        let body = AddCheckpoint::new(old, Vec::new(), claim.clone()).unwrap().to_bytes();
        let answer = http::send(&url, &[], &body).unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (409, "3\n"), "old {old}");
        assert_eq!(answer.header("content-type"), Some("text/x.tlog.size"));
    }
}
