//! The only place that reads a clock or waits for one.
//!
//! Two times, because they answer two questions. [`Clock::now`] is what a checkpoint's timestamp
//! says; the operating system may step it back. [`Clock::monotonic`] is what a limit or an interval
//! is measured by; it never goes back, whatever happens to the first.

use std::fmt;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(u64);

impl UnixMillis {
    #[must_use]
    pub const fn new(millis: u64) -> Self {
        Self(millis)
    }

    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whole seconds, as cosignature timestamps count them.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// How long after `earlier` this is; nothing if it is before it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Display for UnixMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where the time comes from. Programs are given one; tests give a [`ManualClock`].
pub trait Clock: Send + Sync + Debug {
    /// What the wall clock shows. It may step back.
    fn now(&self) -> UnixMillis;

    /// Time since some fixed moment in this process's life. It never goes back.
    fn monotonic(&self) -> Duration;
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the door that the rule points to")]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the door that the rule points to")]
    fn now(&self) -> UnixMillis {
        // A clock set to before 1970 reads as 1970: nothing was ever signed then.
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that stands still until a test moves it, and that cannot be moved back.
#[derive(Debug)]
pub struct ManualClock {
    start: UnixMillis,
    // INVARIANT: only ever grows.
    elapsed: Mutex<Duration>,
}

impl ManualClock {
    #[must_use]
    pub const fn at(start: UnixMillis) -> Self {
        Self { start, elapsed: Mutex::new(Duration::ZERO) }
    }

    /// Both times move on by `step`.
    pub fn advance(&self, step: Duration) {
        let mut elapsed = self.elapsed.lock().unwrap_or_else(PoisonError::into_inner);
        *elapsed = elapsed.saturating_add(step);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        let elapsed = u64::try_from(self.monotonic().as_millis()).unwrap_or(u64::MAX);
        UnixMillis(self.start.0.saturating_add(elapsed))
    }

    fn monotonic(&self) -> Duration {
        *self.elapsed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Resolves when `duration` has passed. Wait for the event instead, where there is one.
#[expect(clippy::disallowed_methods, reason = "this is the door that the rule points to")]
pub async fn wait(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Resolves when `clock`'s [`Clock::monotonic`] is due to show `at`; at once if it has.
pub async fn wait_until(clock: &dyn Clock, at: Duration) {
    // Timers have a granularity of a millisecond and may fire early by less than that.
    loop {
        let remaining = at.saturating_sub(clock.monotonic());
        if remaining.is_zero() {
            return;
        }
        wait(remaining).await;
    }
}

/// What `future` gives, if it does so within `limit`.
///
/// # Errors
/// [`TooLate`] when the limit passed first; the future is dropped then.
pub async fn within<F: Future>(limit: Duration, future: F) -> Result<F::Output, TooLate> {
    tokio::time::timeout(limit, future).await.map_err(|_elapsed| TooLate { limit })
}

/// Something took longer than it was allowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not done within {} ms", limit.as_millis())]
pub struct TooLate {
    pub limit: Duration,
}

#[cfg(test)]
mod tests {
    use std::future;

    use super::*;

    #[test]
    fn the_wall_clock_is_past_2025() {
        assert!(SystemClock::new().now() > UnixMillis::from_seconds(1_735_689_600));
    }

    #[test]
    fn monotonic_time_never_goes_back() {
        let clock = SystemClock::new();
        let mut before = clock.monotonic();
        for _ in 0..10_000 {
            let now = clock.monotonic();
            assert!(now >= before);
            before = now;
        }
    }

    #[test]
    fn a_manual_clock_stands_still_until_it_is_moved() {
        let clock = ManualClock::at(UnixMillis::new(5_000));
        assert_eq!((clock.now().get(), clock.monotonic()), (5_000, Duration::ZERO));
        clock.advance(Duration::from_millis(1_999));
        assert_eq!(clock.now(), UnixMillis::new(6_999));
        assert_eq!(clock.now().seconds(), 6);
        assert_eq!(clock.monotonic(), Duration::from_millis(1_999));
    }

    #[test]
    fn a_manual_clock_stops_at_the_end_of_time() {
        let clock = ManualClock::at(UnixMillis::new(u64::MAX - 1));
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), UnixMillis::new(u64::MAX));
        assert_eq!(clock.monotonic(), Duration::MAX);
    }

    #[test]
    fn a_step_back_reads_as_no_time_at_all() {
        let (earlier, later) = (UnixMillis::new(10), UnixMillis::new(25));
        assert_eq!(later.since(earlier), Duration::from_millis(15));
        assert_eq!(earlier.since(later), Duration::ZERO);
    }

    #[tokio::test]
    async fn waiting_until_a_moment_is_never_short() {
        let clock = SystemClock::new();
        let at = clock.monotonic() + Duration::from_millis(3);
        wait_until(&clock, at).await;
        assert!(clock.monotonic() >= at);
        wait_until(&clock, Duration::ZERO).await;
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up() {
        let limit = Duration::from_millis(1);
        assert_eq!(within(limit, future::pending::<()>()).await, Err(TooLate { limit }));
        assert_eq!(within(limit, future::ready(7)).await, Ok(7));
    }
}
