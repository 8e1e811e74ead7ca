//! The program: its output, its files and its exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use indelible_client::Hash;
use indelible_note::{Algorithm, SignerKey, VerifierKey};
use serde_json::Value;

use crate::fake::{Fake, World, policy_text};
use crate::http::Answer;

/// The program in a folder of its own, with a policy for a fake log.
pub(crate) struct Program {
    pub(crate) folder: tempfile::TempDir,
}

impl Program {
    pub(crate) fn with(fake: &Fake) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("policy"), policy_text(&fake.url)).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.run_with(arguments, "")
    }

    pub(crate) fn run_with(&self, arguments: &str, input: &str) -> Output {
        self.file("input", input);
        let input = std::fs::File::open(self.path("input")).unwrap();
        Command::new(env!("CARGO_BIN_EXE_indelible"))
            .args(arguments.split_ascii_whitespace())
            .current_dir(self.folder.path())
            .stdin(Stdio::from(input))
            .output()
            .unwrap()
    }

    pub(crate) fn succeed(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn json(&self, arguments: &str) -> Value {
        serde_json::from_str(&self.succeed(&format!("--json {arguments}"))).unwrap()
    }

    /// Fails with this code; standard output stays empty.
    pub(crate) fn fail(&self, code: i32, arguments: &str) -> String {
        let output = self.run(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments}: {stderr}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "{arguments}");
        stderr
    }
}

#[test]
fn keygen_makes_every_kind_of_key() {
    let program = Program::with(&Fake::start(World::default()));
    for (arguments, algorithm) in [
        ("log", Algorithm::Ed25519),
        ("log --algorithm ml-dsa-44", Algorithm::MlDsa44),
        ("witness", Algorithm::Ed25519Cosignature),
        ("witness --algorithm ml-dsa-44", Algorithm::MlDsa44),
    ] {
        let file = format!("{}.key", arguments.replace(' ', "-"));
        let vkey =
            program.succeed(&format!("keygen {arguments} --name key.example/k --out {file}"));
        let vkey = VerifierKey::parse(vkey.trim_end()).unwrap();
        let private = std::fs::read_to_string(program.path(&file)).unwrap();
        let signer = SignerKey::parse(private.trim_end()).unwrap();
        assert_eq!(*signer.verifier(), vkey);
        assert_eq!((vkey.algorithm(), vkey.name().as_str()), (algorithm, "key.example/k"));
    }
}

#[test]
fn keygen_never_overwrites_and_never_shows_the_private_key() {
    let program = Program::with(&Fake::start(World::default()));
    let output = program.run("keygen log --name key.example/k --out key");
    let private = std::fs::read_to_string(program.path("key")).unwrap();
    let shown = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8(shown).unwrap().contains(private.trim_end()));
    program.fail(1, "keygen log --name key.example/k --out key");
    assert_eq!(std::fs::read_to_string(program.path("key")).unwrap(), private);
    program.fail(1, "keygen log --name a+b --out other");
    assert!(!program.path("other").exists());
}

#[test]
fn prove_and_verify_by_index_entry_and_leaf_hash() {
    let fake = Fake::start(World::of("entry", 700));
    let program = Program::with(&fake);
    program.file("mine", "entry 300");
    let leaf = Hash::of_leaf(b"entry 300");
    let proven = program.json("prove --policy policy --entry mine");
    assert_eq!((&proven["index"], &proven["size"]), (&300.into(), &700.into()));
    program.succeed("prove --policy policy --index 300");
    program.succeed(&format!("prove --policy policy --leaf-hash {leaf} --out third"));
    for proof in ["mine.tlog-proof", "300.tlog-proof", "third"] {
        let text = program.succeed(&format!("verify --policy policy mine --proof {proof}"));
        assert!(text.starts_with("verified: entry 300 of log log.example/fake"), "{text}");
        assert!(text.contains("cosigned by w1 at 2026-"), "{text}");
    }
    let verified =
        program.json(&format!("verify --policy policy --leaf-hash {leaf} --proof third"));
    assert_eq!(verified["verified"], true);
    program.fail(2, "prove --policy policy --index 299 --entry mine --out fourth");
    assert!(!program.path("fourth").exists());
}

#[test]
fn an_entry_is_found_by_search_where_the_server_looks_nothing_up() {
    let fake = Fake::start(World::of("entry", 700));
    fake.lie_at("proof/inclusion", |_| Answer::status(404));
    let program = Program::with(&fake);
    for (text, index) in [("entry 0", 0), ("entry 511", 511), ("entry 699", 699)] {
        program.file("mine", text);
        let said = program.fail(3, "prove --policy policy --entry mine");
        assert!(said.contains("finds no leaf"), "{said}");
        assert_eq!(program.json("prove --policy policy --entry mine --search")["index"], index);
        program.succeed("verify --policy policy mine");
    }
    program.file("other", "not there");
    program.fail(3, "prove --policy policy --entry other --search");
}

#[test]
fn a_server_that_misdirects_a_look_up_proves_nothing() {
    let fake = Fake::start(World::of("entry", 700));
    fake.lie_at("proof/inclusion", |honest| {
        let text = String::from_utf8(honest.body.clone()).unwrap();
        honest.body(text.replace("\"index\":300", "\"index\":301"))
    });
    let program = Program::with(&fake);
    program.file("mine", "entry 300");
    let said = program.fail(2, "prove --policy policy --entry mine");
    assert!(said.contains("leaf 301 is"), "{said}");
    assert!(!program.path("mine.tlog-proof").exists());
}

#[test]
fn verification_needs_no_server_and_refuses_what_was_tampered_with() {
    let world = World::of("entry", 30);
    let program = Program::with(&Fake::start(World::default()));
    program.file("mine", "entry 7");
    program.file("mine.tlog-proof", world.proof(7).to_bytes());
    program.file("policy", policy_text("http://127.0.0.1:1"));
    program.succeed("verify --policy policy mine");
    program.file("mine", "entry 8");
    let said = program.fail(2, "verify --policy policy mine");
    assert!(said.starts_with("error: mine.tlog-proof: "), "{said}");
    program.file("mine", "entry 7");
    program.fail(2, "verify --policy policy mine --origin log.example/other");
    let text = String::from_utf8(world.proof(7).to_bytes()).unwrap();
    program.file("mine.tlog-proof", text.replace("index 7", "index 9"));
    program.fail(2, "verify --policy policy mine");
    program.file("mine.tlog-proof", "");
    program.fail(2, "verify --policy policy mine");
    let said = program.fail(2, "--json verify --policy policy mine");
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["kind"], "unproven");
}

#[test]
fn follow_remembers_and_ends_with_4_on_an_alarm() {
    let fake = Fake::start(World::of("entry", 300));
    let program = Program::with(&fake);
    let once = "follow --policy policy --state state --once";
    assert_eq!(program.json(once)["followed"], "first");
    fake.world.lock().unwrap().grow("entry", 100);
    let grown = program.json(once);
    assert_eq!((&grown["from"], &grown["size"]), (&300.into(), &400.into()));
    assert_eq!(program.json(once)["followed"], "same");
    *fake.world.lock().unwrap() = World::of("forged", 500);
    let said = program.fail(4, once);
    assert!(
        said.contains("inconsistent") && said.contains("evidence in state/evidence/"),
        "{said}"
    );
    assert_eq!(std::fs::read_dir(program.path("state/evidence")).unwrap().count(), 1);
    // Without --once an alarm ends the watch as well.
    program.fail(4, "follow --policy policy --state state --interval 1");
}

#[test]
fn check_passes_an_honest_log_and_names_the_first_bad_place_of_another() {
    let fake = Fake::start(World::of("entry", 700));
    let program = Program::with(&fake);
    let checked = program.json("check --policy policy");
    assert_eq!((&checked["size"], &checked["bundles"]), (&700.into(), &3.into()));
    fake.lie_at("tile/entries/001", |mut honest| {
        *honest.body.last_mut().unwrap() ^= 1;
        honest
    });
    let said = program.fail(2, "check --policy policy");
    assert!(said.contains("entry 511"), "{said}");
}

#[test]
fn a_log_that_is_not_there_ends_with_3() {
    let program = Program::with(&Fake::start(World::of("entry", 3)));
    program.fail(3, "prove --policy policy --index 0 --attempts 1 --log-url http://127.0.0.1:1");
}

#[test]
fn wrong_usage_ends_with_1() {
    let program = Program::with(&Fake::start(World::of("entry", 3)));
    for arguments in [
        "",
        "nothing",
        "prove --policy policy",
        "prove --policy missing --index 0",
        "prove --policy input --index 0",
        "prove --policy policy --index 9223372036854775807",
        "prove --policy policy --leaf-hash 00",
        "verify --policy policy",
        "verify --policy policy missing",
        "add --policy policy missing",
        "add --policy policy --origin log.example/other input",
        "follow --policy policy --state state --once --interval 5",
    ] {
        program.fail(1, arguments);
    }
}

#[test]
fn help_shows_the_exit_codes_and_completions_are_scripts() {
    let program = Program::with(&Fake::start(World::default()));
    assert!(program.succeed("--help").contains("4  alarm"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(program.succeed(&format!("completions {shell}")).contains("indelible"));
    }
}

/// For tests of commands that write proofs.
pub(crate) fn proofs_in(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        names.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
