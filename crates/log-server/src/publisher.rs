//! Turns a committed head into a visible one, in the one order that survives a crash anywhere (I2):
//! persisted batch, signature, persisted signature, cosignatures, persisted result, visible.

use std::sync::Arc;

use indelible_disk::DiskError;
use indelible_merkle::{Frontier, TreeSize};
use indelible_note::Claim;
use indelible_process::Clock;
use indelible_sequencer::TreeHead;
use tokio::sync::{mpsc, watch};

use crate::cosign::{Cosigners, QuorumMissed};
use crate::drive::mailbox::{Control, Mailbox};
use crate::guard::{Guard, GuardError};
use crate::identity::{HeadError, Identity};
use crate::metrics::LogMetrics;
use crate::published::Published;
use crate::store::read::{LogRows, ReadError};
use crate::store::write;

/// One log's publisher.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(crate) identity: Arc<Identity>,
    pub(crate) rows: LogRows,
    pub(crate) guard: Guard,
    pub(crate) cosigners: Cosigners,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) visible: watch::Sender<Option<Arc<Published>>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Arc<LogMetrics>,
    /// The head last signed; `sign` is its only writer.
    pub(crate) last_signed: Option<Claim>,
}

/// Why publishing must end, and the process with it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    /// A head smaller than, or other than, one that was signed before.
    #[error("refused to sign size {asked} after size {signed}: that would fork the log")]
    Fork {
        /// What was to be signed.
        asked: TreeSize,
        /// What was signed before.
        signed: TreeSize,
    },
    /// The tiles on disk do not give the root that is to be signed.
    #[error("the rows read back give another root for size {size} than the one to be signed")]
    ReadBack {
        /// Which size.
        size: TreeSize,
    },
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Whether a head is kept is not known.
    #[error("a head could not be kept: {0}")]
    Disk(#[from] DiskError),
    /// Whether the guard is kept is not known.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The head could not be signed.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The blocking part was cancelled.
    #[error("the signing task did not finish")]
    Cancelled,
}

impl Publisher {
    /// Publishes what is asked for until nobody can ask any more.
    pub(crate) async fn run(
        mut self,
        mut heads: mpsc::Receiver<TreeHead>,
    ) -> Result<(), PublishError> {
        while let Some(head) = heads.recv().await {
            let started = self.clock.monotonic();
            let signed = self.sign(head).await?;
            let control = match self.cosigners.gather(&signed, &self.rows).await {
                Ok(cosigned) => {
                    self.show(&cosigned).await?;
                    let took = self.clock.monotonic().saturating_sub(started);
                    self.metrics.published(head.size, took);
                    Control::Published(head.size)
                }
                Err(missed) => {
                    self.say(&missed);
                    Control::PublishFailed
                }
            };
            self.mailbox.tell(control);
        }
        Ok(())
    }

    fn say(&self, missed: &QuorumMissed) {
        self.metrics.publish_failed();
        tracing::warn!(origin = %self.identity.origin(), %missed, "not published: fails closed");
    }

    /// A head that was signed before is not signed again; another one only if it grows.
    async fn sign(&mut self, head: TreeHead) -> Result<Claim, PublishError> {
        if let Some(last) = &self.last_signed {
            let signed = last.unverified();
            if signed.size() == head.size && *signed.root() == head.root {
                return Ok(last.clone());
            }
            if signed.size() >= head.size {
                return Err(PublishError::Fork { asked: head.size, signed: signed.size() });
            }
        }
        let (identity, rows, guard) =
            (Arc::clone(&self.identity), self.rows.clone(), self.guard.clone());
        // Signatures and synced writes block.
        let claim =
            tokio::task::spawn_blocking(move || sign_durably(&identity, &rows, &guard, head))
                .await
                .map_err(|_| PublishError::Cancelled)??;
        self.last_signed = Some(claim.clone());
        Ok(claim)
    }

    async fn show(&self, cosigned: &Claim) -> Result<(), PublishError> {
        let (rows, note) = (self.rows.clone(), cosigned.bytes().to_vec());
        let saved = tokio::task::spawn_blocking(move || {
            write::save_published(rows.backend().as_ref(), rows.log(), &note)
        });
        saved.await.map_err(|_| PublishError::Cancelled)??;
        // Durable before visible: after a crash no reader has seen a head that we do not have.
        self.visible.send_replace(Some(Arc::new(Published::of(cosigned))));
        Ok(())
    }
}

impl Drop for Publisher {
    /// However publishing ends, by an error or a panic: a writer that stops waits for the end of a
    /// publication under way, and nobody else would tell it. By now the queue of heads is closed, so
    /// that no further one can get lost in it.
    fn drop(&mut self) {
        self.mailbox.tell(Control::PublishFailed);
    }
}

/// Reads the tree back, signs its head, and keeps it in both places.
pub(crate) fn sign_durably(
    identity: &Identity,
    rows: &LogRows,
    guard: &Guard,
    head: TreeHead,
) -> Result<Claim, PublishError> {
    // The writer computed the root from its frontier; this path computes it from the tiles.
    // Rows of its own: what earlier readers kept in memory must not vouch for what is on the disk.
    let rows = LogRows::of(Arc::clone(rows.backend()), rows.log());
    let read_back = Frontier::from_source(head.size, &rows.nodes(head.size))?;
    if read_back.root() != head.root {
        return Err(PublishError::ReadBack { size: head.size });
    }
    let claim = identity.sign(&head)?;
    write::save_signed(rows.backend().as_ref(), rows.log(), claim.bytes())?;
    guard.write(&claim)?;
    Ok(claim)
}

#[cfg(test)]
mod tests;
