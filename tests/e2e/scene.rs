//! A log, its witnesses, and whoever trusts them.

use std::path::{Path, PathBuf};

use indelible_note::VerifierKey;
use indelible_tests::folder::written;
use indelible_tests::witness::policy_of_all;
use indelible_tests::{Client, LogHome, WitnessHome, WitnessServer};
use tempfile::TempDir;

use crate::ask;

pub(crate) const ORIGIN: &str = "log.example/e2e";

/// One log that was made, not yet served, and witnesses that are.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) home: LogHome,
    /// Of the log.
    pub(crate) keys: Vec<VerifierKey>,
    pub(crate) witnesses: Vec<Cosigner>,
    /// Believes what the log and every key of every witness have signed.
    pub(crate) policy: PathBuf,
    // Last, since nobody may write into a folder that is gone.
    folder: TempDir,
}

/// A witness that can be stopped, and come back at its address.
#[derive(Debug)]
pub(crate) struct Cosigner {
    pub(crate) home: WitnessHome,
    pub(crate) url: String,
    server: Option<WitnessServer>,
}

impl Scene {
    /// A log without witnesses. `more` goes into its settings.
    pub(crate) fn alone(more: &str) -> Self {
        Self::witnessed(0, more)
    }

    /// A log that shows nothing that not all of so many witnesses have cosigned.
    pub(crate) fn witnessed(count: usize, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("log");
        // The policy names the witnesses, which must know the log's keys first.
        let policy = written(&at, "policy.txt", "quorum none\n");
        let more = format!("policy = \"policy.txt\"\n{more}");
        let (home, keys) = LogHome::with_one_log(&at, ORIGIN, &more);
        let witnesses: Vec<Cosigner> = (1..=count)
            .map(|number| Cosigner::new(&folder.path().join(format!("w{number}")), number, &keys))
            .collect();
        let lines: String = witnesses.iter().map(|one| one.home.policy_lines(&one.url)).collect();
        written(&at, "policy.txt", policy_of_all(&keys, "", &lines));
        Self { home, keys, witnesses, policy, folder }
    }

    /// From now on nothing is published after the first head that a start has to publish, until the
    /// server is stopped.
    pub(crate) fn publish_once_a_start(&self) {
        // The very first head is of the empty tree.
        let server = self.home.serve();
        ask::checkpoint_of(&server.url, 0);
        server.stop();
        self.home.set(&format!(
            "[[log]]\norigin = \"{ORIGIN}\"\npolicy = \"policy.txt\"\n\
             publish_interval_ms = 3600000\n"
        ));
    }

    /// A folder of the test's own.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the test's own.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        written(self.folder.path(), name, content)
    }

    /// Somebody who trusts by the scene's policy.
    pub(crate) fn client(&self, url: &str) -> Client {
        Client::new(&self.policy, url)
    }

    /// The folder of the log's database.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.folder().join("data")
    }

    /// The only file in the folder of guards.
    pub(crate) fn guard(&self) -> PathBuf {
        only_file(&self.home.folder().join("guard"))
    }
}

impl Cosigner {
    fn new(folder: &Path, number: usize, log: &[VerifierKey]) -> Self {
        let home = WitnessHome::new(folder, &format!("w{number}.example"), log, None);
        let server = home.serve();
        Self { home, url: server.url.clone(), server: Some(server) }
    }

    /// As a power cut does.
    pub(crate) fn kill(&mut self) {
        self.server = None;
    }

    /// Serves again, where it did.
    pub(crate) fn come_back(&mut self) {
        self.server = Some(self.home.serve_at(&self.url));
    }
}

fn only_file(folder: &Path) -> PathBuf {
    let mut files: Vec<PathBuf> =
        folder.read_dir().expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}
