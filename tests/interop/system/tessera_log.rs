//! A log that runs on Tessera, in one of two programs: the one with witnesses is of
//! `tests/interop/tessera-witnessed`, the other is Tessera's own.

use std::net::TcpListener;
use std::process::Command;
use std::thread;

use indelible_note::{Algorithm, Claim, VerifierKey};
use indelible_tests::folder::written;
use indelible_tests::{Running, http, poll};
use tempfile::TempDir;

use crate::notes::their_key;
use crate::oracle::Oracle;
use crate::peers;

/// A key of a log, made by Go.
#[derive(Debug)]
pub(super) struct LogKey {
    private: String,
    pub(super) public: VerifierKey,
}

impl LogKey {
    pub(super) fn new(origin: &str) -> Self {
        let (private, public) = their_key(&mut Oracle::start(), origin, Algorithm::Ed25519);
        Self { private, public: VerifierKey::parse(&public).expect("a verifier key") }
    }
}

/// The log is stopped and its folder removed when this is dropped.
#[derive(Debug)]
pub(super) struct TesseraLog {
    pub(super) url: String,
    pub(super) program: Running,
    pub(super) folder: TempDir,
}

impl TesseraLog {
    /// A log that shows only what satisfies the policy.
    pub(super) fn witnessed(key: &LogKey, policy: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(peers::program("tessera-witnessed"));
        command.arg("--storage").arg(folder.path().join("log"));
        command.arg("--key").arg(written(folder.path(), "log.key", &key.private));
        command.arg("--policy").arg(written(folder.path(), "log.policy", policy));
        let program = Running::start(&mut command);
        let url = program.hear(|line| line.starts_with("http://").then(|| line.to_owned()));
        Self { url, program, folder }
    }

    /// Tessera's own program, without witnesses.
    pub(super) fn plain(key: &LogKey) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let private = written(folder.path(), "log.key", &key.private);
        for _ in 0..10 {
            let address = free_address();
            let mut command = Command::new(peers::program("tessera-posix"));
            command.arg(format!("--storage_dir={}", folder.path().join("log").display()));
            command.arg(format!("--private_key={}", private.display()));
            command.arg(format!("--listen={address}"));
            let program = Running::start(&mut command);
            let url = format!("http://{address}");
            if is_up(&program, &url) {
                return Self { url, program, folder };
            }
        }
        panic!("every port that was free was taken a moment later");
    }

    /// Adds entries at the same time, as the log gathers them in batches; their indices.
    pub(super) fn add(&self, entries: &[String]) -> Vec<u64> {
        let url = format!("{}/add", self.url);
        let add = |entry: &String| {
            let answer = http::post(&url, "application/octet-stream", entry.as_bytes());
            answer.text().parse().unwrap_or_else(|_| panic!("an index: {}", answer.text()))
        };
        thread::scope(|scope| {
            let added: Vec<_> =
                entries.iter().map(|entry| scope.spawn(move || add(entry))).collect();
            added.into_iter().map(|one| one.join().expect("an index")).collect()
        })
    }

    /// The checkpoint that the log shows, as soon as it has this size.
    pub(super) fn checkpoint_of(&self, size: u64) -> Claim {
        poll::until("a checkpoint that covers what was added", || {
            let claim = self.checkpoint()?;
            (claim.unverified().size().get() >= size).then_some(claim)
        })
    }

    /// The checkpoint that the log shows, if any.
    pub(super) fn checkpoint(&self) -> Option<Claim> {
        let answer = http::get(&format!("{}/checkpoint", self.url)).ok()?;
        (answer.status == 200).then(|| Claim::parse(&answer.body).expect("a checkpoint"))
    }
}

/// The program takes no port 0; so one that is free now, which another may take before it does.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").to_string()
}

/// Whether the program serves there, and not another that took the port before it.
fn is_up(program: &Running, url: &str) -> bool {
    poll::until("a log that serves its first checkpoint, or ends", || {
        if program.has_ended() {
            return Some(false);
        }
        let shown = http::get(&format!("{url}/checkpoint")).ok()?;
        (shown.status == 200).then_some(true)
    })
}
