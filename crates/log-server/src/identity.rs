//! Who a log is: its origin and its two signing keys (Ed25519 0x01 and ML-DSA-44 0x06).

use std::path::{Path, PathBuf};

use indelible_note::{
    Algorithm, Checkpoint, Claim, ClaimError, KeyName, NameError, Origin, SignError, SignerKey,
    VerifierKey,
};
use indelible_process::{files, random};
use indelible_sequencer::TreeHead;

/// A log's origin and keys.
#[derive(Debug)]
pub(crate) struct Identity {
    origin: Origin,
    ed25519: SignerKey,
    ml_dsa_44: SignerKey,
}

/// Where a log's private keys lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyFiles {
    pub(crate) ed25519: PathBuf,
    pub(crate) ml_dsa_44: PathBuf,
}

/// Why a log's keys could not be made or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityError {
    /// The origin cannot name a key.
    #[error("origin {origin} cannot name a key: {error}")]
    Name {
        /// The origin.
        origin: Origin,
        /// Why.
        error: NameError,
    },
    /// A key file could not be read or written.
    #[error("key file: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: files::FileError,
    },
    /// A key file holds no private key.
    #[error("key file {path}: {error}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Why.
        error: indelible_note::KeyError,
    },
    /// A key file is not text.
    #[error("key file {path} is not UTF-8")]
    NotText {
        /// Which.
        path: PathBuf,
    },
    /// A key file holds a key that is not this log's.
    #[error("key file {path} holds a key of {found}, expected one of {origin} for {algorithm}")]
    Stranger {
        /// Which.
        path: PathBuf,
        /// Whose it is.
        found: KeyName,
        /// Whose it should be.
        origin: Origin,
        /// And of which kind.
        algorithm: &'static str,
    },
}

/// Why a head could not be signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeadError {
    /// A key refused.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// What came out does not parse.
    #[error("the note just signed does not parse: {0}")]
    Malformed(#[from] ClaimError),
    /// What came out does not verify.
    #[error("the note just signed does not verify: {0}")]
    Unverified(#[from] indelible_note::Refused),
}

impl Identity {
    /// Makes both keys and writes their files, which must not exist.
    pub(crate) fn create(origin: &Origin, at: &KeyFiles) -> Result<Self, IdentityError> {
        let identity = Self {
            origin: origin.clone(),
            ed25519: fresh(origin, Algorithm::Ed25519)?,
            ml_dsa_44: fresh(origin, Algorithm::MlDsa44)?,
        };
        for (key, path) in [(&identity.ed25519, &at.ed25519), (&identity.ml_dsa_44, &at.ml_dsa_44)]
        {
            let text = key.to_text();
            files::write_new_secret(path, text.as_bytes())
                .map_err(|error| IdentityError::File { path: path.clone(), error })?;
        }
        Ok(identity)
    }

    /// Reads both keys and checks that they are this log's.
    pub(crate) fn load(origin: &Origin, at: &KeyFiles) -> Result<Self, IdentityError> {
        Ok(Self {
            origin: origin.clone(),
            ed25519: load(origin, &at.ed25519, Algorithm::Ed25519, "Ed25519")?,
            ml_dsa_44: load(origin, &at.ml_dsa_44, Algorithm::MlDsa44, "ML-DSA-44")?,
        })
    }

    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What others verify this log with.
    pub(crate) fn verifiers(&self) -> Vec<VerifierKey> {
        vec![self.ed25519.verifier().clone(), self.ml_dsa_44.verifier().clone()]
    }

    /// Signs a head with both keys and checks the result as a stranger would, so that a fault in
    /// memory on the way does not leave this process as a signature.
    pub(crate) fn sign(&self, head: &TreeHead) -> Result<Claim, HeadError> {
        let checkpoint = Checkpoint::new(self.origin.clone(), head.size, head.root);
        let signatures =
            vec![self.ed25519.sign_log(&checkpoint)?, self.ml_dsa_44.sign_log(&checkpoint)?];
        let claim = Claim::parse(Claim::assemble(&checkpoint, signatures)?.bytes())?;
        claim.verify(&self.verifiers())?;
        Ok(claim)
    }
}

/// A private key's text has about 300 bytes.
const KEY_FILE_BYTES_MAX: u64 = 4_096;

fn fresh(origin: &Origin, algorithm: Algorithm) -> Result<SignerKey, IdentityError> {
    let name = origin
        .to_key_name()
        .map_err(|error| IdentityError::Name { origin: origin.clone(), error })?;
    Ok(SignerKey::from_seed(name, algorithm, random::bytes::<32>()))
}

fn load(
    origin: &Origin,
    path: &Path,
    algorithm: Algorithm,
    called: &'static str,
) -> Result<SignerKey, IdentityError> {
    let bytes = files::read_secret(path, KEY_FILE_BYTES_MAX)
        .map_err(|error| IdentityError::File { path: path.to_owned(), error })?;
    let malformed = |error| IdentityError::Malformed { path: path.to_owned(), error };
    let text = core::str::from_utf8(&bytes)
        .map_err(|_| IdentityError::NotText { path: path.to_owned() })?;
    let key = SignerKey::parse(text.trim_end()).map_err(malformed)?;
    let verifier = key.verifier();
    if verifier.name().as_str() != origin.as_str() || verifier.algorithm() != algorithm {
        return Err(IdentityError::Stranger {
            path: path.to_owned(),
            found: verifier.name().clone(),
            origin: origin.clone(),
            algorithm: called,
        });
    }
    Ok(key)
}
