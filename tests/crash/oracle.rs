//! RFC 6962 section 2.1, word for word. It shares nothing with the tree that it judges.

use std::cell::RefCell;
use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// A node's hash.
pub(crate) type Node = [u8; 32];

/// D[n]: leaves in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oracle {
    leaves: Vec<Node>,
    // Subtrees that can never change again, so that the many roots of one run are cheap.
    whole: RefCell<HashMap<(usize, usize), Node>>,
}

impl Oracle {
    pub(crate) fn push(&mut self, entry: &[u8]) {
        // "MTH({d(0)}) = SHA-256(0x00 || d(0))."
        self.leaves.push(Sha256::new().chain_update([0]).chain_update(entry).finalize().into());
    }

    pub(crate) const fn size(&self) -> usize {
        self.leaves.len()
    }

    /// "The Merkle Tree Hash of an n-element list D[n]."
    pub(crate) fn root(&self, size: usize) -> Node {
        assert!(size <= self.leaves.len(), "there are no {size} leaves");
        self.hash(0, size)
    }

    /// "The Merkle audit path for the (m+1)th input d(m), PATH(m, D[n])."
    pub(crate) fn path(&self, leaf: usize, size: usize) -> Vec<Node> {
        assert!(leaf < size && size <= self.leaves.len(), "no leaf {leaf} in {size}");
        self.path_within(leaf, 0, size)
    }

    /// "PROOF(m, D[n]) = SUBPROOF(m, D[n], true)."
    pub(crate) fn consistency(&self, from: usize, to: usize) -> Vec<Node> {
        assert!(0 < from && from <= to && to <= self.leaves.len(), "no proof {from} to {to}");
        self.subproof(from, 0, to, true)
    }

    fn hash(&self, from: usize, to: usize) -> Node {
        match to - from {
            // "The hash of an empty list is the hash of an empty string: MTH({}) = SHA-256()."
            0 => Sha256::digest([]).into(),
            1 => self.leaves[from],
            // "let k be the largest power of two smaller than n"
            count => {
                if let Some(known) = self.whole.borrow().get(&(from, to)) {
                    return *known;
                }
                let middle = from + split(count);
                let hash = node(&self.hash(from, middle), &self.hash(middle, to));
                if count.is_power_of_two() {
                    self.whole.borrow_mut().insert((from, to), hash);
                }
                hash
            }
        }
    }

    fn path_within(&self, leaf: usize, from: usize, to: usize) -> Vec<Node> {
        if to - from == 1 {
            return Vec::new();
        }
        let middle = from + split(to - from);
        let (mut path, beside) = if leaf < middle {
            (self.path_within(leaf, from, middle), self.hash(middle, to))
        } else {
            (self.path_within(leaf, middle, to), self.hash(from, middle))
        };
        path.push(beside);
        path
    }

    // The first `count` leaves of `from..to`; `known` says whether the asker has their hash.
    fn subproof(&self, count: usize, from: usize, to: usize, known: bool) -> Vec<Node> {
        if count == to - from {
            return if known { Vec::new() } else { vec![self.hash(from, to)] };
        }
        let left = split(to - from);
        let middle = from + left;
        let (mut proof, beside) = if count <= left {
            (self.subproof(count, from, middle, known), self.hash(middle, to))
        } else {
            (self.subproof(count - left, middle, to, false), self.hash(from, middle))
        };
        proof.push(beside);
        proof
    }
}

/// "MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n]))."
fn node(left: &Node, right: &Node) -> Node {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The largest power of two smaller than `count`.
const fn split(count: usize) -> usize {
    1 << (count - 1).ilog2()
}

pub(crate) fn hex(node: &Node) -> String {
    node.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tree of Certificate Transparency's own reference test: eight leaves and their published roots.
#[test]
fn the_oracle_gives_the_published_roots() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let mut oracle = Oracle::default();
    assert_eq!(
        hex(&oracle.root(0)),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for leaf in leaves {
        oracle.push(leaf);
    }
    for (size, root) in [
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ] {
        assert_eq!(hex(&oracle.root(size)), root, "{size}");
    }
    // RFC 6962 section 2.1.3 draws these for seven leaves.
    assert_eq!(oracle.path(6, 7), [oracle.hash(4, 6), oracle.hash(0, 4)]);
    let c_d_g_l = [oracle.hash(2, 3), oracle.hash(3, 4), oracle.hash(0, 2), oracle.hash(4, 7)];
    assert_eq!(oracle.consistency(3, 7), c_d_g_l);
    assert_eq!(oracle.consistency(4, 7), [oracle.hash(4, 7)]);
    assert_eq!(oracle.consistency(6, 7), [oracle.hash(4, 6), oracle.hash(6, 7), oracle.hash(0, 4)]);
}
