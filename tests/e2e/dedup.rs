//! A repeat gets the place of the original, also after the server was restarted or killed.

use indelible_tests::client::done;
use indelible_tests::http;

use crate::ask;
use crate::scene::Scene;

const NAMED: [(&str, &str); 2] = [("Idempotency-Key", "request-1"), ("Accept", "application/json")];

#[test]
fn a_repeated_request_gets_its_first_place_over_restarts() {
    let scene = Scene::alone("");
    let server = scene.home.serve();
    ask::add(&server.url, b"before");
    let first = ask::try_add(&server.url, "", &NAMED, b"entry");
    assert_eq!(ask::json(&first)["index"], 1, "{}", first.text());
    assert_eq!(ask::json(&first)["duplicate"], false);
    let other = ask::try_add(&server.url, "", &NAMED, b"other bytes");
    ask::expect_problem(&other, 422, "idempotency-key-reused");
    // Killed at once: the key was in the commit of its entry.
    server.kill();

    let server = scene.home.serve();
    ask::add(&server.url, b"after");
    let again = ask::json(&ask::try_add(&server.url, "", &NAMED, b"entry"));
    assert_eq!((&again["index"], &again["duplicate"]), (&1.into(), &true.into()), "{again}");
    let other = ask::try_add(&server.url, "", &NAMED, b"other bytes");
    ask::expect_problem(&other, 422, "idempotency-key-reused");
    server.stop();

    let server = scene.home.serve();
    let waited = ask::try_add(&server.url, "?wait=checkpoint", &NAMED[..1], b"entry");
    let (entry, proof) = (scene.file("entry", b"entry"), scene.file("proof", waited.body));
    let verify = scene.client("").offline("verify").arg("--proof").arg(proof).arg(entry).output();
    assert!(verify.unwrap().status.success());
    assert_eq!(ask::size(&server.url), 3);
    assert_eq!(ask::entries(&server.url), [&b"before"[..], b"entry", b"after"]);
}

#[test]
fn a_repeated_batch_gets_its_first_places_or_nothing_of_it_is_added() {
    let scene = Scene::alone("");
    let server = scene.home.serve();
    let url = format!("{}/add-batch", server.url);
    let headers = [("Idempotency-Key", "batch"), ("Content-Type", "application/x-ndjson")];
    let first = http::send(&url, &headers, b"1\n2\n3").unwrap();
    assert_eq!(first.status, 200, "{}", first.text());
    server.kill();

    let server = scene.home.serve();
    let url = format!("{}/add-batch", server.url);
    let again = ask::json(&http::send(&url, &headers, b"1\n2\n3").unwrap());
    let results = again["results"].as_array().unwrap();
    let places: Vec<_> = results.iter().map(|one| one["index"].as_u64()).collect();
    assert_eq!(places, [Some(0), Some(1), Some(2)], "{again}");
    assert!(results.iter().all(|one| one["duplicate"] == true), "{again}");
    let other = http::send(&url, &headers, b"1\n2\n4\n5").unwrap();
    ask::expect_problem(&other, 422, "idempotency-key-reused");
    assert_eq!(ask::json(&other)["item"], 2);
    assert_eq!(ask::add(&server.url, b"next"), 3, "nothing of the refused batch was added");
}

#[test]
fn equal_bytes_get_one_place_where_the_settings_say_so() {
    let scene = Scene::alone("dedup_by_content = true");
    let server = scene.home.serve();
    assert_eq!(ask::add(&server.url, b"one"), 0);
    assert_eq!(ask::add(&server.url, b"two"), 1);
    assert_eq!(ask::add(&server.url, b"one"), 0);
    let lines = ["\"a\"", "\"b\"", "\"a\""].map(str::to_owned);
    assert_eq!(ask::add_lines(&server.url, &lines), [2, 3, 2]);
    server.kill();
    let server = scene.home.serve();
    assert_eq!(ask::add(&server.url, b"two"), 1);
    assert_eq!(ask::add(&server.url, b"three"), 4);
    // The client's own key does not undo the setting for others.
    let entry = scene.file("entry", b"four");
    let add = |key: &str| {
        let client = scene.client(&server.url);
        done(client.asking("add").args(["--json", "--idempotency-key", key]).arg(&entry))
    };
    let (first, again) = (add("k1"), add("k1"));
    assert!(first.contains("\"index\":5") && again.contains("\"index\":5"), "{first} {again}");
}

#[test]
fn equal_bytes_get_places_of_their_own_by_default() {
    let scene = Scene::alone("");
    let server = scene.home.serve();
    assert_eq!(ask::add(&server.url, b"one"), 0);
    assert_eq!(ask::add(&server.url, b"one"), 1);
    for key in ["a", "b"] {
        let added = ask::try_add(&server.url, "", &[("Idempotency-Key", key)], b"one");
        assert_eq!(added.text(), if key == "a" { "2" } else { "3" });
    }
    for key in ["", "with space", &"x".repeat(256)] {
        let refused = ask::try_add(&server.url, "", &[("Idempotency-Key", key)], b"one");
        ask::expect_problem(&refused, 400, "idempotency-key");
    }
}
