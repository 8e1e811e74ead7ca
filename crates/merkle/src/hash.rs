//! A tree hash and the two ways to make one (RFC 6962 section 2.1).

use core::fmt;

use sha2::{Digest, Sha256};

/// Keeps leaves and inner nodes apart, so that no node can be passed off as an entry.
const LEAF_PREFIX: u8 = 0x00;
const NODE_PREFIX: u8 = 0x01;

/// A SHA-256 hash of a leaf, of a node or of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// Bytes that are not as many as a hash has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash has {} bytes, not {bytes}", Hash::BYTES)]
pub struct HashLengthError {
    /// How many there were.
    pub bytes: usize,
}

impl Hash {
    /// Length of a hash in bytes.
    pub const BYTES: usize = 32;

    /// The root of the tree without leaves: the hash of nothing.
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// Takes over a hash that was made elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash of an entry.
    pub fn of_leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([LEAF_PREFIX]).chain_update(entry).finalize().into())
    }

    /// The hash of the node above two others.
    pub fn of_node(left: &Self, right: &Self) -> Self {
        let mut input = [NODE_PREFIX; 1 + 2 * Self::BYTES];
        let (_, hashes) = input.split_at_mut(1);
        let (first, second) = hashes.split_at_mut(Self::BYTES);
        first.copy_from_slice(&left.0);
        second.copy_from_slice(&right.0);
        Self(Sha256::digest(input).into())
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = HashLengthError;

    fn try_from(bytes: &[u8]) -> Result<Self, HashLengthError> {
        let exact = <[u8; 32]>::try_from(bytes);
        exact.map(Self).map_err(|_| HashLengthError { bytes: bytes.len() })
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;

    #[test]
    fn the_empty_root_is_the_hash_of_nothing() {
        assert_eq!(Hash::EMPTY_ROOT, Hash(Sha256::digest([]).into()));
        assert_eq!(
            Hash::EMPTY_ROOT.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn leaves_and_nodes_have_different_prefixes() {
        let (left, right) = (Hash::of_leaf(b"a"), Hash::of_leaf(b"b"));
        assert_eq!(left, Hash(Sha256::digest(b"\x00a").into()));
        let mut input = vec![1];
        input.extend_from_slice(left.as_bytes());
        input.extend_from_slice(right.as_bytes());
        let node = Hash::of_node(&left, &right);
        assert_eq!(node, Hash(Sha256::digest(&input).into()));
        assert_ne!(node, Hash::of_leaf(&input[1..]));
        assert_ne!(node, Hash::of_node(&right, &left));
    }

    #[test]
    fn the_leaf_without_bytes_has_the_hash_that_certificate_transparency_gives_it() {
        assert_eq!(
            Hash::of_leaf(b"").to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
    }

    #[test]
    fn bytes_of_another_length_are_refused() {
        for bytes in [0, 1, 31, 33, 64] {
            let refused = Hash::try_from(vec![7; bytes].as_slice());
            assert_eq!(refused, Err(HashLengthError { bytes }));
        }
        assert_eq!(Hash::try_from([7; 32].as_slice()), Ok(Hash::from_bytes([7; 32])));
        assert_eq!(HashLengthError { bytes: 31 }.to_string(), "a hash has 32 bytes, not 31");
    }
}
