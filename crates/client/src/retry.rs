//! When to ask again after a failure, and when to give up.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// Exponential backoff with jitter that listens to `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// How often a request is sent in all, the first time included.
    pub attempts_max: u32,
    /// The wait after the first failure; it doubles with each further one.
    pub first: Duration,
    /// The longest wait that doubling leads to.
    pub longest: Duration,
    /// A server that asks for more patience than this is reported at once instead.
    pub retry_after_max: Duration,
}

impl Default for Backoff {
    /// Five attempts over about four seconds; a server may ask for half a minute.
    fn default() -> Self {
        Self {
            attempts_max: 5,
            first: Duration::from_millis(250),
            longest: Duration::from_secs(10),
            retry_after_max: Duration::from_secs(30),
        }
    }
}

impl Backoff {
    /// Never asks twice.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts_max: 1, ..Self::default() }
    }

    /// The wait after `failures` failed attempts, or `None` to give up. `jitter` places it
    /// between the half and the whole of the doubled time, so that clients spread out.
    #[must_use]
    pub fn after(
        &self,
        failures: u32,
        retry_after: Option<Duration>,
        jitter: u32,
    ) -> Option<Duration> {
        if failures >= self.attempts_max {
            return None;
        }
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let whole = self.first.saturating_mul(doubled).min(self.longest);
        let half = whole / 2;
        let spread = half.mul_f64(f64::from(jitter) / f64::from(u32::MAX));
        match retry_after {
            Some(asked) if asked > self.retry_after_max => None,
            // Never earlier than asked, and still spread: everyone was told the same moment.
            Some(asked) => Some(asked.saturating_add(spread)),
            None => Some(half.saturating_add(spread)),
        }
    }
}

/// Reads a `Retry-After` value: seconds, or a date (RFC 9110 section 10.2.3).
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that do not fit are a very long time.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff {
        attempts_max: 4,
        first: Duration::from_millis(100),
        longest: Duration::from_millis(300),
        retry_after_max: Duration::from_secs(5),
    };

    #[test]
    fn waits_double_up_to_the_longest_and_then_end() {
        let whole: Vec<_> =
            (1..=4).map(|failures| BACKOFF.after(failures, None, u32::MAX)).collect();
        let millis = |n| Some(Duration::from_millis(n));
        assert_eq!(whole, [millis(100), millis(200), millis(300), None]);
    }

    #[test]
    fn jitter_lies_between_the_half_and_the_whole() {
        assert_eq!(BACKOFF.after(1, None, 0), Some(Duration::from_millis(50)));
        assert_eq!(BACKOFF.after(1, None, u32::MAX), Some(Duration::from_millis(100)));
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_at_least_that() {
        let asked = Duration::from_secs(2);
        assert!(BACKOFF.after(1, Some(asked), 0).unwrap() >= asked);
        assert_eq!(BACKOFF.after(1, Some(Duration::from_secs(6)), 0), None);
    }

    #[test]
    fn many_failures_do_not_overflow() {
        let patient = Backoff { attempts_max: u32::MAX, ..BACKOFF };
        assert_eq!(patient.after(u32::MAX - 1, None, u32::MAX), Some(BACKOFF.longest));
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after("Sat, 21 Nov 2026 10:00:30 GMT", now),
            Some(Duration::from_secs(30))
        );
        assert_eq!(retry_after("Sat, 21 Nov 2026 09:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(
            retry_after("99999999999999999999999", now),
            Some(Duration::from_secs(u64::MAX))
        );
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
    }
}
