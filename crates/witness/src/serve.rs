//! Builds a witness from its settings, runs it, and stops it in order.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use indelible_disk::{Backend, DiskError, Rocks};
use indelible_process::listen::{self, BindError};
use indelible_process::{Clock, Shutdown, SystemClock};
use tokio::task::JoinSet;

use crate::guard::{Guard, GuardError, KEEP_INTERVAL};
use crate::http::app::App;
use crate::http::routes::{Part, router};
use crate::identity::{Identity, IdentityError};
use crate::log_list::{ListError, ListReader};
use crate::settings::{ListSource, Listen, Settings};
use crate::store::breaker::Breaker;
use crate::store::failure::StoreError;
use crate::store::open::{OpenError, expect};
use crate::store::registry::{RefusedLog, Registry, Source};
use crate::store::schema::TABLES;

/// Why a witness did not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Its keys are not there or not its own.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Its memory is not there, or in use.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Its memory is not its own.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its memory is an old copy, or nobody can tell.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// Its memory cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A log of the settings was not taken.
    #[error(transparent)]
    Log(#[from] RefusedLog),
    /// The list of logs was not read.
    #[error("log list: {0}")]
    List(ListError),
    /// An address is not to be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A commit failed.
    #[error("stopped because a commit failed: look at the disk, then start again")]
    Broken,
    /// A defect of ours.
    #[error("a part of the witness panicked")]
    Panicked,
}

/// Serves until asked to stop, then finishes what was begun. `ready` learns the bound addresses, in
/// the order submission, monitoring, operations, each once.
pub async fn serve(
    settings: Settings,
    shutdown: Shutdown,
    ready: impl FnOnce(&[SocketAddr]),
) -> Result<(), ServeError> {
    let identity = Identity::load(&settings.name, &settings.keys)?;
    let rocks = Rocks::open(&settings.data_dir, &TABLES, &settings.database())?;
    expect(&rocks, &identity.verifiers())?;
    let guard = Guard::of(&settings.guard_dir, identity.first());
    let registry = registry(Arc::new(rocks), &settings, &guard, &shutdown)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let app = Arc::new(App::new(identity, registry, clock, settings.limits.requests_max));
    let list = read_list(&app, &settings).await?;
    warn_of_unlisted(&app, &settings);

    let mut tasks = JoinSet::new();
    let mut addresses = Vec::new();
    for (address, parts) in sockets(settings.listen) {
        let listener = listen::bind(address).await?;
        let address = listener.local_addr().unwrap_or(address);
        addresses.push(address);
        let (router, limits) = (router(&app, &parts), settings.connections);
        let stop = shutdown.clone();
        tasks.spawn(async move {
            let drained = listen::serve(listener, router, limits, stop).await;
            tracing::info!(%address, cut = drained.cut, "stopped listening");
        });
    }
    let (keeper, of, stop) = (guard.clone(), Arc::clone(&app), shutdown.clone());
    tasks.spawn(async move {
        keeper.keep(KEEP_INTERVAL, || of.registry.total(), &*of.clock, &stop).await;
    });
    if let Some(list) = list {
        let (app, stop) = (Arc::clone(&app), shutdown.clone());
        tasks.spawn(async move { list.keep_reading(&app, &stop).await });
    }
    tracing::info!(name = %settings.name, ?addresses, logs = app.registry.count(), "serving");
    ready(&addresses);
    while let Some(ended) = tasks.join_next().await {
        // Whatever part ends by itself takes the others with it.
        if ended.is_err() {
            shutdown.request();
            return Err(ServeError::Panicked);
        }
    }
    guard.write_or_report(app.registry.total());
    if app.registry.breaker().is_broken() { Err(ServeError::Broken) } else { Ok(()) }
}

fn registry(
    backend: Arc<dyn Backend>,
    settings: &Settings,
    guard: &Guard,
    shutdown: &Shutdown,
) -> Result<Registry, ServeError> {
    let breaker = Breaker::new(shutdown.clone());
    let registry = Registry::load(backend, breaker, settings.limits.logs_max)?;
    guard.check(registry.total())?;
    let logs: Vec<_> = settings.logs.iter().map(|configured| configured.log.clone()).collect();
    let admission = registry.admit(&logs, Source::Settings)?;
    // The settings are the operator's own word: what cannot be done of it stops the start.
    if let Some(refused) = admission.refused.into_iter().next() {
        return Err(refused.into());
    }
    tracing::info!(
        added = admission.added,
        widened = admission.widened,
        unchanged = admission.unchanged,
        "logs of the settings"
    );
    Ok(registry)
}

/// A list on this machine that cannot be read is a mistake in the settings. One elsewhere may be out
/// of reach for a while, and the logs that are known go on being served.
async fn read_list(app: &Arc<App>, settings: &Settings) -> Result<Option<ListReader>, ServeError> {
    let Some(list) = &settings.log_list else {
        return Ok(None);
    };
    let reader = ListReader::new(list.clone()).map_err(ServeError::List)?;
    match (reader.read(app).await, &list.source) {
        (Ok(()), _) => {}
        (Err(error), ListSource::File(_)) => return Err(ServeError::List(error)),
        (Err(ListError::Store(error)), _) => return Err(error.into()),
        (Err(error), ListSource::Url(url)) => {
            tracing::warn!(%url, %error, "the log list was not read, and will be asked for again");
        }
    }
    Ok(Some(reader))
}

/// A log is never removed; but a person who has taken it out of the settings should know.
fn warn_of_unlisted(app: &App, settings: &Settings) {
    if settings.log_list.is_some() {
        return;
    }
    for ledger in app.registry.all() {
        if !settings.logs.iter().any(|of| of.log.origin() == ledger.origin()) {
            tracing::warn!(origin = %ledger.origin(), "not in the settings, and served as before");
        }
    }
}

/// The parts that each address serves; parts with one address share its socket.
fn sockets(listen: Listen) -> Vec<(SocketAddr, Vec<Part>)> {
    let wanted = [
        (Part::Submission, listen.submission),
        (Part::Monitoring, listen.monitoring),
        (Part::Operations, listen.operations),
    ];
    let mut sockets: BTreeMap<SocketAddr, Vec<Part>> = BTreeMap::new();
    for (part, address) in wanted {
        sockets.entry(address).or_default().push(part);
    }
    let mut sockets: Vec<_> = sockets.into_iter().collect();
    sockets.sort_by_key(|(_, parts)| parts.first().copied());
    sockets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_with_one_address_share_its_socket() {
        let [a, b]: [SocketAddr; 2] =
            ["127.0.0.1:7002".parse().unwrap(), "127.0.0.1:7001".parse().unwrap()];
        let (s, m, o) = (Part::Submission, Part::Monitoring, Part::Operations);
        let at = |submission, monitoring, operations| {
            sockets(Listen { submission, monitoring, operations })
        };
        assert_eq!(at(a, a, a), [(a, vec![s, m, o])]);
        assert_eq!(at(a, b, a), [(a, vec![s, o]), (b, vec![m])]);
        assert_eq!(at(a, a, b), [(a, vec![s, m]), (b, vec![o])]);
    }
}
