//! A log of ours, served by `indelible-server` for one test.

use std::path::Path;
use std::process::Command;

use indelible_note::{Claim, VerifierKey};
use tempfile::TempDir;

use super::folder::{bin, written};
use super::running::Running;
use super::{http, poll};

pub(super) const ORIGIN: &str = "log.example/interop";

/// The server is stopped and its folder removed when this is dropped.
#[derive(Debug)]
pub(super) struct OurLog {
    pub(super) url: String,
    /// Of type 0x01, which is all that most programs read.
    pub(super) key: VerifierKey,
    // Dropped in this order: nobody writes into a folder that is gone.
    _server: Running,
    pub(super) folder: TempDir,
}

impl OurLog {
    /// A new log, published every tenth of a second.
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = written(
            folder.path(),
            "indelible.toml",
            format!(
                "listen = \"127.0.0.1:0\"\n\
                 data_dir = \"data\"\n\
                 [[log]]\n\
                 origin = \"{ORIGIN}\"\n\
                 publish_interval_ms = 100\n"
            ),
        );
        let command = |verb: &str| {
            let mut command = Command::new(bin("indelible-server"));
            command.arg(verb).arg("--settings").arg(&settings);
            command
        };
        let (status, said) = Running::start(&mut command("init")).end();
        assert!(status.success(), "init: {}", said.join("\n"));
        let key = said.iter().find_map(|line| note_key(line)).expect("init says the log's keys");
        let (server, url) = served(&mut command("serve"), folder.path());
        Self { url, key, _server: server, folder }
    }

    /// Adds entries that are lines of JSON, and returns once a checkpoint covers them.
    pub(super) fn add(&self, lines: &[String]) -> Claim {
        for some in lines.chunks(1_000) {
            let body = some.join("\n");
            http::post(&format!("{}/add-batch", self.url), "application/x-ndjson", body.as_bytes());
        }
        let url = format!("{}/add?wait=checkpoint", self.url);
        http::post(&url, "application/octet-stream", b"the last entry");
        let checkpoint = http::get(&format!("{}/checkpoint", self.url)).expect("a checkpoint");
        Claim::parse(&checkpoint.body).expect("a checkpoint")
    }
}

/// `log <vkey>` lines; the note key among them.
fn note_key(line: &str) -> Option<VerifierKey> {
    let key = VerifierKey::parse(line.strip_prefix("log ")?).ok()?;
    (key.algorithm() == indelible_note::Algorithm::Ed25519).then_some(key)
}

/// Starts a server of ours, and says where it listens once it takes requests.
pub(super) fn served(command: &mut Command, folder: &Path) -> (Running, String) {
    let ready = folder.join("ready");
    let server = Running::start(command.arg("--ready-file").arg(&ready));
    let address = poll::until("a server that is ready", || {
        assert!(!server.has_ended(), "it ended: {}", server.said());
        let addresses = std::fs::read_to_string(&ready).ok()?;
        addresses.lines().next().map(str::to_owned)
    });
    (server, format!("http://{address}"))
}
