//! Private keys in their text form, and the signatures that they make.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::{Signer, SigningKey as Ed25519Key};
use indelible_merkle::{Hash, Subtree};
use ml_dsa::signature::Keypair;
use ml_dsa::{MlDsa44, SigningKey as MlDsaKey};
use zeroize::Zeroizing;

use crate::checkpoint::Checkpoint;
use crate::cosignature::{Timestamp, checkpoint_message, cosignature_message_v1, subtree_message};
use crate::key::{Algorithm, KeyError, KeyId, VerifierKey, split_type, write_key};
use crate::name::{COSIGNABLE_BYTES_MAX, KeyName, Origin};
use crate::refused::UnsignableError;
use crate::signature_line::SignatureLine;
use crate::strict;

const PREFIX: &str = "PRIVATE+KEY+";
const SEED_BYTES: usize = 32;

/// A named private key. All three algorithms keep it as a seed of 32 bytes, and sign without
/// randomness: one message has one signature.
///
/// The memory that held it is wiped when it is dropped.
pub struct SignerKey {
    verifier: VerifierKey,
    secret: Secret,
}

enum Secret {
    Ed25519(Box<Ed25519Key>),
    MlDsa44(Box<MlDsaKey<MlDsa44>>),
}

impl SignerKey {
    /// The key that grows from a seed. The seed must be 32 bytes from a good random source.
    ///
    /// An ML-DSA-44 key of a name longer than 255 bytes refuses to sign.
    #[must_use]
    pub fn from_seed(name: KeyName, algorithm: Algorithm, seed: [u8; SEED_BYTES]) -> Self {
        let seed = Zeroizing::new(seed);
        match algorithm {
            Algorithm::Ed25519 | Algorithm::Ed25519Cosignature => {
                let key = Box::new(Ed25519Key::from_bytes(&seed));
                let verifier = VerifierKey::of_ed25519(name, algorithm, key.verifying_key());
                Self { verifier, secret: Secret::Ed25519(key) }
            }
            Algorithm::MlDsa44 => {
                let seed = Zeroizing::new(ml_dsa::Seed::from(*seed));
                let key = Box::new(MlDsaKey::from_seed(&seed));
                let verifier = VerifierKey::of_ml_dsa(name, key.verifying_key());
                Self { verifier, secret: Secret::MlDsa44(key) }
            }
        }
    }

    /// Reads `PRIVATE+KEY+name+id+base64(type || seed)`, without white space around it.
    ///
    /// # Errors
    /// For anything but the one spelling of a key that can sign.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PREFIX).ok_or(KeyError::NotPrivate)?;
        let mut parts = rest.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(KeyError::Parts);
        };
        let name = KeyName::parse(name)?;
        let stated = KeyId::parse(id).ok_or(KeyError::Id)?;
        let bytes = Zeroizing::new(strict::base64(encoded).ok_or(KeyError::Base64)?);
        let (algorithm, seed) = split_type(&bytes)?;
        let seed = Zeroizing::new(
            <[u8; SEED_BYTES]>::try_from(seed)
                .map_err(|_| KeyError::Length { bytes: seed.len(), expected: SEED_BYTES })?,
        );
        if algorithm == Algorithm::MlDsa44 && name.as_str().len() > COSIGNABLE_BYTES_MAX {
            return Err(KeyError::NameTooLong { bytes: name.as_str().len() });
        }
        let key = Self::from_seed(name, algorithm, *seed);
        key.verifier.bears(stated)?;
        Ok(key)
    }

    /// The text that [`SignerKey::parse`] reads. Whoever has it can sign.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let seed = Zeroizing::new(match &self.secret {
            Secret::Ed25519(key) => key.to_bytes(),
            Secret::MlDsa44(key) => key.to_seed().into(),
        });
        let key = &self.verifier;
        // Reserved at once, so that no half-written copy is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(128 + key.name().as_str().len()));
        text.push_str(PREFIX);
        // Writing to a `String` cannot fail.
        let _ = write_key(&mut *text, key.name(), key.id(), key.algorithm(), &*seed);
        text
    }

    /// The public half.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs as the log itself. That no inconsistent checkpoint is ever signed (tlog-checkpoint,
    /// "Signatures") is the caller's to ensure.
    ///
    /// # Errors
    /// With a 0x04 key, and for a checkpoint with extension lines.
    pub fn sign_log(&self, checkpoint: &Checkpoint) -> Result<SignatureLine, SignError> {
        if !checkpoint.extensions().is_empty() {
            return Err(SignError::Extensions);
        }
        match self.verifier.algorithm() {
            Algorithm::Ed25519 => self.line(self.sign(checkpoint.to_body().as_bytes())?),
            // tlog-checkpoint, "Signatures", has the log use the cosignature format, whose
            // timestamp "MAY be zero if the cosigner doesn't make any statement as to the tree
            // being the largest observed at time of signing" (tlog-cosignature, "ML-DSA-44 signed
            // message"). A log is no observer of itself; freshness is for its witnesses to state,
            // and with zero one tree has one signature, however often it is signed.
            Algorithm::MlDsa44 => self.sign_tree(Timestamp::ZERO, checkpoint),
            Algorithm::Ed25519Cosignature => Err(self.wrong_algorithm()),
        }
    }

    /// Signs as a witness that has seen the log grow to this checkpoint and to no larger one by
    /// `timestamp`. The message of a 0x04 key includes extension lines where there are some; that
    /// of a 0x06 key does not.
    ///
    /// # Errors
    /// With a 0x01 key, with the timestamp zero (tlog-witness: it must not be), and where name or
    /// origin are too long for ML-DSA-44.
    pub fn cosign(
        &self,
        checkpoint: &Checkpoint,
        timestamp: Timestamp,
    ) -> Result<SignatureLine, SignError> {
        if timestamp == Timestamp::ZERO {
            return Err(SignError::NoTimestamp);
        }
        match self.verifier.algorithm() {
            Algorithm::Ed25519 => Err(self.wrong_algorithm()),
            Algorithm::Ed25519Cosignature => {
                let message = cosignature_message_v1(checkpoint, timestamp);
                self.line(dated(timestamp, &self.sign(&message)?))
            }
            Algorithm::MlDsa44 => self.sign_tree(timestamp, checkpoint),
        }
    }

    /// Signs that a subtree with this hash is part of the log (tlog-witness, "sign-subtree"),
    /// without a timestamp.
    ///
    /// # Errors
    /// With anything but a 0x06 key, and where name or origin are too long.
    pub fn cosign_subtree(
        &self,
        origin: &Origin,
        subtree: Subtree,
        hash: &Hash,
    ) -> Result<SignatureLine, SignError> {
        if self.verifier.algorithm() != Algorithm::MlDsa44 {
            return Err(self.wrong_algorithm());
        }
        let (start, end) = (subtree.start(), subtree.end());
        let timestamp = Timestamp::ZERO;
        let message = subtree_message(self.verifier.name(), timestamp, origin, start, end, hash)?;
        self.line(dated(timestamp, &self.sign(&message)?))
    }

    fn sign_tree(
        &self,
        timestamp: Timestamp,
        checkpoint: &Checkpoint,
    ) -> Result<SignatureLine, SignError> {
        let message = checkpoint_message(self.verifier.name(), timestamp, checkpoint)?;
        self.line(dated(timestamp, &self.sign(&message)?))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.secret {
            Secret::Ed25519(key) => Ok(key.sign(message).to_vec()),
            Secret::MlDsa44(key) => {
                let signature = key.expanded_key().sign_deterministic(message, &[]);
                Ok(signature.map_err(|_| SignError::Exhausted)?.encode().to_vec())
            }
        }
    }

    fn line(&self, bytes: Vec<u8>) -> Result<SignatureLine, SignError> {
        let (name, id) = (self.verifier.name().clone(), self.verifier.id());
        SignatureLine::new(name, id, bytes).map_err(|_| SignError::Exhausted)
    }

    const fn wrong_algorithm(&self) -> SignError {
        SignError::WrongAlgorithm { algorithm: self.verifier.algorithm() }
    }
}

/// `timestamped_signature` (tlog-cosignature, "Format").
fn dated(timestamp: Timestamp, signature: &[u8]) -> Vec<u8> {
    [&timestamp.get().to_be_bytes(), signature].concat()
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SignerKey({}+{}, secret)", self.verifier.name(), self.verifier.id())
    }
}

/// Why a key does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Keys of this type make other statements.
    #[error("a key of type {:#04x} does not sign this", algorithm.type_byte())]
    WrongAlgorithm {
        /// The key's.
        algorithm: Algorithm,
    },
    /// We never publish extension lines.
    #[error("a checkpoint with extension lines is not signed")]
    Extensions,
    /// A witness says when.
    #[error("a cosignature needs a timestamp other than 0")]
    NoTimestamp,
    /// There is no such message.
    #[error(transparent)]
    Unsignable(#[from] UnsignableError),
    /// ML-DSA signing tries until it finds a signature, and gives up after more tries than will
    /// ever be needed.
    #[error("no signature was found")]
    Exhausted,
}

#[cfg(test)]
mod tests;
