//! Keys, notes, checkpoints, cosignatures and policies against `x/mod/sumdb/note` and
//! `transparency-dev/formats`.

mod checkpoints;
mod keys;
mod policies;
mod subtrees;

use indelible_merkle::{Hash, TreeSize};
use indelible_note::{Algorithm, Checkpoint, KeyId, KeyName, Origin, SignerKey};
use serde_json::{Value, json};

use crate::oracle::{Oracle, base64, number, text};

pub(crate) const ORIGIN: &str = "log.example/access";

const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::Ed25519, Algorithm::Ed25519Cosignature, Algorithm::MlDsa44];

/// A key of ours, the same in every run.
pub(crate) fn our_key(name: &str, algorithm: Algorithm, seed: u8) -> SignerKey {
    let name = KeyName::parse(name).expect("a key name");
    SignerKey::from_seed(name, algorithm, [seed; 32])
}

/// A key of theirs: its private text and its verifier's.
pub(crate) fn their_key(oracle: &mut Oracle, name: &str, algorithm: Algorithm) -> (String, String) {
    let asked = json!({ "name": name, "type": algorithm.type_byte() });
    let pair = oracle.must("key.generate", &asked);
    (text(&pair["private"]), text(&pair["verifier"]))
}

pub(crate) fn checkpoint(size: u64, root: Hash) -> Checkpoint {
    let origin = Origin::parse(ORIGIN).expect("an origin");
    Checkpoint::new(origin, TreeSize::new(size).expect("a tree size"), root)
}

/// The body of a checkpoint as they print it.
pub(crate) fn their_body(oracle: &mut Oracle, checkpoint: &Checkpoint) -> String {
    let asked = json!({
        "origin": checkpoint.origin().as_str(),
        "size": checkpoint.size().get(),
        "root": base64(checkpoint.root().as_bytes()),
    });
    oracle.must_text("checkpoint.print", &asked)
}

/// The number that Go's libraries have for a key's id.
fn id_number(id: KeyId) -> u64 {
    u64::from(u32::from_be_bytes(*id.as_bytes()))
}

/// Who signed, by their account: name, id and timestamp of each signature that they verified.
fn signers(answer: &Value) -> Vec<(String, u64, u64)> {
    let signatures = answer["signatures"].as_array().expect("a list of signatures");
    signatures
        .iter()
        .map(|one| (text(&one["name"]), number(&one["id"]), number(&one["timestamp"])))
        .collect()
}
