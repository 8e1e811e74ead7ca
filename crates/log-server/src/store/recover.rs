//! What a log goes on from after a start, found in its rows and checked by a second path: the
//! committed root is recomputed from the tiles, not believed from the head row.

use indelible_merkle::{Frontier, Growth, Hash, TreeSize};
use indelible_note::{Claim, ClaimError, Refused, VerifierKey, Vouched};

use super::read::{LogRows, ReadError};

/// What is durable of one log.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// The committed tree.
    pub(crate) committed: Frontier,
    /// The last head that the log signed.
    pub(crate) signed: Option<Claim>,
    /// The last head that was visible, cosignatures included, as it was shown.
    pub(crate) published: Option<Claim>,
    pub(crate) frozen: bool,
}

/// Why a log's rows cannot be gone on from. Nothing is repaired in place.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoverError {
    /// A row could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log was never made.
    #[error("the log has no head row")]
    NoHead,
    /// The head row and the tiles disagree.
    #[error("the head row and the tiles give different roots for size {size}")]
    RootMismatch {
        /// The committed size.
        size: TreeSize,
    },
    /// A kept checkpoint does not parse.
    #[error("the {which} checkpoint is malformed: {error}")]
    Checkpoint {
        /// Which one.
        which: &'static str,
        /// Why.
        error: ClaimError,
    },
    /// A kept checkpoint is not the log's own.
    #[error("the {which} checkpoint does not verify under the log's keys: {error}")]
    NotOurs {
        /// Which one.
        which: &'static str,
        /// Why.
        error: Refused,
    },
    /// A checkpoint was given away for more entries than there are: entries were lost.
    #[error(
        "the {which} checkpoint is for {signed} entries and only {committed} are here: \
         this is an older or damaged copy of the log, and going on would fork it"
    )]
    Behind {
        /// Which one.
        which: &'static str,
        /// Its size.
        signed: TreeSize,
        /// What is committed.
        committed: TreeSize,
    },
    /// A checkpoint was given away for another tree.
    #[error(
        "the {which} checkpoint for {signed} entries is not of the tree that is here: \
         going on would fork the log"
    )]
    Forked {
        /// Which one.
        which: &'static str,
        /// Its size.
        signed: TreeSize,
    },
}

/// Reads and cross-checks what is durable.
pub(crate) fn recover(rows: &LogRows, keys: &[VerifierKey]) -> Result<Recovered, RecoverError> {
    let committed = rows.head()?.ok_or(RecoverError::NoHead)?;
    let size = committed.size();
    let derived = Frontier::from_source(size, &rows.nodes(size))?;
    if derived.root() != committed.root() {
        return Err(RecoverError::RootMismatch { size });
    }
    let signed = rows.signed()?.map(|note| claim("signed", &note)).transpose()?;
    let published = rows.published()?.map(|note| claim("published", &note)).transpose()?;
    for (which, claim) in [("signed", &signed), ("published", &published)] {
        if let Some(claim) = claim {
            stands_in(rows, &committed, which, claim, keys)?;
        }
    }
    Ok(Recovered { committed, signed, published, frozen: rows.is_frozen()? })
}

fn claim(which: &'static str, note: &[u8]) -> Result<Claim, RecoverError> {
    Claim::parse(note).map_err(|error| RecoverError::Checkpoint { which, error })
}

/// Checks that a head of ours, wherever it was kept, is a prefix of the committed tree.
pub(crate) fn stands_in(
    rows: &LogRows,
    committed: &Frontier,
    which: &'static str,
    claim: &Claim,
    keys: &[VerifierKey],
) -> Result<Vouched, RecoverError> {
    let vouched = claim.verify(keys).map_err(|error| RecoverError::NotOurs { which, error })?;
    let signed = vouched.checkpoint().size();
    let Some(growth) = signed.grow_to(committed.size()) else {
        return Err(RecoverError::Behind { which, signed, committed: committed.size() });
    };
    if root_at(rows, growth)? == *vouched.checkpoint().root() {
        return Ok(vouched);
    }
    Err(RecoverError::Forked { which, signed })
}

/// The root that our tiles give for the smaller size.
fn root_at(rows: &LogRows, growth: Growth) -> Result<Hash, ReadError> {
    Ok(Frontier::from_source(growth.from(), &rows.nodes(growth.to()))?.root())
}

#[cfg(test)]
mod tests;
