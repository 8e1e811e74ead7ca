//! The parts that every route works with, and the threads that it works on.

use std::sync::Arc;

use indelible_process::Clock;
use tokio::sync::Semaphore;

use crate::identity::Identity;
use crate::metrics::WitnessMetrics;
use crate::store::registry::Registry;

/// A running witness.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) identity: Identity,
    pub(crate) registry: Registry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: WitnessMetrics,
    // Requests at work at once.
    threads: Arc<Semaphore>,
}

/// Why a request was not worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unworked {
    #[error("too many requests are at work: try again")]
    Busy,
    #[error("the request was given up")]
    GivenUp,
}

impl App {
    pub(crate) fn new(
        identity: Identity,
        registry: Registry,
        clock: Arc<dyn Clock>,
        requests_max: usize,
    ) -> Self {
        let threads = Arc::new(Semaphore::new(requests_max.min(Semaphore::MAX_PERMITS)));
        Self { identity, registry, clock, metrics: WitnessMetrics::new(), threads }
    }
}

/// Does the work of a request on a thread that may block: signatures are checked and made there, and
/// commits are waited for. Full is said at once; nothing queues up behind a slow disk.
pub(crate) async fn work<T: Send + 'static>(
    app: &Arc<App>,
    job: impl FnOnce(&App) -> T + Send + 'static,
) -> Result<T, Unworked> {
    let threads = Arc::clone(&app.threads);
    let thread = threads.try_acquire_owned().map_err(|_| Unworked::Busy)?;
    let app = Arc::clone(app);
    // Goes on to its end when the client leaves: what was begun is either durable or not.
    let done = tokio::task::spawn_blocking(move || {
        let outcome = job(&app);
        drop(thread);
        outcome
    });
    done.await.map_err(|_| Unworked::GivenUp)
}
