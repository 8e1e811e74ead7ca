//! What the room `consistency` promises, held against the specs' text and other people's trees.

use proptest::prelude::*;

use super::*;
use crate::inclusion;
use crate::mutations::{bit_flips, other_lengths, swapped, with_each_bit_flipped};
use crate::oracle::{self, Asked, Data, Leaves, Vast, sorted};
use crate::position::TreeSize;

fn growth(from: u64, to: u64) -> Growth {
    oracle::size(from).grow_to(oracle::size(to)).unwrap()
}

#[test]
fn proofs_are_those_of_rfc_6962() {
    let leaves = Leaves::new(130);
    for n in 1..=leaves.count() {
        let root = leaves.mth(0, n);
        for m in 1..=n {
            let (growth, source) = (growth(m, n), Asked::of(&leaves, oracle::size(n)));
            let proof = prove(growth, &source).unwrap();
            assert_eq!(proof, oracle::proof(m, &leaves, 0, n, true), "{m} to {n}");
            assert_eq!(source.sorted(), sorted(nodes(growth)));
            assert_eq!(length(growth), proof.len());
            assert_eq!(verify(growth, &leaves.mth(0, m), &root, &proof), Ok(()));
        }
    }
}

#[test]
fn every_changed_bit_is_refused() {
    let leaves = Leaves::new(64);
    for n in 1..=leaves.count() {
        let to = leaves.mth(0, n);
        for m in 1..=n {
            let (growth, from) = (growth(m, n), leaves.mth(0, m));
            let proof = oracle::proof(m, &leaves, 0, n, true);
            with_each_bit_flipped(&proof, |proof| {
                assert!(verify(growth, &from, &to, proof).is_err());
            });
            for from in bit_flips(from) {
                assert!(verify(growth, &from, &to, &proof).is_err());
            }
            for to in bit_flips(to) {
                assert_eq!(verify(growth, &from, &to, &proof), Err(Refused::Root));
            }
        }
    }
}

#[test]
fn every_other_length_and_order_is_refused() {
    let leaves = Leaves::new(64);
    for n in 1..=leaves.count() {
        let to = leaves.mth(0, n);
        for m in 1..=n {
            let (growth, from) = (growth(m, n), leaves.mth(0, m));
            let proof = oracle::proof(m, &leaves, 0, n, true);
            for other in other_lengths(&proof, [from, to]) {
                let expected = proof.len();
                let refused = Refused::Length { expected, found: other.len() };
                assert_eq!(verify(growth, &from, &to, &other), Err(refused));
            }
            for other in swapped(&proof) {
                assert!(verify(growth, &from, &to, &other).is_err());
            }
        }
    }
}

#[test]
fn other_sizes_are_judged_as_the_draft_does() {
    let leaves = Leaves::new(64);
    for n in 1..=leaves.count() {
        let to = leaves.mth(0, n);
        for m in 1..=n {
            let (from, proof) = (leaves.mth(0, m), oracle::proof(m, &leaves, 0, n, true));
            for m in 1..=n {
                let expected = oracle::has_subtree((0, m), from, n, to, &proof);
                assert_eq!(verify(growth(m, n), &from, &to, &proof).is_ok(), expected);
            }
            for n in m..n + 5 {
                let expected = oracle::has_subtree((0, m), from, n, to, &proof);
                assert_eq!(verify(growth(m, n), &from, &to, &proof).is_ok(), expected);
            }
        }
    }
}

#[test]
fn swapped_roots_are_refused() {
    let leaves = Leaves::new(64);
    for n in 2..=leaves.count() {
        for m in 1..n {
            let (from, to) = (leaves.mth(0, m), leaves.mth(0, n));
            let proof = oracle::proof(m, &leaves, 0, n, true);
            assert!(verify(growth(m, n), &to, &from, &proof).is_err());
        }
    }
}

#[test]
fn a_history_rewritten_anywhere_before_is_refused() {
    let (ours, n) = (Leaves::new(32), 32_u64);
    for changed in 0..n {
        let theirs = Leaves::of_entries((0..n).map(|index| {
            let index = if index == changed { index + 1000 } else { index };
            index.to_be_bytes().to_vec()
        }));
        for m in 1..=n {
            let (from, to) = (ours.mth(0, m), theirs.mth(0, n));
            let proof = oracle::proof(m, &theirs, 0, n, true);
            assert_eq!(verify(growth(m, n), &from, &to, &proof).is_ok(), changed >= m);
        }
    }
}

#[test]
fn the_empty_tree_comes_before_every_tree_without_a_proof() {
    let leaves = Leaves::new(9);
    for n in 0..=9 {
        let (growth, to) = (growth(0, n), leaves.mth(0, n));
        assert_eq!(prove(growth, &Asked::of(&leaves, oracle::size(n))), Ok(Vec::new()));
        assert_eq!((nodes(growth), length(growth)), (Vec::new(), 0));
        assert_eq!(verify(growth, &Hash::EMPTY_ROOT, &to, &[]), Ok(()));
        let refused = verify(growth, &leaves.mth(0, 1), &to, &[]);
        assert_eq!(refused, Err(Refused::EarlierRoot));
        for proof in [&[to][..], &[to, to]] {
            let refused = Refused::Length { expected: 0, found: proof.len() };
            assert_eq!(verify(growth, &Hash::EMPTY_ROOT, &to, proof), Err(refused));
        }
    }
    let other = verify(growth(0, 0), &Hash::EMPTY_ROOT, &leaves.mth(0, 1), &[]);
    assert_eq!(other, Err(Refused::Root));
}

#[test]
fn a_tree_that_did_not_grow_kept_its_root() {
    let leaves = Leaves::new(9);
    for n in 1..=9 {
        let (growth, root) = (growth(n, n), leaves.mth(0, n));
        assert_eq!(verify(growth, &root, &root, &[]), Ok(()));
        assert_eq!(verify(growth, &root, &leaves.mth(0, n - 1), &[]), Err(Refused::Root));
        let refused = Refused::Length { expected: 0, found: 1 };
        assert_eq!(verify(growth, &root, &root, &[root]), Err(refused));
    }
}

#[test]
fn consistency_is_the_subtree_from_the_start_and_inclusion_the_subtree_of_one_leaf() {
    let leaves = Leaves::new(40);
    for n in 1..=leaves.count() {
        let size = oracle::size(n);
        let source = Asked::of(&leaves, size);
        for m in 0..n {
            let index = oracle::index(m);
            let leaf = subtree::prove(Subtree::of_leaf(index), size, &source);
            assert_eq!(leaf, inclusion::prove(index, size, &source));
            let begin = Subtree::of_tree(index.size_through()).unwrap();
            let begin = subtree::prove(begin, size, &source).unwrap();
            assert_eq!(Ok(begin), prove(growth(m + 1, n), &source));
        }
    }
}

#[test]
fn only_the_largest_trees_need_more_hashes_than_a_request_can_carry() {
    let (limit, max) = (1 << 62, TreeSize::MAX.get());
    for from in [1, 3, limit / 2 - 1, limit / 2 + 1, limit - 1] {
        assert!(length(growth(from, limit)) <= 63);
    }
    assert_eq!(length(growth(limit / 2 + 1, limit)), 63);
    assert_eq!(length(growth(1, max)), 63);
    assert_eq!(length(growth(limit + 1, max)), 64);
}

proptest! {
    #[test]
    fn proofs_hold_between_trees_of_any_size(
        sizes in [1..=TreeSize::MAX.get(), 1..=TreeSize::MAX.get()],
        step in 0..4_u64,
        shift in 0..62_u32,
        bit in 0..256_usize,
        place in any::<prop::sample::Index>(),
    ) {
        let (small, large) = (sizes[0].min(sizes[1]), sizes[0].max(sizes[1]));
        check_vast(small, large, bit, &place)?;
        check_vast(large - step.min(large - 1), large, bit, &place)?;
        let small = small >> shift;
        let large = (small + 1 + step).max(large >> shift).min(TreeSize::MAX.get());
        check_vast(small.max(1), large, bit, &place)?;
    }
}

#[test]
fn proofs_hold_to_the_largest_tree() {
    let n = TreeSize::MAX.get();
    for m in [1, 2, 3, (1 << 62) - 1, 1 << 62, (1 << 62) + 1, n - 2, n - 1, n] {
        let tree = Vast::new([m - 1, n - 1]);
        let growth = growth(m, n);
        let proof = prove(growth, &Asked::of(&tree, oracle::size(n))).unwrap();
        assert_eq!(proof, oracle::proof(m, &tree, 0, n, true));
        assert_eq!(verify(growth, &tree.mth(0, m), &tree.mth(0, n), &proof), Ok(()));
    }
}

fn check_vast(
    m: u64,
    n: u64,
    bit: usize,
    place: &prop::sample::Index,
) -> Result<(), TestCaseError> {
    let tree = Vast::new([m / 2, m - 1, m, n - 1]);
    let (growth, from, to) = (growth(m, n), tree.mth(0, m), tree.mth(0, n));
    let source = Asked::of(&tree, oracle::size(n));
    let mut proof = prove(growth, &source).unwrap();
    prop_assert_eq!(&proof, &oracle::proof(m, &tree, 0, n, true));
    prop_assert_eq!(source.sorted(), sorted(nodes(growth)));
    prop_assert_eq!(verify(growth, &from, &to, &proof), Ok(()));
    let most = if n <= 1 << 62 { 63 } else { 64 };
    prop_assert!(proof.len() <= most);
    if !proof.is_empty() {
        let place = place.index(proof.len());
        proof[place] = bit_flips(proof[place]).nth(bit).unwrap();
        prop_assert!(verify(growth, &from, &to, &proof).is_err());
    }
    Ok(())
}
