//! The hash under which a log's rows and its monitoring path stand.

use std::fmt;

use indelible_note::Origin;
use sha2::{Digest, Sha256};

/// SHA-256 of an origin, without a newline (tlog-witness, "Monitor Retrieval Mechanism").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct OriginHash([u8; 32]);

impl OriginHash {
    pub(crate) const BYTES: usize = 32;

    pub(crate) fn of(origin: &Origin) -> Self {
        Self(Sha256::digest(origin.as_str()).into())
    }

    pub(crate) const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// Reads 64 lower case hexadecimal digits. There is one path for a log, not one in each case.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
            return None;
        };
        let bytes = pairs
            .iter()
            .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
            .collect::<Option<Vec<u8>>>()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for OriginHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // From `printf example.com/behind-the-sofa | sha256sum`.
    const SOFA: &str = "5fd2dc0beb4ce54da5050cf6d5c75248b023abad441c3cecde3976fbe9da4fe4";

    #[test]
    fn the_path_of_a_log_is_what_sha256sum_says() {
        let origin = Origin::parse("example.com/behind-the-sofa").unwrap();
        assert_eq!(OriginHash::of(&origin).to_string(), SOFA);
        assert_eq!(OriginHash::parse(SOFA), Some(OriginHash::of(&origin)));
    }

    #[test]
    fn any_other_spelling_is_no_hash() {
        for bad in ["", "5f", &SOFA[1..], &SOFA[2..], &SOFA.to_uppercase(), &format!("{SOFA}00")] {
            assert_eq!(OriginHash::parse(bad), None, "{bad}");
        }
        assert_eq!(OriginHash::parse(&SOFA.replace('f', "g")), None);
        assert_eq!(OriginHash::parse(&SOFA.replacen("5f", "+f", 1)), None);
    }
}
