//! Latencies, counted in buckets that are never wider than one part in 64 of what they hold.

use std::time::Duration;

/// Each power of two is cut into this many equal buckets.
const STEPS: u64 = 64;
const STEPS_BITS: u32 = STEPS.trailing_zeros();

/// Counts of durations in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    longest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        let buckets = usize::try_from(STEPS * 58).unwrap_or(0);
        Self { counts: vec![0; buckets], total: 0, longest: 0 }
    }
}

impl Histogram {
    pub(crate) fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(count) = self.counts.get_mut(bucket_of(micros)) {
            *count += 1;
        }
        self.total += 1;
        self.longest = self.longest.max(micros);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(sum, count)| *sum += count);
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }

    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    pub(crate) const fn longest_micros(&self) -> u64 {
        self.longest
    }

    /// The duration that so many in a thousand stay within, in microseconds.
    pub(crate) fn within(&self, per_mille: u64) -> u64 {
        let wanted = (self.total * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_end(bucket).min(self.longest);
            }
        }
        self.longest
    }
}

/// A rate, rounded to tenths.
pub(crate) fn per_second(count: u64, time: Duration) -> f64 {
    let count = u32::try_from(count).map_or(f64::INFINITY, f64::from);
    (count / time.as_secs_f64().max(1e-9) * 10.0).round() / 10.0
}

fn bucket_of(micros: u64) -> usize {
    let power = (micros | 1).ilog2().saturating_sub(STEPS_BITS);
    let bucket = u64::from(power) * STEPS + (micros >> power);
    usize::try_from(bucket).unwrap_or(usize::MAX)
}

/// The largest duration of a bucket.
fn upper_end(bucket: usize) -> u64 {
    let bucket = u64::try_from(bucket).unwrap_or(u64::MAX);
    let power = (bucket / STEPS).saturating_sub(1);
    let step = bucket - power * STEPS;
    ((step + 1) << power) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_lies_in_its_bucket_and_the_bucket_is_narrow() {
        for micros in (0..5_000).chain((5_000..50_000_000).step_by(997)) {
            let end = upper_end(bucket_of(micros));
            assert!(micros <= end && end - micros <= micros / STEPS, "{micros} in ..={end}");
        }
    }

    #[test]
    fn quantiles_are_those_of_a_sorted_list() {
        let mut histogram = Histogram::default();
        (1..=1_000).for_each(|micros| histogram.record(Duration::from_micros(micros)));
        for (per_mille, exact) in [(500, 500), (900, 900), (990, 990), (1_000, 1_000)] {
            let found = histogram.within(per_mille);
            assert!(found >= exact && found - exact <= exact / STEPS, "{per_mille}: {found}");
        }
        assert_eq!((histogram.total(), histogram.longest_micros()), (1_000, 1_000));
    }
}
