//! Public keys in their text form, and the one place that checks a raw signature.

use alloc::sync::Arc;
use core::fmt;

use ed25519_dalek::VerifyingKey as Ed25519Key;
use ml_dsa::{EncodedVerifyingKey, MlDsa44, VerifyingKey as MlDsaKey};
use sha2::{Digest, Sha256};

use crate::name::{COSIGNABLE_BYTES_MAX, KeyName, NameError};
use crate::strict;

/// What a signature of a key looks like and covers (signed-note, "Signature types").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// `0x01`: Ed25519 over the note text.
    Ed25519,
    /// `0x04`: timestamped Ed25519 over `cosignature/v1` and the note text.
    Ed25519Cosignature,
    /// `0x06`: timestamped ML-DSA-44 over `subtree/v1`, which names signer, log, range and hash.
    MlDsa44,
}

impl Algorithm {
    /// The signature type identifier byte.
    #[must_use]
    pub const fn type_byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Ed25519Cosignature => 0x04,
            Self::MlDsa44 => 0x06,
        }
    }

    /// The algorithm of a type byte, where it is one of the three we speak.
    #[must_use]
    pub const fn from_type_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::Ed25519Cosignature),
            0x06 => Some(Self::MlDsa44),
            _ => None,
        }
    }

    /// Whether signatures cover the whole note text, extension lines included.
    pub(crate) const fn covers_whole_text(self) -> bool {
        match self {
            Self::Ed25519 | Self::Ed25519Cosignature => true,
            Self::MlDsa44 => false,
        }
    }

    const fn public_bytes(self) -> usize {
        match self {
            Self::Ed25519 | Self::Ed25519Cosignature => 32,
            Self::MlDsa44 => 1312,
        }
    }
}

/// Four bytes that tell the keys of one name apart. An identifier, not a commitment: anybody can
/// make a key with a given ID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// The ID with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The bytes, as they stand before a signature.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    /// SHA-256(name || 0x0A || type || public key), first four bytes (signed-note, "Signatures").
    fn of(name: &KeyName, algorithm: Algorithm, public: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', algorithm.type_byte()])
            .chain_update(public)
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
        Self([a, b, c, d])
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let canonical =
            text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = canonical.then(|| u32::from_str_radix(text, 16).ok()).flatten()?;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KeyId({self})")
    }
}

/// A named public key: what a verifier is configured with.
///
/// Cheap to clone; the expanded form of an ML-DSA key is made once.
#[derive(Clone)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    algorithm: Algorithm,
    // INVARIANT: the encoding of `point`, as long as the algorithm says.
    public: Arc<[u8]>,
    point: Point,
}

#[derive(Clone)]
enum Point {
    Ed25519(Ed25519Key),
    MlDsa44(Arc<MlDsaKey<MlDsa44>>),
}

impl VerifierKey {
    /// Reads `name+id+base64(type || public key)` (signed-note, "Verifier keys").
    ///
    /// # Errors
    /// For anything but the one spelling of a key that we can use: an ID that is not the key's, an
    /// Ed25519 point that is not canonical or of small order, a name too long for ML-DSA.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        // Three parts from the left: base64 may contain plus signs too.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(KeyError::Parts);
        };
        let name = KeyName::parse(name)?;
        let id = KeyId::parse(id).ok_or(KeyError::Id)?;
        let bytes = strict::base64(encoded).ok_or(KeyError::Base64)?;
        let (algorithm, public) = split_type(&bytes)?;
        let key = Self::from_public(name, algorithm, public)?;
        key.bears(id)?;
        Ok(key)
    }

    /// The key of these public bytes (without the type byte) under `name`.
    ///
    /// # Errors
    /// As for [`VerifierKey::parse`].
    pub fn from_public(
        name: KeyName,
        algorithm: Algorithm,
        public: &[u8],
    ) -> Result<Self, KeyError> {
        if algorithm == Algorithm::MlDsa44 && name.as_str().len() > COSIGNABLE_BYTES_MAX {
            return Err(KeyError::NameTooLong { bytes: name.as_str().len() });
        }
        let length = KeyError::Length { bytes: public.len(), expected: algorithm.public_bytes() };
        let point = match algorithm {
            Algorithm::Ed25519 | Algorithm::Ed25519Cosignature => {
                let public = public.try_into().map_err(|_| length)?;
                Point::Ed25519(ed25519_point(public).ok_or(KeyError::Point)?)
            }
            Algorithm::MlDsa44 => {
                let public: &EncodedVerifyingKey<MlDsa44> =
                    public.try_into().map_err(|_| length)?;
                Point::MlDsa44(Arc::new(MlDsaKey::decode(public)))
            }
        };
        Ok(Self::assemble(name, algorithm, public, point))
    }

    pub(crate) fn of_ed25519(name: KeyName, algorithm: Algorithm, key: Ed25519Key) -> Self {
        Self::assemble(name, algorithm, key.as_bytes(), Point::Ed25519(key))
    }

    pub(crate) fn of_ml_dsa(name: KeyName, key: MlDsaKey<MlDsa44>) -> Self {
        let public = key.encode();
        Self::assemble(name, Algorithm::MlDsa44, &public, Point::MlDsa44(Arc::new(key)))
    }

    fn assemble(name: KeyName, algorithm: Algorithm, public: &[u8], point: Point) -> Self {
        let id = KeyId::of(&name, algorithm, public);
        Self { name, id, algorithm, public: public.into(), point }
    }

    /// Refuses an ID that is not its own.
    pub(crate) fn bears(&self, stated: KeyId) -> Result<(), KeyError> {
        if self.id == stated {
            Ok(())
        } else {
            Err(KeyError::OtherId { stated, computed: self.id })
        }
    }

    /// The name that its signature lines bear.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The ID that its signature lines bear.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What its signatures look like and cover.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bare public key, without type byte. Two keys that share it are duplicates, whatever
    /// their names.
    #[must_use]
    pub fn public_bytes(&self) -> &[u8] {
        &self.public
    }

    /// Whether `signature` over `message` is this key's.
    pub(crate) fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.point {
            // Strict: cofactorless, and neither R nor A of small order. The lenient rules let one
            // signature be valid for several messages or keys.
            Point::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            // The context is empty (tlog-cosignature signs the bare structure).
            Point::MlDsa44(key) => ml_dsa::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify_with_context(message, &[], &signature)),
        }
    }
}

/// The type byte's algorithm and the bytes after it.
pub(crate) fn split_type(bytes: &[u8]) -> Result<(Algorithm, &[u8]), KeyError> {
    let (byte, rest) = bytes.split_first().ok_or(KeyError::Empty)?;
    let algorithm = Algorithm::from_type_byte(*byte).ok_or(KeyError::Algorithm { byte: *byte })?;
    Ok((algorithm, rest))
}

fn ed25519_point(public: &[u8; 32]) -> Option<Ed25519Key> {
    let key = Ed25519Key::from_bytes(public).ok()?;
    // Decompression reduces y modulo p, so that a few points have a second encoding, and the key
    // ID and duplicate checks would see two keys where there is one.
    let canonical = key.to_edwards().compress().as_bytes() == public;
    (canonical && !key.is_weak()).then_some(key)
}

impl PartialEq for VerifierKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && self.name == other.name && self.public == other.public
    }
}

impl Eq for VerifierKey {}

impl fmt::Display for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(out, &self.name, self.id, self.algorithm, &self.public)
    }
}

/// `name+id+base64(type || bytes)`
pub(crate) fn write_key(
    out: &mut impl fmt::Write,
    name: &KeyName,
    id: KeyId,
    algorithm: Algorithm,
    bytes: &[u8],
) -> fmt::Result {
    let mut typed = zeroize::Zeroizing::new(alloc::vec::Vec::with_capacity(1 + bytes.len()));
    typed.push(algorithm.type_byte());
    typed.extend_from_slice(bytes);
    let encoded = zeroize::Zeroizing::new(strict::to_base64(&typed));
    write!(out, "{name}+{id}+{}", encoded.as_str())
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "VerifierKey({}+{}, {:?})", self.name, self.id, self.algorithm)
    }
}

/// Why a text is no key that we can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not three parts.
    #[error("a key has three parts: name+id+base64")]
    Parts,
    /// No `PRIVATE+KEY+` in front of a private key.
    #[error("a private key starts with PRIVATE+KEY+")]
    NotPrivate,
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The ID is not eight lower case hexadecimal digits.
    #[error("a key id is eight lower case hexadecimal digits")]
    Id,
    /// The last part is not canonical base64.
    #[error("a key's last part is not canonical base64")]
    Base64,
    /// No type byte.
    #[error("a key is empty")]
    Empty,
    /// A type that we do not speak.
    #[error("key type {byte:#04x} is not 0x01, 0x04 or 0x06")]
    Algorithm {
        /// The type byte.
        byte: u8,
    },
    /// The key material is too short or too long.
    #[error("key material has {bytes} bytes instead of {expected}")]
    Length {
        /// As found.
        bytes: usize,
        /// As the type needs.
        expected: usize,
    },
    /// Not the canonical encoding of an Ed25519 point of large order.
    #[error("an ed25519 public key is not a canonical point of large order")]
    Point,
    /// The ID belongs to another name, type or key.
    #[error("key id is {stated} but the key's is {computed}")]
    OtherId {
        /// As written.
        stated: KeyId,
        /// As it follows from name, type and key.
        computed: KeyId,
    },
    /// ML-DSA-44 signs its name, with one byte for the length.
    #[error("a name of {bytes} bytes is longer than the 255 that ml-dsa-44 can sign")]
    NameTooLong {
        /// Length of the name.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests;
