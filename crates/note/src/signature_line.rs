//! One signature as a line of a note.

use alloc::vec::Vec;
use core::fmt;

use crate::key::{KeyId, VerifierKey};
use crate::name::{KeyName, NameError};
use crate::strict;

/// What a signature line starts with: an em dash and a space.
pub(crate) const PREFIX: &str = "\u{2014} ";

/// A line `<em dash> <name> base64(key id || signature)`: whose signature it claims to be, and the
/// signature. Nobody has checked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    name: KeyName,
    id: KeyId,
    // INVARIANT: not empty.
    bytes: Vec<u8>,
}

impl SignatureLine {
    /// A line from its parts.
    ///
    /// # Errors
    /// Where there are no signature bytes.
    pub fn new(name: KeyName, id: KeyId, bytes: Vec<u8>) -> Result<Self, LineError> {
        if bytes.is_empty() { Err(LineError::TooShort) } else { Ok(Self { name, id, bytes }) }
    }

    /// Reads one line, without its newline.
    ///
    /// # Errors
    /// Says what is malformed.
    pub fn parse(line: &str) -> Result<Self, LineError> {
        let rest = line.strip_prefix(PREFIX).ok_or(LineError::Prefix)?;
        let (name, encoded) = rest.split_once(' ').ok_or(LineError::Parts)?;
        let name = KeyName::parse(name)?;
        let bytes = strict::base64(encoded).ok_or(LineError::Base64)?;
        let (id, signature) = bytes.split_first_chunk().ok_or(LineError::TooShort)?;
        Self::new(name, KeyId::from_bytes(*id), signature.to_vec())
    }

    /// The name of the key that it claims to be by.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The ID of the key that it claims to be by.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What follows the key ID: for the timestamped algorithms, timestamp and signature.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it claims to be by this key. Name and ID both count: either alone is a stranger.
    #[must_use]
    pub fn claims(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == *key.name()
    }

    /// Whether both claim to be by one key.
    pub(crate) fn is_by_the_maker_of(&self, other: &Self) -> bool {
        self.id == other.id && self.name == other.name
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = Vec::with_capacity(4 + self.bytes.len());
        typed.extend_from_slice(self.id.as_bytes());
        typed.extend_from_slice(&self.bytes);
        write!(out, "{PREFIX}{} {}", self.name, strict::to_base64(&typed))
    }
}

/// Why a line is no signature line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// No em dash and space in front.
    #[error("a signature line starts with an em dash and a space")]
    Prefix,
    /// No space between name and signature.
    #[error("a signature line has a name and a signature")]
    Parts,
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The signature is not canonical base64.
    #[error("a signature is not canonical base64")]
    Base64,
    /// Not more than the key ID.
    #[error("a signature has no bytes after the four of the key id")]
    TooShort,
}

#[cfg(test)]
mod tests;
