//! Verifies an entry offline: from its bytes, a proof file and a policy, and nothing else.

use indelible_note::{Policy, ProofError, ProofFile, Proven};
use indelible_wire::{Entry, EntryError};

/// Why an entry is not proven.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// No log can hold such an entry.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The proof does not prove it.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// Proves that `entry` is in a log of the policy.
///
/// # Errors
///
/// [`VerifyError`] where it does not.
pub fn verify(entry: &[u8], proof: &ProofFile, policy: &Policy) -> Result<Proven, VerifyError> {
    let leaf = Entry::parse(entry)?.leaf_hash();
    Ok(proof.verify(&leaf, policy)?)
}
