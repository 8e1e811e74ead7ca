//! A log of ours, served by `indelible-server` for one test.

use indelible_note::{Algorithm, Claim, VerifierKey};
use indelible_tests::log::key_of;
use indelible_tests::{LogHome, LogServer, http};
use tempfile::TempDir;

pub(super) const ORIGIN: &str = "log.example/interop";

/// The server is stopped and its folder removed when this is dropped.
#[derive(Debug)]
pub(super) struct OurLog {
    pub(super) url: String,
    /// Of type 0x01, which is all that most programs read.
    pub(super) key: VerifierKey,
    // Dropped in this order: nobody writes into a folder that is gone.
    _server: LogServer,
    pub(super) folder: TempDir,
}

impl OurLog {
    /// A new log, published as often as the tests' logs are.
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (home, keys) = LogHome::with_one_log(folder.path(), ORIGIN, "");
        let server = home.serve();
        let key = key_of(&keys, Algorithm::Ed25519).clone();
        Self { url: server.url.clone(), key, _server: server, folder }
    }

    /// Adds entries that are lines of JSON, and returns once a checkpoint covers them.
    pub(super) fn add(&self, lines: &[String]) -> Claim {
        for some in lines.chunks(1_000) {
            let body = some.join("\n");
            http::post(&format!("{}/add-batch", self.url), "application/x-ndjson", body.as_bytes());
        }
        let url = format!("{}/add?wait=checkpoint", self.url);
        http::post(&url, "application/octet-stream", b"the last entry");
        let checkpoint = http::get_good(&format!("{}/checkpoint", self.url));
        Claim::parse(&checkpoint.body).expect("a checkpoint")
    }
}
