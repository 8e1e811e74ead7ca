//! What waits to be sequenced: submissions, each of one or more entries that share one commit.

use alloc::vec::Vec;

use indelible_merkle::{Hash, LeafIndex};
use indelible_wire::Entry;

/// The digest under which a repeat is recognised: SHA-256 of the log's own dedup domain and the
/// submitter's key (or of the entry itself, where a log dedups by content).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupKey(pub [u8; 32]);

/// Where an identity was placed before, as the store remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The index that the first submission got.
    pub index: LeafIndex,
    /// The leaf that stands there: a repeat must carry the same one.
    pub leaf: Hash,
}

/// What makes an item the same as an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Recognised by this key.
    pub key: DedupKey,
    /// What the store says of it. The driver looks just before the step, and it is the only writer.
    pub known: Option<Known>,
}

/// One entry to be placed.
#[derive(Clone, Debug)]
pub struct Item {
    /// The bytes of the leaf.
    pub entry: Entry,
    /// `entry.leaf_hash()`, computed by whoever brought it, so that the one writer need not.
    pub leaf: Hash,
    /// How a repeat is recognised, if at all: by the submitter's key, by the content, or by both.
    pub identities: Vec<Identity>,
}

/// Entries that are placed together or not at all.
#[derive(Debug)]
pub struct Submission<T> {
    /// Whom to answer; opaque to the machine.
    pub ticket: T,
    /// The entries in their order; never empty.
    pub items: Vec<Item>,
    /// Whether the first identity of each item names this one request: then either all of them are
    /// known, and it is a repeat, or none is.
    pub named: bool,
}

impl<T> Submission<T> {
    /// The entry bytes it carries.
    pub fn bytes(&self) -> usize {
        self.items.iter().map(|item| item.entry.as_bytes().len()).sum()
    }
}
