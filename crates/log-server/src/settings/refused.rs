//! Why settings are refused, in words that say what to mend.

use std::path::PathBuf;
use std::time::Duration;

use indelible_note::{NameError, Origin, OriginError, PolicyError};
use indelible_process::{files::FileError, settings::SettingsFileError};

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read or has a wrong form.
    #[error(transparent)]
    File(#[from] SettingsFileError),
    /// Nothing to serve.
    #[error("no [[log]] is set: a server holds at least one")]
    NoLogs,
    /// The log is not set.
    #[error("no [[log]] has origin {origin:?}")]
    UnknownLog {
        /// Asked for.
        origin: String,
    },
    /// The guard would be lost with the database it guards.
    #[error("guard_dir lies inside data_dir: it must survive the loss of the database")]
    GuardInsideData,
    /// A key would go wherever a copy of the database goes.
    #[error("keys_dir lies inside data_dir: a copy of the database would hold the keys")]
    KeysInsideData,
    /// A request would be cut before it is answered.
    #[error(
        "wait_timeout_ms of {origin} must be less than request_timeout_ms, which is {} ms",
        request_timeout.as_millis()
    )]
    WaitTooLong {
        /// Whose.
        origin: Origin,
        /// The whole request's time.
        request_timeout: Duration,
    },
    /// The origin is no checkpoint origin.
    #[error("origin {origin:?}: {error}")]
    Origin {
        /// As set.
        origin: String,
        /// Why.
        error: OriginError,
    },
    /// The origin cannot name the log's keys.
    #[error("origin {origin} cannot name a key: {error}")]
    OriginName {
        /// The origin.
        origin: Origin,
        /// Why.
        error: NameError,
    },
    /// The origin cannot be signed.
    #[error("an origin of {bytes} bytes is longer than the {most} that ml-dsa-44 can sign")]
    OriginTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Two logs of one name.
    #[error("origin {origin} is set twice")]
    OriginTwice {
        /// The origin.
        origin: Origin,
    },
    /// Two logs at one place.
    #[error("path {path} is set twice")]
    PathTwice {
        /// The path.
        path: String,
    },
    /// Not a path prefix.
    #[error(
        "path {path:?} must start with / and have segments of letters, digits, '-', '_' and '.'"
    )]
    Path {
        /// As set.
        path: String,
    },
    /// Not free for a log.
    #[error("path {path:?} starts with the name of a route")]
    PathReserved {
        /// As set.
        path: String,
    },
    /// A publication costs signatures and syncs.
    #[error("publish_interval_ms is {publish_interval_ms}, the least is {least}")]
    TooOften {
        /// As set.
        publish_interval_ms: u64,
        /// The least.
        least: u64,
    },
    /// The database needs some.
    #[error("memory_mb is {memory_mb}, the least is {least}")]
    TooLittleMemory {
        /// As set.
        memory_mb: u32,
        /// The least.
        least: u32,
    },
    /// A limit that lets nothing through.
    #[error("{setting} is 0: nothing could ever get through")]
    Zero {
        /// Which.
        setting: &'static str,
    },
    /// The policy file cannot be read.
    #[error("policy {path}: {error}")]
    PolicyFile {
        /// Where.
        path: PathBuf,
        /// Why.
        error: FileError,
    },
    /// The policy file has a wrong form.
    #[error("policy {path}: {error}")]
    Policy {
        /// Where.
        path: PathBuf,
        /// Why, with its line.
        error: PolicyError,
    },
}
