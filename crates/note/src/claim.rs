//! A signed checkpoint as it came, and the same once a key that we trust is known to have signed it.

use alloc::vec::Vec;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::verify_signature;
use crate::key::{KeyId, VerifierKey};
use crate::refused::Refused;
use crate::signature_line::SignatureLine;
use crate::text::{Note, NoteError};

/// A checkpoint as it came off the wire: well formed, and nobody's word yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    // INVARIANT: what the note's text says.
    checkpoint: Checkpoint,
    note: Note,
    // INVARIANT: what `note` prints. Kept, because proof files and evidence carry it verbatim.
    bytes: Vec<u8>,
}

impl Claim {
    /// Reads a signed checkpoint.
    ///
    /// # Errors
    /// Says what is malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, ClaimError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse_body(note.text())?;
        Ok(Self { checkpoint, note, bytes: bytes.into() })
    }

    /// Puts signatures under a checkpoint, without checking them.
    ///
    /// # Errors
    /// Without signatures, or with more than a note may have.
    pub fn assemble(
        checkpoint: &Checkpoint,
        signatures: Vec<SignatureLine>,
    ) -> Result<Self, ClaimError> {
        let note = Note::new(checkpoint.to_body(), signatures)?;
        let bytes = note.to_bytes();
        Ok(Self { checkpoint: checkpoint.clone(), note, bytes })
    }

    /// What it says. Good for finding out whom to ask and which keys to check with, no more.
    #[must_use]
    pub const fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signatures that it bears, in their order.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        self.note.signatures()
    }

    /// The bytes that it was read from.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Believes it, where at least one of `keys` has signed it. The caller chooses the keys by the
    /// claimed origin. Lines by strangers are ignored, even where they share the name or the ID
    /// (but not both) of one of `keys` (signed-note, "Signatures").
    ///
    /// # Errors
    /// Where none of `keys` has signed, and where one of them is said to have signed and has not.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vouched, Refused> {
        let mut by = Vec::new();
        let mut verified: Vec<SignatureLine> = Vec::new();
        let mut covered = false;
        for line in self.signatures() {
            let mut known = false;
            for key in keys.iter().filter(|key| line.claims(key)) {
                verify_signature(key, &self.checkpoint, line)?;
                covered |= key.algorithm().covers_whole_text();
                known = true;
            }
            // A second signature by the same key adds nothing.
            if known && !verified.iter().any(|held| held.is_by_the_maker_of(line)) {
                by.push(line.id());
                verified.push(line.clone());
            }
        }
        if verified.is_empty() {
            return Err(Refused::NoneKnown);
        }
        let checkpoint = covered_part(&self.checkpoint, covered);
        Ok(Vouched { checkpoint, by, note: self.keeping(verified) })
    }

    /// The same text under some of its signatures.
    pub(crate) fn keeping(&self, signatures: Vec<SignatureLine>) -> Note {
        self.note.keeping(signatures)
    }
}

/// What the signatures stand behind. ML-DSA-44 does not sign extension lines (tlog-cosignature), so
/// unless a signature of another kind covers them, anybody may have written them.
pub(crate) fn covered_part(checkpoint: &Checkpoint, extensions_too: bool) -> Checkpoint {
    if extensions_too { checkpoint.clone() } else { checkpoint.without_extensions() }
}

/// A checkpoint that a key we trust has signed. [`Claim::verify`] alone makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    checkpoint: Checkpoint,
    // INVARIANT: one for each of the note's signatures, in their order; at least one.
    by: Vec<KeyId>,
    note: Note,
}

impl Vouched {
    /// What was signed. Has the extension lines of the claim only where a verified signature covers
    /// them, which ML-DSA-44 ones do not.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signatures that were verified, each key's once.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        self.note.signatures()
    }

    /// The keys that made them, in the same order.
    #[must_use]
    pub fn by(&self) -> &[KeyId] {
        &self.by
    }

    /// The signed checkpoint with the verified signatures only: what may be stored and shown.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }
}

/// Why bytes are no signed checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Not even a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A note about something else.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

#[cfg(test)]
mod tests;
