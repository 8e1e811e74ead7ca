//! What one connection is doing, and since when: enough to judge whether it has taken too long.
//!
//! One timer per connection looks at this now and then; requests only leave marks. A request costs
//! a few uncontended atomic writes and one reading of the clock, and no timer of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::limits::ConnectionLimits;

/// The marks of one connection. Times are nanoseconds since it was accepted, zero for "not".
#[derive(Debug)]
pub(super) struct Activity {
    accepted: Instant,
    http2: AtomicBool,
    served: AtomicBool,
    /// Set by the first look at an idle connection, not by the request that ended before it.
    idle_since: AtomicU64,
    head_since: AtomicU64,
    write_blocked_since: AtomicU64,
    /// Requests under way by the period in which they began, current and previous.
    open: [AtomicU32; 2],
    period: AtomicUsize,
    period_since: AtomicU64,
}

/// What the connection's timer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All is well; look again then.
    Until(Instant),
    Expired(Expiry),
}

/// Which limit a connection ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    Header,
    Idle,
    Write,
    Request,
}

/// A request under way. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Exchange {
    activity: Arc<Activity>,
    period: usize,
}

impl Activity {
    pub(super) fn begin() -> Arc<Self> {
        Arc::new(Self::accepted_at(Instant::now()))
    }

    const fn accepted_at(accepted: Instant) -> Self {
        Self {
            accepted,
            http2: AtomicBool::new(false),
            served: AtomicBool::new(false),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(0),
            write_blocked_since: AtomicU64::new(0),
            open: [const { AtomicU32::new(0) }; 2],
            period: AtomicUsize::new(0),
            period_since: AtomicU64::new(0),
        }
    }

    /// A request's header is complete.
    pub(super) fn open(self: &Arc<Self>, version: http::Version) -> Exchange {
        if version == http::Version::HTTP_2 {
            self.http2.store(true, Ordering::Relaxed);
        }
        self.served.store(true, Ordering::Relaxed);
        self.head_since.store(0, Ordering::Relaxed);
        self.idle_since.store(0, Ordering::Relaxed);
        let period = self.period.load(Ordering::Relaxed);
        self.slot(period).fetch_add(1, Ordering::Relaxed);
        Exchange { activity: Arc::clone(self), period }
    }

    /// Bytes came in. Between two requests they are the start of a header; in HTTP/2 they may be
    /// a ping just as well, and nothing is concluded from them.
    pub(super) fn has_read(&self) {
        if self.head_since.load(Ordering::Relaxed) == 0
            && !self.http2.load(Ordering::Relaxed)
            && !self.is_busy()
        {
            self.head_since.store(self.nanos(Instant::now()), Ordering::Relaxed);
        }
    }

    /// The client does not take what we have for it.
    pub(super) fn write_is_blocked(&self) {
        if self.write_blocked_since.load(Ordering::Relaxed) == 0 {
            self.write_blocked_since.store(self.nanos(Instant::now()), Ordering::Relaxed);
        }
    }

    pub(super) fn has_written(&self) {
        if self.write_blocked_since.load(Ordering::Relaxed) != 0 {
            self.write_blocked_since.store(0, Ordering::Relaxed);
        }
    }

    /// Whether a limit has passed by `now`, else when to look again. Only the connection's own
    /// timer asks; asking also starts a new period when one is over.
    pub(super) fn judge(&self, now: Instant, limits: &ConnectionLimits) -> Verdict {
        let time = Duration::from_nanos(self.nanos(now));
        if let Some(since) = self.mark(&self.write_blocked_since)
            && since + limits.write_timeout <= time
        {
            return Verdict::Expired(Expiry::Write);
        }
        if self.has_outlived_a_period(time, limits.request_timeout) {
            return Verdict::Expired(Expiry::Request);
        }
        let mut next = time + limits.shortest();
        if !self.is_busy() {
            let (deadline, expiry) = self.deadline_between_requests(time, limits);
            if deadline <= time {
                return Verdict::Expired(expiry);
            }
            next = next.min(deadline);
        }
        if let Some(since) = self.mark(&self.write_blocked_since) {
            next = next.min(since + limits.write_timeout);
        }
        Verdict::Until(self.accepted + next)
    }

    fn deadline_between_requests(
        &self,
        time: Duration,
        limits: &ConnectionLimits,
    ) -> (Duration, Expiry) {
        if !self.served.load(Ordering::Relaxed) {
            return (limits.header_timeout, Expiry::Header);
        }
        if let Some(since) = self.mark(&self.head_since) {
            return (since + limits.header_timeout, Expiry::Header);
        }
        let since = self.mark(&self.idle_since).unwrap_or_else(|| {
            self.idle_since.store(whole_nanos(time), Ordering::Relaxed);
            time
        });
        (since + limits.idle_timeout, Expiry::Idle)
    }

    /// Two periods are told apart, which needs no list of requests: what is left of the previous
    /// one when the current one is over has lived for at least a whole one.
    fn has_outlived_a_period(&self, time: Duration, period_length: Duration) -> bool {
        let since = Duration::from_nanos(self.period_since.load(Ordering::Relaxed));
        if time < since + period_length {
            return false;
        }
        let previous = 1 - self.period.load(Ordering::Relaxed);
        if self.slot(previous).load(Ordering::Relaxed) > 0 {
            return true;
        }
        self.period.store(previous, Ordering::Relaxed);
        self.period_since.store(whole_nanos(time), Ordering::Relaxed);
        false
    }

    fn is_busy(&self) -> bool {
        self.open.iter().any(|open| open.load(Ordering::Relaxed) > 0)
    }

    fn mark(&self, mark: &AtomicU64) -> Option<Duration> {
        Some(mark.load(Ordering::Relaxed)).filter(|nanos| *nanos > 0).map(Duration::from_nanos)
    }

    fn slot(&self, period: usize) -> &AtomicU32 {
        let [even, odd] = &self.open;
        if period == 0 { even } else { odd }
    }

    /// Never zero, which means "not".
    fn nanos(&self, now: Instant) -> u64 {
        whole_nanos(now.saturating_duration_since(self.accepted)).max(1)
    }
}

impl ConnectionLimits {
    /// Whatever begins after a look at a connection is not overdue before this has passed again.
    fn shortest(&self) -> Duration {
        self.header_timeout
            .min(self.idle_timeout)
            .min(self.write_timeout)
            .min(self.request_timeout)
            .max(Duration::from_millis(1))
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.activity.slot(self.period).fetch_sub(1, Ordering::Relaxed);
    }
}

fn whole_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
