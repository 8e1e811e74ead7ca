//! What a listening socket has seen, for the metrics.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::connection::Ending;

/// Counts of one or more listening sockets. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct ConnectionCounts {
    open: Gauge,
    accepted: Counter,
    refused: Counter,
    timed_out: Counter,
    broken: Counter,
    cut: Counter,
}

impl ConnectionCounts {
    pub fn register(&self, registry: &mut Registry) {
        registry.register("connections_open", "Connections open now", self.open.clone());
        registry.register("connections_accepted", "Connections served", self.accepted.clone());
        registry.register(
            "connections_refused",
            "Connections refused because all were taken",
            self.refused.clone(),
        );
        registry.register(
            "connections_timed_out",
            "Connections closed because the client took too long",
            self.timed_out.clone(),
        );
        registry.register(
            "connections_broken",
            "Connections that broke, or did not speak HTTP",
            self.broken.clone(),
        );
        registry.register(
            "connections_cut",
            "Connections not done in time at a shutdown",
            self.cut.clone(),
        );
    }

    /// Connections being served at this moment.
    #[must_use]
    pub fn open(&self) -> u64 {
        u64::try_from(self.open.get()).unwrap_or(0)
    }

    /// Connections that were turned away since the start.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.get()
    }

    /// Connections that were closed because the client took too long.
    #[must_use]
    pub fn timed_out(&self) -> u64 {
        self.timed_out.get()
    }

    /// Connections that a shutdown ended before they were done.
    #[must_use]
    pub fn cut(&self) -> u64 {
        self.cut.get()
    }

    pub(super) fn count_accepted(&self) {
        self.accepted.inc();
        self.open.inc();
    }

    pub(super) fn count_refused(&self) {
        self.refused.inc();
    }

    pub(super) fn count_end(&self, ending: &Ending) {
        self.open.dec();
        match ending {
            Ending::Closed => {}
            Ending::Broken(_) => {
                self.broken.inc();
            }
            Ending::TimedOut(_) => {
                self.timed_out.inc();
            }
            Ending::Cut => {
                self.cut.inc();
            }
        }
    }
}
