//! Identities that are being placed right now, which the store cannot know yet.

use alloc::collections::BTreeMap;

use indelible_merkle::{Hash, LeafIndex};

use crate::pool::{DedupKey, Identity, Known};

/// What an identity says about an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Never seen: place it.
    New,
    /// Placed before with the same leaf.
    Repeat(LeafIndex),
    /// Placed before with another leaf.
    Reused,
}

/// The identities of one commit, from its planning until it is durable.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    placing: BTreeMap<DedupKey, Known>,
}

impl Identities {
    pub(crate) fn judge(&self, identity: &Identity, leaf: &Hash) -> Verdict {
        // The store is asked first: it holds what was acknowledged.
        let known = identity.known.or_else(|| self.placing.get(&identity.key).copied());
        match known {
            None => Verdict::New,
            Some(known) if known.leaf == *leaf => Verdict::Repeat(known.index),
            Some(_) => Verdict::Reused,
        }
    }

    pub(crate) fn place(&mut self, key: DedupKey, known: Known) {
        self.placing.insert(key, known);
    }
}
