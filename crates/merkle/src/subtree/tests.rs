use super::*;
use crate::oracle::{Leaves, leaves, mth, subtree_proof};
use crate::position::LeafIndex;

fn size(value: usize) -> TreeSize {
    TreeSize::new(u64::try_from(value).unwrap()).unwrap()
}

fn subtrees_within(n: usize) -> impl Iterator<Item = (usize, usize, Subtree)> {
    (0..n).flat_map(move |start| (start + 1..=n).map(move |end| (start, end))).filter_map(
        |(start, end)| {
            let from = LeafIndex::new(u64::try_from(start).unwrap()).unwrap();
            Some((start, end, Subtree::new(from, size(end)).ok()?))
        },
    )
}

#[test]
fn proofs_are_those_of_the_draft() {
    let leaves = leaves(70);
    for n in 1..=leaves.len() {
        let tree = &leaves[..n];
        let root = mth(tree);
        for (start, end, subtree) in subtrees_within(n) {
            let proof = prove(subtree, size(n), &Leaves(tree)).unwrap();
            assert_eq!(proof, subtree_proof(start, end, tree), "{subtree} in {n}");
            assert_eq!(length(subtree, size(n)), Ok(proof.len()));
            let hash = hash(subtree, &Leaves(tree)).unwrap();
            assert_eq!(hash, mth(&tree[start..end]));
            assert_eq!(verify(subtree, &hash, size(n), &root, &proof), Ok(()));
        }
    }
}
