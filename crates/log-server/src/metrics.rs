//! What is counted, and under which names. Prometheus' own units: seconds and bytes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use indelible_merkle::TreeSize;
use indelible_note::Origin;
use indelible_process::{ConnectionCounts, Metrics};
use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// All metrics of a server.
#[derive(Debug)]
pub(crate) struct ServerMetrics {
    pub(crate) registry: Metrics,
    pub(crate) connections: ConnectionCounts,
    families: Families,
    logs: Mutex<BTreeMap<String, Arc<LogMetrics>>>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LogLabel {
    log: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct WitnessLabel {
    log: String,
    witness: String,
    cosigned: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RefusalLabel {
    log: String,
    reason: &'static str,
}

type Size = Gauge<u64, AtomicU64>;

#[derive(Debug)]
struct Families {
    committed: Family<LogLabel, Size>,
    published: Family<LogLabel, Size>,
    entries: Family<LogLabel, Counter>,
    commits: Family<LogLabel, Histogram, fn() -> Histogram>,
    publications: Family<LogLabel, Histogram, fn() -> Histogram>,
    publish_failures: Family<LogLabel, Counter>,
    refusals: Family<RefusalLabel, Counter>,
    witnesses: Family<WitnessLabel, Counter>,
}

/// Seconds from 0.1 ms to about 3 s.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.0, 16))
}

impl ServerMetrics {
    pub(crate) fn new() -> Self {
        let mut registry = Metrics::new();
        let families = Families {
            committed: Family::default(),
            published: Family::default(),
            entries: Family::default(),
            commits: Family::new_with_constructor(seconds),
            publications: Family::new_with_constructor(seconds),
            publish_failures: Family::default(),
            refusals: Family::default(),
            witnesses: Family::default(),
        };
        let connections = ConnectionCounts::default();
        let part = registry.part("indelible");
        families.register(part);
        connections.register(part);
        Self { registry, connections, families, logs: Mutex::default() }
    }

    /// The metrics of one log.
    pub(crate) fn log(&self, origin: &Origin) -> Arc<LogMetrics> {
        let made = || Arc::new(LogMetrics::of(origin, &self.families));
        let mut logs = self.logs.lock();
        Arc::clone(logs.entry(origin.to_string()).or_insert_with(made))
    }
}

impl Families {
    fn register(&self, metrics: &mut Registry) {
        metrics.register("log_size_committed", "Entries that are durable", self.committed.clone());
        metrics.register(
            "log_size_published",
            "Entries under the visible checkpoint",
            self.published.clone(),
        );
        metrics.register(
            "entries_added",
            "Entries committed since the start",
            self.entries.clone(),
        );
        metrics.register(
            "commit_duration_seconds",
            "Time of one synced commit",
            self.commits.clone(),
        );
        metrics.register(
            "publish_duration_seconds",
            "Time from signing a head until it is visible",
            self.publications.clone(),
        );
        metrics.register(
            "publish_failures",
            "Heads that missed their quorum",
            self.publish_failures.clone(),
        );
        metrics.register("refusals", "Submissions refused, by reason", self.refusals.clone());
        metrics.register(
            "witness_requests",
            "Conversations with witnesses, by outcome",
            self.witnesses.clone(),
        );
    }
}

/// The metrics of one log, looked up once.
#[derive(Debug)]
pub(crate) struct LogMetrics {
    origin: String,
    committed: Size,
    published: Size,
    entries: Counter,
    commits: Histogram,
    publications: Histogram,
    publish_failures: Counter,
    refusals: Family<RefusalLabel, Counter>,
    witnesses: Family<WitnessLabel, Counter>,
}

impl LogMetrics {
    fn of(origin: &Origin, families: &Families) -> Self {
        let label = LogLabel { log: origin.to_string() };
        Self {
            committed: families.committed.get_or_create(&label).clone(),
            published: families.published.get_or_create(&label).clone(),
            entries: families.entries.get_or_create(&label).clone(),
            commits: families.commits.get_or_create(&label).clone(),
            publications: families.publications.get_or_create(&label).clone(),
            publish_failures: families.publish_failures.get_or_create(&label).clone(),
            refusals: families.refusals.clone(),
            witnesses: families.witnesses.clone(),
            origin: label.log,
        }
    }

    /// What a start found.
    pub(crate) fn recovered(&self, committed: TreeSize, published: Option<TreeSize>) {
        self.committed.set(committed.get());
        self.published.set(published.map_or(0, TreeSize::get));
    }

    pub(crate) fn committed(&self, added: u64, size: TreeSize, took: Duration) {
        self.entries.inc_by(added);
        self.committed.set(size.get());
        self.commits.observe(took.as_secs_f64());
    }

    pub(crate) fn published(&self, size: TreeSize, took: Duration) {
        self.published.set(size.get());
        self.publications.observe(took.as_secs_f64());
    }

    pub(crate) fn publish_failed(&self) {
        self.publish_failures.inc();
    }

    /// A submission was refused.
    pub(crate) fn refused(&self, reason: &'static str) {
        let log = self.origin.clone();
        self.refusals.get_or_create(&RefusalLabel { log, reason }).inc();
    }

    pub(crate) fn witness_asked(&self, witness: &str, cosigned: bool) {
        let label = WitnessLabel {
            log: self.origin.clone(),
            witness: witness.to_owned(),
            cosigned: if cosigned { "yes" } else { "no" },
        };
        self.witnesses.get_or_create(&label).inc();
    }
}
