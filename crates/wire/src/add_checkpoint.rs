//! The body of `POST add-checkpoint` (tlog-witness): a log, or anybody, brings a witness a checkpoint.

use alloc::format;
use alloc::vec::Vec;

use indelible_merkle::{Hash, TreeSize};
use indelible_note::{Claim, ClaimError};

use crate::limits::{ADD_CHECKPOINT_BYTES_MAX, PROOF_HASHES_MAX};
use crate::proof_lines::{self, ProofLinesError};

/// A checkpoint, and the proof that it continues the tree of `old` leaves. Well formed, and nothing
/// more: whether `old` is at most the checkpoint's size is for the witness to say, in its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: TreeSize,
    // INVARIANT: at most PROOF_HASHES_MAX.
    proof: Vec<Hash>,
    checkpoint: Claim,
}

/// Why bytes are not such a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddCheckpointError {
    /// The body is too long.
    #[error("a body of {bytes} bytes is longer than {ADD_CHECKPOINT_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The first line is not `old` and a size.
    #[error("the first line is not `old` and a decimal from 0 to 2^63-1 without leading zeros")]
    OldSize,
    /// The proof is malformed.
    #[error(transparent)]
    Proof(#[from] ProofLinesError),
    /// What follows the blank line is no signed checkpoint.
    #[error("the checkpoint is malformed: {0}")]
    Checkpoint(#[source] ClaimError),
}

impl AddCheckpoint {
    /// Puts a request together; refuses a proof with too many hashes.
    pub fn new(
        old: TreeSize,
        proof: Vec<Hash>,
        checkpoint: Claim,
    ) -> Result<Self, AddCheckpointError> {
        if proof.len() > PROOF_HASHES_MAX {
            return Err(ProofLinesError::TooMany.into());
        }
        Ok(Self { old, proof, checkpoint })
    }

    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self, AddCheckpointError> {
        if body.len() > ADD_CHECKPOINT_BYTES_MAX {
            return Err(AddCheckpointError::TooLong { bytes: body.len() });
        }
        let (line, rest) = proof_lines::split_line(body).ok_or(AddCheckpointError::OldSize)?;
        let old = line
            .strip_prefix(b"old ")
            .and_then(proof_lines::decimal)
            .and_then(|size| TreeSize::new(size).ok())
            .ok_or(AddCheckpointError::OldSize)?;
        let (proof, rest) = proof_lines::parse(rest)?;
        let checkpoint = Claim::parse(rest).map_err(AddCheckpointError::Checkpoint)?;
        Ok(Self { old, proof, checkpoint })
    }

    /// The body; [`AddCheckpoint::parse`] is the inverse.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("old {}\n", self.old);
        proof_lines::print(&self.proof, &mut head);
        let mut body = head.into_bytes();
        body.extend_from_slice(self.checkpoint.bytes());
        body
    }

    /// The size from which the proof leads to the checkpoint.
    pub const fn old(&self) -> TreeSize {
        self.old
    }

    /// The consistency proof, unverified.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint, unverified.
    pub const fn checkpoint(&self) -> &Claim {
        &self.checkpoint
    }
}

#[cfg(test)]
mod tests;
