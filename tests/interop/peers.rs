//! Where other people's programs are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The program of this name, as `scripts/go-peers` installed it.
pub(crate) fn program(name: &str) -> PathBuf {
    static PROGRAMS: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(installed);
    programs
        .get(name)
        .unwrap_or_else(|| panic!("scripts/go-peers does not know a program called {name}"))
        .clone()
}

fn installed() -> HashMap<String, PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/go-peers");
    let output = Command::new(&script)
        .arg("--list")
        .output()
        .unwrap_or_else(|error| panic!("{} does not run: {error}", script.display()));
    assert!(
        output.status.success(),
        "other people's programs are missing: run scripts/go-peers\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, path)| (name.to_owned(), PathBuf::from(path)))
        .collect()
}
