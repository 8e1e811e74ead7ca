//! The OpenAPI document, accepted by a schema fuzzer, and a real server that keeps to it.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use indelible_tests::folder::bin;
use indelible_tests::{LogHome, http};

/// Cases for each operation and phase: about half a minute on two cores.
const EXAMPLES_MAX: &str = "60";

#[test]
fn a_schema_fuzzer_finds_nothing_that_the_document_does_not_say() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _keys) = LogHome::with_one_log(folder.path(), "fuzzed.example/log", "");
    let server = home.serve();
    // A full tile and a partial one, so that there is something to read.
    http::post(&format!("{}/add-batch?wait=checkpoint", server.url), LINES, &b"{}\n".repeat(300));

    let printed = Command::new(bin("indelible-server")).arg("openapi").output().unwrap();
    assert!(printed.status.success());
    let document = home.write("openapi.json", printed.stdout);
    let configuration = Path::new(env!("CARGO_MANIFEST_DIR")).join("conform/openapi");
    let fuzzed = Command::new(fuzzer())
        .arg("--config-file")
        .arg(configuration.join("schemathesis.toml"))
        .args(["--no-color", "run", "--checks", "all", "--max-examples", EXAMPLES_MAX, "--url"])
        .args([&server.url])
        .arg(document)
        // Where it finds its hooks, and where it may leave its notes.
        .env("PYTHONPATH", &configuration)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("the fuzzer does not run: {error}"));
    let said = String::from_utf8_lossy(&fuzzed.stdout);
    let complained = String::from_utf8_lossy(&fuzzed.stderr);
    assert!(fuzzed.status.success(), "{said}\n{complained}");
    assert!(said.contains("No issues found"), "{said}");
    server.stop();
}

const LINES: &str = "application/x-ndjson";

/// The fuzzer, installed if it is missing.
fn fuzzer() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/schemathesis");
    let output = Command::new(&script)
        .output()
        .unwrap_or_else(|error| panic!("{} does not run: {error}", script.display()));
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the schema fuzzer is missing\n{complained}");
    String::from_utf8_lossy(&output.stdout).trim_end().into()
}
