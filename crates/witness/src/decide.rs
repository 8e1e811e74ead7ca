//! May this checkpoint be cosigned? One pure function, so that a table can cover all of it.

use indelible_merkle::{Growth, Hash, TreeSize};

/// A tree as a checkpoint states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    pub(crate) size: TreeSize,
    pub(crate) root: Hash,
}

impl Tree {
    /// What stands for a log of which nothing was ever cosigned (tlog-witness: "or zero if it never
    /// cosigned a checkpoint for that origin").
    pub(crate) const EMPTY: Self = Self { size: TreeSize::ZERO, root: Hash::EMPTY_ROOT };
}

/// What becomes of a checkpoint that a key of its log has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It states the tree that was cosigned last: sign it again, with a new time.
    Repeat,
    /// It continues that tree.
    Advance,
    /// It is not to be signed.
    Refuse(Refusal),
}

/// Why a checkpoint with a good signature is not cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the old size {old} is more than the checkpoint's size {size}")]
    Backwards { old: TreeSize, size: TreeSize },
    #[error("a checkpoint of size 0 has the root of the empty tree")]
    NotEmpty,
    #[error("the checkpoint cosigned last has size {held}")]
    Stale { held: TreeSize },
    #[error("another root was cosigned for size {size}")]
    Forked { size: TreeSize },
    #[error("the proof does not lead from size {from} to this checkpoint of size {to}")]
    Unproven { from: TreeSize, to: TreeSize },
}

/// Judges a signed checkpoint, of which its sender says that it continues the tree of size `old`,
/// against the tree that was cosigned last. `connects` says whether the consistency proof that came
/// along leads from the one to the other; it is asked last.
///
/// The steps are those of tlog-witness, "add-checkpoint", which come after the signature (1 to 3:
/// well formed, log known, signed by it).
pub(crate) fn decide(
    seen: Tree,
    old: TreeSize,
    next: Tree,
    connects: impl FnOnce(Growth) -> bool,
) -> Decision {
    // 4. "The old size MUST be equal to or lower than the checkpoint size."
    let Some(growth) = old.grow_to(next.size) else {
        return Decision::Refuse(Refusal::Backwards { old, size: next.size });
    };
    // 5. "A checkpoint of size zero MUST have the root hash of the empty tree."
    if next.size == TreeSize::ZERO && next.root != Hash::EMPTY_ROOT {
        return Decision::Refuse(Refusal::NotEmpty);
    }
    // 6. "The witness MUST check that the old size matches the size of the latest checkpoint it
    //    cosigned." Only the size is told, and only to whoever has the log's signature.
    if old != seen.size {
        return Decision::Refuse(Refusal::Stale { held: seen.size });
    }
    // 8. "If the old size matches the checkpoint size, the witness MUST check that the root hashes
    //    are also identical." Before 7, whose status is the same, because this one is the graver.
    if growth.added() == 0 && seen.root != next.root {
        return Decision::Refuse(Refusal::Forked { size: seen.size });
    }
    // 7 and 9. "If the old size is zero, the consistency proof MUST be empty", and otherwise it must
    //    verify; for equal sizes that is an empty one as well.
    if !connects(growth) {
        return Decision::Refuse(Refusal::Unproven { from: seen.size, to: next.size });
    }
    if growth.added() == 0 { Decision::Repeat } else { Decision::Advance }
}

/// Whether two signed trees of one log cannot both be true, by themselves and without any proof.
pub(crate) fn contradict(one: Tree, other: Tree) -> bool {
    one.size == other.size && one.root != other.root
}

#[cfg(test)]
mod tests;
