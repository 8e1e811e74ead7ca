//! `indelible-server check`: says whole of a whole log only.

use std::fs;
use std::path::{Path, PathBuf};

use indelible_tests::folder::{copy, put};
use indelible_tests::{LogHome, http};

use crate::ask;
use crate::scene::Scene;

/// Two bundles and a part of a third.
const ENTRIES: usize = 600;

/// The last entry, which alone has a name.
const LAST: &[u8] = b"last";

const NAMED: [(&str, &str); 1] = [("Idempotency-Key", "last")];

#[test]
fn a_whole_log_is_found_whole() {
    let scene = filled();
    let (whole, said) = scene.home.run("check", &[]);
    assert!(whole && said.contains(&format!("whole, {ENTRIES} entries")), "{said}");
    // Looking changed nothing.
    let server = scene.home.serve();
    assert_eq!(ask::size(&server.url), u64::try_from(ENTRIES).unwrap());
}

#[test]
fn a_flipped_bit_in_a_log_file_of_the_database_is_found() {
    let scene = filled();
    let largest = files(&scene.data(), "log").pop().unwrap();
    expect_found(&scene, &[largest], 8);
}

#[test]
fn a_flipped_bit_in_a_table_file_of_the_database_is_found() {
    let scene = filled();
    // Opening moves rows out of the log files into tables.
    let (whole, said) = scene.home.run("check", &[]);
    assert!(whole, "{said}");
    let tables = files(&scene.data(), "sst");
    assert!(tables.len() >= 4, "{tables:?}");
    expect_found(&scene, &tables, 4);
}

#[test]
fn a_damaged_database_does_not_serve_other_bytes() {
    let scene = filled();
    let (whole, said) = scene.home.run("check", &[]);
    assert!(whole, "{said}");
    let server = scene.home.serve();
    let size = ask::checkpoint(&server.url).unverified().size();
    let paths = ask::resources(size);
    let good: Vec<Vec<u8>> = paths.iter().map(|path| got(&server.url, path).unwrap()).collect();
    server.stop();

    for table in files(&scene.data(), "sst") {
        let home = scene.home.cloned_to(&scene.folder("damaged"));
        let table = home.folder().join("data").join(table.file_name().unwrap());
        // Inside a block, not in what stands at the end of the file.
        flip(&table, 40);
        let Some(server) = served(&home) else { continue };
        for (path, good) in paths.iter().zip(&good) {
            if let Some(bytes) = got(&server.url, path) {
                assert_eq!(&bytes, good, "{path}, damaged: {}", table.display());
            }
        }
    }
}

/// A log with entries that every kind of table has rows of, stopped.
fn filled() -> Scene {
    let scene = Scene::alone("");
    let server = scene.home.serve();
    ask::add_lines(&server.url, &lines());
    let last = ask::try_add(&server.url, "?wait=checkpoint", &NAMED, LAST);
    assert_eq!(last.status, 200, "{}", last.text());
    server.stop();
    scene
}

fn lines() -> Vec<String> {
    (1..ENTRIES).map(|number| format!("{{\"door\":{number},\"seen\":\"{number:x}\"}}")).collect()
}

/// Flips a bit at so many places of each file in turn. The check says where, or that the file
/// cannot be read; or the bit was in a filter, which nothing is read from but which has a checksum
/// of its own, so that what is looked up and served is right all the same.
fn expect_found(scene: &Scene, files: &[PathBuf], places: u64) {
    let home = scene.home.cloned_to(&scene.folder("damaged"));
    let mut passed = 0;
    for file in files {
        let length = fs::metadata(file).unwrap().len();
        for place in 0..places {
            copy(&scene.data(), &home.folder().join("data"));
            let at = length * place / places + length / (2 * places);
            flip(&home.folder().join("data").join(file.file_name().unwrap()), at);
            let (whole, said) = home.run("check", &[]);
            if whole {
                passed += 1;
                expect_as_filled(&home);
                continue;
            }
            let named = said.contains("BAD: ") || said.contains("error: ");
            assert!(named && !said.contains(": whole"), "{} at {at}: {said}", file.display());
        }
    }
    assert!(passed <= files.len(), "{passed} flips were not found");
}

/// Everything of [`filled`] is there and is found.
fn expect_as_filled(home: &LogHome) {
    let server = home.serve();
    let mut expected: Vec<Vec<u8>> = lines().into_iter().map(String::into_bytes).collect();
    expected.push(LAST.to_vec());
    assert_eq!(ask::entries(&server.url), expected);
    let again = ask::try_add(&server.url, "", &NAMED, LAST);
    assert_eq!(again.text(), (ENTRIES - 1).to_string(), "its name is known");
    for entry in &expected {
        let leaf = indelible_merkle::Hash::of_leaf(entry);
        let found = http::get_good(&format!("{}/proof/inclusion?leaf_hash={leaf}", server.url));
        assert!(ask::json(&found)["index"].is_u64(), "{}", found.text());
    }
}

fn flip(file: &Path, at: u64) {
    let mut bytes = fs::read(file).unwrap();
    let at = usize::try_from(at).unwrap();
    bytes[at] ^= 0x10;
    put(file, bytes);
}

/// Those that hold something, the largest last.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = folder
        .read_dir()
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|found| found == extension))
        .filter(|file| fs::metadata(file).unwrap().len() > 0)
        .collect();
    files.sort_by_key(|file| fs::metadata(file).unwrap().len());
    files
}

/// The server, unless it refuses to start.
fn served(home: &LogHome) -> Option<indelible_tests::LogServer> {
    home.try_serve().map_err(|said| assert!(said.contains("error: "), "{said}")).ok()
}

/// What is served there, unless it says that it cannot.
fn got(url: &str, path: &str) -> Option<Vec<u8>> {
    let answer = http::get(&format!("{url}/{path}")).unwrap();
    if answer.status == 200 {
        return Some(answer.body);
    }
    ask::expect_problem(&answer, 500, "unreadable");
    None
}
