//! What every program of ours does at its start, at its end, and at its edges.
//!
//! Holds: settings files, the clock, randomness, durable files, what is printed, logging, metrics,
//! shutdown, and the loop that serves HTTP connections within limits.
//! Holds not: what a setting means, what a route answers, or anything about logs and witnesses.
//! Depends on: nothing of ours.

pub mod clock;
pub mod console;
pub mod files;
pub mod listen;
pub mod logging;
pub mod metrics;
pub mod random;
pub mod settings;
pub mod shutdown;

pub use clock::{Clock, ManualClock, SystemClock, UnixMillis};
pub use files::FileError;
pub use listen::{ConnectionCounts, ConnectionLimits, Drained, RequestBody};
pub use logging::{Format, LoggingError};
pub use metrics::Metrics;
pub use settings::SettingsFileError;
pub use shutdown::Shutdown;
