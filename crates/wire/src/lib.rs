//! Bytes at the HTTP boundary, and the types they become.
//!
//! Holds: bodies, answers and paths of the protocols that we speak, each with its parser, its printer
//! and its limits.
//! Holds not: what is done with them, which status a refusal gets, or how bytes come and go.
//! Depends on: `merkle`, `note`.
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

pub mod add_batch;
pub mod bundle;
pub mod limits;

mod add_checkpoint;
mod answers;
mod entry;
mod log_list;
mod members;
mod path;
mod problem;
mod proof_claims;
mod proof_lines;
mod receipts;
mod sign_subtree;
mod witness_reply;

#[cfg(test)]
mod samples;

pub use add_batch::{AddBatchError, Framing};
pub use add_checkpoint::{AddCheckpoint, AddCheckpointError};
pub use answers::{Added, AddedBatch, AddedBatchWithProofs, AddedUnderCheckpoint};
pub use answers::{AddedWithProof, ConsistencyAnswer, InclusionAnswer};
pub use bundle::BundleError;
pub use entry::{Entry, EntryError};
pub use log_list::RequestsPerDay;
pub use log_list::{Contact, Keyword, ListedLog, LogList, LogListError, LogListReason};
pub use members::AnswerError;
pub use path::{PathError, ResourcePath};
pub use problem::Problem;
pub use proof_claims::{ConsistencyClaim, InclusionClaim};
pub use proof_lines::ProofLinesError;
pub use receipts::{BatchClaim, Receipt};
pub use sign_subtree::{SignSubtree, SignSubtreeError};
pub use witness_reply::{CONTENT_TYPE_TLOG_SIZE, SignatureLinesError, SizeBodyError};
pub use witness_reply::{parse_signature_lines, parse_size_body};
pub use witness_reply::{print_signature_lines, print_size_body};
