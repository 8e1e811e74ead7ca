//! Proofs that a server made, as checked values: in their bounds and consistent in themselves, but
//! nobody has verified a proof or a signature yet.

use alloc::vec::Vec;

use indelible_merkle::{Growth, Hash, LeafIndex, TreeSize};
use indelible_note::{Claim, strict};

use crate::answers::{ConsistencyAnswer, InclusionAnswer};
use crate::members::{self, AnswerError};

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

impl InclusionAnswer {
    /// The leaf, its proof, and a checkpoint not smaller than the proof's tree.
    pub fn decode(&self) -> Result<InclusionClaim, AnswerError> {
        let leaf = strict::hash(&self.leaf_hash).ok_or(AnswerError::LeafHash)?;
        let (index, size) = (LeafIndex::new(self.index)?, TreeSize::new(self.size)?);
        let proof = members::decode_proof(&self.hashes)?;
        InclusionClaim::new(index, size, leaf, proof, members::decode_checkpoint(&self.checkpoint)?)
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
        members::check_inside(index, size)?;
        members::check_hashes(proof.len())?;
        members::check_covered(size, &checkpoint)?;
        Ok(Self { index, size, leaf, proof, checkpoint })
    }

    /// The answer that says so.
    pub fn to_answer(&self) -> InclusionAnswer {
        InclusionAnswer {
            index: self.index.get(),
            size: self.size.get(),
            leaf_hash: strict::to_hash_text(&self.leaf),
            hashes: members::encode_proof(&self.proof),
            checkpoint: members::encode_checkpoint(&self.checkpoint),
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
        let proof = members::decode_proof(&self.hashes)?;
        ConsistencyClaim::new(growth, proof, members::decode_checkpoint(&self.checkpoint)?)
    }
}

impl ConsistencyClaim {
    /// Puts a claim together; refuses a step past the checkpoint.
    pub fn new(growth: Growth, proof: Vec<Hash>, checkpoint: Claim) -> Result<Self, AnswerError> {
        members::check_hashes(proof.len())?;
        members::check_covered(growth.to(), &checkpoint)?;
        Ok(Self { growth, proof, checkpoint })
    }

    /// The answer that says so.
    pub fn to_answer(&self) -> ConsistencyAnswer {
        ConsistencyAnswer {
            from: self.growth.from().get(),
            to: self.growth.to().get(),
            hashes: members::encode_proof(&self.proof),
            checkpoint: members::encode_checkpoint(&self.checkpoint),
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

#[cfg(test)]
mod tests;
