//! How a program is told to stop, and who hears of it.
//!
//! Stopping has two levels. The first request asks for a graceful end: no new connections, what is
//! under way is finished within a bound. A second one says that the bound is over now: connections
//! are cut, but `main` still returns and everything durable is still closed in order. There is no
//! third level that exits at once; for that the operator has SIGKILL, and every program of ours
//! must survive it anyway.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// How urgently the program shall stop. The order is the order of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Nobody has asked.
    Running,
    /// Finish what is under way.
    Requested,
    /// Stop now.
    Immediate,
}

/// One request to stop, shared by everything that must hear it. Clones are the same request.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    // INVARIANT: only ever grows: 0 running, 1 requested, 2 immediate.
    level: AtomicU8,
    changed: Arc<Notify>,
}

impl Shutdown {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops on SIGTERM or SIGINT; the second signal, of either kind, makes it immediate.
    ///
    /// # Errors
    /// When the operating system refuses to deliver signals to us.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self::new();
        // Registered before this returns: a signal that arrives during start-up is not lost.
        let (terminate, interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(shutdown.clone().listen(terminate, interrupt));
        Ok(shutdown)
    }

    /// Asks for a graceful end; asked again, for an immediate one.
    pub fn request(&self) {
        let raise = |level: u8| (level < 2).then_some(level + 1);
        if self.shared.level.fetch_update(Ordering::AcqRel, Ordering::Acquire, raise).is_ok() {
            self.shared.changed.notify_waiters();
        }
    }

    /// Resolves once anybody has asked; at once if that has happened.
    pub async fn requested(&self) {
        self.reached(Urgency::Requested).await;
    }

    /// Resolves once the end is to be immediate.
    pub async fn immediate(&self) {
        self.reached(Urgency::Immediate).await;
    }

    #[must_use]
    pub fn urgency(&self) -> Urgency {
        match self.shared.level.load(Ordering::Acquire) {
            0 => Urgency::Running,
            1 => Urgency::Requested,
            _ => Urgency::Immediate,
        }
    }

    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.urgency() >= Urgency::Requested
    }

    /// Resolves on the next change of [`Self::urgency`] after this call.
    pub(crate) fn changed(&self) -> OwnedNotified {
        Arc::clone(&self.shared.changed).notified_owned()
    }

    async fn reached(&self, wanted: Urgency) {
        loop {
            // Made before the level is read, so that a change between the two is heard.
            let changed = self.shared.changed.notified();
            if self.urgency() >= wanted {
                return;
            }
            changed.await;
        }
    }

    async fn listen(self, mut terminate: Signal, mut interrupt: Signal) {
        while self.urgency() < Urgency::Immediate {
            let name = tokio::select! {
                Some(()) = terminate.recv() => "SIGTERM",
                Some(()) = interrupt.recv() => "SIGINT",
                else => return,
            };
            self.request();
            tracing::info!(signal = name, urgency = ?self.urgency(), "stopping");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everybody_hears_a_request_and_whoever_comes_later_too() {
        let shutdown = Shutdown::new();
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let shutdown = shutdown.clone();
                tokio::spawn(async move { shutdown.requested().await })
            })
            .collect();
        assert!(!shutdown.is_requested());
        shutdown.request();
        for waiter in waiting {
            waiter.await.unwrap();
        }
        shutdown.requested().await;
        assert_eq!(shutdown.urgency(), Urgency::Requested);
    }

    #[tokio::test]
    async fn asking_twice_makes_it_immediate_and_more_changes_nothing() {
        let shutdown = Shutdown::new();
        let immediate = {
            let shutdown = shutdown.clone();
            tokio::spawn(async move { shutdown.immediate().await })
        };
        shutdown.request();
        shutdown.requested().await;
        assert!(!immediate.is_finished());
        shutdown.request();
        immediate.await.unwrap();
        shutdown.request();
        assert_eq!(shutdown.urgency(), Urgency::Immediate);
    }

    #[tokio::test]
    async fn a_change_between_making_and_waiting_is_heard() {
        let shutdown = Shutdown::new();
        let changed = shutdown.changed();
        shutdown.request();
        changed.await;
    }

    #[tokio::test]
    async fn a_real_signal_stops_and_a_second_one_hurries() {
        let shutdown = Shutdown::on_signals().unwrap();
        send_to_ourselves("TERM");
        shutdown.requested().await;
        assert_eq!(shutdown.urgency(), Urgency::Requested);
        send_to_ourselves("INT");
        shutdown.immediate().await;
    }

    fn send_to_ourselves(signal: &str) {
        let us = std::process::id().to_string();
        let sent = std::process::Command::new("kill").args(["-s", signal, &us]).status().unwrap();
        assert!(sent.success());
    }
}
