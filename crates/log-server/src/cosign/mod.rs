//! Asks the policy's witnesses to cosign a head, and knows when enough have.

mod gather;
mod proof;
mod witness;

pub(crate) use gather::{Cosigners, QuorumMissed};
pub(crate) use witness::{Memory, client};
