//! Leaf hashes as people type and read them: base64 as in the protocols, or hex.

use std::str::FromStr;

use indelible_client::Hash;
use indelible_note::strict;

/// A leaf hash from the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashText(pub(crate) Hash);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 32 bytes, in base64 (44 characters) or hex (64 characters)")]
pub(crate) struct NotAHash;

impl FromStr for HashText {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let hash = if text.len() == 2 * Hash::BYTES { from_hex(text) } else { strict::hash(text) };
        hash.map(Self).ok_or(NotAHash)
    }
}

fn from_hex(text: &str) -> Option<Hash> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| u8::try_from(c.to_digit(16)?).ok()).collect();
    let digits = digits?;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    Hash::try_from(bytes.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_from_base64_and_from_hex() {
        let hash = Hash::of_leaf(b"leaf");
        assert_eq!(strict::to_hash_text(&hash).parse(), Ok(HashText(hash)));
        assert_eq!(hash.to_string().parse(), Ok(HashText(hash)));
    }

    #[test]
    fn anything_else_is_refused() {
        let hash = Hash::of_leaf(b"leaf");
        let hex = hash.to_string();
        for text in ["", "00", &hex[1..], &format!("{hex}0"), &hex.replace(&hex[..1], "g")] {
            assert_eq!(text.parse::<HashText>(), Err(NotAHash), "{text}");
        }
    }
}
