//! What a run says of itself: one JSON object, with what it cost.

use std::collections::BTreeMap;
use std::time::Duration;

use indelible_process::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::drive::Tally;
use crate::histogram::per_second;
use crate::process::{cpu_seconds, resident_kib};

/// Watches what a run costs ourselves and, where its process is given, the server.
#[derive(Debug)]
pub(crate) struct Watch {
    clock: SystemClock,
    own: f64,
    server: Option<(String, f64)>,
}

impl Watch {
    pub(crate) fn begin(server: Option<u32>) -> anyhow::Result<Self> {
        let server = server.map(|process| process.to_string());
        let server = server.map(|process| cpu_seconds(&process).map(|spent| (process, spent)));
        Ok(Self {
            clock: SystemClock::new(),
            own: cpu_seconds("self")?,
            server: server.transpose()?,
        })
    }

    /// CPU is in cores, over the whole run: 1.0 is one core busy all the time.
    pub(crate) fn report(
        self,
        measured: Duration,
        tally: &Tally,
        entries_per_request: u64,
    ) -> anyhow::Result<Value> {
        let whole = self.clock.monotonic().as_secs_f64().max(1e-9);
        let good = tally.latencies.total();
        let errors: BTreeMap<String, u64> =
            tally.errors.iter().map(|(status, count)| (status.to_string(), *count)).collect();
        let mut report = json!({
            "rate": per_second(good, measured),
            "entries_per_second": per_second(good * entries_per_request, measured),
            "answers": good,
            "seconds": hundredths(measured.as_secs_f64()),
            "p50_us": tally.latencies.within(500),
            "p90_us": tally.latencies.within(900),
            "p99_us": tally.latencies.within(990),
            "max_us": tally.latencies.longest_micros(),
            "kilobytes_per_second": per_second(tally.bytes / 1_000, measured),
            "errors": errors,
            "first_error": tally.first_error,
            "load_cores": hundredths((cpu_seconds("self")? - self.own) / whole),
        });
        if let (Some((process, before)), Some(report)) = (self.server, report.as_object_mut()) {
            let (now, most) = resident_kib(&process)?;
            let spent = cpu_seconds(&process)? - before;
            report.insert("server_cores".to_owned(), json!(hundredths(spent / whole)));
            report.insert("server_kib".to_owned(), json!(now));
            report.insert("server_kib_most".to_owned(), json!(most));
        }
        Ok(report)
    }
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
