//! Every refusal of the HTTP API, its status, and its problem document (RFC 9457). The only room
//! that chooses status codes.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::TreeSize;
use indelible_wire::{AddBatchError, EntryError, PathError, Problem, limits};

use crate::drive::mailbox::NotTaken;
use crate::store::read::ReadError;

/// Why a request was refused. 4xx: the caller can mend it. 5xx: only we can.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("no such route")]
    NoSuchRoute,
    #[error("the route has no such method")]
    MethodNotAllowed,
    #[error("{0}")]
    Entry(#[from] EntryError),
    #[error("{0}")]
    Batch(#[from] AddBatchError),
    #[error("the body did not arrive whole")]
    BodyIncomplete,
    #[error("the body did not arrive in time")]
    BodySlow,
    #[error("the body is longer than {max} bytes")]
    BodyTooLong { max: usize },
    #[error("add-batch takes application/octet-stream or application/x-ndjson")]
    MediaType,
    #[error("none of the media types in Accept can be given here")]
    NotAcceptable,
    #[error("an Idempotency-Key has 1 to {} visible ASCII characters", limits::IDEMPOTENCY_KEY_BYTES_MAX)]
    IdempotencyKey,
    #[error("the Idempotency-Key was used before for other bytes (item {item})")]
    IdempotencyKeyReused { item: usize },
    #[error("query parameter {name}: {reason}")]
    Query { name: &'static str, reason: &'static str },
    #[error("query parameter {name:?} is not known here")]
    QueryUnknown { name: String },
    #[error("{0}")]
    Path(#[from] PathError),
    #[error("not in the tree of {size} entries that is published")]
    NotPublished { size: TreeSize },
    #[error("no entry with this leaf hash among the first {size}")]
    LeafUnknown { size: TreeSize },
    #[error("the log has not published its first checkpoint yet")]
    NoCheckpoint,
    #[error("the log is frozen: it takes no more entries")]
    Frozen,
    #[error("the log's tree is full")]
    TreeFull,
    #[error("{0}")]
    NotTaken(#[from] NotTaken),
    #[error("the entry is durable at index {index}, but no checkpoint covers it yet; ask for its proof later")]
    WaitedTooLong { index: u64 },
    #[error("the outcome is unknown: repeat the request with the same Idempotency-Key")]
    OutcomeUnknown,
    #[error("the log's data could not be read")]
    Unreadable(#[from] ReadError),
    #[error("an answer could not be made of what was read")]
    Unanswerable,
}

/// How soon a caller may come again, in seconds: the queue empties in less.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

impl Refusal {
    const fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchRoute | Self::Path(_) | Self::NotPublished { .. } | Self::LeafUnknown { .. } => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Entry(EntryError::TooLong { .. })
            | Self::BodyTooLong { .. }
            | Self::Batch(
                AddBatchError::TooLong { .. }
                | AddBatchError::TooMany
                | AddBatchError::Entry { reason: EntryError::TooLong { .. }, .. },
            ) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Entry(EntryError::Empty)
            | Self::Batch(
                AddBatchError::Empty
                | AddBatchError::Entry { reason: EntryError::Empty, .. }
                | AddBatchError::Truncated { .. }
                | AddBatchError::BlankLine { .. }
                | AddBatchError::CarriageReturn { .. }
                | AddBatchError::NotJson { .. },
            )
            | Self::BodyIncomplete
            | Self::IdempotencyKey
            | Self::Query { .. }
            | Self::QueryUnknown { .. } => StatusCode::BAD_REQUEST,
            Self::BodySlow => StatusCode::REQUEST_TIMEOUT,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::IdempotencyKeyReused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Frozen => StatusCode::GONE,
            Self::TreeFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::NoCheckpoint
            | Self::NotTaken(NotTaken::Busy | NotTaken::Closed)
            | Self::WaitedTooLong { .. }
            | Self::OutcomeUnknown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unreadable(_) | Self::Unanswerable => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the problem's type ends in, and its title; `docs/PROTOCOL.md` lists them.
    const fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::NoSuchRoute => ("no-such-route", "No such route"),
            Self::MethodNotAllowed => ("method-not-allowed", "Method not allowed"),
            Self::Entry(_) => ("entry-refused", "The entry cannot be a leaf"),
            Self::Batch(_) => ("batch-refused", "The batch is malformed"),
            Self::BodyIncomplete => ("body-incomplete", "The body did not arrive whole"),
            Self::BodySlow => ("body-slow", "The body did not arrive in time"),
            Self::BodyTooLong { .. } => ("body-too-long", "The body is too long"),
            Self::MediaType => ("media-type", "Unsupported media type"),
            Self::NotAcceptable => ("not-acceptable", "Nothing acceptable to answer with"),
            Self::IdempotencyKey => ("idempotency-key", "Malformed Idempotency-Key"),
            Self::IdempotencyKeyReused { .. } => {
                ("idempotency-key-reused", "Idempotency-Key used for other bytes")
            }
            Self::Query { .. } | Self::QueryUnknown { .. } => ("query", "Malformed query"),
            Self::Path(_) => ("path", "No such resource"),
            Self::NotPublished { .. } => ("not-published", "Not in the published tree"),
            Self::LeafUnknown { .. } => ("leaf-unknown", "No such leaf"),
            Self::NoCheckpoint => ("no-checkpoint", "Nothing published yet"),
            Self::Frozen => ("frozen", "The log is frozen"),
            Self::TreeFull => ("tree-full", "The tree is full"),
            Self::NotTaken(NotTaken::Busy) => ("busy", "Too busy"),
            Self::NotTaken(NotTaken::Closed) => ("stopping", "Shutting down"),
            Self::WaitedTooLong { .. } => ("not-covered-yet", "Durable, but not covered yet"),
            Self::OutcomeUnknown => ("outcome-unknown", "Outcome unknown"),
            Self::Unreadable(_) => ("unreadable", "The log's data could not be read"),
            Self::Unanswerable => ("unanswerable", "No answer could be made"),
        }
    }

    /// The name that refusals are counted under.
    pub(super) const fn slug(&self) -> &'static str {
        self.names().0
    }

    fn item(&self) -> Option<u64> {
        let item = match self {
            Self::Batch(error) => error.item(),
            Self::IdempotencyKeyReused { item } => Some(*item),
            _ => None,
        };
        item.and_then(|item| u64::try_from(item).ok())
    }

    fn document(&self) -> Problem {
        let (slug, title) = self.names();
        let problem = Problem::new(slug, title, self.status().as_u16()).with_detail(self.to_string());
        match self.item() {
            Some(item) => problem.with_item(item),
            None => problem,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Unreadable(error) = &self {
            // The cause is for the operator; a caller could only learn where rows lie.
            tracing::error!(%error, "a request failed");
        }
        let status = self.status();
        let mut response = (status, Json(self.document())).into_response();
        let headers = response.headers_mut();
        let media_type = HeaderValue::from_static(Problem::CONTENT_TYPE);
        headers.insert(header::CONTENT_TYPE, media_type);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}
