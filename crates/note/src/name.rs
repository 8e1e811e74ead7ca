//! The names in signed text: of a key, and of the log that a checkpoint speaks of.

use alloc::string::String;
use core::fmt;

use indelible_merkle::Hash;
use sha2::{Digest, Sha256};

/// Longest name or origin, in bytes, that fits an ML-DSA-44 cosigned message: its length is one
/// byte there (tlog-cosignature, "ML-DSA-44 signed message").
pub(crate) const COSIGNABLE_BYTES_MAX: usize = 255;

/// The name of a key: not empty, no Unicode space, no plus sign, no control character
/// (signed-note, "Format").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Checks a name.
    ///
    /// # Errors
    /// Says which rule the name breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        for character in text.chars() {
            // Space before control: tab and carriage return are both, and "space" says it better.
            if character.is_whitespace() {
                return Err(NameError::Space);
            }
            if character == '+' {
                return Err(NameError::Plus);
            }
            if character < ' ' {
                return Err(NameError::Control);
            }
        }
        Ok(Self(text.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Why a text is no key name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("a key name is empty")]
    Empty,
    /// A Unicode white space character.
    #[error("a key name contains a space")]
    Space,
    /// A plus sign, which separates the parts of a key.
    #[error("a key name contains a plus sign")]
    Plus,
    /// An ASCII control character.
    #[error("a key name contains a control character")]
    Control,
}

/// The identity of a log: the first line of its checkpoints (tlog-checkpoint, "Note text").
///
/// Wider than a [`KeyName`]: the specification only recommends that it be free of spaces and plus
/// signs, so checkpoints of other logs may have them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// Checks an origin: one line, not empty.
    ///
    /// # Errors
    /// Says which rule the origin breaks.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        if text.is_empty() {
            return Err(OriginError::Empty);
        }
        if text.bytes().any(|byte| byte == b'\n') {
            return Err(OriginError::Newline);
        }
        if text.bytes().any(|byte| byte < b' ') {
            return Err(OriginError::Control);
        }
        Ok(Self(text.into()))
    }

    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the origin without a newline: the name under which witnesses and mirrors serve
    /// what they hold of this log (tlog-witness, "Monitoring").
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::from_bytes(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The key name that a log of this origin should sign under.
    ///
    /// # Errors
    /// Where the origin uses characters that a key name may not.
    pub fn to_key_name(&self) -> Result<KeyName, NameError> {
        KeyName::parse(&self.0)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<&KeyName> for Origin {
    // Every key name is one non-empty line without control characters.
    fn from(name: &KeyName) -> Self {
        Self(name.0.clone())
    }
}

/// Why a text is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Nothing there.
    #[error("an origin is empty")]
    Empty,
    /// More than one line.
    #[error("an origin contains a newline")]
    Newline,
    /// An ASCII control character.
    #[error("an origin contains a control character")]
    Control,
}

#[cfg(test)]
mod tests;
