//! Signed text: keys, notes, checkpoints, cosignatures, policies, quorum.
//!
//! Holds: what a signature means and when to believe one.
//! Holds not: who is asked for signatures, over which connection, or what time it is.
//! Depends on: `merkle`.
#![no_std]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod checkpoint;
mod claim;
mod cosignature;
mod key;
mod name;
mod policy;
mod policy_builder;
mod policy_file;
mod proof_file;
mod quorum;
mod refused;
#[cfg(test)]
mod sample;
mod signature_line;
mod signer;
pub mod strict;
mod text;

pub use crate::checkpoint::{Checkpoint, CheckpointError};
pub use crate::claim::{Claim, ClaimError, Vouched};
pub use crate::cosignature::{
    Timestamp, TimestampError, cosignature_message_v1, subtree_message, verify_cosignature,
    verify_subtree_cosignature,
};
pub use crate::key::{Algorithm, KeyError, KeyId, VerifierKey};
pub use crate::name::{KeyName, NameError, Origin, OriginError};
pub use crate::policy::{Group, Member, Policy, PolicyLog, PolicyProblem, PolicyWitness, Quorum};
pub use crate::policy_builder::PolicyBuilder;
pub use crate::policy_file::PolicyError;
pub use crate::proof_file::{
    PROOF_FILE_BYTES_MAX, PROOF_HASHES_MAX, ProofError, ProofFile, ProofFileError, Proven,
};
pub use crate::quorum::{Cosigned, QuorumError, QuorumState, Trusted};
pub use crate::refused::{Refused, UnsignableError};
pub use crate::signature_line::{LineError, SignatureLine};
pub use crate::signer::{SignError, SignerKey};
pub use crate::text::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteError};
