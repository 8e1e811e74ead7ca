//! A log whose growth was ended: nothing is added, all is covered, reading goes on.

use indelible_tests::LogServer;
use indelible_tests::client::done;
use indelible_tests::http;

use crate::ask;
use crate::scene::{ORIGIN, Scene};

#[test]
fn a_frozen_log_covers_all_entries_takes_no_more_and_stays_so() {
    let scene = Scene::witnessed(1, "");
    scene.publish_once_a_start();
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"shown");
    ask::add_lines(&server.url, &["\"committed\"".to_owned(), "\"only\"".to_owned()]);
    assert_eq!(ask::size(&server.url), 1);
    // Killed before the next publication: the freezing finds entries that no checkpoint covers.
    server.kill();
    scene.home.refused("freeze", &["--origin", "log.example/other"]);
    let (frozen, said) = scene.home.run("freeze", &["--origin", ORIGIN]);
    assert!(frozen && said.contains("is frozen at 3 entries"), "{said}");

    let server = scene.home.serve();
    let last = ask::checkpoint_of(&server.url, 3);
    expect_frozen(&scene, &server);
    server.stop();
    let server = scene.home.serve();
    assert_eq!(ask::checkpoint(&server.url).unverified(), last.unverified());
    expect_frozen(&scene, &server);
    server.stop();
    let (whole, said) = scene.home.run("check", &[]);
    assert!(whole && said.contains("whole, 3 entries"), "{said}");
    // It is no mistake to say it twice.
    let (frozen, said) = scene.home.run("freeze", &["--origin", ORIGIN]);
    assert!(frozen && said.contains("is frozen at 3 entries"), "{said}");
}

#[test]
fn a_log_frozen_without_its_witness_shows_its_last_checkpoint_once_the_witness_is_back() {
    let mut scene = Scene::witnessed(1, "");
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"shown");
    scene.witnesses[0].kill();
    ask::add(&server.url, b"not shown");
    server.stop();
    let (frozen, said) = scene.home.run("freeze", &["--origin", ORIGIN]);
    assert!(frozen && said.contains("is frozen at 2 entries"), "{said}");

    let server = scene.home.serve();
    server.process.hear(|line| line.contains("not published").then_some(()));
    assert_eq!(ask::size(&server.url), 1);
    ask::expect_problem(&ask::try_add(&server.url, "", &[], b"late"), 410, "frozen");
    scene.witnesses[0].come_back();
    ask::checkpoint_of(&server.url, 2);
    server.stop();
}

fn expect_frozen(scene: &Scene, server: &LogServer) {
    let url = &server.url;
    for query in ["", "?wait=checkpoint"] {
        ask::expect_problem(&ask::try_add(url, query, &[], b"late"), 410, "frozen");
    }
    let named = [("Idempotency-Key", "late")];
    ask::expect_problem(&ask::try_add(url, "", &named, b"late"), 410, "frozen");
    let json = [("Content-Type", "application/x-ndjson")];
    let batch = http::send(&format!("{url}/add-batch"), &json, b"1\n2").unwrap();
    ask::expect_problem(&batch, 410, "frozen");

    assert_eq!(ask::size(url), 3);
    assert_eq!(ask::entries(url), [&b"shown"[..], b"\"committed\"", b"\"only\""]);
    let readiness = http::get_good(&format!("{url}/readyz"));
    assert_eq!(ask::json(&readiness)[0]["frozen"], true, "{}", readiness.text());
    let client = scene.client(url);
    let (entry, proof) = (scene.file("entry", b"\"only\""), scene.folder("proof"));
    done(client.asking("prove").arg("--entry").arg(&entry).arg("--out").arg(&proof));
    done(client.offline("verify").arg("--proof").arg(&proof).arg(&entry));
    done(&mut client.asking("check"));
}
