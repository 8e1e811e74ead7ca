//! What happens when a commit fails: nothing is written or signed any more, and the process ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indelible_disk::{Backend, Batch, DiskError};
use indelible_process::Shutdown;

use super::failure::StoreError;

/// The one way to write. After a failed commit the rows may be there or not, and a second sync may
/// succeed with the data gone; only a restart, which reads what is there, can tell. So one failure
/// stops everything, and asks the process to end.
#[derive(Clone, Debug)]
pub(crate) struct Breaker {
    broken: Arc<AtomicBool>,
    shutdown: Shutdown,
}

impl Breaker {
    pub(crate) fn new(shutdown: Shutdown) -> Self {
        Self { broken: Arc::default(), shutdown }
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// Refuses once a commit has failed.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.is_broken() { Err(StoreError::Broken) } else { Ok(()) }
    }

    /// Makes a batch durable, or breaks.
    pub(super) fn commit(&self, backend: &dyn Backend, batch: Batch) -> Result<(), StoreError> {
        self.check()?;
        backend.commit(batch).map_err(|error| self.trip(error))
    }

    /// Passes on what was read; breaks where the database says that it is beyond help.
    pub(super) fn read<T>(&self, read: Result<T, DiskError>) -> Result<T, StoreError> {
        read.map_err(|error| if error.is_fatal() { self.trip(error) } else { error.into() })
    }

    fn trip(&self, error: DiskError) -> StoreError {
        if !self.broken.swap(true, Ordering::AcqRel) {
            tracing::error!(%error, "a commit failed, stopping: look at the disk, then start again");
            self.shutdown.request();
        }
        error.into()
    }
}
