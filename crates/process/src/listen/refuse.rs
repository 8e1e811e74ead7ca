//! What a client is told that comes when all connections are taken.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::limits::{REFUSAL_TIMEOUT, REFUSALS_MAX};
use crate::clock;

/// Says so in HTTP/1.1, whatever the client speaks: nothing of its request has been read yet.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/problem+json\r\n\
    content-length: 97\r\n\
    retry-after: 1\r\n\
    connection: close\r\n\
    \r\n\
    {\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"detail\":\"too many connections\"}";

/// Tells clients that the house is full, only so many of them at a time.
#[derive(Debug)]
pub(super) struct Refusals {
    slots: Arc<Semaphore>,
}

impl Refusals {
    pub(super) fn new() -> Self {
        Self { slots: Arc::new(Semaphore::new(REFUSALS_MAX)) }
    }

    /// Beyond the bound the connection is only closed, by dropping it.
    pub(super) fn refuse(&self, stream: TcpStream, tasks: &TaskTracker) {
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else { return };
        tasks.spawn(async move {
            // A client that does not read it in time has no claim to it.
            let _ = clock::within(REFUSAL_TIMEOUT, tell(stream)).await;
            drop(slot);
        });
    }
}

/// The request is read and thrown away: closing a socket with unread bytes resets the connection,
/// and a reset overtakes the answer.
async fn tell(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(FULL).await?;
    stream.shutdown().await?;
    let mut thrown_away = [0; 4096];
    while stream.read(&mut thrown_away).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::FULL;

    #[test]
    fn the_length_it_says_is_the_length_it_has() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
    }
}
