//! The `indelible` program, as somebody with a policy runs it against a log.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use indelible_tests::Client;
use indelible_tests::client::done;
use indelible_tests::folder::written;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct OurClient {
    folder: PathBuf,
    client: Client,
}

impl OurClient {
    pub(super) fn new(folder: &Path, policy: &str, url: &str) -> Self {
        let policy = written(folder, "client.policy", policy);
        Self { folder: folder.to_owned(), client: Client::new(&policy, url) }
    }

    /// One step of following: what happened, and the size.
    pub(super) fn follow(&self) -> (String, u64) {
        let state = self.folder.join("followed");
        let said = self.on_log("follow", &["--once".as_ref(), "--state".as_ref(), state.as_ref()]);
        (text(&said, "followed"), number(&said, "size"))
    }

    /// Derives the whole log anew; its size.
    pub(super) fn check(&self) -> u64 {
        let said = self.on_log("check", &[]);
        assert_eq!(said.get("checked"), Some(&Value::Bool(true)), "{said}");
        number(&said, "size")
    }

    /// Adds an entry; the index that the log says.
    pub(super) fn add(&self, name: &str, entry: &[u8]) -> u64 {
        let file = written(&self.folder, name, entry);
        number(&self.on_log("add", &[file.as_ref()]), "index")
    }

    /// Proves an entry that was added, and verifies the proof apart from the log.
    pub(super) fn prove(&self, name: &str, index: u64) {
        let (file, index) = (self.folder.join(name), index.to_string());
        let asked = ["--index".as_ref(), index.as_ref(), "--entry".as_ref(), file.as_ref()];
        let said = self.on_log("prove", &asked);
        assert_eq!(number(&said, "index").to_string(), index);
        let verified = answer(self.client.offline("verify").arg(&file));
        assert_eq!(number(&verified, "index").to_string(), index);
    }

    fn on_log(&self, verb: &str, more: &[&OsStr]) -> Value {
        answer(self.client.asking(verb).args(more))
    }
}

/// The one object that the command prints.
fn answer(command: &mut Command) -> Value {
    let said = done(command.arg("--json"));
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{command:?}: {error}: {said}"))
}

fn text(said: &Value, member: &str) -> String {
    let found = said.get(member).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {member} in {said}")).to_owned()
}

fn number(said: &Value, member: &str) -> u64 {
    said.get(member).and_then(Value::as_u64).unwrap_or_else(|| panic!("no {member} in {said}"))
}
