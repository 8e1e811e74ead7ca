//! One running log, as the HTTP rooms see it.

use std::sync::Arc;
use std::time::Duration;

use indelible_merkle::TreeSize;
use indelible_note::Origin;
use tokio::sync::watch;

use crate::drive::mailbox::Mailbox;
use crate::metrics::LogMetrics;
use crate::published::{Published, Visible};
use crate::store::read::LogRows;

/// What a request needs of its log.
#[derive(Debug)]
pub(crate) struct LogService {
    pub(crate) origin: Origin,
    /// Path prefix without a slash at the end; empty for the root.
    pub(crate) prefix: String,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) rows: LogRows,
    pub(crate) visible: Visible,
    pub(crate) frozen: bool,
    pub(crate) dedup_by_content: bool,
    /// How long a submitter may wait for its covering checkpoint.
    pub(crate) wait_timeout: Duration,
    pub(crate) metrics: Arc<LogMetrics>,
}

impl LogService {
    /// The visible head; `None` until the first one is published.
    pub(crate) fn head(&self) -> Option<Arc<Published>> {
        self.visible.borrow().clone()
    }

    /// The first visible head of at least this size, or `None` if the log ends before.
    pub(crate) async fn head_of(&self, size: TreeSize) -> Option<Arc<Published>> {
        let mut visible: watch::Receiver<_> = self.visible.clone();
        let covers = |head: &Option<Arc<Published>>| {
            head.as_ref().is_some_and(|published| published.size >= size)
        };
        visible.wait_for(covers).await.ok().and_then(|head| head.clone())
    }
}
