//! A proof of inclusion that verifies offline, as a file (tlog-proof).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use indelible_merkle::{Hash, LeafIndex, inclusion};

use crate::claim::{Claim, ClaimError};
use crate::policy::Policy;
use crate::quorum::{QuorumError, Trusted};
use crate::strict;
use crate::text::MAX_NOTE_BYTES;

/// Most hashes in a proof: a tree of 2^63-1 leaves is 63 levels high.
pub const PROOF_HASHES_MAX: usize = 63;

/// Longest proof file in bytes: the longest checkpoint and as much again for the rest, nearly all of
/// it extra data.
pub const PROOF_FILE_BYTES_MAX: usize = 2 * MAX_NOTE_BYTES;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// An entry's index, the hashes from it to the root, and the signed checkpoint of that root. Nothing
/// of it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    // INVARIANT: not empty where it is there.
    extra: Option<Vec<u8>>,
    index: LeafIndex,
    // INVARIANT: at most PROOF_HASHES_MAX.
    hashes: Vec<Hash>,
    checkpoint: Claim,
}

impl ProofFile {
    /// A proof file from its parts. Empty extra data is none.
    ///
    /// # Errors
    /// Where it would be too large to be read again.
    pub fn new(
        extra: Option<Vec<u8>>,
        index: LeafIndex,
        hashes: Vec<Hash>,
        checkpoint: Claim,
    ) -> Result<Self, ProofFileError> {
        check_hashes(hashes.len())?;
        let extra = extra.filter(|bytes| !bytes.is_empty());
        let file = Self { extra, index, hashes, checkpoint };
        check_length(file.to_bytes().len())?;
        Ok(file)
    }

    /// Reads a proof file.
    ///
    /// # Errors
    /// Says what is malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        check_length(bytes.len())?;
        // No line of the proof is empty, so the first empty line ends it. The checkpoint's bytes
        // are taken as they are.
        let at = bytes
            .array_windows()
            .position(|pair| pair == b"\n\n")
            .ok_or(ProofFileError::NoCheckpoint)?;
        let (proof, rest) = bytes.split_at(at);
        let proof = str::from_utf8(proof).map_err(|_| ProofFileError::Utf8)?;
        let mut lines = proof.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofFileError::Header);
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra"))
            .map(|line| read_extra(line).ok_or(ProofFileError::Extra))
            .transpose()?;
        let index = lines.next().and_then(read_index).ok_or(ProofFileError::Index)?;
        check_hashes(lines.clone().count())?;
        let hashes = lines
            .map(|line| strict::hash(line).ok_or(ProofFileError::Hash))
            .collect::<Result<_, _>>()?;
        let checkpoint = rest.strip_prefix(b"\n\n").unwrap_or(rest);
        Ok(Self { extra, index, hashes, checkpoint: Claim::parse(checkpoint)? })
    }

    /// Data for the application. Not covered by any signature.
    #[must_use]
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Where the entry is said to be.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// From the leaf's sibling to the child of the root.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The signed checkpoint, verbatim.
    #[must_use]
    pub const fn checkpoint(&self) -> &Claim {
        &self.checkpoint
    }

    /// The file; [`ProofFile::parse`] is the inverse.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::from(HEADER);
        // Writing to a `String` cannot fail.
        if let Some(extra) = &self.extra {
            let _ = write!(out, "\nextra {}", strict::to_base64(extra));
        }
        let _ = write!(out, "\nindex {}\n", self.index);
        for hash in &self.hashes {
            out.push_str(&strict::to_hash_text(hash));
            out.push('\n');
        }
        out.push('\n');
        let mut out = out.into_bytes();
        out.extend_from_slice(self.checkpoint.bytes());
        out
    }

    /// Believes that the entry with this leaf hash is in the log (tlog-proof, "Verifying a tlog
    /// proof"; step 1, the leaf hash, is the caller's).
    ///
    /// # Errors
    /// Where the policy does not trust the checkpoint, and where the hashes do not lead to its root.
    pub fn verify(&self, leaf: &Hash, policy: &Policy) -> Result<Proven, ProofError> {
        // Steps 2 and 3: a key configured for the origin, and the quorum.
        let trusted = policy.judge(&self.checkpoint)?;
        // Step 4.
        let (size, root) = (trusted.checkpoint().size(), trusted.checkpoint().root());
        inclusion::verify(leaf, self.index, size, &self.hashes, root)?;
        Ok(Proven { leaf: *leaf, index: self.index, trusted })
    }
}

/// `extra <base64>`. The line is left out where there is no data, so it is never empty.
fn read_extra(line: &str) -> Option<Vec<u8>> {
    let bytes = strict::base64(line.strip_prefix("extra ")?)?;
    (!bytes.is_empty()).then_some(bytes)
}

fn read_index(line: &str) -> Option<LeafIndex> {
    LeafIndex::new(strict::decimal(line.strip_prefix("index ")?)?).ok()
}

const fn check_length(bytes: usize) -> Result<(), ProofFileError> {
    if bytes > PROOF_FILE_BYTES_MAX { Err(ProofFileError::TooLong { bytes }) } else { Ok(()) }
}

const fn check_hashes(hashes: usize) -> Result<(), ProofFileError> {
    if hashes > PROOF_HASHES_MAX { Err(ProofFileError::TooMany { hashes }) } else { Ok(()) }
}

/// An entry that is in a log, as a policy requires it. [`ProofFile::verify`] alone makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    leaf: Hash,
    index: LeafIndex,
    trusted: Trusted,
}

impl Proven {
    /// The entry's leaf hash.
    #[must_use]
    pub const fn leaf(&self) -> &Hash {
        &self.leaf
    }

    /// Where the entry is.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// The checkpoint that covers it.
    #[must_use]
    pub const fn trusted(&self) -> &Trusted {
        &self.trusted
    }
}

/// Why bytes are no proof file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// More than [`PROOF_FILE_BYTES_MAX`].
    #[error("a proof file has {bytes} bytes, more than {PROOF_FILE_BYTES_MAX}")]
    TooLong {
        /// As found.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("a proof file is not utf-8")]
    Utf8,
    /// The first line.
    #[error("a proof file starts with the line {HEADER}")]
    Header,
    /// The extra line.
    #[error("extra data is one or more bytes in canonical base64")]
    Extra,
    /// The index line.
    #[error("an index is a decimal from 0 to 2^63-1 without leading zeros")]
    Index,
    /// A hash line.
    #[error("a hash is 32 bytes in canonical base64")]
    Hash,
    /// More than [`PROOF_HASHES_MAX`].
    #[error("a proof has {hashes} hashes, more than {PROOF_HASHES_MAX}")]
    TooMany {
        /// As found.
        hashes: usize,
    },
    /// No empty line after the proof.
    #[error("a proof file has no checkpoint")]
    NoCheckpoint,
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] ClaimError),
}

/// Why a proof does not prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The checkpoint is not trusted.
    #[error(transparent)]
    Quorum(#[from] QuorumError),
    /// The hashes do not lead from the leaf to the root.
    #[error(transparent)]
    Inclusion(#[from] indelible_merkle::Refused),
}

#[cfg(test)]
mod tests;
