//! How much of the machine one client, and all of them together, may hold.

use std::time::Duration;

/// The limits of a listening socket. Each has a default that suits a public log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once. Each costs a file descriptor and up to 64 KiB for what it
    /// has sent. Whoever comes beyond gets `503` with `Retry-After` and is closed.
    pub connections_max: usize,
    /// From the first byte of a request to the last of its header. The first request's time starts
    /// when the connection is accepted, so that an open but silent connection ends too.
    pub header_timeout: Duration,
    /// From the end of one request to the start of the next. It is counted from the first look at
    /// the idle connection, which comes within the shortest of these limits.
    pub idle_timeout: Duration,
    /// The longest pause between two pieces of a request's body.
    pub body_pause_timeout: Duration,
    /// From the first time that we have to wait for a body to its end.
    pub body_timeout: Duration,
    /// The longest time in which a client takes nothing of what we have for it.
    pub write_timeout: Duration,
    /// How long a request may live, from its header to the last byte of its answer. It is looked at
    /// in steps of this length, so one ends between once and twice this time.
    pub request_timeout: Duration,
    /// How long requests under way may go on after a shutdown is requested.
    pub drain_timeout: Duration,
    /// Bytes of bodies that are being received at once, over all connections and beyond the first
    /// 64 KiB of each. Whoever comes with more gets an answer to [`BodyError::NoRoom`].
    ///
    /// [`BodyError::NoRoom`]: super::BodyError::NoRoom
    pub bodies_bytes_max: usize,
    /// Requests at once on one HTTP/2 connection.
    pub http2_streams_max: u32,
}

/// The header of a request, and what is read ahead of its body, fit into this or are refused (431).
pub(super) const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// As for HTTP/1: decompressed, because a few compressed bytes can stand for many.
pub(super) const HTTP2_HEADERS_BYTES_MAX: u32 = 16 * 1024;

/// Body bytes that one HTTP/2 connection may have in flight towards us, over all its requests.
pub(super) const HTTP2_CONNECTION_WINDOW: u32 = 1024 * 1024;

/// Body bytes that one HTTP/2 request may have in flight towards us.
pub(super) const HTTP2_STREAM_WINDOW: u32 = 256 * 1024;

/// Answer bytes that wait in memory for one HTTP/2 request whose client does not take them.
pub(super) const HTTP2_SEND_BYTES_MAX: usize = 64 * 1024;

/// Clients that are being told at one moment that the house is full. Beyond it they are only closed.
pub(super) const REFUSALS_MAX: usize = 64;

/// How long one of them may take to read it.
pub(super) const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// Accepting failed because we are out of descriptors or memory: trying at once would only spin.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a task may take to end after its connection was cut.
pub(super) const DRAIN_SLACK: Duration = Duration::from_secs(1);

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections_max: 4096,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            body_pause_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(120),
            drain_timeout: Duration::from_secs(20),
            bodies_bytes_max: 256 * 1024 * 1024,
            http2_streams_max: 128,
        }
    }
}
