//! Where HTTP/2 requests run: in tasks that the end of the program waits for.

use std::future::Future;

use hyper::rt::Executor;
use tokio_util::task::TaskTracker;

#[derive(Clone, Debug)]
pub(super) struct TrackedExecutor(pub(super) TaskTracker);

impl<F> Executor<F> for TrackedExecutor
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}
