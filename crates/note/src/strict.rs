//! Decoders that accept exactly one spelling of each value.
//!
//! What is signed is bytes. Where two spellings decode to one value, somebody can change the bytes of
//! a stored proof without changing what it says, and caches, comparisons and hashes disagree.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indelible_merkle::Hash;

/// Bytes from standard base64 (RFC 4648 section 4): padding required, unused trailing bits zero,
/// no white space.
#[must_use]
pub fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The one base64 spelling that [`base64()`] accepts for `bytes`.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A number in ASCII decimal: digits only, no sign, no leading zero unless it is `0`.
#[must_use]
pub fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits { text.parse().ok() } else { None }
}

/// A hash of exactly 32 bytes from base64.
#[must_use]
pub fn hash(text: &str) -> Option<Hash> {
    let bytes: [u8; Hash::BYTES] = base64(text)?.try_into().ok()?;
    Some(Hash::from_bytes(bytes))
}

/// The one spelling that [`hash`] accepts.
#[must_use]
pub fn to_hash_text(hash: &Hash) -> String {
    to_base64(hash.as_bytes())
}

#[cfg(test)]
mod tests;
