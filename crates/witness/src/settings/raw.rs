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
    pub(super) name: String,
    pub(super) url: Option<String>,
    pub(super) listen: SocketAddr,
    pub(super) listen_monitoring: Option<SocketAddr>,
    pub(super) listen_operations: Option<SocketAddr>,
    pub(super) data_dir: PathBuf,
    pub(super) guard_dir: Option<PathBuf>,
    pub(super) memory_mb: Option<u32>,
    pub(super) keys_dir: Option<PathBuf>,
    pub(super) key_ed25519: Option<PathBuf>,
    pub(super) key_ml_dsa_44: Option<PathBuf>,
    pub(super) ml_dsa_44: Option<bool>,
    #[serde(default)]
    pub(super) log: Vec<RawLog>,
    pub(super) log_list: Option<RawList>,
    #[serde(default)]
    pub(super) limits: RawLimits,
    #[serde(default)]
    pub(super) http: RawHttp,
    #[serde(default)]
    pub(super) logging: RawLogging,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLog {
    pub(super) vkeys: Vec<String>,
    pub(super) origin: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawList {
    pub(super) path: Option<PathBuf>,
    pub(super) url: Option<String>,
    pub(super) reread_interval_s: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimits {
    pub(super) requests_max: Option<usize>,
    pub(super) logs_max: Option<usize>,
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

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLogging {
    pub(super) format: Option<Format>,
    pub(super) filter: Option<String>,
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
        for (key, given, limit) in times {
            match given {
                None => {}
                Some(0) => return Err(SettingsError::NoTime { key }),
                Some(milliseconds) => *limit = Duration::from_millis(milliseconds),
            }
        }
        match self.connections_max {
            None => {}
            Some(0) => return Err(SettingsError::NoConnections),
            Some(connections_max) => limits.connections_max = connections_max,
        }
        Ok(limits)
    }
}
