//! Inclusion proofs, whole and broken.

use indelible_merkle::{Hash, LeafIndex, inclusion};
use serde_json::json;

use super::both::{Both, encoded};
use super::{EVERY_SIZE, LARGE, size};
use crate::dice::Dice;
use crate::oracle::base64;

#[derive(Clone, Debug)]
struct Claimed {
    index: u64,
    size: u64,
    leaf: Hash,
    root: Hash,
    hashes: Vec<Hash>,
}

#[test]
fn of_every_leaf_in_every_small_tree_both_sides_make_the_same_proof_and_accept_it() {
    let mut both = Both::of(EVERY_SIZE);
    for at in 1..=EVERY_SIZE {
        for index in 0..at {
            let claimed = proven(&mut both, index, at);
            assert!(they_accept(&mut both, &claimed), "{claimed:?}");
            assert!(we_accept(&claimed), "{claimed:?}");
        }
    }
}

#[test]
fn of_random_leaves_in_large_trees_both_sides_make_the_same_proof_and_accept_it() {
    let mut both = Both::of(LARGE);
    let mut dice = Dice::new(2);
    for _ in 0..500 {
        let at = 1 + dice.below(LARGE);
        let claimed = proven(&mut both, dice.below(at), at);
        assert!(they_accept(&mut both, &claimed) && we_accept(&claimed), "{claimed:?}");
    }
}

#[test]
fn a_proof_with_a_bit_flipped_or_of_a_wrong_length_is_refused_by_both() {
    let mut both = Both::of(EVERY_SIZE);
    let mut dice = Dice::new(3);
    for at in 1..=EVERY_SIZE {
        for index in 0..at {
            let claimed = proven(&mut both, index, at);
            for broken in broken(&claimed, &mut dice) {
                assert!(!they_accept(&mut both, &broken), "they accept {broken:?}");
                assert!(!we_accept(&broken), "we accept {broken:?}");
            }
        }
    }
}

/// Some proofs also hold for a neighbouring index or size: nothing is forged by that, the root is
/// the same. What matters is that both sides see it alike.
#[test]
fn a_proof_shown_for_another_place_is_judged_alike() {
    let mut both = Both::of(EVERY_SIZE);
    let mut dice = Dice::new(4);
    for at in 1..=EVERY_SIZE {
        for index in 0..at {
            let claimed = proven(&mut both, index, at);
            let (near, far) = (1 + dice.below(2), 1 + dice.below(EVERY_SIZE));
            for (index, size) in [
                (index + near, at),
                (index.saturating_sub(near), at),
                (index, at + near),
                (index, at.saturating_sub(near)),
                (dice.below(EVERY_SIZE), far),
                (at, index),
            ] {
                let moved = Claimed { index, size, ..claimed.clone() };
                assert_eq!(we_accept(&moved), they_accept(&mut both, &moved), "{moved:?}");
            }
        }
    }
}

fn proven(both: &mut Both, index: u64, at: u64) -> Claimed {
    let leaf = LeafIndex::new(index).expect("a small index");
    let hashes = inclusion::prove(leaf, size(at), &both.ours).expect("every node is there");
    let theirs = both.their_hashes("tree.inclusion", &json!({ "index": index, "size": at }));
    assert_eq!(hashes, theirs, "the proof of {index} in {at}");
    Claimed { index, size: at, leaf: both.leaf(index), root: both.our_root(at), hashes }
}

fn broken(whole: &Claimed, dice: &mut Dice) -> Vec<Claimed> {
    let mut all = vec![
        Claimed { leaf: flipped(whole.leaf, dice), ..whole.clone() },
        Claimed { root: flipped(whole.root, dice), ..whole.clone() },
        Claimed { hashes: [&*whole.hashes, &[whole.root]].concat(), ..whole.clone() },
        Claimed { hashes: [&[whole.leaf], &*whole.hashes].concat(), ..whole.clone() },
    ];
    if let Some((last, shorter)) = whole.hashes.split_last() {
        all.push(Claimed { hashes: shorter.to_vec(), ..whole.clone() });
        all.push(Claimed { hashes: [shorter, &[*last, *last]].concat(), ..whole.clone() });
        let mut hashes = whole.hashes.clone();
        let at = dice.index(hashes.len());
        if let Some(one) = hashes.get_mut(at) {
            *one = flipped(*one, dice);
        }
        all.push(Claimed { hashes, ..whole.clone() });
    }
    all
}

pub(super) fn flipped(hash: Hash, dice: &mut Dice) -> Hash {
    let mut bytes = *hash.as_bytes();
    dice.flip_a_bit(&mut bytes);
    Hash::from_bytes(bytes)
}

fn we_accept(claimed: &Claimed) -> bool {
    let index = LeafIndex::new(claimed.index).expect("a small index");
    let Claimed { leaf, hashes, root, .. } = claimed;
    inclusion::verify(leaf, index, size(claimed.size), hashes, root).is_ok()
}

fn they_accept(both: &mut Both, claimed: &Claimed) -> bool {
    let claim = json!({
        "index": claimed.index,
        "size": claimed.size,
        "leaf_hash": base64(claimed.leaf.as_bytes()),
        "root": base64(claimed.root.as_bytes()),
        "hashes": encoded(&claimed.hashes),
    });
    both.theirs.accepts("inclusion.verify", &claim)
}
