//! Waiting for what nothing tells us of: looking again, until a deadline.

use std::sync::mpsc;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(50);

/// A minute of pauses; looking takes its own time besides.
const LOOKS: usize = 1_200;

/// What `look` finds at last.
pub fn until<T>(event: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..LOOKS {
        if let Some(found) = look() {
            return found;
        }
        pause(PAUSE);
    }
    panic!("waited in vain: {event}");
}

/// Lets time pass where time itself is what is tested: how long something lives until it is killed.
pub fn pause(time: Duration) {
    // Nobody ever sends anything here: it only wakes up when the pause is over.
    let (_silent, pause) = mpsc::sync_channel::<()>(0);
    let _ = pause.recv_timeout(time);
}
