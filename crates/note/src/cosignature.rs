//! What cosigners sign, and the checking of one signature over a checkpoint or subtree.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use indelible_merkle::{Hash, LeafIndex, Subtree, TreeSize};

use crate::checkpoint::Checkpoint;
use crate::key::{Algorithm, VerifierKey};
use crate::name::{COSIGNABLE_BYTES_MAX, KeyName, Origin};
use crate::refused::{Refused, UnsignableError};
use crate::signature_line::SignatureLine;

/// What an ML-DSA-44 message starts with.
const SUBTREE_LABEL: &[u8; 12] = b"subtree/v1\n\0";

const ED25519_BYTES: usize = 64;
const ML_DSA_44_BYTES: usize = 2420;
const TIMESTAMP_BYTES: usize = 8;

/// Seconds since the epoch, at most 2^63-1 (tlog-cosignature, "Format"). Zero says nothing about
/// freshness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// No statement about when.
    pub const ZERO: Self = Self(0);

    /// The latest that can be said.
    pub const MAX: Self = Self(u64::MAX >> 1);

    /// A time that is `seconds` after the epoch.
    ///
    /// # Errors
    /// Above [`Timestamp::MAX`].
    pub const fn new(seconds: u64) -> Result<Self, TimestampError> {
        if seconds > Self::MAX.0 { Err(TimestampError { seconds }) } else { Ok(Self(seconds)) }
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A time beyond [`Timestamp::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the timestamp {seconds} is more than 2^63-1")]
pub struct TimestampError {
    /// As given.
    pub seconds: u64,
}

/// What a 0x04 key signs (tlog-cosignature, "Ed25519 signed message"): the whole note text, with
/// extension lines where it has some. It does not name the cosigner, so two must never share a key.
#[must_use]
pub fn cosignature_message_v1(checkpoint: &Checkpoint, timestamp: Timestamp) -> Vec<u8> {
    format!("cosignature/v1\ntime {timestamp}\n{}", checkpoint.to_body()).into_bytes()
}

/// What a 0x06 key signs (tlog-cosignature, "ML-DSA-44 signed message") over the leaves from
/// `start` to before `end`. It does not cover extension lines.
///
/// # Errors
/// Where the specification has no such message.
pub fn subtree_message(
    cosigner: &KeyName,
    timestamp: Timestamp,
    origin: &Origin,
    start: LeafIndex,
    end: TreeSize,
    hash: &Hash,
) -> Result<Vec<u8>, UnsignableError> {
    let start = start.get();
    if start != 0 && timestamp != Timestamp::ZERO {
        return Err(UnsignableError::DatedSubtree { start });
    }
    let name = cosigner.as_str();
    let name_bytes = length_byte(name).ok_or(UnsignableError::NameTooLong { bytes: name.len() })?;
    let origin = origin.as_str();
    let origin_bytes =
        length_byte(origin).ok_or(UnsignableError::OriginTooLong { bytes: origin.len() })?;

    let mut message = Vec::with_capacity(70 + name.len() + origin.len());
    message.extend_from_slice(SUBTREE_LABEL);
    message.push(name_bytes);
    message.extend_from_slice(name.as_bytes());
    message.extend_from_slice(&timestamp.get().to_be_bytes());
    message.push(origin_bytes);
    message.extend_from_slice(origin.as_bytes());
    message.extend_from_slice(&start.to_be_bytes());
    message.extend_from_slice(&end.get().to_be_bytes());
    message.extend_from_slice(hash.as_bytes());
    Ok(message)
}

/// The [`subtree_message`] of a whole tree.
pub(crate) fn checkpoint_message(
    cosigner: &KeyName,
    timestamp: Timestamp,
    checkpoint: &Checkpoint,
) -> Result<Vec<u8>, UnsignableError> {
    let (origin, size, root) = (checkpoint.origin(), checkpoint.size(), checkpoint.root());
    subtree_message(cosigner, timestamp, origin, LeafIndex::ZERO, size, root)
}

fn length_byte(text: &str) -> Option<u8> {
    const { assert!(COSIGNABLE_BYTES_MAX == 0xff) };
    u8::try_from(text.len()).ok()
}

/// Checks a cosignature, and says when its maker claims to have made it.
///
/// A zero timestamp is accepted (a subtree signature that covers the whole tree has one); whoever
/// needs freshness compares what is returned.
///
/// # Errors
/// Where the line is not by `key`, `key` is not a cosigner's, or the signature fails.
pub fn verify_cosignature(
    key: &VerifierKey,
    checkpoint: &Checkpoint,
    line: &SignatureLine,
) -> Result<Timestamp, Refused> {
    match verify_signature(key, checkpoint, line)? {
        Some(timestamp) => Ok(timestamp),
        None => Err(Refused::WrongAlgorithm { id: key.id() }),
    }
}

/// Checks a cosignature over a subtree with this hash (tlog-witness, "sign-subtree"): its timestamp
/// must be zero.
///
/// # Errors
/// Where the line is not by `key`, `key` is not an ML-DSA-44 key, or the signature fails.
pub fn verify_subtree_cosignature(
    key: &VerifierKey,
    origin: &Origin,
    subtree: Subtree,
    hash: &Hash,
    line: &SignatureLine,
) -> Result<(), Refused> {
    by(key, line)?;
    if key.algorithm() != Algorithm::MlDsa44 {
        return Err(Refused::WrongAlgorithm { id: key.id() });
    }
    let (timestamp, signature) = timestamped(key, line, ML_DSA_44_BYTES)?;
    if timestamp != Timestamp::ZERO {
        return Err(Refused::Dated { id: key.id(), seconds: timestamp.get() });
    }
    let (start, end) = (subtree.start(), subtree.end());
    let message = subtree_message(key.name(), timestamp, origin, start, end, hash)?;
    made(key, &message, signature)
}

/// Checks a signature of any algorithm over a checkpoint. The algorithms that have a timestamp
/// return it.
pub(crate) fn verify_signature(
    key: &VerifierKey,
    checkpoint: &Checkpoint,
    line: &SignatureLine,
) -> Result<Option<Timestamp>, Refused> {
    by(key, line)?;
    match key.algorithm() {
        Algorithm::Ed25519 => {
            verify_text(key, &checkpoint.to_body(), line)?;
            Ok(None)
        }
        Algorithm::Ed25519Cosignature => {
            let (timestamp, signature) = timestamped(key, line, ED25519_BYTES)?;
            made(key, &cosignature_message_v1(checkpoint, timestamp), signature)?;
            Ok(Some(timestamp))
        }
        Algorithm::MlDsa44 => {
            let (timestamp, signature) = timestamped(key, line, ML_DSA_44_BYTES)?;
            made(key, &checkpoint_message(key.name(), timestamp, checkpoint)?, signature)?;
            Ok(Some(timestamp))
        }
    }
}

/// Checks a signature by a 0x01 key over any text (signed-note, "Ed25519 signatures"). The other
/// types sign statements about logs only.
pub(crate) fn verify_text(
    key: &VerifierKey,
    text: &str,
    line: &SignatureLine,
) -> Result<(), Refused> {
    by(key, line)?;
    if key.algorithm() != Algorithm::Ed25519 {
        return Err(Refused::WrongAlgorithm { id: key.id() });
    }
    let signature = exactly(key, line.bytes(), ED25519_BYTES)?;
    made(key, text.as_bytes(), signature)
}

fn by(key: &VerifierKey, line: &SignatureLine) -> Result<(), Refused> {
    if line.claims(key) {
        Ok(())
    } else {
        Err(Refused::OtherKey { found: line.id(), expected: key.id() })
    }
}

fn exactly<'l>(key: &VerifierKey, bytes: &'l [u8], expected: usize) -> Result<&'l [u8], Refused> {
    if bytes.len() == expected {
        Ok(bytes)
    } else {
        Err(Refused::Length { id: key.id(), bytes: bytes.len(), expected })
    }
}

/// `timestamped_signature` (tlog-cosignature, "Format"): eight bytes of seconds, big-endian, then
/// the signature.
fn timestamped<'l>(
    key: &VerifierKey,
    line: &'l SignatureLine,
    signature_bytes: usize,
) -> Result<(Timestamp, &'l [u8]), Refused> {
    let expected = TIMESTAMP_BYTES + signature_bytes;
    let bytes = exactly(key, line.bytes(), expected)?;
    let (seconds, signature) = bytes.split_first_chunk().ok_or_else(|| Refused::Length {
        id: key.id(),
        bytes: bytes.len(),
        expected,
    })?;
    let timestamp = Timestamp::new(u64::from_be_bytes(*seconds))
        .map_err(|error| Refused::Timestamp { id: key.id(), seconds: error.seconds })?;
    Ok((timestamp, signature))
}

fn made(key: &VerifierKey, message: &[u8], signature: &[u8]) -> Result<(), Refused> {
    if key.made(message, signature) { Ok(()) } else { Err(Refused::Signature { id: key.id() }) }
}

#[cfg(test)]
mod tests;
