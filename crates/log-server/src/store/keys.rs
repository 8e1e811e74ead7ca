//! The bytes of every key. Big-endian numbers, so that byte order is log order.

use indelible_merkle::{Hash, LeafIndex};
use indelible_sequencer::DedupKey;

/// Which log of the server a row belongs to; the first four bytes of each of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LogId(pub(crate) u32);

/// The rows that a log has once each: `'l'`, log (4 bytes), then which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum StateRow {
    /// The committed tree: size and peaks.
    Head = 1,
    /// The last checkpoint that was signed, with the log's own signatures.
    Signed = 2,
    /// The last checkpoint that was made visible, with cosignatures.
    Published = 3,
    /// Present once the log is frozen.
    Frozen = 4,
}

impl StateRow {
    pub(crate) fn key(self, log: LogId) -> [u8; 6] {
        let [a, b, c, d] = log.0.to_be_bytes();
        [b'l', a, b, c, d, self as u8]
    }
}

/// A registered log: `'o'`, then its origin.
pub(crate) fn origin_key(origin: &str) -> Vec<u8> {
    [b"o".as_slice(), origin.as_bytes()].concat()
}

/// All registered logs: from the first to past the last.
pub(crate) const ORIGINS: (&[u8], &[u8]) = (b"o", b"p");

/// An entry fragment: log, then the index of its first entry (12 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryKey {
    pub(crate) log: LogId,
    pub(crate) first: u64,
}

impl EntryKey {
    pub(crate) fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        let (log, first) = bytes.split_at_mut(4);
        log.copy_from_slice(&self.log.0.to_be_bytes());
        first.copy_from_slice(&self.first.to_be_bytes());
        bytes
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (log, first) = bytes.split_first_chunk::<4>()?;
        let first = <[u8; 8]>::try_from(first).ok()?;
        Some(Self { log: LogId(u32::from_be_bytes(*log)), first: u64::from_be_bytes(first) })
    }
}

/// A hash fragment: log, tile level (1 byte), position of its first hash (13 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HashKey {
    pub(crate) log: LogId,
    pub(crate) level: u8,
    pub(crate) first: u64,
}

impl HashKey {
    pub(crate) fn to_bytes(self) -> [u8; 13] {
        let mut bytes = [0; 13];
        let (log, rest) = bytes.split_at_mut(4);
        let (level, first) = rest.split_at_mut(1);
        log.copy_from_slice(&self.log.0.to_be_bytes());
        level.copy_from_slice(&[self.level]);
        first.copy_from_slice(&self.first.to_be_bytes());
        bytes
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (log, rest) = bytes.split_first_chunk::<4>()?;
        let (level, first) = rest.split_first()?;
        let first = <[u8; 8]>::try_from(first).ok()?;
        Some(Self {
            log: LogId(u32::from_be_bytes(*log)),
            level: *level,
            first: u64::from_be_bytes(first),
        })
    }
}

/// A leaf's place: log, the first 12 bytes of its hash, its index (24 bytes), no value.
///
/// Twelve bytes keep the table small and make, with the log, the prefix that `disk` filters lookups
/// by. They are no identity, so all candidates are listed and the whole hash is compared in the tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LeafKey {
    pub(crate) log: LogId,
    pub(crate) prefix: [u8; 12],
    pub(crate) index: u64,
}

impl LeafKey {
    pub(crate) fn of(log: LogId, leaf: &Hash, index: LeafIndex) -> Self {
        Self { log, prefix: prefix_of(leaf), index: index.get() }
    }

    /// From the first to past the last possible place of this hash.
    pub(crate) fn range(log: LogId, leaf: &Hash) -> ([u8; 24], [u8; 24]) {
        let prefix = prefix_of(leaf);
        // Indices end at 2^63-1, so this bound is past every one of them.
        (
            Self { log, prefix, index: 0 }.to_bytes(),
            Self { log, prefix, index: u64::MAX }.to_bytes(),
        )
    }

    pub(crate) fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        let (log, rest) = bytes.split_at_mut(4);
        let (prefix, index) = rest.split_at_mut(12);
        log.copy_from_slice(&self.log.0.to_be_bytes());
        prefix.copy_from_slice(&self.prefix);
        index.copy_from_slice(&self.index.to_be_bytes());
        bytes
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (log, rest) = bytes.split_first_chunk::<4>()?;
        let (prefix, index) = rest.split_first_chunk::<12>()?;
        let index = <[u8; 8]>::try_from(index).ok()?;
        Some(Self {
            log: LogId(u32::from_be_bytes(*log)),
            prefix: *prefix,
            index: u64::from_be_bytes(index),
        })
    }
}

fn prefix_of(leaf: &Hash) -> [u8; 12] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = *leaf.as_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

/// An identity: log, then its digest (36 bytes); the value is the index.
pub(crate) fn identity_key(log: LogId, key: &DedupKey) -> [u8; 36] {
    let mut bytes = [0; 36];
    let (head, digest) = bytes.split_at_mut(4);
    head.copy_from_slice(&log.0.to_be_bytes());
    digest.copy_from_slice(&key.0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogId = LogId(0x0a0b_0c0d);

    #[test]
    fn bytes_are_what_the_format_says() {
        assert_eq!(StateRow::Signed.key(LOG), [b'l', 0x0a, 0x0b, 0x0c, 0x0d, 2]);
        assert_eq!(origin_key("a/b"), b"oa/b");
        assert_eq!(
            EntryKey { log: LOG, first: 0x0102 }.to_bytes(),
            [0x0a, 0x0b, 0x0c, 0x0d, 0, 0, 0, 0, 0, 0, 1, 2]
        );
        assert_eq!(
            HashKey { log: LOG, level: 3, first: 0x0102 }.to_bytes(),
            [0x0a, 0x0b, 0x0c, 0x0d, 3, 0, 0, 0, 0, 0, 0, 1, 2]
        );
        let leaf = Hash::from_bytes(core::array::from_fn(|i| u8::try_from(i).unwrap()));
        assert_eq!(
            LeafKey::of(LOG, &leaf, LeafIndex::new(0x0102).unwrap()).to_bytes(),
            [0x0a, 0x0b, 0x0c, 0x0d, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 1, 2]
        );
        let identity = identity_key(LOG, &DedupKey([7; 32]));
        assert_eq!(identity[..5], [0x0a, 0x0b, 0x0c, 0x0d, 7]);
        assert_eq!(identity.len(), 36);
    }

    #[test]
    fn byte_order_is_log_order() {
        let near = HashKey { log: LOG, level: 0, first: 255 };
        let far = HashKey { log: LOG, level: 0, first: 256 };
        let up = HashKey { log: LOG, level: 1, first: 0 };
        assert!(near.to_bytes() < far.to_bytes() && far.to_bytes() < up.to_bytes());
        let near = EntryKey { log: LOG, first: 255 };
        let far = EntryKey { log: LOG, first: 256 };
        let other = EntryKey { log: LogId(LOG.0 + 1), first: 0 };
        assert!(near.to_bytes() < far.to_bytes() && far.to_bytes() < other.to_bytes());
    }

    #[test]
    fn keys_come_back_from_their_bytes_and_only_at_their_length() {
        let entry = EntryKey { log: LOG, first: 77 };
        assert_eq!(EntryKey::parse(&entry.to_bytes()), Some(entry));
        let hash = HashKey { log: LOG, level: 2, first: 77 };
        assert_eq!(HashKey::parse(&hash.to_bytes()), Some(hash));
        let leaf = LeafKey { log: LOG, prefix: [9; 12], index: 77 };
        assert_eq!(LeafKey::parse(&leaf.to_bytes()), Some(leaf));
        for short in 0..12 {
            assert_eq!(EntryKey::parse(&entry.to_bytes()[..short]), None);
        }
        assert_eq!(EntryKey::parse(&hash.to_bytes()), None);
        assert_eq!(HashKey::parse(&entry.to_bytes()), None);
        assert_eq!(LeafKey::parse(&hash.to_bytes()), None);
    }
}
