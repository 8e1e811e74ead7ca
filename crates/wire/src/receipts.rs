//! Answers about entries just added, as checked values: in their bounds and consistent in themselves,
//! but nobody has verified a proof or a signature yet.

use alloc::vec::Vec;

use indelible_merkle::{Hash, LeafIndex};
use indelible_note::{Claim, ProofFile, strict};

use crate::answers::{
    Added, AddedBatch, AddedBatchWithProofs, AddedUnderCheckpoint, AddedWithProof,
};
use crate::members::{self, AnswerError};

/// Where a log says that an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its index.
    pub index: LeafIndex,
    /// The hash of the leaf there; the submitter compares it with its own.
    pub leaf: Hash,
    /// Whether an earlier request had already put it there.
    pub duplicate: bool,
}

/// A receipt for each entry of a batch, with the proofs that one checkpoint covers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchClaim {
    /// Each entry's receipt and inclusion proof, in order.
    pub receipts: Vec<(Receipt, Vec<Hash>)>,
    /// The checkpoint that the proofs lead to.
    pub checkpoint: Claim,
}

impl Receipt {
    fn decode(index: u64, leaf_hash: &str, duplicate: bool) -> Result<Self, AnswerError> {
        let leaf = strict::hash(leaf_hash).ok_or(AnswerError::LeafHash)?;
        Ok(Self { index: LeafIndex::new(index)?, leaf, duplicate })
    }

    /// The answer that says so.
    pub fn to_answer(&self) -> Added {
        Added {
            index: self.index.get(),
            leaf_hash: strict::to_hash_text(&self.leaf),
            duplicate: self.duplicate,
        }
    }
}

impl Added {
    /// The receipt.
    pub fn decode(&self) -> Result<Receipt, AnswerError> {
        Receipt::decode(self.index, &self.leaf_hash, self.duplicate)
    }
}

impl AddedWithProof {
    /// The receipt, and the proof file for the same leaf.
    pub fn decode(&self) -> Result<(Receipt, ProofFile), AnswerError> {
        let receipt = Receipt::decode(self.index, &self.leaf_hash, self.duplicate)?;
        let proof = ProofFile::parse(self.proof.as_bytes()).map_err(AnswerError::ProofFile)?;
        let (index, proven) = (receipt.index, proof.index());
        if index != proven {
            return Err(AnswerError::OtherLeaf { index, proven });
        }
        Ok((receipt, proof))
    }
}

impl AddedBatch {
    /// The receipts, one for each of the entries sent.
    pub fn decode(&self, entries: usize) -> Result<Vec<Receipt>, AnswerError> {
        check_count(self.results.len(), entries)?;
        self.results.iter().map(Added::decode).collect()
    }
}

impl AddedBatchWithProofs {
    /// The receipts and proofs, one for each of the entries sent, and their checkpoint.
    pub fn decode(&self, entries: usize) -> Result<BatchClaim, AnswerError> {
        check_count(self.results.len(), entries)?;
        let checkpoint = members::decode_checkpoint(&self.checkpoint)?;
        let size = checkpoint.unverified().size();
        let receipt = |result: &AddedUnderCheckpoint| {
            let receipt = Receipt::decode(result.index, &result.leaf_hash, result.duplicate)?;
            members::check_inside(receipt.index, size)?;
            Ok((receipt, members::decode_proof(&result.hashes)?))
        };
        let receipts = self.results.iter().map(receipt).collect::<Result<_, AnswerError>>()?;
        Ok(BatchClaim { receipts, checkpoint })
    }
}

impl BatchClaim {
    /// The answer that says so.
    pub fn to_answer(&self) -> AddedBatchWithProofs {
        let result = |(receipt, proof): &(Receipt, Vec<Hash>)| {
            let Added { index, leaf_hash, duplicate } = receipt.to_answer();
            AddedUnderCheckpoint {
                index,
                leaf_hash,
                duplicate,
                hashes: members::encode_proof(proof),
            }
        };
        AddedBatchWithProofs {
            results: self.receipts.iter().map(result).collect(),
            checkpoint: members::encode_checkpoint(&self.checkpoint),
        }
    }
}

const fn check_count(results: usize, entries: usize) -> Result<(), AnswerError> {
    if results == entries { Ok(()) } else { Err(AnswerError::Count { results, entries }) }
}

#[cfg(test)]
mod tests;
