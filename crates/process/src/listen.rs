//! Serves HTTP/1 and HTTP/2 on a socket, within limits of time and number, until told to stop.
//!
//! `axum::serve` has no time limits: a client that stalls in its header stays for ever. Here every
//! phase of a connection has one, see [`ConnectionLimits`]:
//!
//! - a header that does not come, an idle connection, a client that does not read its answer, a
//!   request that lives too long: the connection is closed;
//! - a body that comes too slowly: reading it fails with [`BodyError::TooSlow`], and whatever the
//!   handler answers to that goes out as `408 Request Timeout`;
//! - more bodies at once than there is memory for: reading one fails with [`BodyError::NoRoom`];
//! - more connections than allowed: `503` with `Retry-After` at once, and closed. They are not left
//!   to wait in the kernel's queue, because a client can tell a refusal from a network that is down,
//!   and try elsewhere. The same where connections would take the file descriptors that the database
//!   and its files need.
//!
//! A shutdown stops the accepting, lets requests under way finish within
//! [`ConnectionLimits::drain_timeout`], and cuts the rest.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use http::{Request, Response};
use http_body::Body;
use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tower::Service;

use body::BodyRoom;
use connection::BoxError;
use descriptors::Descriptors;
use executor::TrackedExecutor;
use limits::{
    ACCEPT_PAUSE, BUFFER_BYTES_MAX, DRAIN_SLACK, HTTP2_CONNECTION_WINDOW, HTTP2_HEADERS_BYTES_MAX,
    HTTP2_SEND_BYTES_MAX, HTTP2_STREAM_WINDOW,
};
use refuse::Refusals;

use crate::clock;
use crate::shutdown::Shutdown;

mod activity;
mod body;
mod connection;
mod counts;
mod descriptors;
mod executor;
mod limits;
mod refuse;
mod socket;

pub use body::{BodyError, RequestBody};
pub use counts::ConnectionCounts;
pub use limits::ConnectionLimits;

/// Why there is nothing to serve on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    pub address: SocketAddr,
    pub source: io::Error,
}

/// What became of the connections that were open when the shutdown was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were not done within [`ConnectionLimits::drain_timeout`].
    pub cut: u64,
}

/// A socket that takes connections at `address`; port 0 is any free one.
///
/// # Errors
/// With the address, for a log line that helps.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| BindError { address, source })
}

/// Serves `service` (an axum `Router`, say) on `listener`, until `shutdown` is requested and the
/// connections are done.
pub async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    limits: ConnectionLimits,
    shutdown: Shutdown,
) -> Drained
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: Body + Unpin + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    serve_counted(listener, service, limits, shutdown, ConnectionCounts::default()).await
}

/// [`serve`], counting.
pub async fn serve_counted<S, B>(
    listener: TcpListener,
    service: S,
    limits: ConnectionLimits,
    shutdown: Shutdown,
    counts: ConnectionCounts,
) -> Drained
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: Body + Unpin + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let cut_before = counts.cut();
    let tasks = TaskTracker::new();
    let slots = Arc::new(Semaphore::new(limits.connections_max.min(Semaphore::MAX_PERMITS)));
    let refusals = Refusals::new();
    let descriptors = Descriptors::raised();
    let room = BodyRoom::new(&limits);
    let builder = Arc::new(builder(&limits, tasks.clone()));
    while let Some(stream) = accept(&listener, &shutdown).await {
        let free = descriptors.leave_room_beside(stream.as_raw_fd());
        let slot = Arc::clone(&slots).try_acquire_owned().ok().filter(|_| free);
        let Some(slot) = slot else {
            counts.count_refused();
            if descriptors.allow_refusal_on(stream.as_raw_fd()) {
                refusals.refuse(stream, &tasks);
            }
            continue;
        };
        counts.count_accepted();
        let (service, builder) = (service.clone(), Arc::clone(&builder));
        let (shutdown, counts, room) = (shutdown.clone(), counts.clone(), room.clone());
        tasks.spawn(async move {
            let ending =
                connection::serve(stream, service, &builder, &limits, &room, &shutdown).await;
            counts.count_end(&ending);
            tracing::debug!(%ending, "connection ended");
            drop(slot);
        });
    }
    // Whoever comes from here on is refused by the operating system.
    drop(listener);
    tasks.close();
    // Connections end by themselves within the bound. What does not is a handler that blocks its
    // thread, and is not waited for.
    let bound = limits.drain_timeout.saturating_add(DRAIN_SLACK);
    if clock::within(bound, tasks.wait()).await.is_err() {
        tracing::warn!(tasks = tasks.len(), "requests did not end at the shutdown");
    }
    Drained { cut: counts.cut() - cut_before }
}

/// The next connection, or none when the shutdown is requested.
async fn accept(listener: &TcpListener, shutdown: &Shutdown) -> Option<TcpStream> {
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.requested() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _peer)) => {
                // Answers are written whole; waiting to fill a packet only delays their ends. It
                // fails only on a connection that is gone already, which is noticed soon enough.
                let _ = stream.set_nodelay(true);
                return Some(stream);
            }
            // The client gave up while it waited to be accepted.
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                let _ = clock::within(ACCEPT_PAUSE, shutdown.requested()).await;
            }
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

fn builder(limits: &ConnectionLimits, tasks: TaskTracker) -> auto::Builder<TrackedExecutor> {
    let mut builder = auto::Builder::new(TrackedExecutor(tasks));
    builder
        .http1()
        .timer(TokioTimer::new())
        // The connection's own timer does this too, for both versions, without a timer per request.
        .header_read_timeout(None)
        .max_buf_size(BUFFER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.http2_streams_max)
        .max_header_list_size(HTTP2_HEADERS_BYTES_MAX)
        .initial_connection_window_size(HTTP2_CONNECTION_WINDOW)
        .initial_stream_window_size(HTTP2_STREAM_WINDOW)
        .max_send_buf_size(HTTP2_SEND_BYTES_MAX)
        // Finds peers that vanished without a word.
        .keep_alive_interval(limits.write_timeout)
        .keep_alive_timeout(limits.write_timeout);
    builder
}

#[cfg(test)]
mod tests;
