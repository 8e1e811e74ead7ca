//! Without its witnesses a log shows nothing new, loses nothing, and goes on when they are back.

use indelible_tests::client::done;
use indelible_tests::{http, poll};

use crate::ask;
use crate::scene::Scene;

const IMPATIENT: &str = "wait_timeout_ms = 200";

#[test]
fn nothing_new_is_shown_while_a_witness_is_down_and_everything_once_it_is_back() {
    let mut scene = Scene::witnessed(2, IMPATIENT);
    let server = scene.home.serve();
    let url = &server.url;
    ask::add(url, b"before");
    ask::checkpoint_of(url, 1);
    let shown = ask::checkpoint(url);
    scene.witnesses[1].kill();

    // Durable and answered all the same.
    assert_eq!(ask::add(url, b"while"), 1);
    server.process.hear(|line| line.contains("not published").then_some(()));
    let named = [("Idempotency-Key", "the-waiting-one")];
    let refused = ask::try_add(url, "?wait=checkpoint", &named, b"waiting");
    let detail = ask::expect_problem(&refused, 503, "not-covered-yet");
    assert!(detail.contains("durable at index 2"), "{detail}");
    assert!(refused.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok()));
    assert_eq!(ask::checkpoint(url), shown, "another checkpoint is shown");
    let hidden = http::get(&format!("{url}/proof/inclusion?index=1")).unwrap();
    ask::expect_problem(&hidden, 404, "not-published");
    let hidden = http::get(&format!("{url}/tile/entries/000.p/2")).unwrap();
    ask::expect_problem(&hidden, 404, "not-published");
    assert_eq!(http::get(&format!("{url}/readyz")).unwrap().status, 200, "reads go on");

    scene.witnesses[1].come_back();
    ask::checkpoint_of(url, 3);
    let proof = ask::try_add(url, "?wait=checkpoint", &named, b"waiting");
    assert_eq!(proof.status, 200, "{}", proof.text());
    let (proof, entry) = (scene.file("proof", proof.body), scene.file("entry", b"waiting"));
    done(scene.client(url).offline("verify").arg("--proof").arg(proof).arg(entry));
    assert_eq!(ask::entries(url), [&b"before"[..], b"while", b"waiting"]);
}

#[test]
fn a_log_that_never_reached_its_witness_takes_entries_but_is_not_ready() {
    let mut scene = Scene::witnessed(1, IMPATIENT);
    scene.witnesses[0].kill();
    let server = scene.home.serve();
    let url = &server.url;
    assert_eq!(ask::add(url, b"entry"), 0);
    let hidden = http::get(&format!("{url}/checkpoint")).unwrap();
    ask::expect_problem(&hidden, 503, "no-checkpoint");
    assert_eq!(http::get(&format!("{url}/readyz")).unwrap().status, 503);
    assert_eq!(http::get(&format!("{url}/healthz")).unwrap().status, 200);

    scene.witnesses[0].come_back();
    ask::checkpoint_of(url, 1);
    poll::until("readiness", || {
        (http::get(&format!("{url}/readyz")).unwrap().status == 200).then_some(())
    });
}

#[test]
fn a_log_stops_and_starts_without_its_witness_and_loses_nothing() {
    let mut scene = Scene::witnessed(1, IMPATIENT);
    let server = scene.home.serve();
    ask::add(&server.url, b"shown");
    ask::checkpoint_of(&server.url, 1);
    scene.witnesses[0].kill();
    ask::add(&server.url, b"kept");
    server.stop();

    let server = scene.home.serve();
    assert_eq!(ask::size(&server.url), 1);
    assert_eq!(ask::add(&server.url, b"more"), 2);
    scene.witnesses[0].come_back();
    ask::checkpoint_of(&server.url, 3);
    assert_eq!(ask::entries(&server.url), [&b"shown"[..], b"kept", b"more"]);
}

#[test]
fn a_witness_that_lost_its_memory_refuses_to_start() {
    let mut scene = Scene::witnessed(1, "");
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"entry");
    let witness = &mut scene.witnesses[0];
    witness.kill();
    std::fs::remove_dir_all(witness.home.folder().join("data")).unwrap();
    let said = witness.home.serve_refused();
    assert!(said.contains("no database at"), "{said}");
    // Nor does it get a new memory under its old keys.
    let (made, said) = witness.home.run("init", &[]);
    assert!(!made && said.contains("exist"), "{said}");
    assert!(!witness.home.folder().join("data").exists());
}
