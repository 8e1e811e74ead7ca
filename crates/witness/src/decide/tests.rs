//! The whole table: every branch, and every pair of branches that could change places.

use indelible_merkle::{Hash, TreeSize};

use super::*;

fn size(size: u64) -> TreeSize {
    TreeSize::new(size).unwrap()
}

fn tree(leaves: u64, root: u8) -> Tree {
    Tree { size: size(leaves), root: Hash::from_bytes([root; 32]) }
}

const fn refuse(refusal: Refusal) -> Decision {
    Decision::Refuse(refusal)
}

#[test]
fn every_case_is_decided_as_the_specification_says() {
    let unproven = |from, to| refuse(Refusal::Unproven { from: size(from), to: size(to) });
    let stale = |held| refuse(Refusal::Stale { held: size(held) });
    let backwards = |old, to| refuse(Refusal::Backwards { old: size(old), size: size(to) });
    let forked = |at| refuse(Refusal::Forked { size: size(at) });
    let empty = Tree::EMPTY;
    // seen, old, next, whether the proof connects, decision
    let table = [
        // Never seen: from zero, with an empty proof (which is what `connects` asks for there).
        (empty, 0, tree(5, 1), true, Decision::Advance),
        (empty, 0, tree(5, 1), false, unproven(0, 5)),
        (empty, 0, empty, true, Decision::Repeat),
        (empty, 0, empty, false, unproven(0, 0)),
        (empty, 5, tree(5, 1), true, stale(0)),
        (empty, 3, tree(5, 1), true, stale(0)),
        // Size zero has one root only, and that is said before anything that was seen.
        (empty, 0, tree(0, 1), true, refuse(Refusal::NotEmpty)),
        (tree(5, 1), 0, tree(0, 1), true, refuse(Refusal::NotEmpty)),
        (tree(5, 1), 0, empty, true, stale(5)),
        // Growth.
        (tree(5, 1), 5, tree(9, 2), true, Decision::Advance),
        (tree(5, 1), 5, tree(9, 2), false, unproven(5, 9)),
        (tree(5, 1), 5, tree(6, 1), false, unproven(5, 6)),
        // The same tree again, and another one of the same size.
        (tree(5, 1), 5, tree(5, 1), true, Decision::Repeat),
        (tree(5, 1), 5, tree(5, 1), false, unproven(5, 5)),
        (tree(5, 1), 5, tree(5, 2), true, forked(5)),
        (tree(5, 1), 5, tree(5, 2), false, forked(5)),
        // An old size that is not the one held, below and above it; the probe with zero.
        (tree(5, 1), 4, tree(9, 2), true, stale(5)),
        (tree(5, 1), 6, tree(9, 2), true, stale(5)),
        (tree(5, 1), 0, tree(9, 2), true, stale(5)),
        (tree(5, 1), 0, tree(5, 2), true, stale(5)),
        // A replayed older checkpoint.
        (tree(9, 2), 5, tree(5, 1), true, stale(9)),
        (tree(9, 2), 0, tree(5, 1), true, stale(9)),
        // Backwards is said before everything else, and tells nothing that was seen.
        (tree(9, 2), 9, tree(5, 1), true, backwards(9, 5)),
        (tree(5, 1), 6, tree(5, 2), true, backwards(6, 5)),
        (tree(5, 1), 1, tree(0, 7), true, backwards(1, 0)),
        (empty, 1, tree(0, 7), false, backwards(1, 0)),
    ];
    for (row, (seen, old, next, connects, expected)) in table.into_iter().enumerate() {
        let mut asked = None;
        let decision = decide(seen, size(old), next, |growth| {
            asked = Some((growth.from(), growth.to()));
            connects
        });
        assert_eq!(decision, expected, "row {row}");
        // Whatever is accepted was proven, and between the right two sizes.
        if matches!(decision, Decision::Repeat | Decision::Advance) {
            assert_eq!(asked, Some((seen.size, next.size)), "row {row}");
        }
    }
}

#[test]
fn nothing_is_ever_accepted_that_is_smaller_or_that_was_not_proven() {
    for (seen, old, to) in
        (0..4).flat_map(|seen| (0..4).flat_map(move |old| (0..4).map(move |to| (seen, old, to))))
    {
        for (root, connects) in [(1, true), (1, false), (2, true), (2, false)] {
            let held = if seen == 0 { Tree::EMPTY } else { tree(seen, 1) };
            let next = tree(to, root);
            match decide(held, size(old), next, |_| connects) {
                Decision::Repeat => assert!(connects && next == held),
                Decision::Advance => assert!(connects && to > seen && old == seen),
                Decision::Refuse(_) => {}
            }
        }
    }
}

#[test]
fn only_two_roots_of_one_size_contradict_each_other() {
    assert!(contradict(tree(5, 1), tree(5, 2)));
    assert!(!contradict(tree(5, 1), tree(5, 1)));
    assert!(!contradict(tree(5, 1), tree(6, 2)));
    assert!(!contradict(tree(5, 1), tree(6, 1)));
}
