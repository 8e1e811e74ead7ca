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
    /// One identity that was used for another leaf is enough to refuse; otherwise one that was
    /// used for this leaf says where it stands.
    pub(crate) fn judge(&self, identities: &[Identity], leaf: &Hash) -> Verdict {
        let known = identities.iter().filter_map(|identity| self.known(identity));
        known.fold(Verdict::New, |verdict, known| match verdict {
            _ if known.leaf != *leaf => Verdict::Reused,
            Verdict::New => Verdict::Repeat(known.index),
            Verdict::Repeat(_) | Verdict::Reused => verdict,
        })
    }

    /// The store is asked first: it holds what was acknowledged.
    pub(crate) fn known(&self, identity: &Identity) -> Option<Known> {
        identity.known.or_else(|| self.placing.get(&identity.key).copied())
    }

    pub(crate) fn place(&mut self, key: DedupKey, known: Known) {
        self.placing.insert(key, known);
    }
}
