//! From a policy and a caller's choices to one log.

use std::collections::BTreeSet;
use std::sync::Arc;

use indelible_note::{Origin, OriginError, Policy};

use crate::cache::TileCache;
use crate::fetch::{Fetch, FetchOptions};
use crate::fetch_error::UrlError;
use crate::log::Log;
use crate::tiles::Tiles;

/// Why a policy and its options do not make a log.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The policy names no log.
    #[error("the policy names no log")]
    NoLog,
    /// The policy names several, and none was chosen.
    #[error("the policy names {count} logs; choose one by its origin")]
    SeveralLogs {
        /// How many.
        count: usize,
    },
    /// The policy does not name the log that was chosen.
    #[error("the policy does not name a log {origin:?}")]
    UnknownLog {
        /// The origin chosen.
        origin: Box<str>,
    },
    /// Neither the policy nor the caller says where the log is.
    #[error("the policy gives no url for log {origin:?}")]
    NoUrl {
        /// The log's origin.
        origin: Box<str>,
    },
    /// The address cannot be asked.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The log's key has a name that no origin can have.
    #[error(transparent)]
    Origin(#[from] OriginError),
}

/// What a log needs beside its policy; each has a default.
#[derive(Debug)]
pub struct LogBuilder {
    policy: Policy,
    origin: Option<Box<str>>,
    url: Option<Box<str>>,
    cache: Arc<TileCache>,
    options: FetchOptions,
}

impl LogBuilder {
    /// Chooses among the policy's logs.
    #[must_use]
    pub fn origin(self, origin: &str) -> Self {
        Self { origin: Some(origin.into()), ..self }
    }

    /// Asks here instead of at the policy's URL.
    #[must_use]
    pub fn url(self, url: &str) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// Shares this cache instead of having one of its own.
    #[must_use]
    pub fn cache(self, cache: Arc<TileCache>) -> Self {
        Self { cache, ..self }
    }

    /// Has this patience.
    #[must_use]
    pub fn options(self, options: FetchOptions) -> Self {
        Self { options, ..self }
    }

    /// The log, of which nothing has been asked yet.
    ///
    /// # Errors
    ///
    /// [`SetupError`] where policy and options do not name one log at one address.
    pub fn build(self) -> Result<Log, SetupError> {
        let origin = self.chosen_origin()?;
        let mut named = self.policy.logs().iter().filter(|log| log.key().name().as_str() == origin);
        let url = match self.url {
            Some(ref url) => Some(&**url),
            None => named.find_map(|log| log.url()),
        };
        let url = url.ok_or_else(|| SetupError::NoUrl { origin: origin.into() })?;
        let fetch = Fetch::new(url, self.options)?;
        let origin = Origin::parse(origin)?;
        Ok(Log::new(origin, Arc::new(self.policy), Tiles::new(fetch, self.cache)))
    }

    /// A log may have several keys under its one name, each on a line of its own.
    fn chosen_origin(&self) -> Result<&str, SetupError> {
        let origins: BTreeSet<&str> =
            self.policy.logs().iter().map(|log| log.key().name().as_str()).collect();
        match &self.origin {
            Some(chosen) => origins
                .get(&**chosen)
                .copied()
                .ok_or_else(|| SetupError::UnknownLog { origin: chosen.clone() }),
            None if origins.len() > 1 => Err(SetupError::SeveralLogs { count: origins.len() }),
            None => origins.first().copied().ok_or(SetupError::NoLog),
        }
    }
}

impl Log {
    /// Starts from a policy; nothing is asked before something is wanted.
    #[must_use]
    pub fn builder(policy: Policy) -> LogBuilder {
        LogBuilder {
            policy,
            origin: None,
            url: None,
            cache: Arc::new(TileCache::default()),
            options: FetchOptions::default(),
        }
    }
}
