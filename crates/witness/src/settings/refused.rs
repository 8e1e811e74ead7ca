//! Why settings are not taken.

use indelible_note::{KeyError, NameError, Origin, OriginError};
use indelible_process::SettingsFileError;

use crate::known_log::KnownLogError;

/// Why settings are not taken: the value, and what it would have to be.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is not readable, not TOML, or has a key that nobody knows.
    #[error(transparent)]
    File(#[from] SettingsFileError),
    /// The name cannot name a key.
    #[error("name `{name}` cannot name a key: {error}")]
    Name {
        /// As written.
        name: String,
        /// Why.
        error: NameError,
    },
    /// The name cannot be signed.
    #[error("name has {bytes} bytes, more than the {most} that ml-dsa-44 can sign")]
    NameTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// A backup of the data must not be a copy of the keys.
    #[error("keys_dir lies inside data_dir: whoever copies the data would have the keys")]
    KeysInsideData,
    /// An old copy of the data must not bring an old guard along.
    #[error("guard_dir lies inside data_dir: an old copy of the data would bring its guard along")]
    GuardInsideData,
    /// A URL is none.
    #[error("`{url}` is no http or https url")]
    Url {
        /// As written.
        url: String,
    },
    /// A list that anybody on the way could change.
    #[error("log_list.url `{url}` is not https: whoever changes a list decides whom to trust")]
    PlainListUrl {
        /// As written.
        url: String,
    },
    /// A list comes from one place.
    #[error("log_list has either a path or a url")]
    ListSource,
    /// A list is reread too often.
    #[error("log_list.reread_interval_s is {seconds}, less than {least}")]
    RereadTooOften {
        /// As written.
        seconds: u64,
        /// The least.
        least: u64,
    },
    /// A log without keys.
    #[error("a [[log]] has no vkeys")]
    NoVkeys,
    /// A key is none.
    #[error("vkey `{vkey}`: {error}")]
    Vkey {
        /// As written.
        vkey: String,
        /// Why.
        error: KeyError,
    },
    /// An origin is none.
    #[error("origin `{origin}`: {error}")]
    Origin {
        /// As written.
        origin: String,
        /// Why.
        error: OriginError,
    },
    /// Keys of several names, and no origin.
    #[error("the vkeys of log {origin} have several names: say its origin")]
    ManyNames {
        /// The first key's name.
        origin: Origin,
    },
    /// A log cannot be served.
    #[error("log {origin}: {error}")]
    Log {
        /// Which.
        origin: Origin,
        /// Why.
        error: KnownLogError,
    },
    /// A log stands there twice.
    #[error("log {origin} stands there twice")]
    OriginTwice {
        /// Which.
        origin: Origin,
    },
    /// Too little memory.
    #[error("memory_mb is {memory_mb}, less than {least}")]
    TooLittleMemory {
        /// As written.
        memory_mb: u32,
        /// The least.
        least: u32,
    },
    /// A number is out of bounds.
    #[error("{key} is {given}, not from 1 to {most}")]
    OutOfBounds {
        /// Which.
        key: &'static str,
        /// As written.
        given: usize,
        /// The most.
        most: usize,
    },
    /// Nothing is done in no time.
    #[error("http.{key} is 0")]
    NoTime {
        /// Which.
        key: &'static str,
    },
    /// Nobody could connect.
    #[error("http.connections_max is 0")]
    NoConnections,
}
