//! Bytes over HTTP: bounded, timed, asked for again where that can help. None of them is believed.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};

use indelible_wire::limits::PROBLEM_BYTES_MAX;
use indelible_wire::{Problem, ResourcePath};

use crate::clock;
use crate::fetch_error::{FetchError, UrlError};
use crate::random;
use crate::retry::{self, Backoff};

/// Patience with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchOptions {
    /// To open a connection.
    pub connect_timeout: Duration,
    /// For one request from its first byte to the last of its answer.
    pub request_timeout: Duration,
    /// The same for a request that waits at the server for the next checkpoint.
    pub wait_timeout: Duration,
    /// When to ask again.
    pub backoff: Backoff,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(60),
            wait_timeout: Duration::from_secs(120),
            backoff: Backoff::default(),
        }
    }
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) url: Box<str>,
    /// The media type without parameters, in lower case.
    pub(crate) media_type: Option<String>,
    pub(crate) body: Bytes,
}

/// What `post` sends; every repetition is the same to the byte, idempotency key included.
#[derive(Debug, Clone)]
pub(crate) struct Post<'a> {
    pub(crate) path: &'static str,
    pub(crate) wait: Wait,
    pub(crate) content_type: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) idempotency_key: &'a str,
    pub(crate) body: Bytes,
    pub(crate) answer_bytes_max: usize,
}

/// Whether the server answers at once or after the covering checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    No,
    ForCheckpoint,
}

/// A log's address and the means to ask it. Clones share their connections.
#[derive(Debug, Clone)]
pub(crate) struct Fetch {
    client: Client,
    base: Url,
    options: FetchOptions,
}

impl Fetch {
    pub(crate) fn new(base: &str, options: FetchOptions) -> Result<Self, UrlError> {
        let client = Client::builder()
            .user_agent(concat!("indelible/", env!("CARGO_PKG_VERSION")))
            // A redirected POST would arrive without its body; a log's address is configured.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(options.connect_timeout)
            .build()
            .map_err(UrlError::Client)?;
        Ok(Self { client, base: parse_base(base)?, options })
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// Gets what stands at `path` below the log's prefix.
    pub(crate) async fn get(
        &self,
        path: ResourcePath,
        bytes_max: usize,
    ) -> Result<Answer, FetchError> {
        let url = self.url(&path.to_string())?;
        self.persist(&url, bytes_max, || {
            self.client.get(url.clone()).timeout(self.options.request_timeout)
        })
        .await
    }

    /// Asks one of our own routes that answer a question instead of serving a resource.
    pub(crate) async fn ask(
        &self,
        route: &str,
        query: &str,
        bytes_max: usize,
    ) -> Result<Answer, FetchError> {
        let mut url = self.url(route)?;
        url.set_query(Some(query));
        self.persist(&url, bytes_max, || {
            self.client.get(url.clone()).timeout(self.options.request_timeout)
        })
        .await
    }

    /// Posts below the log's prefix.
    pub(crate) async fn post(&self, post: Post<'_>) -> Result<Answer, FetchError> {
        let mut url = self.url(post.path)?;
        let timeout = match post.wait {
            Wait::No => self.options.request_timeout,
            Wait::ForCheckpoint => {
                url.set_query(Some("wait=checkpoint"));
                self.options.wait_timeout
            }
        };
        self.persist(&url, post.answer_bytes_max, || {
            self.client
                .post(url.clone())
                .timeout(timeout)
                .header(CONTENT_TYPE, post.content_type)
                .header(ACCEPT, post.accept)
                .header("idempotency-key", post.idempotency_key)
                .body(post.body.clone())
        })
        .await
    }

    fn url(&self, path: &str) -> Result<Url, FetchError> {
        // Paths are made here from numbers and constants; one that does not join is not there.
        self.base.join(path).map_err(|_| FetchError::NotFound { url: path.into() })
    }

    async fn persist(
        &self,
        url: &Url,
        bytes_max: usize,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Answer, FetchError> {
        let mut failures = 0;
        loop {
            let error = match once(url, bytes_max, request()).await {
                Ok(answer) => return Ok(answer),
                Err(error) if error.may_pass() => error,
                Err(error) => return Err(error),
            };
            failures += 1;
            match self.options.backoff.after(failures, error.retry_after(), random::jitter()) {
                Some(pause) => clock::wait(pause).await,
                None => return Err(error),
            }
        }
    }
}

/// A base to join paths to: with and without a trailing slash mean the same log.
fn parse_base(text: &str) -> Result<Url, UrlError> {
    let mut url = Url::parse(text).map_err(|_| UrlError::Malformed { text: text.into() })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlError::Scheme { scheme: url.scheme().into() });
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(UrlError::Surplus);
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

async fn once(url: &Url, bytes_max: usize, request: RequestBuilder) -> Result<Answer, FetchError> {
    let unreachable = |source: reqwest::Error| FetchError::Unreachable {
        url: url.as_str().into(),
        source: source.without_url(),
    };
    let response = request.send().await.map_err(unreachable)?;
    if response.status() == StatusCode::NOT_FOUND {
        return Err(FetchError::NotFound { url: url.as_str().into() });
    }
    if !response.status().is_success() {
        return Err(refusal(url, response).await);
    }
    let media_type = media_type(response.headers());
    match read(response, bytes_max).await {
        Ok(Some(body)) => Ok(Answer { url: url.as_str().into(), media_type, body }),
        Ok(None) => Err(FetchError::TooLong { url: url.as_str().into(), bytes_max }),
        Err(source) => Err(unreachable(source)),
    }
}

async fn refusal(url: &Url, response: Response) -> FetchError {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| retry::retry_after(value, clock::now()));
    let is_problem = media_type(response.headers()).as_deref() == Some(Problem::CONTENT_TYPE);
    let body = read(response, PROBLEM_BYTES_MAX).await.ok().flatten();
    let detail = body.filter(|_| is_problem).and_then(|body| problem_text(&body));
    FetchError::Refused { url: url.as_str().into(), status, detail, retry_after }
}

/// The problem in words, made harmless for a terminal.
fn problem_text(body: &[u8]) -> Option<Box<str>> {
    let problem: Problem = serde_json::from_slice(body).ok()?;
    let text = problem.detail.unwrap_or(problem.title);
    let harmless: String = text.chars().filter(|c| !c.is_control()).take(500).collect();
    Some(harmless.into())
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}

/// The body, or `None` where it is longer than `bytes_max` (after decompression).
async fn read(mut response: Response, bytes_max: usize) -> Result<Option<Bytes>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > bytes_max - body.len() {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_means_the_same_with_and_without_a_trailing_slash() {
        for given in ["http://log.example/a", "http://log.example/a/"] {
            let base = parse_base(given).unwrap();
            assert_eq!(
                base.join("tile/0/000").unwrap().as_str(),
                "http://log.example/a/tile/0/000"
            );
        }
        let bare = parse_base("https://log.example").unwrap();
        assert_eq!(bare.join("checkpoint").unwrap().as_str(), "https://log.example/checkpoint");
    }

    #[test]
    fn an_address_of_another_kind_is_refused() {
        assert!(matches!(parse_base("log.example"), Err(UrlError::Malformed { .. })));
        assert!(matches!(parse_base("file:///log"), Err(UrlError::Scheme { .. })));
        assert!(matches!(parse_base("http://log.example/?a"), Err(UrlError::Surplus)));
        assert!(matches!(parse_base("http://log.example/#a"), Err(UrlError::Surplus)));
    }

    #[test]
    fn a_problem_cannot_speak_to_the_terminal() {
        let body = br#"{"type":"about:blank","title":"x","status":503,"detail":"a\u001b[2Jb"}"#;
        assert_eq!(problem_text(body).as_deref(), Some("a[2Jb"));
    }
}
