//! What the operating system knows about this process, read from `/proc` at each scrape.
//!
//! The names are those that every Prometheus client uses, so that ready-made dashboards fit. Where
//! there is no `/proc` these metrics are absent rather than zero.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// The unit of the times in `/proc/self/stat`: `USER_HZ`, which Linux keeps at 100 towards programs
/// on every architecture that we run on, whatever its own tick is.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, mut out: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let system = fs::read_to_string("/proc/stat").unwrap_or_default();

        let kibibytes = |field| number_after(&status, field).map(|size| size * 1024.0);
        gauge(&mut out, "resident_memory_bytes", "Memory in RAM", kibibytes("VmRSS:"))?;
        gauge(&mut out, "virtual_memory_bytes", "Address space in use", kibibytes("VmSize:"))?;
        gauge(&mut out, "threads", "Threads", number_after(&status, "Threads:"))?;
        gauge(&mut out, "open_fds", "Open file descriptors", open_descriptors())?;
        gauge(
            &mut out,
            "max_fds",
            "File descriptors that may be open at once",
            number_after(&limits, "Max open files"),
        )?;
        gauge(
            &mut out,
            "start_time_seconds",
            "When the process started, since 1970",
            start_time(&stat, &system),
        )?;
        let Some(cpu) = cpu_seconds(&stat) else { return Ok(()) };
        let cpu = ConstCounter::new(cpu);
        let name = "process_cpu_seconds";
        cpu.encode(out.encode_descriptor(name, "CPU time used", None, MetricType::Counter)?)
    }
}

fn gauge(
    out: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: Option<f64>,
) -> Result<(), fmt::Error> {
    let Some(value) = value else { return Ok(()) };
    let name = format!("process_{name}");
    ConstGauge::new(value).encode(out.encode_descriptor(&name, help, None, MetricType::Gauge)?)
}

/// The first number on the line that starts with `field`. "unlimited" is none.
fn number_after(text: &str, field: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(field))?;
    rest.split_whitespace().next()?.parse().ok()
}

fn open_descriptors() -> Option<f64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    // One of them is the folder that is being read.
    u32::try_from(open).ok().map(|open| f64::from(open.saturating_sub(1)))
}

/// Field 22, in ticks since the machine started.
fn start_time(stat: &str, system: &str) -> Option<f64> {
    let machine_started = number_after(system, "btime")?;
    Some(machine_started + field(stat, 22)? / TICKS_PER_SECOND)
}

/// Fields 14 and 15: what ran as the program, and what ran for it in the kernel.
fn cpu_seconds(stat: &str) -> Option<f64> {
    Some((field(stat, 14)? + field(stat, 15)?) / TICKS_PER_SECOND)
}

/// Fields are counted from 1. The second is the program's name in brackets, which may itself hold
/// blanks and brackets, so counting starts behind the last bracket.
fn field(stat: &str, number: usize) -> Option<f64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    behind_name.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};
    use crate::metrics::Metrics;

    fn value(text: &str, name: &str) -> f64 {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
        line.rsplit_once(' ').unwrap().1.parse().unwrap()
    }

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 50 13 14 15 16 17 18 12345 20";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!(start_time(stat, "cpu 1 2\nbtime 1000\n"), Some(1123.45));
    }

    #[test]
    fn what_is_not_there_is_absent() {
        assert_eq!(cpu_seconds(""), None);
        assert_eq!(cpu_seconds("7 (a) S 1"), None);
        assert_eq!(start_time("7 (a) S 1", "btime 5"), None);
        assert_eq!(number_after("Max open files  unlimited  unlimited", "Max open files"), None);
    }

    #[test]
    fn this_very_process_is_described() {
        let text = Metrics::new().expose().unwrap();
        let memory = value(&text, "process_resident_memory_bytes");
        assert!(memory > 500_000.0 && memory < 1e11, "{memory}");
        assert!(value(&text, "process_open_fds") >= 3.0);
        assert!(value(&text, "process_threads") >= 1.0);
        assert!(value(&text, "process_cpu_seconds_total") >= 0.0);
        let now = SystemClock::new().now().seconds() as f64;
        let age = now - value(&text, "process_start_time_seconds");
        // Test processes live for minutes, not days; `btime` itself may be off by a second or two.
        assert!(age > -5.0 && age < 1e6, "{age}");
    }
}
