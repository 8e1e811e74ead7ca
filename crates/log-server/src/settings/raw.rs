//! The settings file as it is written: TOML, every key known.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use indelible_process::{ConnectionLimits, Format};
use serde::Deserialize;

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
    pub(super) fn limits(&self) -> ConnectionLimits {
        let mut limits = ConnectionLimits::default();
        let set = |limit: &mut Duration, given: Option<u64>| {
            if let Some(milliseconds) = given {
                *limit = Duration::from_millis(milliseconds);
            }
        };
        set(&mut limits.header_timeout, self.header_timeout_ms);
        set(&mut limits.idle_timeout, self.idle_timeout_ms);
        set(&mut limits.body_pause_timeout, self.body_pause_timeout_ms);
        set(&mut limits.body_timeout, self.body_timeout_ms);
        set(&mut limits.write_timeout, self.write_timeout_ms);
        set(&mut limits.request_timeout, self.request_timeout_ms);
        set(&mut limits.drain_timeout, self.drain_timeout_ms);
        if let Some(connections_max) = self.connections_max {
            limits.connections_max = connections_max;
        }
        limits
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
