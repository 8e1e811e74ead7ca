//! The bytes of rows that are more than protocol bytes.

use indelible_merkle::{Frontier, Hash, LeafIndex, TreeSize};

use super::keys::LogId;

/// Why a row cannot be what was written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RowError {
    /// Not a size and whole peaks.
    #[error("a head row of {bytes} bytes")]
    HeadLength {
        /// Its length.
        bytes: usize,
    },
    /// Peaks of a tree of another size.
    #[error("a head row whose {peaks} peaks do not fit size {size}")]
    HeadPeaks {
        /// The size in it.
        size: u64,
        /// The peaks in it.
        peaks: usize,
    },
    /// Not a number of this width.
    #[error("a number of {bytes} bytes instead of {expected}")]
    NumberLength {
        /// Its length.
        bytes: usize,
        /// What it should be.
        expected: usize,
    },
    /// No position in a tree.
    #[error("an index or a size of {value}, past 2^63-1")]
    TooLarge {
        /// As read.
        value: u64,
    },
    /// Not a registered log.
    #[error("a log row of {bytes} bytes")]
    LogLength {
        /// Its length.
        bytes: usize,
    },
}

/// The committed tree: size (8 bytes), then its peaks from left to right (32 bytes each).
pub(crate) fn head_to_bytes(frontier: &Frontier) -> Vec<u8> {
    let mut bytes = frontier.size().get().to_be_bytes().to_vec();
    for peak in frontier.peaks() {
        bytes.extend_from_slice(peak.as_bytes());
    }
    bytes
}

pub(crate) fn head_from_bytes(bytes: &[u8]) -> Result<Frontier, RowError> {
    let length = RowError::HeadLength { bytes: bytes.len() };
    let Some((size, peaks)) = bytes.split_first_chunk::<8>() else { return Err(length) };
    let value = u64::from_be_bytes(*size);
    let size = TreeSize::new(value).map_err(|_| RowError::TooLarge { value })?;
    let (peaks, rest) = peaks.as_chunks::<{ Hash::BYTES }>();
    if !rest.is_empty() {
        return Err(length);
    }
    let count = peaks.len();
    let peaks = peaks.iter().copied().map(Hash::from_bytes).collect();
    Frontier::from_peaks(size, peaks).map_err(|_| RowError::HeadPeaks { size: value, peaks: count })
}

/// An index, 8 bytes.
pub(crate) fn index_to_bytes(index: LeafIndex) -> [u8; 8] {
    index.get().to_be_bytes()
}

pub(crate) fn index_from_bytes(bytes: &[u8]) -> Result<LeafIndex, RowError> {
    let bytes = <[u8; 8]>::try_from(bytes)
        .map_err(|_| RowError::NumberLength { bytes: bytes.len(), expected: 8 })?;
    let value = u64::from_be_bytes(bytes);
    LeafIndex::new(value).map_err(|_| RowError::TooLarge { value })
}

/// A registered log: its id (4 bytes), then the digest of its verifier keys (32 bytes), so that a
/// log never goes on under other keys than those it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogRecord {
    pub(crate) log: LogId,
    pub(crate) keys_digest: [u8; 32],
}

impl LogRecord {
    pub(crate) fn to_bytes(self) -> [u8; 36] {
        let mut bytes = [0; 36];
        let (log, digest) = bytes.split_at_mut(4);
        log.copy_from_slice(&self.log.0.to_be_bytes());
        digest.copy_from_slice(&self.keys_digest);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, RowError> {
        let length = RowError::LogLength { bytes: bytes.len() };
        let Some((log, digest)) = bytes.split_first_chunk::<4>() else { return Err(length) };
        let keys_digest = <[u8; 32]>::try_from(digest).map_err(|_| length)?;
        Ok(Self { log: LogId(u32::from_be_bytes(*log)), keys_digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frontier(leaves: u8) -> Frontier {
        let mut frontier = Frontier::empty();
        for leaf in 0..leaves {
            frontier.push(Hash::of_leaf(&[leaf])).unwrap();
        }
        frontier
    }

    #[test]
    fn a_head_row_is_its_size_and_its_peaks() {
        let bytes = head_to_bytes(&frontier(3));
        assert_eq!(bytes.len(), 8 + 2 * 32);
        assert_eq!(bytes[..8], [0, 0, 0, 0, 0, 0, 0, 3]);
        let left = Hash::of_node(&Hash::of_leaf(&[0]), &Hash::of_leaf(&[1]));
        assert_eq!(&bytes[8..40], left.as_bytes());
        assert_eq!(&bytes[40..], Hash::of_leaf(&[2]).as_bytes());
    }

    #[test]
    fn a_head_row_comes_back_and_no_other_length_does() {
        for leaves in 0..70 {
            let frontier = frontier(leaves);
            let bytes = head_to_bytes(&frontier);
            let back = head_from_bytes(&bytes).unwrap();
            assert_eq!((back.size(), back.root()), (frontier.size(), frontier.root()));
            for cut in 0..bytes.len() {
                assert!(head_from_bytes(&bytes[..cut]).is_err(), "{leaves} leaves, {cut} bytes");
            }
            let longer = [bytes.as_slice(), &[0; 32]].concat();
            assert!(head_from_bytes(&longer).is_err());
        }
    }

    #[test]
    fn numbers_past_the_largest_tree_are_refused() {
        let value = 1 << 63;
        let error = Err(RowError::TooLarge { value });
        assert_eq!(index_from_bytes(&value.to_be_bytes()), error);
        assert!(head_from_bytes(&value.to_be_bytes()).is_err());
        assert!(index_from_bytes(&[0; 7]).is_err() && index_from_bytes(&[0; 9]).is_err());
    }

    #[test]
    fn a_log_row_comes_back_and_no_other_length_does() {
        let record = LogRecord { log: LogId(9), keys_digest: [3; 32] };
        assert_eq!(LogRecord::from_bytes(&record.to_bytes()), Ok(record));
        assert!(LogRecord::from_bytes(&record.to_bytes()[..35]).is_err());
        assert!(LogRecord::from_bytes(&[0; 37]).is_err());
    }
}
