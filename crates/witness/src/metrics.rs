//! What is counted and measured, and under which names.

use std::fmt;
use std::sync::atomic::AtomicU64;

use indelible_process::Metrics;
use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use crate::store::ledger::Ledger;
use crate::store::registry::Registry;

/// Logs whose size is shown, in the order of their origins. A time series for each of many thousand
/// logs would cost the monitoring system more than the witness costs.
pub(crate) const LOGS_SHOWN_MAX: usize = 1_000;

/// A route and the status that it answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Log {
    origin: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

type Size = Gauge<u64, AtomicU64>;

/// The witness's metrics.
#[derive(Debug)]
pub(crate) struct WitnessMetrics {
    exposed: Mutex<Metrics>,
    answers: Family<Answer, Counter>,
    logs: Size,
    sizes: Family<Log, Size>,
    evidence: Family<Log, Size>,
    contradictions: Counter,
    list_reads: Family<Outcome, Counter>,
    logs_refused: Counter,
}

impl WitnessMetrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Metrics::new();
        let part = metrics.part("indelible_witness");
        let answers = Family::default();
        part.register("answers", "Requests by route and status", answers.clone());
        let logs = Size::default();
        part.register("logs", "Logs that are served", logs.clone());
        let sizes = Family::default();
        part.register("log_size", "Size cosigned last, for the first 1000 logs", sizes.clone());
        let evidence = Family::default();
        part.register(
            "log_evidence",
            "Contradictions kept, for logs that have some",
            evidence.clone(),
        );
        let contradictions = Counter::default();
        part.register(
            "contradictions",
            "Signed checkpoints that contradicted a cosigned one of the same size",
            contradictions.clone(),
        );
        let list_reads = Family::default();
        part.register("log_list_reads", "Readings of the log list by outcome", list_reads.clone());
        let logs_refused = Counter::default();
        part.register(
            "logs_refused",
            "Times that a log was listed with other keys than it is known by, or was one too many",
            logs_refused.clone(),
        );
        Self {
            exposed: Mutex::new(metrics),
            answers,
            logs,
            sizes,
            evidence,
            contradictions,
            list_reads,
            logs_refused,
        }
    }

    pub(crate) fn answered(&self, route: &'static str, status: u16) {
        self.answers.get_or_create(&Answer { route, status }).inc();
    }

    pub(crate) fn contradicted(&self) {
        self.contradictions.inc();
    }

    pub(crate) fn list_read<E>(&self, read: &Result<(), E>) {
        let outcome = if read.is_ok() { "read" } else { "failed" };
        self.list_reads.get_or_create(&Outcome { outcome }).inc();
    }

    pub(crate) fn logs_refused(&self, logs: usize) {
        self.logs_refused.inc_by(u64::try_from(logs).unwrap_or(u64::MAX));
    }

    /// Everything as OpenMetrics text.
    pub(crate) fn expose(&self, registry: &Registry) -> Result<String, fmt::Error> {
        self.logs.set(u64::try_from(registry.count()).unwrap_or(u64::MAX));
        let exposed = self.exposed.lock();
        let all = registry.all();
        let named = |ledger: &Ledger| Log { origin: ledger.origin().as_str().to_owned() };
        // Anew each time: a log that was added may stand before others, which are then not shown.
        self.sizes.clear();
        for ledger in all.iter().take(LOGS_SHOWN_MAX) {
            self.sizes.get_or_create(&named(ledger)).set(ledger.size());
        }
        self.evidence.clear();
        for ledger in all.iter().filter(|ledger| ledger.evidence() > 0).take(LOGS_SHOWN_MAX) {
            let kept = u64::try_from(ledger.evidence()).unwrap_or(u64::MAX);
            self.evidence.get_or_create(&named(ledger)).set(kept);
        }
        exposed.expose()
    }
}
