//! An entry: the bytes of one leaf, never empty and never longer than a bundle can carry.

use alloc::vec::Vec;
use core::fmt;

use indelible_merkle::Hash;

use crate::limits::ENTRY_BYTES_MAX;

/// Entry bytes, between 1 and [`ENTRY_BYTES_MAX`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    // INVARIANT: 1 to ENTRY_BYTES_MAX bytes; `parse` is the only way in.
    bytes: Vec<u8>,
}

/// Why bytes are not an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// There are none. An empty leaf says nothing, and is what a client that lost its body sends.
    #[error("an entry has at least 1 byte")]
    Empty,
    /// A bundle's length prefix cannot hold so many.
    #[error("an entry of {bytes} bytes is longer than {ENTRY_BYTES_MAX}")]
    TooLong {
        /// How many there are.
        bytes: usize,
    },
}

impl Entry {
    /// Takes bytes as an entry; bytes already owned are not copied.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Result<Self, EntryError> {
        let bytes = bytes.into();
        Self::check_length(bytes.len())?;
        Ok(Self { bytes })
    }

    /// Says whether so many bytes can be an entry, before anybody copies them.
    pub const fn check_length(bytes: usize) -> Result<(), EntryError> {
        match bytes {
            0 => Err(EntryError::Empty),
            1..=ENTRY_BYTES_MAX => Ok(()),
            _ => Err(EntryError::TooLong { bytes }),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, owned.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The hash of the leaf that these bytes are (RFC 6962 section 2.1).
    pub fn leaf_hash(&self) -> Hash {
        Hash::of_leaf(&self.bytes)
    }

    /// The length as a bundle writes it.
    pub(crate) fn length_prefix(&self) -> [u8; 2] {
        // The invariant keeps the length in range, so nothing saturates.
        u16::try_from(self.bytes.len()).unwrap_or(u16::MAX).to_be_bytes()
    }
}

/// Entries may be personal data: only the length is shown.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({} bytes)", self.bytes.len())
    }
}

impl AsRef<[u8]> for Entry {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec;

    use super::*;

    #[test]
    fn one_byte_and_the_largest_are_entries() {
        assert_eq!(Entry::parse([7]).unwrap().as_bytes(), [7]);
        let largest = Entry::parse(vec![1; ENTRY_BYTES_MAX]).unwrap();
        assert_eq!(largest.length_prefix(), [0xff, 0xff]);
        assert_eq!(largest.into_bytes().len(), 65_535);
    }

    #[test]
    fn no_bytes_and_one_too_many_are_refused() {
        assert_eq!(Entry::parse([]), Err(EntryError::Empty));
        let too_long = Entry::parse(vec![1; ENTRY_BYTES_MAX + 1]).unwrap_err();
        assert_eq!(too_long, EntryError::TooLong { bytes: 65_536 });
        assert_eq!(format!("{too_long}"), "an entry of 65536 bytes is longer than 65535");
    }

    #[test]
    fn a_leaf_is_hashed_under_its_own_prefix() {
        // SHA-256 of 00 61, from `printf '\0a' | sha256sum`.
        let hash = Entry::parse(*b"a").unwrap().leaf_hash();
        assert_eq!(
            format!("{hash}"),
            "022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c"
        );
    }

    #[test]
    fn debug_output_does_not_show_what_was_recorded() {
        assert_eq!(format!("{:?}", Entry::parse(*b"secret").unwrap()), "Entry(6 bytes)");
    }
}
