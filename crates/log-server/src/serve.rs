//! Builds a server from its settings, runs it, and stops it in order.

use std::net::SocketAddr;
use std::sync::Arc;

use indelible_disk::Backend;
use indelible_process::{Clock, Shutdown, SystemClock, listen};
use tokio::net::TcpListener;

use crate::cosign;
use crate::http;
use crate::metrics::ServerMetrics;
use crate::open::{OpenError, open};
use crate::running::{self, LogFailure, Parts, Shared, StartError};
use crate::settings::Settings;

/// Why a server did not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ServeError(#[from] Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: std::io::Error },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("log {origin} does not start: {error}")]
    Start { origin: String, error: StartError },
    #[error("the client for witnesses could not be built: {0}")]
    WitnessClient(#[from] reqwest::Error),
    #[error(transparent)]
    Failed(#[from] LogFailure),
    #[error("a part of the server panicked")]
    Panicked,
}

/// Serves until asked to stop, then finishes what was accepted. `ready` learns the bound address.
pub async fn serve(
    settings: Settings,
    shutdown: Shutdown,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    Ok(run(settings, shutdown, ready).await?)
}

async fn run(
    settings: Settings,
    shutdown: Shutdown,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Reason> {
    let backend: Arc<dyn Backend> = Arc::new(open(&settings)?);
    let address = settings.listen;
    let listening = TcpListener::bind(address).await;
    let listener = listening.map_err(|error| Reason::Listen { address, error })?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let shared = Shared {
        settings: &settings,
        backend,
        clock: Arc::clone(&clock),
        witnesses: cosign::client()?,
        metrics: Arc::new(ServerMetrics::new()),
    };
    let mut parts = Parts::new();
    let mut services = Vec::new();
    for log in &settings.logs {
        let started = running::start(&shared, log, &mut parts).await;
        services.push(started.map_err(|error| {
            let origin = log.origin.to_string();
            Reason::Start { origin, error }
        })?);
    }
    ready(listener.local_addr().unwrap_or(address));

    let router = http::router(&services, Arc::clone(&shared.metrics));
    let limits = settings.connections;
    let counts = shared.metrics.connections.clone();
    let requests = listen::serve_counted(listener, router, limits, shutdown.clone(), counts);
    // The logs stop while requests are still under way: whoever waits for a checkpoint gets the last
    // one, or hears that none came, and whoever brings an entry only now is refused.
    let stopping = async {
        shutdown.requested().await;
        services.iter().for_each(|service| running::stop(service));
    };
    let serving = async { tokio::join!(requests, stopping) };
    tokio::pin!(serving);
    let early = tokio::select! {
        _drained = &mut serving => None,
        ended = parts.join_next() => {
            // A log that cannot go on takes the process with it, because only a restart can find out
            // what is durable. One that was told to stop has: asking again would cut the requests.
            if !shutdown.is_requested() {
                shutdown.request();
            }
            serving.await;
            ended
        }
    };
    finish(parts, early).await
}

/// No request is under way any more: what was accepted is committed, published once more, and the
/// database closes when the last part lets go of it.
async fn finish(mut parts: Parts, early: Option<Ended>) -> Result<(), Reason> {
    let mut outcome = early.map_or(Ok(()), judge);
    while let Some(ended) = parts.join_next().await {
        let ended = judge(ended);
        outcome = outcome.and(ended);
    }
    outcome
}

type Ended = Result<Result<(), LogFailure>, tokio::task::JoinError>;

fn judge(ended: Ended) -> Result<(), Reason> {
    Ok(ended.map_err(|_| Reason::Panicked)??)
}
