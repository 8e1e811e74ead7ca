//! Proofs that a leaf is in a tree (RFC 6962 section 2.1.1, RFC 9162 section 2.1.3).

use alloc::vec::Vec;

use crate::climb::{Path, Side};
use crate::hash::Hash;
use crate::node::{NodeId, NodeSource};
use crate::position::{LeafIndex, TreeSize};
use crate::refused::{ProveError, Refused};
use crate::span::Subtree;

/// How many hashes the proof has; at most 63.
pub fn length(index: LeafIndex, size: TreeSize) -> Result<usize, Refused> {
    path(index, size).map(|path| path.length())
}

/// Every node whose hash [`prove`] will ask for.
pub fn nodes(index: LeafIndex, size: TreeSize) -> Result<Vec<NodeId>, Refused> {
    path(index, size).map(|path| path.nodes())
}

/// Proves that the leaf is in the tree of that size. The leaf's sibling comes first, the root's
/// child last.
pub fn prove<S: NodeSource + ?Sized>(
    index: LeafIndex,
    size: TreeSize,
    source: &S,
) -> Result<Vec<Hash>, ProveError<S::Error>> {
    path(index, size)?.hashes(source).map_err(ProveError::Source)
}

/// Believes that the leaf stands at `index` in the tree under `root`.
pub fn verify(
    leaf: &Hash,
    index: LeafIndex,
    size: TreeSize,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), Refused> {
    if root_from(leaf, index, size, proof)? == *root { Ok(()) } else { Err(Refused::Root) }
}

/// The root to which the proof leads. Nothing is believed before it was compared with a root that
/// somebody vouches for.
pub fn root_from(
    leaf: &Hash,
    index: LeafIndex,
    size: TreeSize,
    proof: &[Hash],
) -> Result<Hash, Refused> {
    let path = path(index, size)?;
    path.check_length(proof.len())?;
    Ok(path.steps().zip(proof).fold(*leaf, |hash, ((side, _), sibling)| match side {
        Side::Left => Hash::of_node(sibling, &hash),
        Side::Right => Hash::of_node(&hash, sibling),
    }))
}

fn path(index: LeafIndex, size: TreeSize) -> Result<Path, Refused> {
    Path::of(Subtree::of_leaf(index), size).map_err(|_| Refused::IndexOutside { index, size })
}

#[cfg(test)]
mod tests;
