//! What answers have in common: proofs and checkpoints as members of a JSON object, and the reasons to
//! refuse an answer.

use alloc::string::String;
use alloc::vec::Vec;

use indelible_merkle::{Hash, LeafIndex, PositionError, TreeSize};
use indelible_note::{Claim, ClaimError, ProofFileError, strict};

use crate::limits::{CHECKPOINT_BYTES_MAX, PROOF_HASHES_MAX};

/// Why an answer cannot be what it says it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// A number is no position in a tree.
    #[error(transparent)]
    Position(#[from] PositionError),
    /// The leaf's hash is not 32 bytes in canonical base64.
    #[error("the leaf hash is not 32 bytes in base64")]
    LeafHash,
    /// A hash of the proof is not 32 bytes in canonical base64.
    #[error("hash {position} of the proof is not 32 bytes in base64")]
    ProofHash {
        /// Which one, counted from 0.
        position: usize,
    },
    /// The proof is longer than any can be.
    #[error("a proof of {hashes} hashes is longer than {PROOF_HASHES_MAX}")]
    TooManyHashes {
        /// Its length.
        hashes: usize,
    },
    /// The checkpoint is too long.
    #[error("a checkpoint of {bytes} bytes is longer than {CHECKPOINT_BYTES_MAX}")]
    CheckpointTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The checkpoint is malformed.
    #[error("the checkpoint is malformed: {0}")]
    Checkpoint(#[source] ClaimError),
    /// The leaf is not in the tree that the proof is for.
    #[error("leaf {index} is not in a tree of size {size}")]
    Outside {
        /// The leaf.
        index: LeafIndex,
        /// The size.
        size: TreeSize,
    },
    /// The proof is for a tree larger than the checkpoint's.
    #[error("the proof is for size {size}, the checkpoint only for {checkpoint}")]
    PastCheckpoint {
        /// The proof's size.
        size: TreeSize,
        /// The checkpoint's.
        checkpoint: TreeSize,
    },
    /// The first size is the larger one.
    #[error("a tree does not go from size {from} back to {to}")]
    Shrinks {
        /// The first size.
        from: TreeSize,
        /// The second.
        to: TreeSize,
    },
    /// There is not one result for each entry.
    #[error("{results} results for {entries} entries")]
    Count {
        /// Results in the answer.
        results: usize,
        /// Entries sent.
        entries: usize,
    },
    /// The `tlog-proof` is malformed.
    #[error("the proof is malformed: {0}")]
    ProofFile(#[source] ProofFileError),
    /// The `tlog-proof` is of another leaf.
    #[error("the entry is said to be leaf {index}, the proof is of {proven}")]
    OtherLeaf {
        /// The index in the answer.
        index: LeafIndex,
        /// The index in the proof.
        proven: LeafIndex,
    },
}

pub(crate) const fn check_inside(index: LeafIndex, size: TreeSize) -> Result<(), AnswerError> {
    if size.contains(index) { Ok(()) } else { Err(AnswerError::Outside { index, size }) }
}

pub(crate) const fn check_hashes(hashes: usize) -> Result<(), AnswerError> {
    if hashes > PROOF_HASHES_MAX { Err(AnswerError::TooManyHashes { hashes }) } else { Ok(()) }
}

pub(crate) fn check_covered(size: TreeSize, checkpoint: &Claim) -> Result<(), AnswerError> {
    let checkpoint = checkpoint.unverified().size();
    if size > checkpoint {
        return Err(AnswerError::PastCheckpoint { size, checkpoint });
    }
    Ok(())
}

pub(crate) fn decode_proof(hashes: &[String]) -> Result<Vec<Hash>, AnswerError> {
    check_hashes(hashes.len())?;
    let hash = |(position, text): (usize, &String)| {
        strict::hash(text).ok_or(AnswerError::ProofHash { position })
    };
    hashes.iter().enumerate().map(hash).collect()
}

pub(crate) fn encode_proof(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(strict::to_hash_text).collect()
}

pub(crate) fn decode_checkpoint(text: &str) -> Result<Claim, AnswerError> {
    if text.len() > CHECKPOINT_BYTES_MAX {
        return Err(AnswerError::CheckpointTooLong { bytes: text.len() });
    }
    Claim::parse(text.as_bytes()).map_err(AnswerError::Checkpoint)
}

pub(crate) fn encode_checkpoint(checkpoint: &Claim) -> String {
    let bytes = checkpoint.bytes();
    match core::str::from_utf8(bytes) {
        Ok(text) => String::from(text),
        // A claim is UTF-8, or it would not have been parsed: nothing is lost.
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
