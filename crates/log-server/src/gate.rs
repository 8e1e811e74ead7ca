//! The start-up gate: database, guard and witnesses are compared before anything is signed.
//! Anything newer or different anywhere means refusal; nothing is repaired in place.

use indelible_merkle::TreeSize;
use indelible_note::{Claim, VerifierKey};

use crate::cosign::Memory;
use crate::guard::{Guard, GuardError};
use crate::store::read::LogRows;
use crate::store::recover::{RecoverError, Recovered, recover, stands_in};

/// Why a log may not go on from what is on its disk.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GateError {
    /// The rows themselves are not to be gone on from.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// The guard cannot be read.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// A witness holds a head of ours that is not of this tree.
    #[error("witness {witness}: {error}")]
    Witness {
        /// Which.
        witness: String,
        /// What its head says about our rows.
        error: RecoverError,
    },
    /// A witness holds more than there is.
    #[error(
        "witness {witness} holds size {held} and only {committed} entries are here: \
         this is an older or damaged copy of the log, and going on would fork it"
    )]
    WitnessAhead {
        /// Which.
        witness: String,
        /// What it holds.
        held: TreeSize,
        /// What is committed.
        committed: TreeSize,
    },
}

/// Compares rows and guard; returns what to go on from.
pub(crate) fn pass(
    rows: &LogRows,
    guard: &Guard,
    keys: &[VerifierKey],
) -> Result<Recovered, GateError> {
    let recovered = recover(rows, keys)?;
    let kept = guard.read()?;
    stands_in(rows, &recovered.committed, "guard's", &kept, keys)?;
    Ok(newest_signed(recovered, kept))
}

/// The guard may be one head ahead of the signed row or behind it, by a crash between the two.
fn newest_signed(mut recovered: Recovered, kept: Claim) -> Recovered {
    let ahead = match &recovered.signed {
        Some(signed) => kept.unverified().size() > signed.unverified().size(),
        None => true,
    };
    if ahead {
        recovered.signed = Some(kept);
    }
    recovered
}

/// Holds what a witness remembers against our rows.
pub(crate) fn compare_with_witness(
    rows: &LogRows,
    recovered: &Recovered,
    witness: &str,
    remembered: &Memory,
    keys: &[VerifierKey],
) -> Result<(), GateError> {
    let committed = recovered.committed.size();
    let head = match remembered {
        Memory::Head(head) => head,
        Memory::Size(held) if *held <= committed => return Ok(()),
        Memory::Size(held) => {
            let witness = witness.to_owned();
            return Err(GateError::WitnessAhead { witness, held: *held, committed });
        }
    };
    match stands_in(rows, &recovered.committed, "witness's", head, keys) {
        Ok(_) => Ok(()),
        // A note that our keys did not sign says nothing about us, whoever serves it.
        Err(RecoverError::NotOurs { .. }) => Ok(()),
        Err(error) => Err(GateError::Witness { witness: witness.to_owned(), error }),
    }
}

#[cfg(test)]
mod tests;
