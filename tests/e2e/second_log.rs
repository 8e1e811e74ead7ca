//! Making logs: never where one is, and further ones beside those that are there.

use std::fs;
use std::path::Path;

use indelible_note::VerifierKey;
use indelible_tests::LogHome;

use crate::ask;
use crate::scene::{ORIGIN, Scene};

const OTHER: &str = "log.example/other";

#[test]
fn making_a_log_where_one_is_is_refused_and_leaves_its_keys() {
    let scene = Scene::alone("");
    let keys_folder = scene.home.folder().join("keys");
    let (keys, guard) = (contents(&keys_folder), fs::read(scene.guard()).unwrap());
    let said = scene.home.refused("init", &[]);
    assert!(said.contains("a log of this origin was made here before"), "{said}");

    // Nor without the guard, which is not the only thing that remembers.
    fs::remove_file(scene.guard()).unwrap();
    let said = scene.home.refused("init", &[]);
    assert!(said.contains("is registered already"), "{said}");
    assert_eq!(contents(&keys_folder), keys);
    let (accepted, said) = scene.home.run("accept-state", &["--origin", ORIGIN]);
    assert!(accepted, "{said}");
    assert_eq!(fs::read(scene.guard()).unwrap(), guard);
    let server = scene.home.serve();
    let proof = ask::add_proven(&server.url, b"entry");
    assert!(proof.contains(ORIGIN), "{proof}");
}

#[test]
fn a_second_log_is_made_in_the_database_of_the_first_which_goes_on() {
    let scene = Scene::alone("");
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"entry");
    server.stop();

    scene.home.set(&two_logs(OTHER));
    let said = scene.home.serve_refused();
    assert!(said.contains(&format!("log {OTHER}")), "{said}");
    let said = scene.home.refused("init", &[]);
    assert!(said.contains("was made here before"), "it would make the first one, too: {said}");
    let (made, said) = scene.home.run("init", &["--origin", OTHER]);
    assert!(made && !said.contains(&format!("# {ORIGIN}")), "{said}");
    let keys: Vec<VerifierKey> =
        said.split_whitespace().filter_map(|word| VerifierKey::parse(word).ok()).collect();
    assert_eq!(keys.len(), 2, "{said}");

    let server = scene.home.serve();
    let second = format!("{}/second", server.url);
    assert_eq!(ask::size(&server.url), 1);
    ask::add_proven(&server.url, b"another");
    ask::add_proven(&second, b"its own");
    assert_eq!(ask::entries(&server.url), [&b"entry"[..], b"another"]);
    assert_eq!(ask::entries(&second), [b"its own"]);
    ask::checkpoint(&server.url).verify(&scene.keys).unwrap();
    ask::checkpoint(&second).verify(&keys).unwrap();
    server.stop();
    let (whole, said) = scene.home.run("check", &[]);
    assert!(whole, "{said}");
    assert!(said.contains(&format!("{ORIGIN}: whole, 2 entries")), "{said}");
    assert!(said.contains(&format!("{OTHER}: whole, 1 entries")), "{said}");
}

#[test]
fn an_origin_that_the_settings_do_not_have_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let home = LogHome::new(folder.path(), &format!("[[log]]\norigin = \"{ORIGIN}\"\n"));
    let said = home.refused("init", &["--origin", OTHER]);
    assert!(said.contains(OTHER), "{said}");
    assert!(!folder.path().join("data").exists(), "{said}");
}

fn two_logs(other: &str) -> String {
    let log = |origin, path| {
        format!("[[log]]\norigin = \"{origin}\"\npath = \"{path}\"\npublish_interval_ms = 20\n")
    };
    log(ORIGIN, "/") + &log(other, "/second")
}

/// Name and bytes of every file of a folder.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> =
        files.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect();
    files.sort();
    files
}
