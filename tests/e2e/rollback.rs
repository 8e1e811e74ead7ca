//! An older copy of a log is found out: by its guard, and by its witnesses.

use indelible_tests::LogHome;
use indelible_tests::folder::copy;

use crate::ask;
use crate::scene::Scene;

/// A log that showed three entries, and a copy of its folder as it was with one.
fn grown_past_a_copy(scene: &Scene) -> LogHome {
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"one");
    server.stop();
    let older = scene.home.cloned_to(&scene.folder("older"));
    let server = scene.home.serve();
    ask::add(&server.url, b"two");
    ask::add_proven(&server.url, b"three");
    server.stop();
    older
}

#[test]
fn an_older_copy_of_the_database_is_refused_by_the_guard() {
    let scene = Scene::alone("");
    let older = grown_past_a_copy(&scene);
    let newest = scene.home.cloned_to(&scene.folder("newest"));
    copy(&older.folder().join("data"), &scene.data());
    let said = scene.home.serve_refused();
    let why = "the guard's checkpoint is for 3 entries and only 1 are here";
    assert!(said.contains(why), "{said}");
    for verb in ["check", "freeze", "accept-state"] {
        let origin = ["--origin", crate::scene::ORIGIN];
        scene.home.refused(verb, &origin);
    }

    copy(&newest.folder().join("data"), &scene.data());
    let server = scene.home.serve();
    assert_eq!(ask::entries(&server.url), [&b"one"[..], b"two", b"three"]);
}

#[test]
fn an_older_copy_of_database_and_guard_is_refused_because_a_witness_remembers() {
    let scene = Scene::witnessed(1, "");
    let older = grown_past_a_copy(&scene);
    let newest = scene.home.cloned_to(&scene.folder("newest"));
    for folder in ["data", "guard"] {
        copy(&older.folder().join(folder), &scene.home.folder().join(folder));
    }
    let said = scene.home.serve_refused();
    let why = "the witness's checkpoint is for 3 entries and only 1 are here";
    assert!(said.contains(why) && said.contains("w1.example"), "{said}");

    for folder in ["data", "guard"] {
        copy(&newest.folder().join(folder), &scene.home.folder().join(folder));
    }
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"four");
    assert_eq!(ask::size(&server.url), 4);
}

#[test]
fn an_older_copy_that_cannot_ask_its_witness_shows_nothing_that_the_witness_did_not_see() {
    let mut scene = Scene::witnessed(1, "");
    let older = grown_past_a_copy(&scene);
    scene.witnesses[0].kill();
    let server = older.serve();
    assert_eq!(ask::size(&server.url), 1);
    for entry in ["other two", "other three"] {
        ask::add(&server.url, entry.as_bytes());
    }
    scene.witnesses[0].come_back();
    // Either way the witness refuses: it holds a larger tree, or another one of this size.
    server.process.hear(|line| {
        let refused = line.contains("did not cosign");
        (refused && (line.contains("422") || line.contains("holds size 3"))).then_some(())
    });
    assert_eq!(ask::size(&server.url), 1);
    server.stop();
    let said = older.serve_refused();
    assert!(said.contains("the witness's checkpoint for 3 entries is not of the tree"), "{said}");
}
