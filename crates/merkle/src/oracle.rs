//! What the specs say, word for word and slow.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::hash::Hash;
use crate::node::{NodeId, NodeSource};
use crate::position::{LeafIndex, TreeSize};

/// The leaves of a tree, of which the specs need no more than `MTH(D[from:to])`.
pub(crate) trait Data {
    fn mth(&self, from: u64, to: u64) -> Hash;
}

/// RFC 6962 section 2.1: "let k be the largest power of two smaller than n (i.e., k < n <= 2k)".
fn split(n: u64) -> u64 {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// RFC 6962 section 2.1.1, `PATH(m, D[n])` of the leaves from `from` to `to`.
pub(crate) fn path(m: u64, d: &impl Data, from: u64, to: u64) -> Vec<Hash> {
    if to - from == 1 {
        return Vec::new();
    }
    let k = split(to - from);
    let (mut path, other) = if m < k {
        (path(m, d, from, from + k), d.mth(from + k, to))
    } else {
        (path(m - k, d, from + k, to), d.mth(from, from + k))
    };
    path.push(other);
    path
}

/// RFC 6962 section 2.1.2, `PROOF(m, D[n])`; with `b` as in `SUBPROOF(m, D[n], b)`.
pub(crate) fn proof(m: u64, d: &impl Data, from: u64, to: u64, b: bool) -> Vec<Hash> {
    if m == to - from {
        return if b { Vec::new() } else { vec![d.mth(from, to)] };
    }
    let k = split(to - from);
    let (mut proof, other) = if m <= k {
        (proof(m, d, from, from + k, b), d.mth(from + k, to))
    } else {
        (proof(m - k, d, from + k, to, false), d.mth(from, from + k))
    };
    proof.push(other);
    proof
}

/// draft-ietf-plants-merkle-tree-certs section 4.4.1, `SUBTREE_PROOF(start, end, D_n)`; with `b` as
/// in `SUBTREE_SUBPROOF`. Positions are relative to `from`.
pub(crate) fn subtree_proof(
    (start, end): (u64, u64),
    d: &impl Data,
    (from, to): (u64, u64),
    b: bool,
) -> Vec<Hash> {
    if start == 0 && end == to - from {
        return if b { Vec::new() } else { vec![d.mth(from, to)] };
    }
    let k = split(to - from);
    let (mut proof, other) = if end <= k {
        (subtree_proof((start, end), d, (from, from + k), b), d.mth(from + k, to))
    } else if k <= start {
        (subtree_proof((start - k, end - k), d, (from + k, to), b), d.mth(from, from + k))
    } else {
        assert_eq!(start, 0, "the subtree is valid");
        (subtree_proof((0, end - k), d, (from + k, to), false), d.mth(from, from + k))
    };
    proof.push(other);
    proof
}

/// RFC 9162 section 2.1.3.2.
pub(crate) fn includes(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut f, mut s, mut r) = (index, size - 1, leaf);
    for p in proof {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            r = Hash::of_node(p, &r);
            while f & 1 == 0 && f != 0 {
                (f, s) = (f >> 1, s >> 1);
            }
        } else {
            r = Hash::of_node(&r, p);
        }
        (f, s) = (f >> 1, s >> 1);
    }
    s == 0 && r == root
}

/// draft-ietf-plants-merkle-tree-certs-03 section 4.4.3.
pub(crate) fn has_subtree(
    (start, end): (u64, u64),
    node_hash: Hash,
    n: u64,
    root_hash: Hash,
    proof: &[Hash],
) -> bool {
    if start >= end || end > n || !start.is_multiple_of((end - start).next_power_of_two()) {
        return false;
    }
    let (mut f, mut s, mut t) = (start, end - 1, n - 1);
    let reaches_end = s == t;
    while f != s && (reaches_end || s & 1 == 1) {
        (f, s, t) = (f >> 1, s >> 1, t >> 1);
    }
    let (mut fr, proof) = match proof.split_first() {
        _ if f == s => (node_hash, proof),
        None => return false,
        Some((first, rest)) => (*first, rest),
    };
    let mut sr = fr;
    for c in proof {
        if t == 0 {
            return false;
        }
        if s & 1 == 1 || s == t {
            if f < s {
                fr = Hash::of_node(c, &fr);
            }
            sr = Hash::of_node(c, &sr);
            while s & 1 == 0 {
                (f, s, t) = (f >> 1, s >> 1, t >> 1);
            }
        } else {
            sr = Hash::of_node(&sr, c);
        }
        (f, s, t) = (f >> 1, s >> 1, t >> 1);
    }
    t == 0 && fr == node_hash && sr == root_hash
}

/// A few leaves, hashed anew for every node that is asked for.
pub(crate) struct Leaves(Vec<Hash>);

impl Leaves {
    /// Leaf hashes of so many entries, all different.
    pub(crate) fn new(count: u64) -> Self {
        Self((0..count).map(|index| Hash::of_leaf(&index.to_be_bytes())).collect())
    }

    pub(crate) fn of_entries(entries: impl Iterator<Item = Vec<u8>>) -> Self {
        Self(entries.map(|entry| Hash::of_leaf(&entry)).collect())
    }

    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap()
    }

    pub(crate) fn get(&self, index: u64) -> Hash {
        self.0[usize::try_from(index).unwrap()]
    }

    pub(crate) fn all(&self) -> &[Hash] {
        &self.0
    }
}

impl Data for Leaves {
    /// RFC 6962 section 2.1: "The hash of an empty list is the hash of an empty string", "the hash
    /// of a list with one entry (also known as a leaf hash)", "for n > 1 ...".
    fn mth(&self, from: u64, to: u64) -> Hash {
        match to - from {
            0 => Hash::EMPTY_ROOT,
            1 => self.get(from),
            n => {
                let k = split(n);
                Hash::of_node(&self.mth(from, from + k), &self.mth(from + k, to))
            }
        }
    }
}

/// A tree of any size whose leaves are all the same but for a few.
pub(crate) struct Vast {
    special: BTreeMap<u64, Hash>,
    plain: Vec<Hash>,
}

impl Vast {
    pub(crate) fn new(special: impl IntoIterator<Item = u64>) -> Self {
        let mut plain = vec![Hash::of_leaf(b"plain")];
        for level in 0..62 {
            plain.push(Hash::of_node(&plain[level], &plain[level]));
        }
        let named = |index: u64| (index, Hash::of_leaf(&index.to_be_bytes()));
        Self { special: special.into_iter().map(named).collect(), plain }
    }

    pub(crate) fn leaf(&self, index: u64) -> Hash {
        self.special.get(&index).copied().unwrap_or(self.plain[0])
    }
}

impl Data for Vast {
    fn mth(&self, from: u64, to: u64) -> Hash {
        let n = to - from;
        if n.is_power_of_two() && self.special.range(from..to).next().is_none() {
            return self.plain[usize::try_from(n.ilog2()).unwrap()];
        }
        match n {
            0 => Hash::EMPTY_ROOT,
            1 => self.leaf(from),
            n => {
                let k = split(n);
                Hash::of_node(&self.mth(from, from + k), &self.mth(from + k, to))
            }
        }
    }
}

/// Tells hashes of a tree of some size, and keeps a list of what it was asked for.
pub(crate) struct Asked<'a, D> {
    data: &'a D,
    size: TreeSize,
    pub(crate) ids: RefCell<Vec<NodeId>>,
}

impl<'a, D: Data> Asked<'a, D> {
    pub(crate) fn of(data: &'a D, size: TreeSize) -> Self {
        Self { data, size, ids: RefCell::new(Vec::new()) }
    }

    pub(crate) fn sorted(self) -> Vec<NodeId> {
        sorted(self.ids.into_inner())
    }
}

pub(crate) fn sorted(mut ids: Vec<NodeId>) -> Vec<NodeId> {
    ids.sort_unstable();
    ids
}

impl<D: Data> NodeSource for Asked<'_, D> {
    type Error = NotThere;

    fn node(&self, id: NodeId) -> Result<Hash, NotThere> {
        self.ids.borrow_mut().push(id);
        if id.size_after() > self.size {
            return Err(NotThere(id));
        }
        Ok(self.data.mth(id.first_leaf().get(), id.size_after().get()))
    }
}

/// The node is not complete in the tree.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not there")]
pub(crate) struct NotThere(NodeId);

pub(crate) fn size(value: u64) -> TreeSize {
    TreeSize::new(value).unwrap()
}

pub(crate) fn index(value: u64) -> LeafIndex {
    LeafIndex::new(value).unwrap()
}
