//! Keeps many connections busy for a while and counts what comes back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indelible_process::{Clock, SystemClock, clock};
use tokio::task::LocalSet;

use crate::connection::Connection;
use crate::histogram::Histogram;
use crate::work::{Target, Work};

/// How hard and how long.
#[derive(Clone, Debug, Args)]
pub(crate) struct Effort {
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 256)]
    pub(crate) connections: u64,
    /// Threads that share the connections.
    #[arg(long, default_value_t = 1)]
    pub(crate) threads: u64,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) seconds: f64,
    /// Seconds before them that are not.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) warm_up: f64,
    /// Stop after so many good answers, however long that takes; then nothing is warmed up.
    #[arg(long)]
    pub(crate) count: Option<u64>,
}

/// What came back while it was measured.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) latencies: Histogram,
    /// Everything but 200, and connections that broke as 0.
    pub(crate) errors: BTreeMap<u16, u64>,
    pub(crate) bytes: u64,
    pub(crate) first_error: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    from: Duration,
    to: Duration,
}

/// Everything that the connections of a run share.
#[derive(Debug)]
struct Run {
    clock: SystemClock,
    window: Window,
    target: Target,
    /// Good answers that are still wanted, where they are counted.
    left: Option<AtomicU64>,
}

/// A run without time: as long as its count takes, within a bound.
const COUNTED_SECONDS_MAX: f64 = 3_600.0;

/// How long answers may still come after the end.
const GRACE: Duration = Duration::from_secs(30);

/// Runs the work; how long was measured, and what came back.
pub(crate) fn drive(
    work: &Work,
    target: &Target,
    effort: &Effort,
) -> anyhow::Result<(Duration, Tally)> {
    let clock = SystemClock::new();
    let (warm_up, seconds) = match effort.count {
        Some(_) => (0.0, COUNTED_SECONDS_MAX),
        None => (effort.warm_up, effort.seconds),
    };
    let from = clock.monotonic() + Duration::from_secs_f64(warm_up);
    let window = Window { from, to: from + Duration::from_secs_f64(seconds) };
    let left = effort.count.map(AtomicU64::new);
    let run = Arc::new(Run { clock, window, target: target.clone(), left });
    let mut threads = Vec::new();
    for thread in 0..effort.threads.max(1) {
        let run = Arc::clone(&run);
        let works: Vec<Work> = (0..effort.connections)
            .filter(|number| number % effort.threads.max(1) == thread)
            .map(|number| work.for_connection(number))
            .collect();
        threads.push(std::thread::spawn(move || connections(&run, works)));
    }
    let mut sum = Tally::default();
    for thread in threads {
        let tally = thread.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??;
        sum.merge(&tally);
    }
    let ended = run.clock.monotonic().min(run.window.to);
    Ok((ended.saturating_sub(run.window.from), sum))
}

fn connections(run: &Arc<Run>, works: Vec<Work>) -> anyhow::Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("start a runtime")?;
    let tally = Rc::new(RefCell::new(Tally::default()));
    let local = LocalSet::new();
    for mut work in works {
        let (run, tally) = (Arc::clone(run), Rc::clone(&tally));
        local.spawn_local(async move {
            while !run.is_over() {
                if let Err(error) = one_connection(&run, &mut work, &tally).await {
                    tally.borrow_mut().count_error(0, || format!("{error:#}"));
                    clock::wait(Duration::from_millis(20)).await;
                }
            }
        });
    }
    // A server that does not answer must not hold us for ever.
    let bound = run.window.to.saturating_sub(run.clock.monotonic()) + GRACE;
    let ended = runtime.block_on(async { clock::within(bound, local).await.is_ok() });
    if !ended {
        tally.borrow_mut().count_error(0, || "answers did not come in time".to_owned());
    }
    drop(runtime);
    let tally = std::mem::take(&mut *tally.borrow_mut());
    Ok(tally)
}

/// Until the run is over or the connection breaks.
async fn one_connection(run: &Run, work: &mut Work, tally: &RefCell<Tally>) -> anyhow::Result<()> {
    let mut connection = Connection::open(&run.target.address).await?;
    while !run.is_over() {
        let request = work.next_request()?;
        let sent = run.clock.monotonic();
        let answer = connection.exchange(&request).await?;
        let now = run.clock.monotonic();
        let (status, bytes) = (answer.status, answer.body.len());
        if status == 200 {
            run.count();
        }
        if run.window.from <= now && now < run.window.to {
            let mut tally = tally.borrow_mut();
            if status == 200 {
                tally.latencies.record(now.saturating_sub(sent));
                tally.bytes += u64::try_from(bytes).unwrap_or(0);
            } else {
                let said = || String::from_utf8_lossy(answer.body).into_owned();
                tally.count_error(status, said);
            }
        }
    }
    Ok(())
}

impl Run {
    fn is_over(&self) -> bool {
        let counted = self.left.as_ref().is_some_and(|left| left.load(Ordering::Relaxed) == 0);
        counted || self.clock.monotonic() >= self.window.to
    }

    fn count(&self) {
        if let Some(left) = &self.left {
            let less = |left: u64| left.checked_sub(1);
            // At zero it stays there, and the run is over.
            let _ = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }
}

impl Tally {
    pub(crate) fn count_error(&mut self, status: u16, said: impl FnOnce() -> String) {
        *self.errors.entry(status).or_default() += 1;
        self.first_error.get_or_insert_with(said);
    }

    fn merge(&mut self, other: &Self) {
        self.latencies.merge(&other.latencies);
        self.bytes += other.bytes;
        for (status, count) in &other.errors {
            *self.errors.entry(*status).or_default() += count;
        }
        self.first_error = self.first_error.take().or_else(|| other.first_error.clone());
    }
}
