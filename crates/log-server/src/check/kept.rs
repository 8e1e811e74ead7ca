//! The checkpoints that a log gave away, wherever they were kept.

use indelible_note::{Claim, VerifierKey};

use crate::guard::Guard;
use crate::store::read::LogRows;

use super::report::Bad;

/// A checkpoint that this log gave away, and where it was kept.
pub(super) struct Kept {
    pub(super) which: &'static str,
    pub(super) claim: Claim,
}

/// All of them, each verified under the log's own keys.
pub(super) fn checkpoints(
    rows: &LogRows,
    guard: &Guard,
    keys: &[VerifierKey],
) -> Result<Vec<Kept>, Bad> {
    let mut kept = Vec::new();
    for (which, note) in [("signed", rows.signed()?), ("published", rows.published()?)] {
        let Some(note) = note else { continue };
        let claim = Claim::parse(&note).map_err(|_| Bad::Checkpoint { which })?;
        kept.push(Kept { which, claim });
    }
    let claim = guard.read().map_err(|error| Bad::Guard(Box::new(error)))?;
    kept.push(Kept { which: "guard's", claim });
    for Kept { which, claim } in &kept {
        claim.verify(keys).map_err(|_| Bad::Checkpoint { which })?;
    }
    Ok(kept)
}
