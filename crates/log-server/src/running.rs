//! One log's parts, started in order: gate, writer, publisher.

use std::sync::Arc;

use indelible_disk::Backend;
use indelible_note::{Policy, PolicyProblem};
use indelible_process::Clock;
use indelible_sequencer::{Lifecycle, Machine, MachineSettings};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::cosign::Cosigners;
use crate::drive::driver::{Driver, DriverError};
use crate::drive::mailbox::{Control, Mailbox};
use crate::gate::{self, GateError};
use crate::guard::Guard;
use crate::identity::{Identity, IdentityError};
use crate::metrics::ServerMetrics;
use crate::published::Published;
use crate::publisher::{PublishError, Publisher};
use crate::service::LogService;
use crate::settings::{LogSettings, Settings};
use crate::store::read::LogRows;
use crate::store::recover::Recovered;
use crate::store::registry::{self, RegistryError};

/// What all logs of a server share.
#[derive(Debug)]
pub(crate) struct Shared<'server> {
    pub(crate) settings: &'server Settings,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) witnesses: reqwest::Client,
    pub(crate) metrics: Arc<ServerMetrics>,
}

/// Why a log did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error("its keys make no policy: {0}")]
    Policy(#[from] PolicyProblem),
    #[error("its writer's thread could not be started: {0}")]
    Thread(std::io::Error),
}

/// Why a log ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogFailure {
    #[error("log {origin}: {error}")]
    Driver { origin: String, error: DriverError },
    #[error("log {origin}: {error}")]
    Publisher { origin: String, error: PublishError },
    #[error("log {origin}: its writer panicked")]
    Panicked { origin: String },
}

/// The parts that run on their own until their log is stopped.
pub(crate) type Parts = JoinSet<Result<(), LogFailure>>;

/// Passes a log through the start-up gate and starts its parts.
pub(crate) async fn start(
    shared: &Shared<'_>,
    log: &LogSettings,
    parts: &mut Parts,
) -> Result<Arc<LogService>, StartError> {
    let identity = Identity::load(&log.origin, &log.keys)?;
    let verifiers = identity.verifiers();
    let id = registry::find(shared.backend.as_ref(), &log.origin, &verifiers)?;
    let rows = LogRows::of(Arc::clone(&shared.backend), id);
    let guard = Guard::of(&shared.settings.guard_dir, &log.origin);
    let recovered = gate::pass(&rows, &guard, &verifiers)?;

    let metrics = shared.metrics.log(&log.origin);
    let policy = match &log.policy {
        Some(policy) => policy.clone(),
        None => Policy::logs_only(verifiers.clone())?,
    };
    let cosigners =
        Cosigners::new(policy, &shared.witnesses, log.cosign_timeout, Arc::clone(&metrics));
    if let Some(signed) = &recovered.signed {
        for (witness, memory) in cosigners.remembered(signed, &rows).await {
            gate::compare_with_witness(&rows, &recovered, &witness, &memory, &verifiers)?;
        }
    }

    let mailbox = Arc::new(Mailbox::new(log.queue));
    let (heads_in, heads_out) = mpsc::channel(1);
    let published = recovered.published.as_ref().map(|claim| Arc::new(Published::of(claim)));
    metrics.recovered(recovered.committed.size(), published.as_ref().map(|head| head.size));
    let (visible_in, visible) = watch::channel(published);
    let driver = Driver {
        machine: machine(log, &recovered),
        mailbox: Arc::clone(&mailbox),
        rows: rows.clone(),
        publisher: heads_in,
        clock: Arc::clone(&shared.clock),
        metrics: Arc::clone(&metrics),
    };
    let publisher = Publisher {
        identity: Arc::new(identity),
        rows: rows.clone(),
        guard,
        cosigners,
        mailbox: Arc::clone(&mailbox),
        visible: visible_in,
        clock: Arc::clone(&shared.clock),
        metrics: Arc::clone(&metrics),
        last_signed: recovered.signed.clone(),
    };
    let origin = log.origin.to_string();
    spawn_driver(parts, driver, origin.clone()).map_err(StartError::Thread)?;
    parts.spawn(async move {
        publisher.run(heads_out).await.map_err(|error| LogFailure::Publisher { origin, error })
    });
    Ok(Arc::new(LogService {
        origin: log.origin.clone(),
        prefix: log.prefix.clone(),
        mailbox,
        rows,
        visible,
        frozen: recovered.frozen,
        dedup_by_content: log.dedup_by_content,
        wait_timeout: log.wait_timeout,
        metrics,
    }))
}

/// Tells a log to finish what it accepted and end.
pub(crate) fn stop(service: &LogService) {
    service.mailbox.tell(Control::Stop);
}

fn machine(log: &LogSettings, recovered: &Recovered) -> Machine<crate::drive::mailbox::Ticket> {
    let milliseconds =
        |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let settings = MachineSettings {
        publish_interval_ms: milliseconds(log.publish_interval),
        // Without witnesses there is nothing on a head that could grow old.
        refresh_interval_ms: log.policy.as_ref().and(log.refresh_interval).map(milliseconds),
        batch_entries_max: log.commit_entries_max,
        batch_bytes_max: log.commit_bytes_max,
    };
    let lifecycle = if recovered.frozen { Lifecycle::Frozen } else { Lifecycle::Active };
    let published = recovered.published.as_ref().map(|claim| claim.unverified().size());
    Machine::resume(settings, lifecycle, recovered.committed.clone(), published)
}

/// The writer has a thread of its own, because a synced write blocks.
fn spawn_driver(parts: &mut Parts, driver: Driver, origin: String) -> std::io::Result<()> {
    let (end_in, end_out) = oneshot::channel();
    std::thread::Builder::new()
        .name("writer".to_owned())
        .spawn(move || drop(end_in.send(driver.run())))?;
    parts.spawn(async move {
        match end_out.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(LogFailure::Driver { origin, error }),
            Err(_) => Err(LogFailure::Panicked { origin }),
        }
    });
    Ok(())
}
