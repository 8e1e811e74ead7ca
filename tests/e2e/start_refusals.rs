//! What a log server refuses to start on, what it says, and that nothing was changed by it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use indelible_tests::LogHome;
use indelible_tests::folder::{copy, put};

use crate::ask;
use crate::scene::{ORIGIN, Scene};

/// A log with one entry that is shown, stopped.
fn stopped() -> Scene {
    let scene = Scene::alone("");
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"entry");
    server.stop();
    scene
}

/// The log serves, with the entry that it had, and takes another.
fn expect_mended(scene: &Scene) {
    let server = scene.home.serve();
    assert_eq!(ask::size(&server.url), 1);
    ask::add_proven(&server.url, b"another");
    assert_eq!(ask::entries(&server.url), [&b"entry"[..], b"another"]);
    server.stop();
}

/// The files with the log's private keys: Ed25519, then ML-DSA-44.
fn key_files(home: &LogHome) -> [PathBuf; 2] {
    let keys = fs::read_dir(home.folder().join("keys")).unwrap();
    let mut keys: Vec<PathBuf> = keys.map(|key| key.unwrap().path()).collect();
    keys.sort();
    keys.try_into().unwrap()
}

#[test]
fn a_second_process_on_one_folder_is_refused_and_the_first_goes_on() {
    let scene = Scene::alone("");
    let first = scene.home.serve();
    let said = scene.home.serve_refused();
    assert!(said.contains("is open elsewhere"), "{said}");
    for (verb, arguments) in
        [("check", &[][..]), ("freeze", &["--origin", ORIGIN]), ("init", &["--origin", ORIGIN])]
    {
        scene.home.refused(verb, arguments);
    }
    ask::add_proven(&first.url, b"entry");
    first.stop();
    expect_mended(&scene);
}

#[test]
fn a_missing_database_is_refused_and_not_made_anew() {
    let scene = stopped();
    let aside = scene.folder("aside");
    copy(&scene.data(), &aside);
    fs::remove_dir_all(scene.data()).unwrap();
    let said = scene.home.serve_refused();
    assert!(said.contains("no database at"), "{said}");
    // Neither does the guard let a log of this origin begin anew, nor can it be vouched for.
    let said = scene.home.refused("init", &[]);
    assert!(said.contains("a log of this origin was made here before"), "{said}");
    scene.home.refused("accept-state", &["--origin", ORIGIN]);
    assert!(!scene.data().exists());
    copy(&aside, &scene.data());
    expect_mended(&scene);
}

#[test]
fn a_missing_guard_is_refused_until_a_person_accepts_the_state() {
    let scene = stopped();
    let guard = scene.guard();
    let kept = fs::read(&guard).unwrap();
    let said = scene.home.refused("accept-state", &["--origin", ORIGIN]);
    assert!(said.contains("exists already"), "{said}");
    assert_eq!(fs::read(&guard).unwrap(), kept);

    fs::remove_file(&guard).unwrap();
    let said = scene.home.serve_refused();
    assert!(said.contains("guard file") && said.contains("accept-state"), "{said}");
    assert!(said.contains(guard.to_str().unwrap()), "{said}");
    assert!(!guard.exists());
    scene.home.refused("accept-state", &["--origin", "log.example/other"]);
    assert!(!guard.exists());

    let (accepted, said) = scene.home.run("accept-state", &["--origin", ORIGIN]);
    assert!(accepted && said.contains("signed size 1, 1 committed"), "{said}");
    assert_eq!(fs::read(&guard).unwrap(), kept, "the guard is the head that was signed last");
    expect_mended(&scene);
}

#[test]
fn accepting_a_state_mends_nothing_but_a_missing_guard() {
    let scene = stopped();
    let guard = scene.guard();
    let kept = fs::read(&guard).unwrap();
    put(&guard, &kept[..kept.len() / 2]);
    let said = scene.home.serve_refused();
    assert!(said.contains("holds no checkpoint"), "{said}");
    scene.home.refused("accept-state", &["--origin", ORIGIN]);

    fs::remove_file(&guard).unwrap();
    let aside = scene.folder("aside");
    copy(&scene.data(), &aside);
    fs::remove_dir_all(scene.data()).unwrap();
    let said = scene.home.refused("accept-state", &["--origin", ORIGIN]);
    assert!(said.contains("no database at"), "{said}");
    assert!(!guard.exists());
    copy(&aside, &scene.data());
    put(&guard, &kept);
    expect_mended(&scene);
}

#[test]
fn keys_that_changed_places_are_refused() {
    let scene = stopped();
    let [ed25519, ml_dsa] = key_files(&scene.home);
    let (one, other) = (fs::read(&ed25519).unwrap(), fs::read(&ml_dsa).unwrap());
    put(&ed25519, &other);
    put(&ml_dsa, &one);
    let said = scene.home.serve_refused();
    assert!(said.contains(&format!("expected one of {ORIGIN} for Ed25519")), "{said}");
    put(&ed25519, &one);
    put(&ml_dsa, &other);
    expect_mended(&scene);
}

#[test]
fn other_keys_of_the_same_name_are_refused() {
    let scene = stopped();
    let stranger = scene.folder("stranger");
    let (stranger, _) = LogHome::with_one_log(&stranger, ORIGIN, "");
    for (ours, theirs) in key_files(&scene.home).iter().zip(key_files(&stranger)) {
        let kept = fs::read(ours).unwrap();
        put(ours, fs::read(theirs).unwrap());
        let said = scene.home.serve_refused();
        assert!(said.contains("was made with other keys"), "{said}");
        put(ours, &kept);
    }
    expect_mended(&scene);
}

#[test]
fn a_missing_key_is_refused_and_not_made_anew() {
    let scene = stopped();
    for key in key_files(&scene.home) {
        let kept = fs::read(&key).unwrap();
        fs::remove_file(&key).unwrap();
        let said = scene.home.serve_refused();
        assert!(said.contains(key.to_str().unwrap()), "{said}");
        assert!(!key.exists());
        put(&key, &kept);
    }
    expect_mended(&scene);
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let scene = stopped();
    for key in key_files(&scene.home) {
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
            let said = scene.home.serve_refused();
            assert!(said.contains(&format!("its mode is {mode:04o}")), "{said}");
            assert!(said.contains("chmod 600"), "{said}");
        }
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    expect_mended(&scene);
}

#[test]
fn an_unknown_setting_is_refused_with_its_file_line_and_key() {
    let scene = stopped();
    let log = format!("[[log]]\norigin = \"{ORIGIN}\"\n");
    scene.home.set(&format!("{log}publish_intervall_ms = 20\n"));
    let said = scene.home.serve_refused();
    for part in ["indelible.toml:5", "publish_intervall_ms"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    scene.home.set(&format!("{log}publish_interval_ms = \"20\"\n"));
    let said = scene.home.serve_refused();
    for part in ["indelible.toml:5", "publish_interval_ms"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    scene.home.set(&format!("{log}publish_interval_ms = 20\n"));
    expect_mended(&scene);
}
