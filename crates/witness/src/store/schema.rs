//! The tables, the keys of their rows, and the version of both. `docs/FORMAT.md` is the source.

use indelible_disk::{Shape, Table};
use indelible_merkle::{Hash, TreeSize};

use crate::origin_hash::OriginHash;

/// Two rows: the schema's version, and whose memory this is.
pub(crate) const STATE: Table = Table { name: "state", shape: Shape::State };
/// The logs that are served: origin hash, then origin and keys.
pub(crate) const LOGS: Table = Table { name: "logs", shape: Shape::State };
/// What was cosigned last for each log: origin hash, then tree, time, note and cosignatures.
pub(crate) const HEADS: Table = Table { name: "heads", shape: Shape::State };
/// Pairs of signed checkpoints that cannot both be true.
pub(crate) const EVIDENCE: Table = Table { name: "evidence", shape: Shape::Lookup };

/// All of them, as the database is created and opened.
pub(crate) const TABLES: [Table; 4] = [STATE, LOGS, HEADS, EVIDENCE];

/// Version of keys and rows.
pub(crate) const VERSION: u32 = 1;

pub(crate) const VERSION_KEY: &[u8] = b"schema-version";
pub(crate) const IDENTITY_KEY: &[u8] = b"identity";

/// From before the first row of a table whose keys start with an origin hash, to past the last:
/// no key is longer than this bound.
pub(crate) const ALL: (&[u8], &[u8]) = (&[], &[0xff; 73]);

/// Where a contradiction lies: origin hash, size (8 bytes), the root that was not cosigned.
pub(crate) fn evidence_key(log: OriginHash, size: TreeSize, root: &Hash) -> Vec<u8> {
    [log.as_bytes().as_slice(), &size.get().to_be_bytes(), root.as_bytes()].concat()
}

/// The log that a row belongs to.
pub(crate) fn log_of(key: &[u8]) -> Option<OriginHash> {
    key.first_chunk::<{ OriginHash::BYTES }>().copied().map(OriginHash::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_what_the_format_says() {
        let log = OriginHash::from_bytes([1; 32]);
        let key = evidence_key(log, TreeSize::new(0x0102).unwrap(), &Hash::from_bytes([3; 32]));
        assert_eq!(key.len(), 72);
        assert_eq!(key[..32], [1; 32]);
        assert_eq!(key[32..40], [0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(key[40..], [3; 32]);
        assert_eq!(log_of(&key), Some(log));
        assert_eq!(log_of(&key[..31]), None);
    }

    #[test]
    fn all_is_past_the_last_key() {
        let last = evidence_key(
            OriginHash::from_bytes([0xff; 32]),
            TreeSize::MAX,
            &Hash::from_bytes([0xff; 32]),
        );
        assert!(last.as_slice() < ALL.1);
        assert!([0xff; 72].as_slice() < ALL.1);
    }
}
