//! One tree, ours and theirs: every leaf goes into both.

use std::collections::HashMap;

use indelible_merkle::{Frontier, Hash, NodeId, NodeSource};
use serde_json::json;

use super::size;
use crate::oracle::{Oracle, base64, bytes};

#[derive(Debug)]
pub(super) struct Both {
    pub(super) theirs: Oracle,
    pub(super) ours: Nodes,
    leaves: Vec<Hash>,
    roots: Vec<Hash>,
}

/// Every complete node of our tree, as the frontier made it.
#[derive(Debug, Default)]
pub(super) struct Nodes(HashMap<(u8, u64), Hash>);

/// A proof asked for a node that no complete subtree has.
#[derive(Debug)]
pub(super) struct NoSuchNode(#[expect(dead_code, reason = "shown when a test fails")] NodeId);

impl NodeSource for Nodes {
    type Error = NoSuchNode;

    fn node(&self, id: NodeId) -> Result<Hash, Self::Error> {
        self.0.get(&(id.level(), id.index())).copied().ok_or(NoSuchNode(id))
    }
}

impl Both {
    /// A tree of `leaves` leaves of different lengths.
    pub(super) fn of(leaves: u64) -> Self {
        let mut theirs = Oracle::start();
        let entries: Vec<Vec<u8>> = (0..leaves).map(entry).collect();
        let encoded: Vec<String> = entries.iter().map(|entry| base64(entry)).collect();
        theirs.must("tree.append", &json!({ "leaves": encoded }));

        let mut ours = Nodes::default();
        let mut frontier = Frontier::empty();
        let mut roots = vec![frontier.root()];
        let hashes: Vec<Hash> = entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
        for hash in &hashes {
            frontier
                .push_with(*hash, |id, hash| {
                    ours.0.insert((id.level(), id.index()), hash);
                })
                .expect("far from full");
            roots.push(frontier.root());
        }
        Self { theirs, ours, leaves: hashes, roots }
    }

    pub(super) fn leaf(&self, index: u64) -> Hash {
        *self.leaves.get(position(index)).expect("a leaf of this tree")
    }

    pub(super) fn our_root(&self, at: u64) -> Hash {
        *self.roots.get(position(at)).expect("a size of this tree")
    }

    pub(super) fn their_root(&mut self, at: u64) -> Hash {
        hash(&self.theirs.must_bytes("tree.root", &json!({ "size": at })))
    }

    /// The root of a frontier that knows nothing but the peaks.
    pub(super) fn root_from_peaks(&self, at: u64) -> Hash {
        Frontier::from_source(size(at), &self.ours).expect("every node is there").root()
    }

    pub(super) fn their_hashes(&mut self, question: &str, args: &serde_json::Value) -> Vec<Hash> {
        let answer = self.theirs.must(question, args);
        let hashes = answer.as_array().expect("a list of hashes");
        hashes.iter().map(|one| hash(&bytes(one))).collect()
    }
}

fn entry(index: u64) -> Vec<u8> {
    let filler = usize::try_from(index % 97).expect("less than 97");
    let mut entry = format!("entry {index} ").into_bytes();
    entry.extend(std::iter::repeat_n(b'.', filler));
    entry
}

fn position(number: u64) -> usize {
    usize::try_from(number).expect("a small number")
}

pub(super) fn hash(bytes: &[u8]) -> Hash {
    Hash::try_from(bytes).expect("32 bytes")
}

pub(super) fn encoded(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| base64(hash.as_bytes())).collect()
}
