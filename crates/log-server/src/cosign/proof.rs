//! The consistency proof that a witness wants: from what it holds to the head it is to cosign.

use indelible_merkle::{Hash, TreeSize, consistency};

use crate::store::read::LogRows;

/// Why there is no proof to send.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoProof {
    #[error("the witness holds size {held}, past size {asked} that it was asked to cosign")]
    Ahead { held: TreeSize, asked: TreeSize },
    #[error("the consistency proof from size {from} could not be made")]
    Unreadable { from: TreeSize },
}

/// The proof from `from` to `to`; empty from nothing and to the same.
pub(crate) async fn between(
    rows: &LogRows,
    from: TreeSize,
    to: TreeSize,
) -> Result<Vec<Hash>, NoProof> {
    let growth = from.grow_to(to).ok_or(NoProof::Ahead { held: from, asked: to })?;
    if growth.added() == 0 || from == TreeSize::ZERO {
        return Ok(Vec::new());
    }
    let rows = rows.clone();
    // Reading tiles blocks.
    let made =
        tokio::task::spawn_blocking(move || consistency::prove(growth, &rows.nodes(to)).ok());
    made.await.ok().flatten().ok_or(NoProof::Unreadable { from })
}
