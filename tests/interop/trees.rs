//! Roots, proofs and tiles against `x/mod/sumdb/tlog` and `transparency-dev/merkle`.

mod both;
mod consistency;
mod inclusion;
mod tiles;

use indelible_merkle::TreeSize;

use self::both::Both;
use crate::dice::Dice;

/// Every size up to here is tried; so every shape of a right edge of seven levels.
const EVERY_SIZE: u64 = 130;

/// Tiles of two levels begin at 257 leaves; a few thousand have a whole row of them.
const LARGE: u64 = 5_000;

#[test]
fn our_roots_are_theirs() {
    let mut both = Both::of(LARGE);
    let mut dice = Dice::new(1);
    let some = (0..100).map(|_| dice.below(LARGE));
    for at in (0..=EVERY_SIZE).chain([255, 256, 257, 511, 512, 513, LARGE]).chain(some) {
        assert_eq!(both.our_root(at), both.their_root(at), "size {at}");
    }
}

#[test]
fn our_right_edge_taken_up_again_at_any_size_is_the_same() {
    let both = Both::of(EVERY_SIZE);
    for at in 0..=EVERY_SIZE {
        assert_eq!(both.root_from_peaks(at), both.our_root(at), "size {at}");
    }
}

fn size(at: u64) -> TreeSize {
    TreeSize::new(at).expect("a small size")
}
