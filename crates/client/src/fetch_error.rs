//! Why no answer came from a server, and whether asking again can help.

use std::fmt;
use std::time::Duration;

use crate::error::Fault;

/// Why an address cannot be a log's.
#[derive(Debug, thiserror::Error)]
pub enum UrlError {
    /// Not an URL at all.
    #[error("{text:?} is not an url")]
    Malformed {
        /// What was given.
        text: Box<str>,
    },
    /// Neither `http` nor `https`.
    #[error("the log's url has scheme {scheme:?}; only http and https are spoken")]
    Scheme {
        /// The scheme given.
        scheme: Box<str>,
    },
    /// A query or a fragment, to which no path can be appended.
    #[error("the log's url may have neither a query nor a fragment")]
    Surplus,
    /// The HTTP client does not start (its certificate store, mostly).
    #[error("the http client does not start")]
    Client(#[source] reqwest::Error),
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// 404.
    #[error("{url} is not there")]
    NotFound {
        /// Asked for.
        url: Box<str>,
    },
    /// Any other status but success, after the retries that it allowed.
    #[error("{url} refused with status {status}{}", Said(.detail.as_deref()))]
    Refused {
        /// Asked for.
        url: Box<str>,
        /// The status.
        status: u16,
        /// What its problem document said, without control characters.
        detail: Option<Box<str>>,
        /// How long the server asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// More bytes than such an answer can have.
    #[error("{url} sent more than {bytes_max} bytes")]
    TooLong {
        /// Asked for.
        url: Box<str>,
        /// The limit.
        bytes_max: usize,
    },
    /// No connection, a broken one, or a timeout.
    #[error("{url} cannot be reached")]
    Unreachable {
        /// Asked for.
        url: Box<str>,
        /// What went wrong on the way.
        source: reqwest::Error,
    },
}

impl FetchError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::TooLong { .. } => Fault::Unproven,
            Self::NotFound { .. } | Self::Refused { .. } | Self::Unreachable { .. } => {
                Fault::Unavailable
            }
        }
    }

    /// Whether the same request may succeed later.
    pub(crate) const fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => matches!(status, 429 | 500 | 502 | 503 | 504),
            Self::NotFound { .. } | Self::TooLong { .. } => false,
        }
    }

    /// How long the server asked to be left alone.
    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::NotFound { .. } | Self::TooLong { .. } | Self::Unreachable { .. } => None,
        }
    }
}

struct Said<'a>(Option<&'a str>);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}
