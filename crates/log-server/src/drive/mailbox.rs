//! The bounded queue in front of a log's writer. Full means *busy*, at once (I6).

use std::collections::VecDeque;
use std::time::Duration;

use indelible_merkle::TreeSize;
use indelible_sequencer::{Outcome, Submission};
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

/// Whom a submission's outcome is told to.
pub(crate) type Ticket = oneshot::Sender<Outcome>;

/// What the queue may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueLimits {
    pub(crate) entries_max: usize,
    pub(crate) bytes_max: usize,
}

/// Why a submission was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotTaken {
    #[error("the queue is full")]
    Busy,
    #[error("the log is shutting down")]
    Closed,
}

/// What the publisher and the operator tell the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Published(TreeSize),
    PublishFailed,
    Stop,
}

/// Everything that waited when the writer looked.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) submissions: Vec<Submission<Ticket>>,
    pub(crate) controls: VecDeque<Control>,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.submissions.is_empty() && self.controls.is_empty()
    }
}

/// Many put in, one takes out.
#[derive(Debug)]
pub(crate) struct Mailbox {
    limits: QueueLimits,
    held: Mutex<Held>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Held {
    waiting: Waiting,
    // INVARIANT: sums over `waiting.submissions`; both at most the limits, but for a single
    // submission larger than a limit, which an empty queue still takes.
    entries: usize,
    bytes: usize,
    closed: bool,
    // Whether the writer sleeps: only then is it worth a system call to wake it.
    asleep: bool,
}

impl Mailbox {
    pub(crate) fn new(limits: QueueLimits) -> Self {
        Self { limits, held: Mutex::default(), arrived: Condvar::new() }
    }

    /// Hands a submission to the writer, or says at once why not.
    pub(crate) fn submit(&self, submission: Submission<Ticket>) -> Result<(), NotTaken> {
        let (entries, bytes) = (submission.items.len(), submission.bytes());
        let mut held = self.held.lock();
        if held.closed {
            return Err(NotTaken::Closed);
        }
        let fits = held.entries.saturating_add(entries) <= self.limits.entries_max
            && held.bytes.saturating_add(bytes) <= self.limits.bytes_max;
        if !fits && held.entries > 0 {
            return Err(NotTaken::Busy);
        }
        held.entries = held.entries.saturating_add(entries);
        held.bytes = held.bytes.saturating_add(bytes);
        held.waiting.submissions.push(submission);
        self.wake(&mut held);
        Ok(())
    }

    /// Tells the writer something; never refused, because there is at most one publication and
    /// one stop under way.
    pub(crate) fn tell(&self, control: Control) {
        let mut held = self.held.lock();
        held.waiting.controls.push_back(control);
        self.wake(&mut held);
    }

    /// Entries that wait; for metrics.
    pub(crate) fn depth(&self) -> usize {
        self.held.lock().entries
    }

    /// Refuses everything from now on, and what still waits: nobody will ever take it.
    pub(crate) fn close(&self) {
        let mut held = self.held.lock();
        held.closed = true;
        held.entries = 0;
        held.bytes = 0;
        for Submission { ticket, .. } in std::mem::take(&mut held.waiting.submissions) {
            // A submitter that has gone away is not an error.
            drop(ticket.send(Outcome::Stopping));
        }
    }

    /// Takes everything that waits; if nothing does, waits for it no longer than `patience`.
    pub(crate) fn take(&self, patience: Option<Duration>) -> Waiting {
        let mut held = self.held.lock();
        if held.waiting.is_empty() {
            held.asleep = true;
            match patience {
                Some(patience) => {
                    self.arrived.wait_for(&mut held, patience);
                }
                None => self.arrived.wait(&mut held),
            }
            held.asleep = false;
        }
        held.entries = 0;
        held.bytes = 0;
        std::mem::take(&mut held.waiting)
    }

    fn wake(&self, held: &mut Held) {
        if std::mem::take(&mut held.asleep) {
            self.arrived.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
