//! A log that this witness is asked to serve: its origin and the keys that speak for it.

use indelible_note::{Algorithm, KeyId, Origin, VerifierKey};

/// Longest origin, in bytes: an ML-DSA-44 cosignature has one byte for its length
/// (tlog-cosignature, "ML-DSA-44 signed message").
pub(crate) const ORIGIN_BYTES_MAX: usize = 255;

/// Most keys of one log: one of each type, and as many again through several rotations.
pub(crate) const KEYS_MAX: usize = 16;

/// A log's origin and its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownLog {
    // INVARIANT: at most ORIGIN_BYTES_MAX bytes.
    origin: Origin,
    // INVARIANT: 1 to KEYS_MAX, of types 0x01 and 0x06, none twice.
    keys: Vec<VerifierKey>,
}

/// Why a log cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KnownLogError {
    /// The origin cannot be cosigned.
    #[error(
        "an origin of {bytes} bytes is longer than the {ORIGIN_BYTES_MAX} that can be cosigned"
    )]
    OriginTooLong {
        /// Its length.
        bytes: usize,
    },
    /// No keys, or too many.
    #[error("a log has 1 to {KEYS_MAX} keys, not {keys}")]
    Keys {
        /// As many as there are.
        keys: usize,
    },
    /// A cosigner's key.
    #[error("key {id} is a cosigner's (0x04): a log signs with 0x01 or 0x06")]
    Cosigner {
        /// Which.
        id: KeyId,
    },
    /// One key in two places.
    #[error("key {id} stands there twice")]
    Twice {
        /// Which.
        id: KeyId,
    },
}

impl KnownLog {
    pub(crate) fn new(origin: Origin, keys: Vec<VerifierKey>) -> Result<Self, KnownLogError> {
        let bytes = origin.as_str().len();
        if bytes > ORIGIN_BYTES_MAX {
            return Err(KnownLogError::OriginTooLong { bytes });
        }
        if !(1..=KEYS_MAX).contains(&keys.len()) {
            return Err(KnownLogError::Keys { keys: keys.len() });
        }
        let mut rest = keys.as_slice();
        while let Some((key, others)) = rest.split_first() {
            if key.algorithm() == Algorithm::Ed25519Cosignature {
                return Err(KnownLogError::Cosigner { id: key.id() });
            }
            if others.contains(key) {
                return Err(KnownLogError::Twice { id: key.id() });
            }
            rest = others;
        }
        Ok(Self { origin, keys })
    }

    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(crate) fn keys(&self) -> &[VerifierKey] {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use indelible_note::{KeyName, SignerKey};

    use super::*;

    fn key(algorithm: Algorithm, seed: u8) -> VerifierKey {
        let name = KeyName::parse("log.example").unwrap();
        SignerKey::from_seed(name, algorithm, [seed; 32]).verifier().clone()
    }

    fn origin() -> Origin {
        Origin::parse("log.example").unwrap()
    }

    #[test]
    fn a_log_may_have_one_key_of_each_kind() {
        let keys = vec![key(Algorithm::Ed25519, 1), key(Algorithm::MlDsa44, 2)];
        assert_eq!(KnownLog::new(origin(), keys.clone()).unwrap().keys(), keys);
    }

    #[test]
    fn keys_that_no_log_has_are_refused() {
        let twice = key(Algorithm::Ed25519, 1);
        let refused = KnownLog::new(origin(), vec![twice.clone(), twice.clone()]).unwrap_err();
        assert_eq!(refused, KnownLogError::Twice { id: twice.id() });
        let cosigner = key(Algorithm::Ed25519Cosignature, 1);
        let refused = KnownLog::new(origin(), vec![twice, cosigner.clone()]).unwrap_err();
        assert_eq!(refused, KnownLogError::Cosigner { id: cosigner.id() });
        assert_eq!(KnownLog::new(origin(), vec![]).unwrap_err(), KnownLogError::Keys { keys: 0 });
        let many = (0..17).map(|seed| key(Algorithm::Ed25519, seed)).collect();
        assert_eq!(KnownLog::new(origin(), many).unwrap_err(), KnownLogError::Keys { keys: 17 });
    }

    #[test]
    fn an_origin_that_cannot_be_cosigned_is_refused() {
        let keys = vec![key(Algorithm::Ed25519, 1)];
        let longest = Origin::parse(&"o".repeat(255)).unwrap();
        assert!(KnownLog::new(longest, keys.clone()).is_ok());
        let longer = Origin::parse(&"o".repeat(256)).unwrap();
        let refused = KnownLog::new(longer, keys).unwrap_err();
        assert_eq!(refused, KnownLogError::OriginTooLong { bytes: 256 });
    }
}
