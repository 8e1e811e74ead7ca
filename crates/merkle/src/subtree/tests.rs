//! What the room `subtree` promises, held against the specs' text and other people's trees.

use alloc::format;
use alloc::string::String;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::inclusion;
use crate::mutations::{bit_flips, other_lengths, swapped, with_each_bit_flipped};
use crate::oracle::{self, Asked, Data, Leaves, Vast, sorted};

fn subtree(start: u64, end: u64) -> Option<Subtree> {
    Subtree::new(oracle::index(start), oracle::size(end)).ok()
}

/// Every subtree of a tree of that size, by where it starts and ends.
fn subtrees_of(n: u64) -> impl Iterator<Item = ((u64, u64), Subtree)> {
    (1..=n)
        .flat_map(|end| (0..end).map(move |start| (start, end)))
        .filter_map(|(start, end)| Some(((start, end), subtree(start, end)?)))
}

fn draft_proof(bounds: (u64, u64), data: &impl Data, n: u64) -> Vec<Hash> {
    oracle::subtree_proof(bounds, data, (0, n), true)
}

#[test]
fn proofs_are_those_of_the_draft() {
    let leaves = Leaves::new(100);
    for n in 1..=leaves.count() {
        let (size, root) = (oracle::size(n), leaves.mth(0, n));
        for ((start, end), subtree) in subtrees_of(n) {
            let source = Asked::of(&leaves, size);
            let proof = prove(subtree, size, &source).unwrap();
            assert_eq!(proof, draft_proof((start, end), &leaves, n), "{subtree} of {n}");
            assert_eq!(source.sorted(), sorted(nodes(subtree, size).unwrap()));
            assert_eq!(length(subtree, size), Ok(proof.len()));
            let hash = leaves.mth(start, end);
            assert_eq!(super::hash(subtree, &Asked::of(&leaves, size)), Ok(hash));
            assert_eq!(verify(subtree, &hash, size, &root, &proof), Ok(()));
            assert!(oracle::has_subtree((start, end), hash, n, root, &proof));
        }
    }
}

#[test]
fn every_changed_bit_is_refused() {
    let leaves = Leaves::new(64);
    for n in 1..=leaves.count() {
        let (size, root) = (oracle::size(n), leaves.mth(0, n));
        // Those from 0 are consistency proofs and those of one leaf inclusion proofs, which are
        // changed bit by bit where these are tested.
        let others = subtrees_of(n).filter(|((start, end), _)| *start > 0 && start + 1 < *end);
        for ((start, end), subtree) in others {
            let hash = leaves.mth(start, end);
            let proof = draft_proof((start, end), &leaves, n);
            with_each_bit_flipped(&proof, |proof| {
                assert!(verify(subtree, &hash, size, &root, proof).is_err());
            });
            for hash in bit_flips(hash) {
                assert!(verify(subtree, &hash, size, &root, &proof).is_err());
            }
            for root in bit_flips(root) {
                assert_eq!(verify(subtree, &hash, size, &root, &proof), Err(Refused::Root));
            }
        }
    }
}

#[test]
fn every_other_length_and_order_is_refused() {
    let leaves = Leaves::new(64);
    for n in 1..=leaves.count() {
        let (size, root) = (oracle::size(n), leaves.mth(0, n));
        for ((start, end), subtree) in subtrees_of(n) {
            let hash = leaves.mth(start, end);
            let proof = draft_proof((start, end), &leaves, n);
            for other in other_lengths(&proof, [hash, root]) {
                let expected = proof.len();
                let refused = Refused::Length { expected, found: other.len() };
                assert_eq!(verify(subtree, &hash, size, &root, &other), Err(refused));
                assert!(!oracle::has_subtree((start, end), hash, n, root, &other));
            }
            for other in swapped(&proof) {
                assert!(verify(subtree, &hash, size, &root, &other).is_err());
            }
        }
    }
}

#[test]
fn other_positions_are_judged_as_the_draft_does() {
    let leaves = Leaves::new(20);
    for n in 1..=leaves.count() {
        let root = leaves.mth(0, n);
        for ((start, end), _) in subtrees_of(n) {
            let hash = leaves.mth(start, end);
            let proof = draft_proof((start, end), &leaves, n);
            let judge = |bounds, subtree, n| {
                let expected = oracle::has_subtree(bounds, hash, n, root, &proof);
                let judged = verify(subtree, &hash, oracle::size(n), &root, &proof);
                assert_eq!(judged.is_ok(), expected, "{bounds:?} of {n}");
                expected
            };
            for (bounds, subtree) in subtrees_of(n + 3) {
                let believed = judge(bounds, subtree, n);
                assert!(!believed || bounds.0 == start, "{start} is taken for {}", bounds.0);
            }
            for n in 0..n + 20 {
                judge((start, end), subtree(start, end).unwrap(), n);
            }
        }
    }
}

#[test]
fn subtrees_outside_the_tree_are_refused() {
    let leaves = Leaves::new(16);
    for n in 0..=16 {
        let (size, root) = (oracle::size(n), leaves.mth(0, n));
        for ((start, end), subtree) in subtrees_of(20).filter(|((_, end), _)| *end > n) {
            let refused = Refused::SubtreeOutside { subtree, size };
            assert_eq!(verify(subtree, &root, size, &root, &[]), Err(refused));
            assert_eq!(nodes(subtree, size), Err(refused));
            assert_eq!(length(subtree, size), Err(refused));
            let proven = prove(subtree, size, &Asked::of(&leaves, size));
            assert_eq!(proven, Err(ProveError::Refused(refused)), "[{start}, {end}) of {n}");
        }
    }
}

/// The appendix "Subtree Test Vectors" of draft-ietf-plants-merkle-tree-certs: one hash over the
/// outcome for every subtree of every tree up to 130 leaves. Later versions of the draft allow
/// subtrees without leaves, which we do not; their lines are part of the vectors all the same.
#[test]
fn the_test_vectors_of_the_draft_are_met() {
    let leaves = Leaves::of_entries((0..130_u8).map(|byte| [byte].to_vec()));
    let mut hashes = Sha256::new();
    let mut inclusions = Sha256::new();
    let mut consistencies = Sha256::new();
    for end in 0..=130 {
        for start in 0..=end {
            if start == end {
                hashes.update(format!("[{start}, {end}) {}\n", Hash::EMPTY_ROOT));
            } else if let Some(subtree) = subtree(start, end) {
                let hash = hash(subtree, &Asked::of(&leaves, oracle::size(end))).unwrap();
                hashes.update(format!("[{start}, {end}) {hash}\n"));
                let own =
                    Leaves::of_entries((start..end).map(|at| [u8::try_from(at).unwrap()].to_vec()));
                for index in start..end {
                    let (at, size) = (oracle::index(index - start), oracle::size(end - start));
                    let proof = inclusion::prove(at, size, &Asked::of(&own, size)).unwrap();
                    inclusions.update(format!("{index} [{start}, {end}){}\n", words(&proof)));
                }
            }
        }
    }
    for n in 0..=130 {
        let size = oracle::size(n);
        for end in 0..=n {
            for start in 0..=end {
                if start == end {
                    consistencies.update(format!("[{start}, {end}) {n}\n"));
                } else if let Some(subtree) = subtree(start, end) {
                    let proof = prove(subtree, size, &Asked::of(&leaves, size)).unwrap();
                    consistencies.update(format!("[{start}, {end}) {n}{}\n", words(&proof)));
                }
            }
        }
    }
    let hex = |hasher: Sha256| format!("{}", Hash::from_bytes(hasher.finalize().into()));
    assert_eq!(hex(hashes), "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81");
    assert_eq!(hex(inclusions), "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f");
    assert_eq!(
        hex(consistencies),
        "10fa99b37bf9bf9ffa26b412fbd98bd75363256d0b75d61bc4538b9c9c5a0a74"
    );
}

fn words(proof: &[Hash]) -> String {
    proof.iter().map(|hash| format!(" {hash}")).collect()
}

proptest! {
    #[test]
    fn proofs_hold_in_trees_of_any_size(
        sizes in [1..=TreeSize::MAX.get(), 1..=TreeSize::MAX.get()],
        level in 0..=62_u32,
        leaves in 1..=TreeSize::MAX.get(),
        bit in 0..256_usize,
        place in any::<prop::sample::Index>(),
    ) {
        let (within, n) = (sizes[0].min(sizes[1]), sizes[0].max(sizes[1]));
        let start = within.saturating_sub(1) >> level << level;
        for leaves in [leaves, leaves >> (62 - level)] {
            let end = (start + 1 + leaves % (1 << level)).min(n);
            let subtree = subtree(start, end).unwrap();
            check_vast(subtree, n, bit, &place)?;
        }
    }
}

fn check_vast(
    subtree: Subtree,
    n: u64,
    bit: usize,
    place: &prop::sample::Index,
) -> Result<(), TestCaseError> {
    let (start, end) = (subtree.start().get(), subtree.end().get());
    let tree = Vast::new([start, end - 1, end, n - 1]);
    let (size, hash, root) = (oracle::size(n), tree.mth(start, end), tree.mth(0, n));
    let source = Asked::of(&tree, size);
    let mut proof = prove(subtree, size, &source).unwrap();
    prop_assert_eq!(&proof, &draft_proof((start, end), &tree, n));
    prop_assert_eq!(source.sorted(), sorted(nodes(subtree, size).unwrap()));
    prop_assert_eq!(super::hash(subtree, &Asked::of(&tree, size)).unwrap(), hash);
    prop_assert_eq!(verify(subtree, &hash, size, &root, &proof), Ok(()));
    if !proof.is_empty() {
        let place = place.index(proof.len());
        proof[place] = bit_flips(proof[place]).nth(bit).unwrap();
        prop_assert!(verify(subtree, &hash, size, &root, &proof).is_err());
    }
    Ok(())
}
