//! Proofs that a tree only grew (RFC 6962 section 2.1.2, RFC 9162 section 2.1.4).

use alloc::vec::Vec;

use crate::climb::Path;
use crate::hash::Hash;
use crate::node::{NodeId, NodeSource};
use crate::position::Growth;
use crate::refused::Refused;
use crate::span::Subtree;
use crate::subtree;

/// How many hashes the proof has: at most 63 to a tree of up to 2^62 leaves, which is what C2SP
/// tlog-witness lets a request carry, and at most 64 to a larger one.
pub fn length(growth: Growth) -> usize {
    path(growth).map_or(0, |path| path.length())
}

/// Every node whose hash [`prove`] will ask for.
pub fn nodes(growth: Growth) -> Vec<NodeId> {
    path(growth).map_or_else(Vec::new, |path| path.nodes())
}

/// Proves that the earlier tree is the beginning of the later one. The source need only know the
/// later one.
pub fn prove<S: NodeSource + ?Sized>(growth: Growth, source: &S) -> Result<Vec<Hash>, S::Error> {
    path(growth).map_or_else(|| Ok(Vec::new()), |path| path.hashes(source))
}

/// Believes that the tree under `from_root` is the beginning of the tree under `to_root`.
///
/// Every tree begins with the tree without leaves, whose root is [`Hash::EMPTY_ROOT`], and a tree
/// that did not grow kept its root: both are believed without a proof, and refused with one.
pub fn verify(
    growth: Growth,
    from_root: &Hash,
    to_root: &Hash,
    proof: &[Hash],
) -> Result<(), Refused> {
    if let Some(from) = earlier(growth).filter(|_| growth.added() > 0) {
        let believed = subtree::verify(from, from_root, growth.to(), to_root, proof);
        return believed.map_err(|refused| match refused {
            Refused::SubtreeHash => Refused::EarlierRoot,
            other => other,
        });
    }
    if !proof.is_empty() {
        return Err(Refused::Length { expected: 0, found: proof.len() });
    }
    if growth.from().is_zero() && *from_root != Hash::EMPTY_ROOT {
        return Err(Refused::EarlierRoot);
    }
    if growth.added() == 0 && from_root != to_root {
        return Err(Refused::Root);
    }
    Ok(())
}

/// The earlier tree as a part of the later one, unless it has no leaves.
fn earlier(growth: Growth) -> Option<Subtree> {
    Subtree::of_tree(growth.from())
}

/// The way of the proof, unless none is needed.
fn path(growth: Growth) -> Option<Path> {
    earlier(growth).and_then(|earlier| Path::of(earlier, growth.to()).ok())
}

#[cfg(test)]
mod tests;
