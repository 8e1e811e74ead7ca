//! When a tree head is published.
//!
//! A publication costs signatures and a round of witnesses, so heads are at least half an interval
//! apart where they grow; an entry never waits longer than one interval for its head to be signed. Between the two,
//! a head goes out as soon as the writer is idle, because nothing more would be covered by waiting.

use crate::event::Millis;

/// Remembers what was published when.
#[derive(Debug)]
pub(crate) struct Schedule {
    interval: u64,
    refresh: Option<u64>,
    last_growth: Option<Millis>,
    last_start: Option<Millis>,
    in_progress: bool,
    failures: u32,
}

/// What to do about publishing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Now,
    At(Millis),
    /// Nothing waits, or a publication is in progress whose end will bring us here again.
    Never,
}

impl Schedule {
    /// The pause after a first failure is twice this, in milliseconds.
    const PAUSE_FIRST: u64 = 50;
    /// No pause is longer, so that recovered witnesses are noticed soon.
    const PAUSE_MAX: u64 = 2_000;

    pub(crate) const fn new(interval_ms: u64, refresh_ms: Option<u64>) -> Self {
        Self {
            interval: interval_ms,
            refresh: refresh_ms,
            last_growth: None,
            last_start: None,
            in_progress: false,
            failures: 0,
        }
    }

    pub(crate) const fn is_in_progress(&self) -> bool {
        self.in_progress
    }

    /// When to publish, given whether entries wait for it and whether the writer is idle.
    pub(crate) fn due(&self, now: Millis, waiting: bool, idle: bool) -> Due {
        if self.in_progress {
            return Due::Never;
        }
        let (last, gap) = match (waiting, idle, self.refresh) {
            (true, true, _) => (self.last_growth, self.interval / 2),
            (true, false, _) => (self.last_growth, self.interval),
            // An unchanged head is cosigned again now and then, so that its timestamps stay fresh;
            // how old they are is not known after a start.
            (false, _, Some(refresh)) => (self.last_start, refresh),
            (false, _, None) => return Due::Never,
        };
        let after = |last: Option<Millis>, gap| last.map_or(0, |last| last.0.saturating_add(gap));
        let at = Millis(after(last, gap).max(after(self.last_start, self.pause())));
        if at <= now { Due::Now } else { Due::At(at) }
    }

    /// A head of new entries goes out.
    pub(crate) fn grew(&mut self, now: Millis) {
        self.last_growth = Some(now);
        self.started(now);
    }

    /// An unchanged head goes out, which is too rare to hold up new entries.
    pub(crate) fn refreshed(&mut self, now: Millis) {
        self.started(now);
    }

    fn started(&mut self, now: Millis) {
        self.last_start = Some(now);
        self.in_progress = true;
    }

    pub(crate) fn succeeded(&mut self) {
        self.in_progress = false;
        self.failures = 0;
    }

    pub(crate) fn failed(&mut self) {
        self.in_progress = false;
        self.failures = self.failures.saturating_add(1);
    }

    /// Witnesses that are down are not asked at the pace of a short interval.
    fn pause(&self) -> u64 {
        match self.failures {
            0 => 0,
            failures => Self::PAUSE_FIRST.saturating_mul(1 << failures.min(6)).min(Self::PAUSE_MAX),
        }
    }
}
