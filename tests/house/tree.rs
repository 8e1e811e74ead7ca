//! The files of the house as they lie in the checkout: what git tracks, and what it would.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot read the house fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One text file. The path is relative to the top of the checkout, with `/`.
#[derive(Clone, Debug)]
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The paths of all files, ignored ones left out.
pub(crate) fn paths() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(top())
        .output()
        .expect("git runs");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).expect("file names are UTF-8");
    let here = |path: &&str| !path.is_empty() && top().join(path).is_file();
    names.split('\0').filter(here).map(str::to_owned).collect()
}

/// Our Rust sources.
pub(crate) fn sources() -> Vec<SourceFile> {
    paths().into_iter().filter(|path| path.ends_with(".rs")).map(read).collect()
}

/// What people read: the front page and the documents.
pub(crate) fn documents() -> Vec<SourceFile> {
    let is_ours = |path: &String| path == "README.md" || path.starts_with("docs/");
    paths().into_iter().filter(|path| path.ends_with(".md")).filter(is_ours).map(read).collect()
}

/// The text of one file of the house.
pub(crate) fn text(path: &str) -> String {
    read(path.to_owned()).text
}

/// The manifests of our crates, by the folder's name; that of these tests is `tests`.
pub(crate) fn manifests() -> Vec<(String, toml::Table)> {
    paths()
        .into_iter()
        .filter_map(|path| {
            let folder = path.strip_suffix("/Cargo.toml")?;
            let name = if folder == "tests" { folder } else { folder.strip_prefix("crates/")? };
            (!name.contains('/')).then(|| (name.to_owned(), table(&path)))
        })
        .collect()
}

/// A TOML file of the house.
pub(crate) fn table(path: &str) -> toml::Table {
    text(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn read(path: String) -> SourceFile {
    let text = fs::read_to_string(top().join(&path)).expect("a source file is UTF-8 text");
    SourceFile { path, text }
}

fn top() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie below the top").to_owned()
}

/// A file that is not there, to plant faults with.
pub(crate) fn planted(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}
