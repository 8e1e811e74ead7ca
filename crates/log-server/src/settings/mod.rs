//! What an operator chose: read raw, checked once, and never holding parts.

mod raw;
mod refused;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indelible_note::{Origin, Policy};
use indelible_process::{ConnectionLimits, settings};

use crate::drive::mailbox::QueueLimits;
use crate::http::RESERVED;
use crate::identity::KeyFiles;

use raw::{RawLog, RawSettings};
pub use refused::SettingsError;

/// A server's settings; cannot be wrong in form. `docs/OPERATING.md` describes each.
#[derive(Debug)]
pub struct Settings {
    /// Where HTTP is served.
    pub listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) guard_dir: PathBuf,
    pub(crate) memory_bytes: usize,
    pub(crate) connections: ConnectionLimits,
    /// How and what to log.
    pub logging: Logging,
    pub(crate) logs: Vec<LogSettings>,
}

/// How and what the process says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// For people or for machines.
    pub format: indelible_process::Format,
    /// `tracing` directives.
    pub filter: String,
}

/// One log's settings.
#[derive(Debug)]
pub(crate) struct LogSettings {
    pub(crate) origin: Origin,
    /// Without a slash at the end; empty for the root.
    pub(crate) prefix: String,
    pub(crate) keys: KeyFiles,
    pub(crate) publish_interval: Duration,
    pub(crate) refresh_interval: Option<Duration>,
    pub(crate) policy: Option<Policy>,
    pub(crate) cosign_timeout: Duration,
    pub(crate) dedup_by_content: bool,
    pub(crate) wait_timeout: Duration,
    pub(crate) queue: QueueLimits,
    pub(crate) commit_entries_max: usize,
    pub(crate) commit_bytes_max: usize,
}

impl Settings {
    /// Reads a settings file; paths in it are relative to its folder.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let raw: RawSettings = settings::read(path)?;
        let base = path.parent().unwrap_or_else(|| Path::new("."));
        Self::check(raw, base)
    }

    /// The log of this origin.
    pub(crate) fn log(&self, origin: &str) -> Result<&LogSettings, SettingsError> {
        let found = self.logs.iter().find(|log| log.origin.as_str() == origin);
        found.ok_or_else(|| SettingsError::UnknownLog { origin: origin.to_owned() })
    }

    /// Looked at again where the folders exist: a symbolic link can lead anywhere.
    pub(crate) fn expect_guard_apart(&self) -> Result<(), SettingsError> {
        if is_inside(&self.guard_dir, &self.data_dir) {
            return Err(SettingsError::GuardInsideData);
        }
        Ok(())
    }

    fn check(raw: RawSettings, base: &Path) -> Result<Self, SettingsError> {
        if raw.log.is_empty() {
            return Err(SettingsError::NoLogs);
        }
        let data_dir = base.join(&raw.data_dir);
        let guard_dir = base.join(raw.guard_dir.unwrap_or_else(|| PathBuf::from("guard")));
        if guard_dir.starts_with(&data_dir) {
            return Err(SettingsError::GuardInsideData);
        }
        let keys_dir = base.join(raw.keys_dir.unwrap_or_else(|| PathBuf::from("keys")));
        if keys_dir.starts_with(&data_dir) {
            return Err(SettingsError::KeysInsideData);
        }
        let logs = raw
            .log
            .into_iter()
            .map(|log| LogSettings::check(log, base, &keys_dir))
            .collect::<Result<Vec<_>, _>>()?;
        expect_distinct(&logs)?;
        let connections = raw.http.unwrap_or_default().limits()?;
        let request_timeout = connections.request_timeout;
        if let Some(log) = logs.iter().find(|log| log.wait_timeout >= request_timeout) {
            return Err(SettingsError::WaitTooLong { origin: log.origin.clone(), request_timeout });
        }
        let logging = raw.logging.unwrap_or_default();
        Ok(Self {
            listen: raw.listen,
            data_dir,
            guard_dir,
            memory_bytes: megabytes(raw.memory_mb.unwrap_or(256))?,
            connections,
            logging: Logging {
                format: logging.format.unwrap_or_default().into(),
                filter: logging.filter.unwrap_or_else(|| "info".to_owned()),
            },
            logs,
        })
    }
}

const ORIGIN_BYTES_MAX: usize = 255;

/// Less than this and RocksDB's own buffers do not fit.
const MEMORY_MB_MIN: u32 = 64;

fn megabytes(memory_mb: u32) -> Result<usize, SettingsError> {
    if memory_mb < MEMORY_MB_MIN {
        return Err(SettingsError::TooLittleMemory { memory_mb, least: MEMORY_MB_MIN });
    }
    let bytes = u64::from(memory_mb).saturating_mul(1024 * 1024);
    Ok(usize::try_from(bytes).unwrap_or(usize::MAX))
}

fn expect_distinct(logs: &[LogSettings]) -> Result<(), SettingsError> {
    for (position, log) in logs.iter().enumerate() {
        let earlier = logs.iter().take(position);
        for other in earlier {
            if other.origin == log.origin {
                return Err(SettingsError::OriginTwice { origin: log.origin.clone() });
            }
            if other.prefix == log.prefix {
                return Err(SettingsError::PathTwice { path: format!("{}/", log.prefix) });
            }
        }
    }
    Ok(())
}

impl LogSettings {
    /// Publishing more often than this costs more in signatures and syncs than it brings.
    const PUBLISH_INTERVAL_MS_MIN: u64 = 10;

    fn check(raw: RawLog, base: &Path, keys_dir: &Path) -> Result<Self, SettingsError> {
        let origin = Origin::parse(&raw.origin)
            .map_err(|error| SettingsError::Origin { origin: raw.origin.clone(), error })?;
        expect_signable(&origin)?;
        let prefix = checked_prefix(raw.path.as_deref().unwrap_or("/"))?;
        let publish_interval_ms = raw.publish_interval_ms.unwrap_or(1_000);
        if publish_interval_ms < Self::PUBLISH_INTERVAL_MS_MIN {
            let least = Self::PUBLISH_INTERVAL_MS_MIN;
            return Err(SettingsError::TooOften { publish_interval_ms, least });
        }
        let refresh_ms = raw.refresh_interval_ms.unwrap_or(300_000);
        let policy = raw.policy.map(|path| read_policy(&base.join(path))).transpose()?;
        let queue = QueueLimits {
            entries_max: positive("queue_entries_max", raw.queue_entries_max.unwrap_or(65_536))?,
            bytes_max: positive("queue_bytes_max", raw.queue_bytes_max.unwrap_or(64 << 20))?,
        };
        Ok(Self {
            keys: key_files(keys_dir, &origin, raw.key_ed25519, raw.key_ml_dsa_44, base),
            origin,
            prefix,
            publish_interval: Duration::from_millis(publish_interval_ms),
            refresh_interval: (refresh_ms > 0).then(|| Duration::from_millis(refresh_ms)),
            policy,
            cosign_timeout: time("cosign_timeout_ms", raw.cosign_timeout_ms.unwrap_or(5_000))?,
            dedup_by_content: raw.dedup_by_content.unwrap_or(false),
            wait_timeout: time("wait_timeout_ms", raw.wait_timeout_ms.unwrap_or(30_000))?,
            queue,
            commit_entries_max: positive(
                "commit_entries_max",
                raw.commit_entries_max.unwrap_or(16_384),
            )?,
            commit_bytes_max: positive(
                "commit_bytes_max",
                raw.commit_bytes_max.unwrap_or(8 << 20),
            )?,
        })
    }
}

/// An origin is also the name of the keys, and ML-DSA-44 signs it with one byte for its length
/// (tlog-cosignature).
fn expect_signable(origin: &Origin) -> Result<(), SettingsError> {
    let bytes = origin.as_str().len();
    if bytes > ORIGIN_BYTES_MAX {
        return Err(SettingsError::OriginTooLong { bytes, most: ORIGIN_BYTES_MAX });
    }
    match origin.to_key_name() {
        Ok(_) => Ok(()),
        Err(error) => Err(SettingsError::OriginName { origin: origin.clone(), error }),
    }
}

/// Whether the folders are apart in truth, symbolic links and `..` followed. What is not there yet
/// is nowhere.
fn is_inside(folder: &Path, other: &Path) -> bool {
    match (folder.canonicalize(), other.canonicalize()) {
        (Ok(folder), Ok(other)) => folder.starts_with(other),
        _ => false,
    }
}

fn time(setting: &'static str, milliseconds: u64) -> Result<Duration, SettingsError> {
    match milliseconds {
        0 => Err(SettingsError::Zero { setting }),
        milliseconds => Ok(Duration::from_millis(milliseconds)),
    }
}

fn positive(setting: &'static str, value: u32) -> Result<usize, SettingsError> {
    match usize::try_from(value) {
        Ok(0) | Err(_) => Err(SettingsError::Zero { setting }),
        Ok(value) => Ok(value),
    }
}

/// A path of plain segments; what a client sees below it is the log.
fn checked_prefix(path: &str) -> Result<String, SettingsError> {
    let refused = || SettingsError::Path { path: path.to_owned() };
    if path == "/" {
        return Ok(String::new());
    }
    let inner = path.strip_prefix('/').ok_or_else(refused)?;
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_plain =
        |part: &str| !part.is_empty() && part != "." && part != ".." && part.chars().all(plain);
    if !inner.split('/').all(is_plain) {
        return Err(refused());
    }
    let first = inner.split('/').next().unwrap_or_default();
    if RESERVED.contains(&first) {
        return Err(SettingsError::PathReserved { path: path.to_owned() });
    }
    Ok(format!("/{inner}"))
}

/// Hundreds of ML-DSA-44 keys of 1.8 KiB fit.
const POLICY_BYTES_MAX: u64 = 1024 * 1024;

fn read_policy(path: &Path) -> Result<Policy, SettingsError> {
    let bytes = indelible_process::files::read_limited(path, POLICY_BYTES_MAX)
        .map_err(|error| SettingsError::PolicyFile { path: path.to_owned(), error })?;
    Policy::parse_bytes(&bytes)
        .map_err(|error| SettingsError::Policy { path: path.to_owned(), error })
}

/// Key files are named after the origin, readable and distinct.
fn key_files(
    keys_dir: &Path,
    origin: &Origin,
    ed25519: Option<PathBuf>,
    ml_dsa_44: Option<PathBuf>,
    base: &Path,
) -> KeyFiles {
    let readable: String = origin
        .as_str()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '_' })
        .take(64)
        .collect();
    // Two origins can read the same once their odd characters are gone.
    let digest = origin.digest().to_string();
    let stem = format!("{readable}-{}", digest.get(..8).unwrap_or(&digest));
    let file = |given: Option<PathBuf>, kind: &str| match given {
        Some(path) => base.join(path),
        None => keys_dir.join(format!("{stem}.{kind}.key")),
    };
    KeyFiles { ed25519: file(ed25519, "ed25519"), ml_dsa_44: file(ml_dsa_44, "ml-dsa-44") }
}

#[cfg(test)]
mod tests;
