//! Who the witness is: its name and its keys (Ed25519 0x04 and ML-DSA-44 0x06).

use std::path::{Path, PathBuf};

use indelible_merkle::{Hash, Subtree};
use indelible_note::{
    Algorithm, Checkpoint, KeyError, KeyId, KeyName, Origin, Refused, SignError, SignatureLine,
    SignerKey, Timestamp, VerifierKey, verify_cosignature, verify_subtree_cosignature,
};
use indelible_process::{FileError, files, random};

/// A private key's text is its name, at most 255 bytes, and about 80 more.
const KEY_FILE_BYTES_MAX: u64 = 1024;

/// Where the private keys lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyFiles {
    pub(crate) ed25519: PathBuf,
    /// None where the operator has chosen to cosign with Ed25519 alone.
    pub(crate) ml_dsa_44: Option<PathBuf>,
}

/// The witness's keys. They are distinct: each grew from a seed of its own.
#[derive(Debug)]
pub(crate) struct Identity {
    ed25519: SignerKey,
    ml_dsa_44: Option<SignerKey>,
}

/// Why the keys could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A key file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A key file holds no private key.
    #[error("key file {path}: {error}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Why.
        error: KeyError,
    },
    /// A key file holds no text.
    #[error("key file {path} is not utf-8")]
    NotText {
        /// Which.
        path: PathBuf,
    },
    /// A key file holds somebody else's key, or one of another kind.
    #[error("key file {path} holds a {found:?} key of {name}, expected a {expected:?} key of {of}")]
    Stranger {
        /// Which.
        path: PathBuf,
        /// Whose key it is.
        name: KeyName,
        /// What it is.
        found: Algorithm,
        /// Whose it should be.
        of: KeyName,
        /// What it should be.
        expected: Algorithm,
    },
}

/// Why a cosignature was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CosignError {
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A fault in memory or in the processor, which must not leave the house: a bad signature is
    /// useless to others, and can tell them about the key.
    #[error("a signature just made does not verify: {0}")]
    Unverified(#[from] Refused),
}

impl KeyFiles {
    /// Refuses where a key was made before.
    pub(crate) fn expect_absent(&self) -> Result<(), IdentityError> {
        match self.all().find(|path| path.exists()) {
            Some(path) => Err(FileError::Exists { path: path.to_owned() }.into()),
            None => Ok(()),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Path> {
        let further = self.ml_dsa_44.iter().map(PathBuf::as_path);
        std::iter::once(self.ed25519.as_path()).chain(further)
    }
}

impl Identity {
    /// Makes the keys and writes their files, none of which may exist.
    pub(crate) fn create(name: &KeyName, at: &KeyFiles) -> Result<Self, IdentityError> {
        // Looked at first, so that a refusal leaves nothing behind.
        at.expect_absent()?;
        let identity = Self {
            ed25519: fresh(name, Algorithm::Ed25519Cosignature),
            ml_dsa_44: at.ml_dsa_44.as_ref().map(|_| fresh(name, Algorithm::MlDsa44)),
        };
        for (key, path) in identity.signers().zip(at.all()) {
            if let Some(folder) = path.parent() {
                files::make_folder(folder)?;
            }
            let mut text = key.to_text();
            text.push('\n');
            files::write_new_secret(path, text.as_bytes())?;
        }
        Ok(identity)
    }

    /// Reads the keys and checks that they are this witness's.
    pub(crate) fn load(name: &KeyName, at: &KeyFiles) -> Result<Self, IdentityError> {
        let further = at.ml_dsa_44.as_deref();
        Ok(Self {
            ed25519: load(name, &at.ed25519, Algorithm::Ed25519Cosignature)?,
            ml_dsa_44: further.map(|path| load(name, path, Algorithm::MlDsa44)).transpose()?,
        })
    }

    #[cfg(test)]
    pub(crate) const fn of(ed25519: SignerKey, ml_dsa_44: Option<SignerKey>) -> Self {
        Self { ed25519, ml_dsa_44 }
    }

    /// The key that every witness has, and is told apart by.
    pub(crate) const fn first(&self) -> &VerifierKey {
        self.ed25519.verifier()
    }

    /// What others verify this witness with.
    pub(crate) fn verifiers(&self) -> Vec<VerifierKey> {
        self.signers().map(|key| key.verifier().clone()).collect()
    }

    /// A cosignature by each key.
    pub(crate) fn cosign(
        &self,
        checkpoint: &Checkpoint,
        timestamp: Timestamp,
    ) -> Result<Vec<SignatureLine>, CosignError> {
        self.signers()
            .map(|key| {
                let line = key.cosign(checkpoint, timestamp)?;
                verify_cosignature(key.verifier(), checkpoint, &line)?;
                Ok(line)
            })
            .collect()
    }

    /// Whether subtrees can be cosigned; only ML-DSA-44 has a message for it.
    pub(crate) const fn cosigns_subtrees(&self) -> bool {
        self.ml_dsa_44.is_some()
    }

    /// A cosignature of a subtree by each key that can make one.
    pub(crate) fn cosign_subtree(
        &self,
        origin: &Origin,
        subtree: Subtree,
        hash: &Hash,
    ) -> Result<Vec<SignatureLine>, CosignError> {
        let signers = self.ml_dsa_44.iter();
        signers
            .map(|key| {
                let line = key.cosign_subtree(origin, subtree, hash)?;
                verify_subtree_cosignature(key.verifier(), origin, subtree, hash, &line)?;
                Ok(line)
            })
            .collect()
    }

    /// The lines of a tlog-policy that name this witness: each key, and one group over them, so that
    /// a quorum counts the witness once however many keys it has.
    pub(crate) fn policy_lines(&self, url: Option<&str>) -> String {
        let url = url.map(|url| format!(" {url}")).unwrap_or_default();
        let (mut lines, mut members) = (String::new(), String::new());
        for key in self.signers().map(SignerKey::verifier) {
            let member = format!("{}{}", key.name(), suffix(key.algorithm()));
            lines.push_str(&format!("witness {member} {key}{url}\n"));
            members.push_str(&format!(" {member}"));
        }
        lines.push_str(&format!("group {} any{members}\n", self.ed25519.verifier().name()));
        lines
    }

    fn signers(&self) -> impl Iterator<Item = &SignerKey> {
        std::iter::once(&self.ed25519).chain(&self.ml_dsa_44)
    }
}

const fn suffix(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Ed25519 | Algorithm::Ed25519Cosignature => "-ed25519",
        Algorithm::MlDsa44 => "-ml-dsa-44",
    }
}

fn fresh(name: &KeyName, algorithm: Algorithm) -> SignerKey {
    SignerKey::from_seed(name.clone(), algorithm, random::bytes())
}

fn load(name: &KeyName, path: &Path, algorithm: Algorithm) -> Result<SignerKey, IdentityError> {
    let bytes = files::read_secret(path, KEY_FILE_BYTES_MAX)?;
    let text =
        str::from_utf8(&bytes).map_err(|_| IdentityError::NotText { path: path.to_owned() })?;
    let key = SignerKey::parse(text.strip_suffix('\n').unwrap_or(text))
        .map_err(|error| IdentityError::Malformed { path: path.to_owned(), error })?;
    let verifier = key.verifier();
    if verifier.name() == name && verifier.algorithm() == algorithm {
        return Ok(key);
    }
    Err(IdentityError::Stranger {
        path: path.to_owned(),
        name: verifier.name().clone(),
        found: verifier.algorithm(),
        of: name.clone(),
        expected: algorithm,
    })
}

/// The IDs of keys, for people.
pub(crate) fn ids(keys: &[VerifierKey]) -> String {
    let ids: Vec<String> =
        keys.iter().map(VerifierKey::id).map(|id: KeyId| id.to_string()).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests;
