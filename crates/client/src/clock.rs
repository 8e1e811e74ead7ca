//! The only place of this crate that waits or reads the wall clock.

use std::time::Duration;

use jiff::Timestamp;

/// The wall clock, for comparing with dates that servers send.
#[must_use]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Lets `duration` pass.
#[expect(clippy::disallowed_methods, reason = "this is the door that the rule points to")]
pub(crate) async fn wait(duration: Duration) {
    tokio::time::sleep(duration).await;
}
