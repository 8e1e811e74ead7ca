//! A loop without opinions: carries the machine's effects out and reports back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use indelible_process::Clock;
use indelible_sequencer::{Effect, Event, Machine, Millis, Plan, Submission, TreeHead};
use tokio::sync::mpsc;

use crate::metrics::LogMetrics;
use crate::store::read::{LogRows, ReadError};
use crate::store::write;

use super::mailbox::{Control, Mailbox, Ticket, Waiting};

/// One log's writer. It runs on a thread of its own, because a synced write blocks.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) machine: Machine<Ticket>,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) rows: LogRows,
    pub(crate) publisher: mpsc::Sender<TreeHead>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Arc<LogMetrics>,
}

/// Why a writer ended before it was told to. The process ends with it: only a restart can find out
/// what is durable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DriverError {
    /// A commit's outcome is unknown.
    #[error("a commit failed, and only a restart can tell whether it is durable: {0}")]
    Commit(indelible_disk::DiskError),
    /// Identities could not be looked up.
    #[error("the store could not be read: {0}")]
    Read(#[from] ReadError),
}

impl Driver {
    /// Runs until everything accepted is answered after a stop.
    pub(crate) fn run(mut self) -> Result<(), DriverError> {
        let mut events = VecDeque::from([Event::Tick]);
        let mut wake_at = None;
        let mut failure = None;
        loop {
            let Some(event) = events.pop_front() else {
                let waiting = self.mailbox.take(self.patience(wake_at));
                self.enqueue(waiting, &mut events)?;
                continue;
            };
            wake_at = None;
            for effect in self.machine.step(self.now(), event) {
                match effect {
                    Effect::Commit(plan) => events.push_front(match self.commit(&plan) {
                        Ok(()) => Event::Committed,
                        Err(error) => {
                            failure = Some(DriverError::Commit(error));
                            Event::CommitUnknown
                        }
                    }),
                    // A submitter that has gone away is not an error.
                    Effect::Answer { ticket, outcome } => drop(ticket.send(outcome)),
                    Effect::Publish(head) => self.publish(head),
                    Effect::WakeAt(at) => wake_at = Some(at),
                    Effect::Stopped => return failure.map_or(Ok(()), Err),
                }
            }
        }
    }

    fn now(&self) -> Millis {
        Millis(u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(u64::MAX))
    }

    fn patience(&self, wake_at: Option<Millis>) -> Option<Duration> {
        wake_at.map(|at| Duration::from_millis(at.0.saturating_sub(self.now().0)))
    }

    /// Submissions that wait become one event, so that they share a commit. Identities are looked
    /// up here: nothing is committed between this look and the step that uses it.
    fn enqueue(
        &self,
        waiting: Waiting,
        events: &mut VecDeque<Event<Ticket>>,
    ) -> Result<(), DriverError> {
        let Waiting { mut submissions, controls } = waiting;
        events.extend(controls.into_iter().map(|control| match control {
            Control::Published(size) => Event::Published(size),
            Control::PublishFailed => Event::PublishFailed,
            Control::Stop => Event::Stop,
        }));
        if submissions.is_empty() {
            events.push_back(Event::Tick);
            return Ok(());
        }
        self.look_up(&mut submissions)?;
        // Before the controls: what came in before a stop is still accepted.
        events.push_front(Event::Arrived(submissions));
        Ok(())
    }

    fn look_up(&self, submissions: &mut [Submission<Ticket>]) -> Result<(), ReadError> {
        let items = submissions.iter_mut().flat_map(|submission| submission.items.iter_mut());
        for identity in items.flat_map(|item| item.identities.iter_mut()) {
            identity.known = self.rows.known(&identity.key)?;
        }
        Ok(())
    }

    fn commit(&self, plan: &Plan) -> Result<(), indelible_disk::DiskError> {
        let started = self.clock.monotonic();
        let outcome = write::commit(self.rows.backend().as_ref(), self.rows.log(), plan);
        match &outcome {
            Ok(()) => {
                let took = self.clock.monotonic().saturating_sub(started);
                self.metrics.committed(plan.growth.added(), plan.growth.to(), took);
            }
            Err(error) => tracing::error!(%error, "a commit failed; the process will end"),
        }
        outcome
    }

    fn publish(&self, head: TreeHead) {
        // The channel holds one and the machine has at most one publication under way, so it is
        // full or closed only while the process is ending.
        if self.publisher.try_send(head).is_err() {
            self.mailbox.tell(Control::PublishFailed);
        }
    }
}

impl Drop for Driver {
    /// However the writer ends, by a stop, an error or a panic: nobody may wait for it any more.
    fn drop(&mut self) {
        self.mailbox.close();
    }
}

#[cfg(test)]
mod tests;
