//! What the room `inclusion` promises, held against the specs' text and other people's trees.

use proptest::prelude::*;

use super::*;
use crate::mutations::{bit_flips, other_lengths, swapped, with_each_bit_flipped};
use crate::oracle::{self, Asked, Data, Leaves, Vast, sorted};

fn accepted(leaf: &Hash, at: u64, of: u64, proof: &[Hash], root: &Hash) -> bool {
    verify(leaf, oracle::index(at), oracle::size(of), proof, root).is_ok()
}

#[test]
fn proofs_are_those_of_rfc_6962() {
    let leaves = Leaves::new(130);
    for n in 1..=leaves.count() {
        let (size, root) = (oracle::size(n), leaves.mth(0, n));
        for m in 0..n {
            let (index, source) = (oracle::index(m), Asked::of(&leaves, size));
            let proof = prove(index, size, &source).unwrap();
            assert_eq!(proof, oracle::path(m, &leaves, 0, n), "leaf {m} of {n}");
            assert_eq!(source.sorted(), sorted(nodes(index, size).unwrap()));
            assert_eq!(length(index, size), Ok(proof.len()));
            assert_eq!(verify(&leaves.get(m), index, size, &proof, &root), Ok(()));
            assert_eq!(root_from(&leaves.get(m), index, size, &proof), Ok(root));
        }
    }
}

#[test]
fn every_changed_bit_is_refused() {
    let leaves = Leaves::new(64);
    for n in 1..=leaves.count() {
        let root = leaves.mth(0, n);
        for m in 0..n {
            let (leaf, proof) = (leaves.get(m), oracle::path(m, &leaves, 0, n));
            with_each_bit_flipped(&proof, |proof| assert!(!accepted(&leaf, m, n, proof, &root)));
            for leaf in bit_flips(leaf) {
                assert!(!accepted(&leaf, m, n, &proof, &root));
            }
            for root in bit_flips(root) {
                assert!(!accepted(&leaf, m, n, &proof, &root));
            }
        }
    }
}

#[test]
fn every_other_length_and_order_is_refused() {
    let leaves = Leaves::new(64);
    for n in 1..=leaves.count() {
        let (size, root) = (oracle::size(n), leaves.mth(0, n));
        for m in 0..n {
            let (index, leaf) = (oracle::index(m), leaves.get(m));
            let proof = oracle::path(m, &leaves, 0, n);
            for other in other_lengths(&proof, [root, leaf]) {
                let expected = proof.len();
                let refused = Refused::Length { expected, found: other.len() };
                assert_eq!(verify(&leaf, index, size, &other, &root), Err(refused));
                assert!(!oracle::includes(leaf, m, n, &other, root));
            }
            for other in swapped(&proof) {
                assert_eq!(verify(&leaf, index, size, &other, &root), Err(Refused::Root));
            }
        }
    }
}

#[test]
fn another_index_is_refused_and_another_size_judged_as_rfc_9162_does() {
    let leaves = Leaves::new(64);
    for n in 1..=leaves.count() {
        let root = leaves.mth(0, n);
        for m in 0..n {
            let (leaf, proof) = (leaves.get(m), oracle::path(m, &leaves, 0, n));
            for other in (0..n + 3).filter(|other| *other != m) {
                assert!(!accepted(&leaf, other, n, &proof, &root), "{m} of {n} as {other}");
            }
            // Of the size no more is believed than which turns the way to the root takes.
            for other in 0..n + 70 {
                let expected = oracle::includes(leaf, m, other, &proof, root);
                assert_eq!(accepted(&leaf, m, other, &proof, &root), expected);
            }
        }
    }
}

#[test]
fn leaves_outside_the_tree_are_refused() {
    let leaves = Leaves::new(8);
    for n in 0..=8 {
        let (size, root) = (oracle::size(n), leaves.mth(0, n));
        for m in [n, n + 1, n + 8, LeafIndex::MAX.get()] {
            let index = oracle::index(m);
            let refused = Refused::IndexOutside { index, size };
            for proof in [&[][..], &[root][..]] {
                assert_eq!(verify(&root, index, size, proof, &root), Err(refused));
            }
            assert_eq!(length(index, size), Err(refused));
            assert_eq!(nodes(index, size), Err(refused));
            let source = Asked::of(&leaves, size);
            assert_eq!(prove(index, size, &source), Err(ProveError::Refused(refused)));
        }
    }
}

#[test]
fn a_source_that_cannot_tell_stops_the_prover() {
    let leaves = Leaves::new(8);
    let source = Asked::of(&leaves, oracle::size(7));
    let proven = prove(oracle::index(0), oracle::size(8), &source);
    assert!(matches!(proven, Err(ProveError::Source(_))));
}

#[test]
fn the_tree_of_one_leaf_needs_no_proof_and_takes_none() {
    let leaf = Hash::of_leaf(b"only");
    assert!(accepted(&leaf, 0, 1, &[], &leaf));
    assert!(!accepted(&leaf, 0, 1, &[leaf], &leaf));
    assert!(!accepted(&leaf, 0, 1, &[], &Hash::EMPTY_ROOT));
}

#[test]
fn an_inner_node_is_no_leaf() {
    let leaves = Leaves::new(8);
    let (root, inner) = (leaves.mth(0, 8), leaves.mth(0, 2));
    // The proof of the node, cut from the proof of a leaf under it.
    let proof = &oracle::path(0, &leaves, 0, 8)[1..];
    assert!(accepted(&inner, 0, 4, proof, &root), "the forgery that only the size gives away");
    assert!(!accepted(&inner, 0, 8, proof, &root));
    assert!(!accepted(&inner, 1, 8, proof, &root));
}

proptest! {
    #[test]
    fn proofs_hold_in_trees_of_any_size(
        n in 1..=TreeSize::MAX.get(),
        at in any::<prop::sample::Index>(),
        near_the_end in 0..4_u64,
        bit in 0..256_usize,
        place in any::<prop::sample::Index>(),
    ) {
        let anywhere = u64::try_from(at.index(usize::MAX)).unwrap() % n;
        for m in [anywhere, n - 1 - near_the_end.min(n - 1)] {
            check_vast(m, n, bit, &place)?;
        }
    }

    #[test]
    fn proofs_hold_in_the_largest_trees(
        missing in 0..3_u64,
        m in 0..LeafIndex::MAX.get() - 3,
        bit in 0..256_usize,
        place in any::<prop::sample::Index>(),
    ) {
        let n = TreeSize::MAX.get() - missing;
        for m in [0, m, 1 << 62, (1 << 62) - 1, n - 1] {
            check_vast(m, n, bit, &place)?;
        }
    }
}

fn check_vast(
    m: u64,
    n: u64,
    bit: usize,
    place: &prop::sample::Index,
) -> Result<(), TestCaseError> {
    let tree = Vast::new([m, m ^ 1, n - 1]);
    let (index, size, root) = (oracle::index(m), oracle::size(n), tree.mth(0, n));
    let source = Asked::of(&tree, size);
    let mut proof = prove(index, size, &source).unwrap();
    prop_assert_eq!(&proof, &oracle::path(m, &tree, 0, n));
    prop_assert_eq!(source.sorted(), sorted(nodes(index, size).unwrap()));
    prop_assert_eq!(verify(&tree.leaf(m), index, size, &proof, &root), Ok(()));
    prop_assert!(proof.len() <= 63);
    for other in [m ^ 1, m + 1, m.wrapping_sub(1), n - 1].into_iter().filter(|other| *other != m) {
        if let Ok(other) = LeafIndex::new(other) {
            prop_assert!(verify(&tree.leaf(m), other, size, &proof, &root).is_err());
        }
    }
    if !proof.is_empty() {
        let place = place.index(proof.len());
        proof[place] = bit_flips(proof[place]).nth(bit).unwrap();
        prop_assert_eq!(verify(&tree.leaf(m), index, size, &proof, &root), Err(Refused::Root));
    }
    Ok(())
}
