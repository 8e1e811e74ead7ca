//! Why each route refuses. Which status that is, `problem` says.

use indelible_merkle as merkle;
use indelible_note::{Origin, Refused};
use indelible_wire::{AddCheckpointError, SignSubtreeError};

use super::app::Unworked;
use super::receive::BodyRefusal;
use crate::date::ClockError;
use crate::decide::Refusal;
use crate::identity::CosignError;
use crate::store::failure::StoreError;

/// Why `add-checkpoint` answers without a cosignature.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddRefusal {
    #[error(transparent)]
    Body(#[from] BodyRefusal),
    #[error(transparent)]
    Unworked(#[from] Unworked),
    #[error("the request is malformed: {0}")]
    Malformed(#[from] AddCheckpointError),
    #[error("a checkpoint with extension lines is not cosigned here")]
    Extensions,
    #[error("log {0} is unknown")]
    UnknownLog(Origin),
    #[error("the log's signature is not good: {0}")]
    Untrusted(#[from] Refused),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Clock(#[from] ClockError),
    #[error(transparent)]
    Cosign(#[from] CosignError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why `sign-subtree` answers without a cosignature.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubtreeRefusal {
    #[error(transparent)]
    Body(#[from] BodyRefusal),
    #[error(transparent)]
    Unworked(#[from] Unworked),
    #[error("this witness has no key that can cosign subtrees")]
    NoKey,
    #[error("the request is malformed: {0}")]
    Malformed(#[from] SignSubtreeError),
    #[error("log {0} is unknown")]
    UnknownLog(Origin),
    #[error("the checkpoint has no good cosignature of this witness: {0}")]
    NotOurs(#[from] Refused),
    #[error("the proof does not lead from the subtree to the checkpoint: {0}")]
    Unproven(#[from] merkle::Refused),
    #[error(transparent)]
    Cosign(#[from] CosignError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why monitors see no checkpoint.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MonitoringRefusal {
    #[error(transparent)]
    Unworked(#[from] Unworked),
    #[error("the path is not the sha-256 of an origin in 64 lower case hexadecimal digits")]
    NoHash,
    #[error("no checkpoint of such a log was cosigned")]
    NeverCosigned,
    #[error(transparent)]
    Store(#[from] StoreError),
}
