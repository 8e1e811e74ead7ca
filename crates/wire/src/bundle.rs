//! Entry bundles: entries one after another, each behind its big-endian `u16` length
//! (tlog-tiles, "Log entries").

use alloc::vec::Vec;

use crate::entry::Entry;
use crate::limits::ENTRY_BYTES_MAX;

/// Bytes of the length before each entry.
const PREFIX_BYTES: usize = 2;

/// Why bytes are not a bundle, or entries do not fit one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The bytes end inside this entry or before it.
    #[error("the bundle ends inside entry {entry} of {expected}")]
    Truncated {
        /// Which entry, counted from 0.
        entry: usize,
        /// How many entries were expected.
        expected: usize,
    },
    /// All entries were there, and more.
    #[error("{bytes} bytes follow the last of {expected} entries")]
    Surplus {
        /// How many bytes more.
        bytes: usize,
        /// How many entries were expected.
        expected: usize,
    },
    /// An entry does not fit its length prefix.
    #[error("entry {entry} of {bytes} bytes is longer than {ENTRY_BYTES_MAX}")]
    EntryTooLong {
        /// Which entry, counted from 0.
        entry: usize,
        /// Its length.
        bytes: usize,
    },
}

/// Appends one entry to a bundle.
pub fn append(bundle: &mut Vec<u8>, entry: &Entry) {
    bundle.reserve(PREFIX_BYTES + entry.as_bytes().len());
    bundle.extend_from_slice(&entry.length_prefix());
    bundle.extend_from_slice(entry.as_bytes());
}

/// Writes a bundle of any entries that fit, empty ones included.
///
/// Our own logs hold no empty entry, but a copy of another's bundle must come out as it went in.
pub fn encode<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, BundleError> {
    let mut bundle = Vec::new();
    for (position, entry) in entries.into_iter().enumerate() {
        let length = u16::try_from(entry.len())
            .map_err(|_| BundleError::EntryTooLong { entry: position, bytes: entry.len() })?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Ok(bundle)
}

/// Takes a bundle apart: exactly `expected` entries and not a byte more.
///
/// Entries without bytes are allowed, for logs of others may hold them.
pub fn parse(bytes: &[u8], expected: usize) -> Result<Vec<&[u8]>, BundleError> {
    // Every entry takes its prefix at least, so bytes that cannot suffice reserve nothing for it.
    let mut entries = Vec::with_capacity(expected.min(bytes.len() / PREFIX_BYTES));
    let mut rest = bytes;
    for entry in 0..expected {
        let (taken, after) = split_first(rest).ok_or(BundleError::Truncated { entry, expected })?;
        entries.push(taken);
        rest = after;
    }
    match rest.len() {
        0 => Ok(entries),
        bytes => Err(BundleError::Surplus { bytes, expected }),
    }
}

/// The first entry and what follows it, or `None` where the bytes end too early.
pub fn split_first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (prefix, rest) = bytes.split_first_chunk::<PREFIX_BYTES>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*prefix)))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_what_tlog_tiles_says() {
        let mut bundle = Vec::new();
        append(&mut bundle, &Entry::parse(*b"ab").unwrap());
        append(&mut bundle, &Entry::parse(vec![9; 256]).unwrap());
        assert_eq!(bundle[..6], [0, 2, b'a', b'b', 1, 0]);
        assert_eq!(bundle.len(), 4 + 258);
        assert_eq!(parse(&bundle, 2).unwrap(), [&b"ab"[..], &[9; 256]]);
    }

    #[test]
    fn a_bundle_cut_anywhere_is_refused() {
        let bundle = encode([&b"first"[..], b"", b"third"]).unwrap();
        for length in 0..bundle.len() {
            let cut = parse(&bundle[..length], 3).unwrap_err();
            assert!(matches!(cut, BundleError::Truncated { expected: 3, .. }), "{length}: {cut}");
        }
    }

    #[test]
    fn one_entry_or_one_byte_more_than_expected_is_refused() {
        let bundle = encode([&b"first"[..], b"second"]).unwrap();
        assert_eq!(parse(&bundle, 1), Err(BundleError::Surplus { bytes: 8, expected: 1 }));
        assert_eq!(parse(&bundle, 3), Err(BundleError::Truncated { entry: 2, expected: 3 }));
        let mut longer = bundle;
        longer.push(0);
        assert_eq!(parse(&longer, 2), Err(BundleError::Surplus { bytes: 1, expected: 2 }));
    }

    #[test]
    fn an_absurd_expectation_reserves_nothing() {
        let refused = parse(&[], usize::MAX).unwrap_err();
        assert_eq!(refused, BundleError::Truncated { entry: 0, expected: usize::MAX });
    }

    #[test]
    fn an_entry_that_its_prefix_cannot_hold_is_refused() {
        let long = vec![0; ENTRY_BYTES_MAX + 1];
        let refused = encode([&b"fits"[..], &long]).unwrap_err();
        assert_eq!(refused, BundleError::EntryTooLong { entry: 1, bytes: 65_536 });
        assert!(encode([&long[1..]]).is_ok());
    }

    proptest! {
        #[test]
        fn what_was_encoded_parses_to_the_same(
            entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20)
        ) {
            let bundle = encode(entries.iter().map(Vec::as_slice)).unwrap();
            prop_assert_eq!(parse(&bundle, entries.len()).unwrap(), entries);
        }

        #[test]
        fn whatever_parses_encodes_to_the_same(
            bytes in prop::collection::vec(0_u8..4, 0..40), expected in 0_usize..12
        ) {
            if let Ok(entries) = parse(&bytes, expected) {
                prop_assert_eq!(entries.len(), expected);
                prop_assert_eq!(encode(entries).unwrap(), bytes);
            }
        }
    }
}
