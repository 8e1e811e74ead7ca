//! The metrics of one program and the text in which they are scraped.
//!
//! Each part of a program owns its counters and registers them here once, at the start; there is no
//! global registry.

use std::fmt;

use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

mod process;

/// What [`Metrics::expose`] writes, for the `Content-Type` of the answer.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything a program counts and measures, the process itself included.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
}

impl Metrics {
    /// With the metrics of the process (memory, descriptors, CPU time, start) and nothing else yet.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(process::Process));
        Self { registry }
    }

    /// Where a part of the program registers what it counts; names there begin with `prefix_`.
    pub fn part(&mut self, prefix: &str) -> &mut Registry {
        self.registry.sub_registry_with_prefix(prefix)
    }

    /// Where names have no prefix.
    pub const fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// All of it as [`CONTENT_TYPE`], read at this moment.
    ///
    /// # Errors
    /// When a metric refuses to be written.
    pub fn expose(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::counter::Counter;

    use super::*;

    #[test]
    fn what_is_counted_is_exposed_under_its_part() {
        let mut metrics = Metrics::new();
        let added: Counter = Counter::default();
        metrics.part("indelible_log").register("entries", "Entries added", added.clone());
        added.inc_by(3);
        let text = metrics.expose().unwrap();
        assert!(text.contains("# TYPE indelible_log_entries counter\n"), "{text}");
        assert!(text.contains("\nindelible_log_entries_total 3\n"), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }

    #[test]
    fn every_line_is_a_comment_or_a_name_and_a_number() {
        let text = Metrics::new().expose().unwrap();
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            let (_name, value) = line.split_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
}
