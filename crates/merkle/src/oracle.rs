//! RFC 6962 section 2.1, word for word and slow.

use alloc::vec::Vec;

use crate::hash::Hash;
use crate::node::{NodeId, NodeSource};

/// Leaf hashes `MTH({d(0)})`, `MTH({d(1)})`, ... of `count` entries.
pub(crate) fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|index| Hash::of_leaf(&index.to_be_bytes())).collect()
}

/// "Let k be the largest power of two smaller than n (i.e., k < n <= 2k)."
fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// Section 2.1: "The hash of an empty list is the hash of an empty string"; "The hash of a list with
/// one entry"; "For n > 1 ... SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n]))".
pub(crate) fn mth(d: &[Hash]) -> Hash {
    match d.len() {
        0 => Hash::EMPTY_ROOT,
        1 => d[0],
        n => Hash::of_node(&mth(&d[..split(n)]), &mth(&d[split(n)..])),
    }
}

/// Section 2.1.1, `PATH(m, D[n])`.
pub(crate) fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
    if d.len() == 1 {
        return Vec::new();
    }
    let k = split(d.len());
    let (mut path, other) = if m < k {
        (path(m, &d[..k]), mth(&d[k..]))
    } else {
        (path(m - k, &d[k..]), mth(&d[..k]))
    };
    path.push(other);
    path
}

/// Section 2.1.2, `PROOF(m, D[n]) = SUBPROOF(m, D[n], true)`.
pub(crate) fn proof(m: usize, d: &[Hash]) -> Vec<Hash> {
    sub_proof(m, d, true)
}

fn sub_proof(m: usize, d: &[Hash], b: bool) -> Vec<Hash> {
    if m == d.len() {
        return if b { Vec::new() } else { [mth(d)].to_vec() };
    }
    let k = split(d.len());
    let (mut proof, other) = if m <= k {
        (sub_proof(m, &d[..k], b), mth(&d[k..]))
    } else {
        (sub_proof(m - k, &d[k..], false), mth(&d[..k]))
    };
    proof.push(other);
    proof
}

/// draft-ietf-plants-merkle-tree-certs section 4.4.1, `SUBTREE_PROOF(start, end, D_n)`.
pub(crate) fn subtree_proof(start: usize, end: usize, d: &[Hash]) -> Vec<Hash> {
    subtree_sub_proof(start, end, d, true)
}

fn subtree_sub_proof(start: usize, end: usize, d: &[Hash], b: bool) -> Vec<Hash> {
    if start == 0 && end == d.len() {
        return if b { Vec::new() } else { [mth(d)].to_vec() };
    }
    let k = split(d.len());
    let (mut proof, other) = if end <= k {
        (subtree_sub_proof(start, end, &d[..k], b), mth(&d[k..]))
    } else if k <= start {
        (subtree_sub_proof(start - k, end - k, &d[k..], b), mth(&d[..k]))
    } else {
        assert_eq!(start, 0, "the subtree is valid");
        (subtree_sub_proof(0, end - k, &d[k..], false), mth(&d[..k]))
    };
    proof.push(other);
    proof
}

/// Leaves, hashed anew for every node that is asked for.
#[derive(Debug)]
pub(crate) struct Leaves<'a>(pub(crate) &'a [Hash]);

impl NodeSource for Leaves<'_> {
    type Error = NotThere;

    fn node(&self, id: NodeId) -> Result<Hash, NotThere> {
        let (first, end) = (id.first_leaf().get(), id.size_after().get());
        let range = usize::try_from(first).unwrap()..usize::try_from(end).unwrap();
        self.0.get(range).map(mth).ok_or(NotThere(id))
    }
}

/// The node is not complete in the tree.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not there")]
pub(crate) struct NotThere(NodeId);
