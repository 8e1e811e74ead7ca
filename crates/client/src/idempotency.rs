//! Keys that mark repetitions of one submission.

use indelible_wire::limits::IDEMPOTENCY_KEY_BYTES_MAX;

use crate::random::{self, Hex, NoRandomness};

/// Marks repetitions of one submission, so that the server adds it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Box<str>);

/// Why a text cannot mark a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdempotencyKeyError {
    /// Nothing, or more than a server takes.
    #[error("an idempotency key has 1 to {IDEMPOTENCY_KEY_BYTES_MAX} characters, not {bytes}")]
    Length {
        /// What it has.
        bytes: usize,
    },
    /// Something that no header can carry.
    #[error("an idempotency key consists of visible ascii characters")]
    Character,
}

impl IdempotencyKey {
    /// A key that nobody else has.
    ///
    /// # Errors
    ///
    /// [`NoRandomness`] where the operating system gives none.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self(Hex(&random::bytes::<16>()?).to_string().into()))
    }

    /// A key of the caller's, for repetitions that outlive this process.
    ///
    /// # Errors
    ///
    /// [`IdempotencyKeyError`] where no header could carry it.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        if text.is_empty() || text.len() > IDEMPOTENCY_KEY_BYTES_MAX {
            return Err(IdempotencyKeyError::Length { bytes: text.len() });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(IdempotencyKeyError::Character);
        }
        Ok(Self(text.into()))
    }

    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_is_what_a_header_can_carry() {
        assert_eq!(IdempotencyKey::parse("a-1").unwrap().as_str(), "a-1");
        assert_eq!(IdempotencyKey::parse(""), Err(IdempotencyKeyError::Length { bytes: 0 }));
        let long = "a".repeat(256);
        assert_eq!(IdempotencyKey::parse(&long), Err(IdempotencyKeyError::Length { bytes: 256 }));
        assert_eq!(IdempotencyKey::parse("a b"), Err(IdempotencyKeyError::Character));
        assert_eq!(IdempotencyKey::parse("a\n"), Err(IdempotencyKeyError::Character));
    }

    #[test]
    fn random_keys_differ() {
        assert_ne!(IdempotencyKey::random().unwrap(), IdempotencyKey::random().unwrap());
    }
}
