//! What the room `frontier` promises, held against the specs' text and other people's trees.

use alloc::string::ToString;
use alloc::vec;

use super::*;
use crate::oracle::{self, Asked, Data, Leaves, Vast};

#[test]
fn roots_are_those_of_rfc_6962() {
    let leaves = Leaves::new(600);
    let mut frontier = Frontier::empty();
    assert_eq!(frontier.root(), Hash::EMPTY_ROOT);
    for index in 0..leaves.count() {
        assert_eq!(frontier.push(leaves.get(index)), Ok(oracle::index(index)));
        assert_eq!(frontier.size(), oracle::size(index + 1));
        assert_eq!(frontier.root(), leaves.mth(0, index + 1));
    }
}

#[test]
fn every_node_is_told_of_once_when_its_last_leaf_comes() {
    let leaves = Leaves::new(300);
    let mut frontier = Frontier::default();
    for index in 0..leaves.count() {
        let mut told = Vec::new();
        frontier.push_with(leaves.get(index), |node, hash| told.push((node, hash))).unwrap();
        let after = index + 1;
        let expected: Vec<_> = (0..=after.trailing_zeros())
            .map(|level| {
                let node = NodeId::new(u8::try_from(level).unwrap(), index >> level).unwrap();
                (node, leaves.mth(node.first_leaf().get(), after))
            })
            .collect();
        assert_eq!(told, expected);
    }
}

#[test]
fn appending_many_is_appending_each() {
    let leaves = Leaves::new(100);
    for first in 0..20 {
        let (mut one_by_one, mut at_once) = (Frontier::empty(), Frontier::empty());
        let (mut told, mut told_at_once) = (Vec::new(), Vec::new());
        let (head, tail) = leaves.all().split_at(first);
        for leaf in leaves.all() {
            one_by_one.push_with(*leaf, |node, hash| told.push((node, hash))).unwrap();
        }
        for part in [head, tail, &[]] {
            let (from, count) = (at_once.size(), u64::try_from(part.len()).unwrap());
            let growth =
                at_once.push_all(part, |node, hash| told_at_once.push((node, hash))).unwrap();
            assert_eq!((growth.from(), growth.added()), (from, count));
            assert_eq!(growth.to(), at_once.size());
        }
        assert_eq!(at_once, one_by_one);
        assert_eq!(told_at_once, told);
    }
}

#[test]
fn a_frontier_put_away_comes_back() {
    let leaves = Leaves::new(130);
    let mut frontier = Frontier::empty();
    for leaf in leaves.all() {
        let size = frontier.size();
        let kept = Frontier::from_peaks(size, frontier.peaks().to_vec());
        assert_eq!(kept.as_ref(), Ok(&frontier));
        assert_eq!(Frontier::from_source(size, &Asked::of(&leaves, size)).as_ref(), Ok(&frontier));
        frontier.push(*leaf).unwrap();
    }
}

#[test]
fn another_number_of_peaks_is_refused() {
    for size in [0, 1, 2, 3, 255, 256, 257, TreeSize::MAX.get()] {
        let (expected, size) = (usize::try_from(size.count_ones()).unwrap(), oracle::size(size));
        assert_eq!(peak_ids(size).len(), expected);
        for found in (0..expected + 3).filter(|found| *found != expected) {
            let refused = Frontier::from_peaks(size, vec![Hash::EMPTY_ROOT; found]);
            assert_eq!(refused, Err(PeaksError { size, expected, found }));
        }
    }
}

#[test]
fn the_largest_tree_takes_no_more_leaves() {
    let (last, tree) = (LeafIndex::MAX.get(), Vast::new([LeafIndex::MAX.get()]));
    let before = oracle::size(last);
    let mut frontier = Frontier::from_source(before, &Asked::of(&tree, before)).unwrap();
    assert_eq!(frontier.root(), tree.mth(0, last));
    let full = Full { size: before, leaves: 2 };
    let unchanged = frontier.clone();
    assert_eq!(frontier.push_all(&[tree.leaf(last); 2], |_, _| ()), Err(full));
    assert_eq!(frontier, unchanged);

    assert_eq!(frontier.push(tree.leaf(last)), Ok(LeafIndex::MAX));
    assert_eq!(frontier.root(), tree.mth(0, last + 1));
    assert_eq!(frontier.peaks().len(), 63);
    let refused = frontier.push(tree.leaf(last)).unwrap_err();
    assert_eq!(refused, Full { size: TreeSize::MAX, leaves: 1 });
    assert_eq!(
        refused.to_string(),
        "a tree of size 9223372036854775807 has no room for 1 more leaves"
    );
    assert_eq!(frontier.push_all(&[], |_, _| ()).map(|growth| growth.added()), Ok(0));
}

#[test]
fn a_leaf_may_complete_the_highest_node_of_all() {
    let half = 1 << 62;
    let tree = Vast::new([half - 1]);
    let before = oracle::size(half - 1);
    let mut frontier = Frontier::from_source(before, &Asked::of(&tree, before)).unwrap();
    let mut told = Vec::new();
    frontier.push_with(tree.leaf(half - 1), |node, hash| told.push((node.level(), hash))).unwrap();
    assert_eq!(told.len(), 63);
    assert_eq!(told.last(), Some(&(62, tree.mth(0, half))));
    assert_eq!(frontier.peaks(), [tree.mth(0, half)]);
}
