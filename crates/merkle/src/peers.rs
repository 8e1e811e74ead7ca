//! Agreement with trees that other people wrote.

use alloc::vec::Vec;

use ct_merkle::digest::Output;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use rs_merkle::{Hasher, MerkleTree};
use sha2::{Digest, Sha256};

use crate::consistency;
use crate::frontier::Frontier;
use crate::hash::Hash;
use crate::inclusion;
use crate::oracle::{self, Asked, Leaves};

/// `rs_merkle` hashes as RFC 6962 does, once it is told of the prefixes.
#[derive(Clone)]
struct Prefixed;

impl Hasher for Prefixed {
    type Hash = [u8; 32];

    fn hash(entry: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        let Some(right) = right else { return *left };
        Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
    }
}

fn entries(count: u64) -> impl Iterator<Item = [u8; 8]> {
    (0..count).map(u64::to_be_bytes)
}

fn root_of(leaves: &Leaves) -> Hash {
    let mut frontier = Frontier::empty();
    frontier.push_all(leaves.all(), |_, _| ()).unwrap();
    frontier.root()
}

fn agrees_with_rs_merkle(n: u64, indices: impl Iterator<Item = u64>) {
    let (leaves, size) = (Leaves::new(n), oracle::size(n));
    let hashes: Vec<[u8; 32]> = entries(n).map(|entry| Prefixed::hash(&entry)).collect();
    let theirs = MerkleTree::<Prefixed>::from_leaves(&hashes);
    let root = Hash::from_bytes(theirs.root().unwrap());
    assert_eq!(root_of(&leaves), root, "root of {n}");
    let source = Asked::of(&leaves, size);
    for m in indices {
        let proof = theirs.proof(&[usize::try_from(m).unwrap()]);
        let proof: Vec<Hash> = proof.proof_hashes().iter().copied().map(Hash::from_bytes).collect();
        let index = oracle::index(m);
        assert_eq!(inclusion::prove(index, size, &source).as_ref(), Ok(&proof), "{m} of {n}");
        assert_eq!(inclusion::verify(&leaves.get(m), index, size, &proof, &root), Ok(()));
    }
}

type Theirs = MemoryBackedTree<Sha256, [u8; 8]>;

fn their_tree(n: u64) -> Theirs {
    let mut tree = Theirs::new();
    entries(n).for_each(|entry| tree.push(entry));
    tree
}

fn from_bytes(proof: &[u8]) -> Vec<Hash> {
    proof.chunks(32).map(|hash| Hash::try_from(hash).unwrap()).collect()
}

fn to_bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn their_root(leaves: &Leaves) -> RootHash<Sha256> {
    RootHash::new(Output::<Sha256>::from(*root_of(leaves).as_bytes()), leaves.count())
}

fn agrees_with_ct_merkle(n: u64, places: impl Iterator<Item = u64>) {
    let (leaves, size, theirs) = (Leaves::new(n), oracle::size(n), their_tree(n));
    let root = Hash::from_bytes((*theirs.root().as_bytes()).into());
    assert_eq!(root_of(&leaves), root, "root of {n}");
    let source = Asked::of(&leaves, size);
    for m in places {
        let index = oracle::index(m);
        let proof = from_bytes(theirs.prove_inclusion(usize::try_from(m).unwrap()).as_bytes());
        let ours = inclusion::prove(index, size, &source).unwrap();
        assert_eq!(ours, proof, "{m} of {n}");
        assert_eq!(inclusion::verify(&leaves.get(m), index, size, &proof, &root), Ok(()));
        let ours = InclusionProof::<Sha256>::from_bytes(to_bytes(&ours));
        their_root(&leaves).verify_inclusion(&m.to_be_bytes(), m, &ours).unwrap();

        let (earlier, growth) = (Leaves::new(m + 1), index.size_through().grow_to(size).unwrap());
        let proof = theirs.prove_consistency(usize::try_from(growth.added()).unwrap());
        let proof = from_bytes(proof.as_bytes());
        let ours = consistency::prove(growth, &source).unwrap();
        assert_eq!(ours, proof, "{} to {n}", m + 1);
        assert_eq!(consistency::verify(growth, &root_of(&earlier), &root, &proof), Ok(()));
        let ours = ConsistencyProof::<Sha256>::try_from_bytes(to_bytes(&ours)).unwrap();
        their_root(&leaves).verify_consistency(&their_root(&earlier), &ours).unwrap();
    }
}

#[test]
fn rs_merkle_has_the_same_roots_and_inclusion_proofs() {
    for n in 1..=130 {
        agrees_with_rs_merkle(n, 0..n);
    }
}

#[test]
fn ct_merkle_has_the_same_roots_and_proofs_and_believes_ours() {
    for n in 1..=130 {
        agrees_with_ct_merkle(n, 0..n);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn larger_trees_are_the_same_too(
        n in 131..3_000_u64,
        places in prop::collection::vec(any::<prop::sample::Index>(), 3),
    ) {
        let bound = usize::try_from(n).unwrap();
        let places: Vec<u64> =
            places.iter().map(|place| u64::try_from(place.index(bound)).unwrap()).collect();
        agrees_with_rs_merkle(n, places.iter().copied());
        agrees_with_ct_merkle(n, places.iter().copied());
    }
}
