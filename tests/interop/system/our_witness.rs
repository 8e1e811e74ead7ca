//! A witness of ours, served by `indelible-witness` for one test.

use std::slice;

use indelible_note::{Algorithm, VerifierKey};
use indelible_tests::log::key_of;
use indelible_tests::{WitnessHome, WitnessServer};
use tempfile::TempDir;

/// The witness is stopped and its folder removed when this is dropped.
#[derive(Debug)]
pub(super) struct OurWitness {
    pub(super) url: String,
    keys: Vec<VerifierKey>,
    // Dropped in this order: nobody writes into a folder that is gone.
    _witness: WitnessServer,
    _folder: TempDir,
}

impl OurWitness {
    /// A new witness of one log.
    pub(super) fn start(name: &str, log: &VerifierKey) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = WitnessHome::new(folder.path(), name, slice::from_ref(log), None);
        let keys = home.keys();
        assert_eq!(keys.len(), 2, "a witness has a key of each type: {keys:?}");
        let witness = home.serve();
        Self { url: witness.url.clone(), keys, _witness: witness, _folder: folder }
    }

    pub(super) fn key(&self, algorithm: Algorithm) -> &VerifierKey {
        key_of(&self.keys, algorithm)
    }
}
