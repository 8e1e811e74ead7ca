//! Consistency proofs, whole and broken.

use indelible_merkle::{Hash, consistency};
use serde_json::json;

use super::both::{Both, encoded};
use super::inclusion::flipped;
use super::{EVERY_SIZE, LARGE, size};
use crate::dice::Dice;
use crate::oracle::base64;

#[derive(Clone, Debug)]
struct Claimed {
    from: u64,
    to: u64,
    from_root: Hash,
    to_root: Hash,
    hashes: Vec<Hash>,
}

#[test]
fn of_every_small_growth_both_sides_make_the_same_proof_and_accept_it() {
    let mut both = Both::of(EVERY_SIZE);
    for to in 0..=EVERY_SIZE {
        for from in 0..=to {
            let claimed = proven(&mut both, from, to);
            assert!(they_accept(&mut both, &claimed), "{claimed:?}");
            assert!(we_accept(&claimed), "{claimed:?}");
        }
    }
}

#[test]
fn of_random_large_growths_both_sides_make_the_same_proof_and_accept_it() {
    let mut both = Both::of(LARGE);
    let mut dice = Dice::new(5);
    for _ in 0..500 {
        let to = 1 + dice.below(LARGE);
        let claimed = proven(&mut both, dice.below(to + 1), to);
        assert!(they_accept(&mut both, &claimed) && we_accept(&claimed), "{claimed:?}");
    }
}

#[test]
fn a_proof_with_a_bit_flipped_or_of_a_wrong_length_is_refused_by_both() {
    let mut both = Both::of(EVERY_SIZE);
    let mut dice = Dice::new(6);
    for to in 1..=EVERY_SIZE {
        for from in 1..=to {
            let claimed = proven(&mut both, from, to);
            for broken in broken(&claimed, &mut dice) {
                assert!(!they_accept(&mut both, &broken), "they accept {broken:?}");
                assert!(!we_accept(&broken), "we accept {broken:?}");
            }
        }
    }
}

#[test]
fn a_proof_shown_for_another_growth_is_judged_alike() {
    let mut both = Both::of(EVERY_SIZE);
    let mut dice = Dice::new(7);
    for to in 1..=EVERY_SIZE {
        for from in 1..=to {
            let claimed = proven(&mut both, from, to);
            let near = 1 + dice.below(2);
            for (from, to) in [
                (from + near, to),
                (from.saturating_sub(near).max(1), to),
                (from, to + near),
                (from, to.saturating_sub(near)),
            ] {
                let moved = Claimed { from, to, ..claimed.clone() };
                assert_eq!(we_accept(&moved), they_accept(&mut both, &moved), "{moved:?}");
            }
        }
    }
}

/// `transparency-dev/merkle` believes any root of an empty tree; we do not.
#[test]
fn from_the_empty_tree_nothing_but_its_own_root_and_no_hash_at_all_is_accepted() {
    let mut both = Both::of(EVERY_SIZE);
    for to in 1..=EVERY_SIZE {
        let claimed = proven(&mut both, 0, to);
        assert!(they_accept(&mut both, &claimed) && we_accept(&claimed), "{claimed:?}");
        let surplus = Claimed { hashes: vec![claimed.to_root], ..claimed.clone() };
        assert!(!they_accept(&mut both, &surplus) && !we_accept(&surplus), "{surplus:?}");
        let other_root = Claimed { from_root: claimed.to_root, ..claimed };
        assert!(!we_accept(&other_root), "{other_root:?}");
    }
}

fn proven(both: &mut Both, from: u64, to: u64) -> Claimed {
    let growth = size(from).grow_to(size(to)).expect("from <= to");
    let hashes = consistency::prove(growth, &both.ours).expect("every node is there");
    if from == 0 {
        // tlog has no word for the way from the empty tree: it needs no proof.
        assert!(hashes.is_empty(), "{hashes:?}");
    } else {
        let theirs = both.their_hashes("tree.consistency", &json!({ "from": from, "to": to }));
        assert_eq!(hashes, theirs, "the proof from {from} to {to}");
    }
    Claimed { from, to, from_root: both.our_root(from), to_root: both.our_root(to), hashes }
}

fn broken(whole: &Claimed, dice: &mut Dice) -> Vec<Claimed> {
    let mut all = vec![
        Claimed { from_root: flipped(whole.from_root, dice), ..whole.clone() },
        Claimed { to_root: flipped(whole.to_root, dice), ..whole.clone() },
        Claimed { hashes: [&*whole.hashes, &[whole.to_root]].concat(), ..whole.clone() },
        Claimed { hashes: [&[whole.from_root], &*whole.hashes].concat(), ..whole.clone() },
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
    if whole.from < whole.to {
        let Claimed { from_root, to_root, .. } = *whole;
        all.push(Claimed { from_root: to_root, to_root: from_root, ..whole.clone() });
    }
    all
}

fn we_accept(claimed: &Claimed) -> bool {
    let Some(growth) = size(claimed.from).grow_to(size(claimed.to)) else {
        return false;
    };
    let Claimed { from_root, to_root, hashes, .. } = claimed;
    consistency::verify(growth, from_root, to_root, hashes).is_ok()
}

fn they_accept(both: &mut Both, claimed: &Claimed) -> bool {
    let claim = json!({
        "from": claimed.from,
        "to": claimed.to,
        "from_root": base64(claimed.from_root.as_bytes()),
        "to_root": base64(claimed.to_root.as_bytes()),
        "hashes": encoded(&claimed.hashes),
    });
    both.theirs.accepts("consistency.verify", &claim)
}
