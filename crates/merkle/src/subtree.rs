//! Proofs that a subtree is part of a tree (draft-ietf-plants-merkle-tree-certs section 4.4).

use alloc::vec::Vec;

use crate::climb::{Path, Side};
use crate::hash::Hash;
use crate::node::{NodeId, NodeSource};
use crate::position::TreeSize;
use crate::refused::{ProveError, Refused};
use crate::span::Subtree;

/// The hash of a subtree, from the hashes of the complete nodes in it ([`Subtree::peaks`]).
pub fn hash<S: NodeSource + ?Sized>(subtree: Subtree, source: &S) -> Result<Hash, S::Error> {
    subtree.hash(source)
}

/// How many hashes the proof has: at most 63 in a tree of up to 2^62 leaves, at most 64 in a larger
/// one.
pub fn length(subtree: Subtree, size: TreeSize) -> Result<usize, Refused> {
    Path::of(subtree, size).map(|path| path.length())
}

/// Every node whose hash [`prove`] will ask for.
pub fn nodes(subtree: Subtree, size: TreeSize) -> Result<Vec<NodeId>, Refused> {
    Path::of(subtree, size).map(|path| path.nodes())
}

/// Proves that the subtree is part of the tree of that size (section 4.4.1).
pub fn prove<S: NodeSource + ?Sized>(
    subtree: Subtree,
    size: TreeSize,
    source: &S,
) -> Result<Vec<Hash>, ProveError<S::Error>> {
    Path::of(subtree, size)?.hashes(source).map_err(ProveError::Source)
}

/// Believes that the leaves under `hash` are those of the tree under `root` (section 4.4.3).
pub fn verify(
    subtree: Subtree,
    hash: &Hash,
    size: TreeSize,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), Refused> {
    let (subtree_hash, tree_root) = hashes_from(subtree, hash, size, proof)?;
    if subtree_hash != *hash {
        return Err(Refused::SubtreeHash);
    }
    if tree_root != *root {
        return Err(Refused::Root);
    }
    Ok(())
}

/// The hash of the subtree and the root of the tree, as the proof has them. The numbers are those
/// of the steps in section 4.4.3.
fn hashes_from(
    subtree: Subtree,
    hash: &Hash,
    size: TreeSize,
    proof: &[Hash],
) -> Result<(Hash, Hash), Refused> {
    // 1 to 4. The positions fit together, and say where the way to the root starts. They also say
    // how many hashes it takes; nothing is hashed for a proof of another length.
    let path = Path::of(subtree, size)?;
    path.check_length(proof.len())?;
    // 5 and 6. The way starts at the subtree's root, or else at a hash that the proof gives.
    let (first, rest) = match proof.split_first() {
        Some((first, rest)) if !path.starts_at_root() => (*first, rest),
        Some(_) | None => (*hash, proof),
    };
    // 7. What stands to the left may belong to both trees, what stands to the right only to the
    // larger one.
    let (mut small, mut large) = (first, first);
    for ((side, in_both), sibling) in path.steps().zip(rest) {
        if in_both {
            small = Hash::of_node(sibling, &small);
        }
        large = match side {
            Side::Left => Hash::of_node(sibling, &large),
            Side::Right => Hash::of_node(&large, sibling),
        };
    }
    Ok((small, large))
}

#[cfg(test)]
mod tests;
