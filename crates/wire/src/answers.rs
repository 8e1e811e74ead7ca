//! What our own routes answer in JSON: text of the right shape, and no more.
//!
//! `decode` makes checked values of it: see `receipts` and `proof_claims`. Members that a reader does not know are
//! ignored, so that a server may say more than its older clients understand.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// The answer to `POST add`: the entry is durable, and this is its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Its leaf index.
    pub index: u64,
    /// Its leaf hash in base64.
    pub leaf_hash: String,
    /// Whether an earlier request had already put it there.
    pub duplicate: bool,
}

/// The answer to `POST add?wait=checkpoint`: the entry is published as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedWithProof {
    /// Its leaf index.
    pub index: u64,
    /// Its leaf hash in base64.
    pub leaf_hash: String,
    /// Whether an earlier request had already put it there.
    pub duplicate: bool,
    /// A complete `tlog-proof` of it, as text.
    pub proof: String,
}

/// The answer to `POST add-batch`: one result for each entry, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedBatch {
    /// The results.
    pub results: Vec<Added>,
}

/// The answer to `POST add-batch?wait=checkpoint`: one checkpoint that covers every entry, and for
/// each its proof against that checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedBatchWithProofs {
    /// The results, in order.
    pub results: Vec<AddedUnderCheckpoint>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// One result among [`AddedBatchWithProofs`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedUnderCheckpoint {
    /// Its leaf index.
    pub index: u64,
    /// Its leaf hash in base64.
    pub leaf_hash: String,
    /// Whether an earlier request had already put it there.
    pub duplicate: bool,
    /// Its inclusion proof in base64, from the leaf's sibling up.
    pub hashes: Vec<String>,
}

/// The answer to `GET proof/inclusion`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionAnswer {
    /// The leaf's index.
    pub index: u64,
    /// The size of the tree that the proof is for.
    pub size: u64,
    /// The leaf's hash in base64.
    pub leaf_hash: String,
    /// The proof in base64, from the leaf's sibling up.
    pub hashes: Vec<String>,
    /// The newest signed checkpoint, of `size` or larger.
    pub checkpoint: String,
}

/// The answer to `GET proof/consistency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyAnswer {
    /// The smaller size.
    pub from: u64,
    /// The larger size.
    pub to: u64,
    /// The proof in base64, in the order of RFC 6962.
    pub hashes: Vec<String>,
    /// The newest signed checkpoint, of size `to` or larger.
    pub checkpoint: String,
}
