//! The body of `POST sign-subtree` (tlog-witness): a witness is asked to cosign a part of a tree that
//! it has cosigned as a whole.

use alloc::format;
use alloc::vec::Vec;

use indelible_merkle::{Hash, LeafIndex, Subtree, SubtreeError, TreeSize};
use indelible_note::{Claim, ClaimError, strict};

use crate::limits::{PROOF_HASHES_MAX, SIGN_SUBTREE_BYTES_MAX};
use crate::proof_lines::{self, ProofLinesError};

/// A subtree, its hash, and the proof that a checkpoint's tree contains it; nothing verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignSubtree {
    // INVARIANT: ends at or before the checkpoint's size.
    subtree: Subtree,
    hash: Hash,
    // INVARIANT: at most PROOF_HASHES_MAX.
    proof: Vec<Hash>,
    checkpoint: Claim,
}

/// Why bytes are not such a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignSubtreeError {
    /// The body is too long.
    #[error("a body of {bytes} bytes is longer than {SIGN_SUBTREE_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The first line is not `subtree` and two numbers.
    #[error("the first line is not `subtree` and two decimals below 2^63 without leading zeros")]
    Range,
    /// The numbers bound no subtree.
    #[error(transparent)]
    Subtree(#[from] SubtreeError),
    /// The second line is not a hash.
    #[error("the second line is not a hash of 32 bytes in base64")]
    Hash,
    /// The proof is malformed.
    #[error(transparent)]
    Proof(#[from] ProofLinesError),
    /// What follows the blank line is no signed checkpoint.
    #[error("the checkpoint is malformed: {0}")]
    Checkpoint(#[source] ClaimError),
    /// The subtree is not part of the checkpoint's tree.
    #[error("the subtree ends at {end}, the checkpoint at {size}")]
    PastCheckpoint {
        /// The leaf after the subtree's last.
        end: TreeSize,
        /// The checkpoint's size.
        size: TreeSize,
    },
}

impl SignSubtree {
    /// Puts a request together; refuses what [`SignSubtree::parse`] would.
    pub fn new(
        subtree: Subtree,
        hash: Hash,
        proof: Vec<Hash>,
        checkpoint: Claim,
    ) -> Result<Self, SignSubtreeError> {
        if proof.len() > PROOF_HASHES_MAX {
            return Err(ProofLinesError::TooMany.into());
        }
        let (end, size) = (subtree.end(), checkpoint.unverified().size());
        if end > size {
            return Err(SignSubtreeError::PastCheckpoint { end, size });
        }
        Ok(Self { subtree, hash, proof, checkpoint })
    }

    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self, SignSubtreeError> {
        if body.len() > SIGN_SUBTREE_BYTES_MAX {
            return Err(SignSubtreeError::TooLong { bytes: body.len() });
        }
        let (line, rest) = proof_lines::split_line(body).ok_or(SignSubtreeError::Range)?;
        let subtree = parse_range(line)?;
        let (line, rest) = proof_lines::split_line(rest).ok_or(SignSubtreeError::Hash)?;
        let hash = proof_lines::hash(line).ok_or(SignSubtreeError::Hash)?;
        let (proof, rest) = proof_lines::parse(rest)?;
        let checkpoint = Claim::parse(rest).map_err(SignSubtreeError::Checkpoint)?;
        Self::new(subtree, hash, proof, checkpoint)
    }

    /// The body; [`SignSubtree::parse`] is the inverse.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (start, end) = (self.subtree.start(), self.subtree.end());
        let hash = strict::to_hash_text(&self.hash);
        let mut head = format!("subtree {start} {end}\n{hash}\n");
        proof_lines::print(&self.proof, &mut head);
        let mut body = head.into_bytes();
        body.extend_from_slice(self.checkpoint.bytes());
        body
    }

    /// The part of the tree to be cosigned.
    pub const fn subtree(&self) -> Subtree {
        self.subtree
    }

    /// Its hash, as claimed.
    pub const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// The subtree consistency proof, unverified.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The reference checkpoint, unverified.
    pub const fn checkpoint(&self) -> &Claim {
        &self.checkpoint
    }
}

/// Reads `subtree <start> <end>`.
fn parse_range(line: &[u8]) -> Result<Subtree, SignSubtreeError> {
    let mut words = line.split(|byte| *byte == b' ');
    let (Some(b"subtree"), Some(start), Some(end), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(SignSubtreeError::Range);
    };
    let start = proof_lines::decimal(start).and_then(|start| LeafIndex::new(start).ok());
    let end = proof_lines::decimal(end).and_then(|end| TreeSize::new(end).ok());
    let (Some(start), Some(end)) = (start, end) else {
        return Err(SignSubtreeError::Range);
    };
    Ok(Subtree::new(start, end)?)
}

#[cfg(test)]
mod tests;
