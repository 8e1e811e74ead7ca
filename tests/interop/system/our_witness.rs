//! A witness of ours, served by `indelible-witness` for one test.

use std::process::Command;

use indelible_note::{Algorithm, VerifierKey};
use tempfile::TempDir;

use super::folder::{bin, written};
use super::our_log::served;
use super::running::Running;

/// The witness is stopped and its folder removed when this is dropped.
#[derive(Debug)]
pub(super) struct OurWitness {
    pub(super) url: String,
    keys: Vec<VerifierKey>,
    // Dropped in this order: nobody writes into a folder that is gone.
    _witness: Running,
    _folder: TempDir,
}

impl OurWitness {
    /// A new witness of one log.
    pub(super) fn start(name: &str, log: &VerifierKey) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = written(
            folder.path(),
            "witness.toml",
            format!(
                "name = \"{name}\"\n\
                 listen = \"127.0.0.1:0\"\n\
                 data_dir = \"data\"\n\
                 [[log]]\n\
                 vkeys = [\"{log}\"]\n"
            ),
        );
        let command = |verb: &str| {
            let mut command = Command::new(bin("indelible-witness"));
            command.arg(verb).arg("--settings").arg(&settings);
            command
        };
        let (status, said) = Running::start(&mut command("init")).end();
        assert!(status.success(), "init: {}", said.join("\n"));
        let words = said.iter().flat_map(|line| line.split_whitespace());
        let keys: Vec<VerifierKey> =
            words.filter_map(|word| VerifierKey::parse(word).ok()).collect();
        assert_eq!(keys.len(), 2, "init says both keys: {}", said.join("\n"));
        let (witness, url) = served(&mut command("serve"), folder.path());
        Self { url, keys, _witness: witness, _folder: folder }
    }

    pub(super) fn key(&self, algorithm: Algorithm) -> &VerifierKey {
        let mut keys = self.keys.iter();
        keys.find(|key| key.algorithm() == algorithm).expect("a witness has a key of each type")
    }
}
