//! What one commit writes, as a value made before anything is written.
//!
//! A plan names no table and no object: the same value becomes rows in a database or objects in a
//! store. Fragments never cross the bounds of a tile or an entry bundle, so that a reader joins
//! whole fragments and nothing else.

use alloc::vec::Vec;

use indelible_merkle::{
    Frontier, Growth, Hash, LeafIndex, NodeId, TILE_HEIGHT, TILE_WIDTH, TreeSize,
};
use indelible_wire::Entry;

use crate::pool::DedupKey;

/// A tree size and its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: TreeSize,
    /// RFC 6962 root over them.
    pub root: Hash,
}

/// Consecutive entries of one bundle, encoded as the bundle holds them (tlog-tiles, "Log Entries").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFragment {
    /// Index of the first entry.
    pub first: LeafIndex,
    /// How many entries; at most 256.
    pub count: u16,
    /// Each a big-endian `u16` length and the bytes.
    pub bytes: Vec<u8>,
}

/// Consecutive hashes of one tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashFragment {
    /// The tile's level.
    pub level: u8,
    /// Position of the first hash on that level.
    pub first: u64,
    /// 32 bytes a hash.
    pub bytes: Vec<u8>,
}

/// Everything that one commit makes durable together.
#[derive(Clone, Debug)]
pub struct Plan {
    /// From the committed size to the next.
    pub growth: Growth,
    /// The new entries.
    pub entries: Vec<EntryFragment>,
    /// The new hashes of every tile level that grew.
    pub hashes: Vec<HashFragment>,
    /// Leaf hash and index of each new entry, for lookup by leaf hash.
    pub leaves: Vec<(Hash, LeafIndex)>,
    /// Identities that now have an index.
    pub identities: Vec<(DedupKey, LeafIndex)>,
    /// The tree after the commit.
    pub frontier: Frontier,
}

/// Grows a plan leaf by leaf.
#[derive(Debug)]
pub(crate) struct Draft {
    from: TreeSize,
    frontier: Frontier,
    entries: Vec<EntryFragment>,
    hashes: Vec<HashFragment>,
    leaves: Vec<(Hash, LeafIndex)>,
    identities: Vec<(DedupKey, LeafIndex)>,
}

impl Draft {
    pub(crate) fn upon(frontier: Frontier) -> Self {
        Self {
            from: frontier.size(),
            frontier,
            entries: Vec::new(),
            hashes: Vec::new(),
            leaves: Vec::new(),
            identities: Vec::new(),
        }
    }

    /// The index that the next entry will get, while the tree has room for one.
    pub(crate) fn has_room_for(&self, entries: u64) -> bool {
        self.frontier.size().checked_add(entries).is_some()
    }

    pub(crate) fn push(&mut self, entry: &Entry, leaf: Hash) -> Option<LeafIndex> {
        let Self { frontier, hashes, .. } = self;
        let index = frontier.push_with(leaf, |node, hash| append_hash(hashes, node, &hash)).ok()?;
        append_entry(&mut self.entries, index, entry);
        self.leaves.push((leaf, index));
        Some(index)
    }

    pub(crate) fn remember(&mut self, key: DedupKey, index: LeafIndex) {
        self.identities.push((key, index));
    }

    /// The plan, unless nothing would be written.
    pub(crate) fn finish(self) -> Option<Plan> {
        let growth = self.from.grow_to(self.frontier.size())?;
        let nothing = growth.added() == 0 && self.identities.is_empty();
        (!nothing).then_some(Plan {
            growth,
            entries: self.entries,
            hashes: self.hashes,
            leaves: self.leaves,
            identities: self.identities,
            frontier: self.frontier,
        })
    }
}

fn append_entry(fragments: &mut Vec<EntryFragment>, index: LeafIndex, entry: &Entry) {
    let starts_bundle = index.get().is_multiple_of(TILE_WIDTH);
    match fragments.last_mut() {
        Some(fragment) if !starts_bundle => {
            fragment.count = fragment.count.saturating_add(1);
            indelible_wire::bundle::append(&mut fragment.bytes, entry);
        }
        Some(_) | None => {
            let mut bytes = Vec::new();
            indelible_wire::bundle::append(&mut bytes, entry);
            fragments.push(EntryFragment { first: index, count: 1, bytes });
        }
    }
}

/// Keeps the hashes that tiles are made of: those on levels 0, 8, 16, ... (tlog-tiles, "Merkle Tree").
fn append_hash(fragments: &mut Vec<HashFragment>, node: NodeId, hash: &Hash) {
    if !node.level().is_multiple_of(TILE_HEIGHT) {
        return;
    }
    let level = node.level() / TILE_HEIGHT;
    let starts_tile = node.index().is_multiple_of(TILE_WIDTH);
    let open = fragments.iter_mut().rev().find(|fragment| fragment.level == level);
    match open {
        Some(fragment) if !starts_tile => fragment.bytes.extend_from_slice(hash.as_bytes()),
        Some(_) | None => fragments.push(HashFragment {
            level,
            first: node.index(),
            bytes: hash.as_bytes().to_vec(),
        }),
    }
}
