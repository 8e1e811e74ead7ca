//! Our answers as checked values: in their bounds and consistent in themselves, but nobody has
//! verified a proof or a signature yet.

use alloc::string::String;
use alloc::vec::Vec;

use indelible_merkle::{Growth, Hash, LeafIndex, PositionError, TreeSize};
use indelible_note::{Claim, ClaimError, ProofFile, ProofFileError, strict};

use crate::answers::{Added, AddedBatch, AddedBatchWithProofs, AddedUnderCheckpoint};
use crate::answers::{AddedWithProof, ConsistencyAnswer, InclusionAnswer};
use crate::limits::{CHECKPOINT_BYTES_MAX, PROOF_HASHES_MAX};

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

/// A leaf, and the proof that a tree contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionClaim {
    // INVARIANT: `index` is a leaf of the tree of `size`, which is at most the checkpoint's.
    index: LeafIndex,
    size: TreeSize,
    leaf: Hash,
    // INVARIANT: at most PROOF_HASHES_MAX.
    proof: Vec<Hash>,
    checkpoint: Claim,
}

/// Two sizes, and the proof that the larger tree continues the smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyClaim {
    // INVARIANT: `growth.to()` is at most the checkpoint's size.
    growth: Growth,
    // INVARIANT: at most PROOF_HASHES_MAX.
    proof: Vec<Hash>,
    checkpoint: Claim,
}

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
        let checkpoint = decode_checkpoint(&self.checkpoint)?;
        let size = checkpoint.unverified().size();
        let receipt = |result: &AddedUnderCheckpoint| {
            let receipt = Receipt::decode(result.index, &result.leaf_hash, result.duplicate)?;
            check_inside(receipt.index, size)?;
            Ok((receipt, decode_proof(&result.hashes)?))
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
            AddedUnderCheckpoint { index, leaf_hash, duplicate, hashes: encode_proof(proof) }
        };
        AddedBatchWithProofs {
            results: self.receipts.iter().map(result).collect(),
            checkpoint: encode_checkpoint(&self.checkpoint),
        }
    }
}

impl InclusionAnswer {
    /// The leaf, its proof, and a checkpoint not smaller than the proof's tree.
    pub fn decode(&self) -> Result<InclusionClaim, AnswerError> {
        let leaf = strict::hash(&self.leaf_hash).ok_or(AnswerError::LeafHash)?;
        let (index, size) = (LeafIndex::new(self.index)?, TreeSize::new(self.size)?);
        let proof = decode_proof(&self.hashes)?;
        InclusionClaim::new(index, size, leaf, proof, decode_checkpoint(&self.checkpoint)?)
    }
}

impl InclusionClaim {
    /// Puts a claim together; refuses numbers that contradict each other.
    pub fn new(
        index: LeafIndex,
        size: TreeSize,
        leaf: Hash,
        proof: Vec<Hash>,
        checkpoint: Claim,
    ) -> Result<Self, AnswerError> {
        check_inside(index, size)?;
        check_hashes(proof.len())?;
        check_covered(size, &checkpoint)?;
        Ok(Self { index, size, leaf, proof, checkpoint })
    }

    /// The answer that says so.
    pub fn to_answer(&self) -> InclusionAnswer {
        InclusionAnswer {
            index: self.index.get(),
            size: self.size.get(),
            leaf_hash: strict::to_hash_text(&self.leaf),
            hashes: encode_proof(&self.proof),
            checkpoint: encode_checkpoint(&self.checkpoint),
        }
    }

    /// The leaf's index.
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// The size of the tree that the proof is for.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The leaf's hash.
    pub const fn leaf(&self) -> &Hash {
        &self.leaf
    }

    /// The proof, from the leaf's sibling up.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint, of `size` or larger.
    pub const fn checkpoint(&self) -> &Claim {
        &self.checkpoint
    }
}

impl ConsistencyAnswer {
    /// The step, its proof, and a checkpoint not smaller than its end.
    pub fn decode(&self) -> Result<ConsistencyClaim, AnswerError> {
        let (from, to) = (TreeSize::new(self.from)?, TreeSize::new(self.to)?);
        let growth = from.grow_to(to).ok_or(AnswerError::Shrinks { from, to })?;
        let proof = decode_proof(&self.hashes)?;
        ConsistencyClaim::new(growth, proof, decode_checkpoint(&self.checkpoint)?)
    }
}

impl ConsistencyClaim {
    /// Puts a claim together; refuses a step past the checkpoint.
    pub fn new(growth: Growth, proof: Vec<Hash>, checkpoint: Claim) -> Result<Self, AnswerError> {
        check_hashes(proof.len())?;
        check_covered(growth.to(), &checkpoint)?;
        Ok(Self { growth, proof, checkpoint })
    }

    /// The answer that says so.
    pub fn to_answer(&self) -> ConsistencyAnswer {
        ConsistencyAnswer {
            from: self.growth.from().get(),
            to: self.growth.to().get(),
            hashes: encode_proof(&self.proof),
            checkpoint: encode_checkpoint(&self.checkpoint),
        }
    }

    /// The two sizes.
    pub const fn growth(&self) -> Growth {
        self.growth
    }

    /// The proof, in the order of RFC 6962.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint, of size `growth().to()` or larger.
    pub const fn checkpoint(&self) -> &Claim {
        &self.checkpoint
    }
}

const fn check_count(results: usize, entries: usize) -> Result<(), AnswerError> {
    if results == entries { Ok(()) } else { Err(AnswerError::Count { results, entries }) }
}

const fn check_inside(index: LeafIndex, size: TreeSize) -> Result<(), AnswerError> {
    if size.contains(index) { Ok(()) } else { Err(AnswerError::Outside { index, size }) }
}

const fn check_hashes(hashes: usize) -> Result<(), AnswerError> {
    if hashes > PROOF_HASHES_MAX { Err(AnswerError::TooManyHashes { hashes }) } else { Ok(()) }
}

fn check_covered(size: TreeSize, checkpoint: &Claim) -> Result<(), AnswerError> {
    let checkpoint = checkpoint.unverified().size();
    if size > checkpoint {
        return Err(AnswerError::PastCheckpoint { size, checkpoint });
    }
    Ok(())
}

fn decode_proof(hashes: &[String]) -> Result<Vec<Hash>, AnswerError> {
    check_hashes(hashes.len())?;
    let hash = |(position, text): (usize, &String)| {
        strict::hash(text).ok_or(AnswerError::ProofHash { position })
    };
    hashes.iter().enumerate().map(hash).collect()
}

fn encode_proof(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(strict::to_hash_text).collect()
}

fn decode_checkpoint(text: &str) -> Result<Claim, AnswerError> {
    if text.len() > CHECKPOINT_BYTES_MAX {
        return Err(AnswerError::CheckpointTooLong { bytes: text.len() });
    }
    Claim::parse(text.as_bytes()).map_err(AnswerError::Checkpoint)
}

fn encode_checkpoint(checkpoint: &Claim) -> String {
    // A claim is UTF-8, or it would not have been parsed: nothing is lost.
    String::from_utf8_lossy(checkpoint.bytes()).into_owned()
}

#[cfg(test)]
mod tests;
