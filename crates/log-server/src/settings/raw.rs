//! The settings file as it is written: TOML, every key known.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use indelible_process::{ConnectionLimits, Format};
use serde::Deserialize;

use super::refused::SettingsError;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSettings {
    pub(super) listen: SocketAddr,
    pub(super) data_dir: PathBuf,
    pub(super) guard_dir: Option<PathBuf>,
    pub(super) keys_dir: Option<PathBuf>,
    pub(super) memory_mb: Option<u32>,
    pub(super) http: Option<RawHttp>,
    pub(super) logging: Option<RawLogging>,
    #[serde(default)]
    pub(super) log: Vec<RawLog>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHttp {
    connections_max: Option<usize>,
    header_timeout_ms: Option<u64>,
    idle_timeout_ms: Option<u64>,
    body_pause_timeout_ms: Option<u64>,
    body_timeout_ms: Option<u64>,
    write_timeout_ms: Option<u64>,
    request_timeout_ms: Option<u64>,
    drain_timeout_ms: Option<u64>,
}

impl RawHttp {
    pub(super) fn limits(&self) -> Result<ConnectionLimits, SettingsError> {
        let mut limits = ConnectionLimits::default();
        let times = [
            ("header_timeout_ms", self.header_timeout_ms, &mut limits.header_timeout),
            ("idle_timeout_ms", self.idle_timeout_ms, &mut limits.idle_timeout),
            ("body_pause_timeout_ms", self.body_pause_timeout_ms, &mut limits.body_pause_timeout),
            ("body_timeout_ms", self.body_timeout_ms, &mut limits.body_timeout),
            ("write_timeout_ms", self.write_timeout_ms, &mut limits.write_timeout),
            ("request_timeout_ms", self.request_timeout_ms, &mut limits.request_timeout),
            ("drain_timeout_ms", self.drain_timeout_ms, &mut limits.drain_timeout),
        ];
        for (setting, given, limit) in times {
            match given {
                None => {}
                Some(0) => return Err(SettingsError::Zero { setting }),
                Some(milliseconds) => *limit = Duration::from_millis(milliseconds),
            }
        }
        match self.connections_max {
            None => {}
            Some(0) => return Err(SettingsError::Zero { setting: "connections_max" }),
            Some(connections_max) => limits.connections_max = connections_max,
        }
        Ok(limits)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLogging {
    pub(super) format: Option<RawFormat>,
    pub(super) filter: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawFormat {
    #[default]
    Human,
    Json,
}

impl From<RawFormat> for Format {
    fn from(raw: RawFormat) -> Self {
        match raw {
            RawFormat::Human => Self::Human,
            RawFormat::Json => Self::Json,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLog {
    pub(super) origin: String,
    pub(super) path: Option<String>,
    pub(super) key_ed25519: Option<PathBuf>,
    pub(super) key_ml_dsa_44: Option<PathBuf>,
    pub(super) publish_interval_ms: Option<u64>,
    pub(super) refresh_interval_ms: Option<u64>,
    pub(super) policy: Option<PathBuf>,
    pub(super) cosign_timeout_ms: Option<u64>,
    pub(super) dedup_by_content: Option<bool>,
    pub(super) wait_timeout_ms: Option<u64>,
    pub(super) queue_entries_max: Option<u32>,
    pub(super) queue_bytes_max: Option<u32>,
    pub(super) commit_entries_max: Option<u32>,
    pub(super) commit_bytes_max: Option<u32>,
}
