//! Which log: the options that every command which asks one shares.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use indelible_client::{Backoff, FetchOptions, Log, Policy, TileCache, files};

use super::exit::Failure;

/// The longest policy file: 10,000 keys of ML-DSA-44 would fit, and nobody trusts as many.
const POLICY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// 512 MiB of tiles: the upper levels of any log, and level 0 of 16 million entries.
const CACHE_FILES_MAX: usize = 65_536;

#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// Whom to trust: a tlog-policy file with the log's key and the witnesses
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    #[command(flatten)]
    policy: PolicyArgs,
    /// Ask the log here instead of at the policy's URL
    #[arg(long, value_name = "URL")]
    log_url: Option<String>,
    /// Choose among the policy's logs
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// How often a request is sent in all before the server counts as unavailable
    #[arg(long, value_name = "COUNT", default_value_t = Backoff::default().attempts_max)]
    attempts: u32,
    /// How long one request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "60",
          value_parser = clap::value_parser!(u64).range(1..=3_600))]
    timeout: u64,
    /// Keep verified tiles in this folder
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
}

impl PolicyArgs {
    pub(crate) fn read(&self) -> Result<Policy, Failure> {
        let path: &Path = &self.policy;
        let bytes = files::read_limited(path, POLICY_BYTES_MAX);
        let bytes = bytes.map_err(|error| Failure::file(path, error))?;
        Policy::parse_bytes(&bytes).map_err(|error| Failure::file(path, error))
    }
}

impl LogArgs {
    pub(crate) fn log(&self) -> Result<Log, Failure> {
        let mut builder = Log::builder(self.policy.read()?).options(self.options());
        if let Some(origin) = &self.origin {
            builder = builder.origin(origin);
        }
        if let Some(url) = &self.log_url {
            builder = builder.url(url);
        }
        if let Some(folder) = &self.cache {
            let cache = TileCache::default().with_folder(folder.clone(), CACHE_FILES_MAX);
            let cache = cache.map_err(|error| Failure::file(folder, error))?;
            builder = builder.cache(Arc::new(cache));
        }
        Ok(builder.build()?)
    }

    fn options(&self) -> FetchOptions {
        let defaults = FetchOptions::default();
        let request_timeout = Duration::from_secs(self.timeout);
        FetchOptions {
            request_timeout,
            // Asking for more patience covers waiting for a checkpoint, too.
            wait_timeout: defaults.wait_timeout.max(request_timeout),
            backoff: Backoff { attempts_max: self.attempts, ..defaults.backoff },
            ..defaults
        }
    }
}
