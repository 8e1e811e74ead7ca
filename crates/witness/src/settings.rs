//! What an operator chose: read raw, checked once, and never holding parts.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indelible_disk::RocksOptions;
use indelible_note::{KeyName, Origin, VerifierKey};
use indelible_process::{ConnectionLimits, Format, settings};
use reqwest::Url;

use crate::identity::KeyFiles;
use crate::known_log::KnownLog;

use raw::{RawList, RawLog, RawSettings};
pub use refused::SettingsError;

mod raw;
mod refused;

/// A witness's settings; cannot be wrong in form. `docs/OPERATING.md` describes each.
#[derive(Debug)]
pub struct Settings {
    pub(crate) name: KeyName,
    pub(crate) url: Option<Url>,
    pub(crate) listen: Listen,
    pub(crate) data_dir: PathBuf,
    pub(crate) guard_dir: PathBuf,
    pub(crate) memory_bytes: usize,
    pub(crate) keys: KeyFiles,
    pub(crate) logs: Vec<ConfiguredLog>,
    pub(crate) log_list: Option<LogListSettings>,
    pub(crate) limits: Limits,
    pub(crate) connections: ConnectionLimits,
    /// How and what to log.
    pub logging: Logging,
}

/// Where each part is served; equal addresses are one socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listen {
    pub(crate) submission: SocketAddr,
    pub(crate) monitoring: SocketAddr,
    pub(crate) operations: SocketAddr,
}

/// A log from the settings file.
#[derive(Clone, Debug)]
pub(crate) struct ConfiguredLog {
    pub(crate) log: KnownLog,
    /// Where its checkpoint and tiles are read.
    pub(crate) url: Option<Url>,
}

/// A list of logs that others keep.
#[derive(Clone, Debug)]
pub(crate) struct LogListSettings {
    pub(crate) source: ListSource,
    pub(crate) reread_interval: Duration,
}

/// Where a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListSource {
    File(PathBuf),
    Url(Url),
}

/// What all clients together may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Requests at work at once; each has a thread, so that their commits meet in one sync.
    pub(crate) requests_max: usize,
    /// Logs that are served.
    pub(crate) logs_max: usize,
}

/// How and what the process says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// For people or for machines.
    pub format: Format,
    /// `tracing` directives.
    pub filter: String,
}

/// What a flag may say instead of the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overrides {
    /// In place of `listen`.
    pub listen: Option<SocketAddr>,
}

/// ML-DSA-44 signs its name, with one byte for the length (tlog-cosignature).
const NAME_BYTES_MAX: usize = 255;
/// Less than this and RocksDB's own buffers do not fit.
const MEMORY_MB_MIN: u32 = 16;
/// More threads than this cost more than they bring, and as many may be blocked on one disk.
const REQUESTS_MAX: usize = 4_096;
/// A list changes a few times a month; asking more often than this is of no use to anybody.
const REREAD_INTERVAL_S_MIN: u64 = 10;

impl Settings {
    /// Reads a settings file; paths in it are relative to its folder.
    pub fn read(path: &Path, overrides: Overrides) -> Result<Self, SettingsError> {
        let raw: RawSettings = settings::read(path)?;
        let base = path.parent().unwrap_or_else(|| Path::new("."));
        Self::check(raw, base, overrides)
    }

    fn check(raw: RawSettings, base: &Path, overrides: Overrides) -> Result<Self, SettingsError> {
        let keys_dir = base.join(raw.keys_dir.as_deref().unwrap_or_else(|| Path::new("keys")));
        let data_dir = base.join(&raw.data_dir);
        if keys_dir.starts_with(&data_dir) {
            return Err(SettingsError::KeysInsideData);
        }
        let guard_dir = raw.guard_dir.as_deref().unwrap_or_else(|| Path::new("guard"));
        let guard_dir = base.join(guard_dir);
        if guard_dir.starts_with(&data_dir) {
            return Err(SettingsError::GuardInsideData);
        }
        let submission = overrides.listen.unwrap_or(raw.listen);
        let logs = raw.log.iter().map(ConfiguredLog::check).collect::<Result<Vec<_>, _>>()?;
        expect_distinct(&logs)?;
        let key_ml_dsa_44 = raw.key_ml_dsa_44.map(|path| base.join(path));
        Ok(Self {
            name: checked_name(&raw.name)?,
            url: raw.url.as_deref().map(checked_url).transpose()?,
            listen: Listen {
                submission,
                monitoring: raw.listen_monitoring.unwrap_or(submission),
                operations: raw.listen_operations.unwrap_or(submission),
            },
            data_dir,
            guard_dir,
            memory_bytes: megabytes(raw.memory_mb.unwrap_or(128))?,
            keys: KeyFiles {
                ed25519: match raw.key_ed25519 {
                    Some(path) => base.join(path),
                    None => keys_dir.join("witness-ed25519.key"),
                },
                ml_dsa_44: raw.ml_dsa_44.unwrap_or(true).then(|| {
                    key_ml_dsa_44.unwrap_or_else(|| keys_dir.join("witness-ml-dsa-44.key"))
                }),
            },
            logs,
            log_list: raw.log_list.map(|list| LogListSettings::check(list, base)).transpose()?,
            limits: Limits {
                requests_max: within(
                    "limits.requests_max",
                    raw.limits.requests_max.unwrap_or(256),
                    REQUESTS_MAX,
                )?,
                logs_max: within(
                    "limits.logs_max",
                    raw.limits.logs_max.unwrap_or(100_000),
                    10_000_000,
                )?,
            },
            connections: raw.http.limits()?,
            logging: Logging {
                format: raw.logging.format.unwrap_or_default(),
                filter: raw.logging.filter.unwrap_or_else(|| "info".to_owned()),
            },
        })
    }

    /// How the database is opened.
    pub(crate) fn database(&self) -> RocksOptions {
        RocksOptions { memory_bytes: self.memory_bytes, ..RocksOptions::default() }
    }

    /// Threads that wait for disks and do signatures: one for each request at work, and a few for
    /// what else blocks.
    #[must_use]
    pub const fn threads_max(&self) -> usize {
        self.limits.requests_max.saturating_add(16)
    }

    /// What was understood, for a person who checks a file.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = format!("witness {}, data in {}\n", self.name, self.data_dir.display());
        let Listen { submission, monitoring, operations } = self.listen;
        text.push_str(&format!(
            "listens at {submission}, for monitors at {monitoring}, for operations at {operations}\n"
        ));
        for ConfiguredLog { log, url } in &self.logs {
            let read = url.as_ref().map(|url| format!(", read at {url}")).unwrap_or_default();
            let keys = crate::identity::ids(log.keys());
            text.push_str(&format!("log {}, keys {keys}{read}\n", log.origin()));
        }
        if let Some(list) = &self.log_list {
            text.push_str(&format!("and the logs of {}\n", list.source));
        }
        text
    }
}

impl ConfiguredLog {
    fn check(raw: &RawLog) -> Result<Self, SettingsError> {
        let keys = raw
            .vkeys
            .iter()
            .map(|text| {
                VerifierKey::parse(text)
                    .map_err(|error| SettingsError::Vkey { vkey: text.clone(), error })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let origin = match (&raw.origin, keys.first()) {
            (Some(text), _) => Origin::parse(text)
                .map_err(|error| SettingsError::Origin { origin: text.clone(), error })?,
            (None, Some(key)) => Origin::from(key.name()),
            (None, None) => return Err(SettingsError::NoVkeys),
        };
        // Without an origin of its own, a log is named by its keys; so they must agree.
        if raw.origin.is_none() && keys.iter().any(|key| key.name().as_str() != origin.as_str()) {
            return Err(SettingsError::ManyNames { origin });
        }
        let log = KnownLog::new(origin.clone(), keys)
            .map_err(|error| SettingsError::Log { origin, error })?;
        Ok(Self { log, url: raw.url.as_deref().map(checked_url).transpose()? })
    }
}

impl LogListSettings {
    fn check(raw: RawList, base: &Path) -> Result<Self, SettingsError> {
        let source = match (raw.path, raw.url) {
            (Some(path), None) => ListSource::File(base.join(path)),
            (None, Some(url)) => ListSource::Url(checked_list_url(&url)?),
            (Some(_), Some(_)) | (None, None) => return Err(SettingsError::ListSource),
        };
        let seconds = raw.reread_interval_s.unwrap_or(3_600);
        if seconds < REREAD_INTERVAL_S_MIN {
            return Err(SettingsError::RereadTooOften { seconds, least: REREAD_INTERVAL_S_MIN });
        }
        Ok(Self { source, reread_interval: Duration::from_secs(seconds) })
    }
}

impl fmt::Display for ListSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => url.fmt(f),
        }
    }
}

fn checked_name(text: &str) -> Result<KeyName, SettingsError> {
    let bytes = text.len();
    if bytes > NAME_BYTES_MAX {
        return Err(SettingsError::NameTooLong { bytes, most: NAME_BYTES_MAX });
    }
    KeyName::parse(text).map_err(|error| SettingsError::Name { name: text.to_owned(), error })
}

fn checked_url(text: &str) -> Result<Url, SettingsError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| SettingsError::Url { url: text.to_owned() })
}

/// Whoever can change a list on its way decides which keys are trusted for new logs.
fn checked_list_url(text: &str) -> Result<Url, SettingsError> {
    let url = checked_url(text)?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || local {
        Ok(url)
    } else {
        Err(SettingsError::PlainListUrl { url: text.to_owned() })
    }
}

fn expect_distinct(logs: &[ConfiguredLog]) -> Result<(), SettingsError> {
    for (position, ConfiguredLog { log, .. }) in logs.iter().enumerate() {
        if logs.iter().take(position).any(|earlier| earlier.log.origin() == log.origin()) {
            return Err(SettingsError::OriginTwice { origin: log.origin().clone() });
        }
    }
    Ok(())
}

fn megabytes(memory_mb: u32) -> Result<usize, SettingsError> {
    if memory_mb < MEMORY_MB_MIN {
        return Err(SettingsError::TooLittleMemory { memory_mb, least: MEMORY_MB_MIN });
    }
    let bytes = u64::from(memory_mb).saturating_mul(1024 * 1024);
    Ok(usize::try_from(bytes).unwrap_or(usize::MAX))
}

fn within(key: &'static str, given: usize, most: usize) -> Result<usize, SettingsError> {
    if (1..=most).contains(&given) {
        Ok(given)
    } else {
        Err(SettingsError::OutOfBounds { key, given, most })
    }
}

#[cfg(test)]
mod tests;
