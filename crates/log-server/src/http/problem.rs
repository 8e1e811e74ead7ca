//! Every refusal of the HTTP API, and its problem document (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::TreeSize;
use indelible_wire::{AddBatchError, EntryError, PathError, Problem, limits};

use crate::drive::mailbox::NotTaken;
use crate::store::read::ReadError;

use super::kind::Kind;

/// Why a request was refused this time.
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
    #[error("none of the forms that the request accepts can be given here")]
    NotAcceptable,
    #[error(
        "an Idempotency-Key has 1 to {} visible ASCII characters",
        limits::IDEMPOTENCY_KEY_BYTES_MAX
    )]
    IdempotencyKey,
    #[error("the Idempotency-Key was used before for other bytes (item {item})")]
    IdempotencyKeyReused { item: usize },
    #[error("query parameter {name}: {reason}")]
    Query { name: &'static str, reason: &'static str },
    #[error("query parameter {name:?} is not known here")]
    QueryUnknown { name: String },
    #[error("{0}")]
    Path(#[from] PathError),
    #[error("the resource has {length} bytes")]
    Range { length: usize },
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
    #[error("durable at index {index}, but no checkpoint covers it yet; ask for its proof later")]
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
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::NoSuchRoute => Kind::NoSuchRoute,
            Self::MethodNotAllowed => Kind::MethodNotAllowed,
            Self::Entry(EntryError::Empty) => Kind::EntryEmpty,
            Self::Entry(EntryError::TooLong { .. }) | Self::BodyTooLong { .. } => Kind::BodyTooLong,
            Self::Batch(
                AddBatchError::TooLong { .. }
                | AddBatchError::TooMany
                | AddBatchError::Entry { reason: EntryError::TooLong { .. }, .. },
            ) => Kind::BatchTooLarge,
            Self::Batch(
                AddBatchError::Empty
                | AddBatchError::Entry { reason: EntryError::Empty, .. }
                | AddBatchError::Truncated { .. }
                | AddBatchError::BlankLine { .. }
                | AddBatchError::CarriageReturn { .. }
                | AddBatchError::NotJson { .. },
            ) => Kind::BatchMalformed,
            Self::BodyIncomplete => Kind::BodyIncomplete,
            Self::BodySlow => Kind::BodySlow,
            Self::MediaType => Kind::MediaType,
            Self::NotAcceptable => Kind::NotAcceptable,
            Self::IdempotencyKey => Kind::IdempotencyKey,
            Self::IdempotencyKeyReused { .. } => Kind::IdempotencyKeyReused,
            Self::Query { .. } | Self::QueryUnknown { .. } => Kind::Query,
            Self::Path(_) => Kind::Path,
            Self::Range { .. } => Kind::Range,
            Self::NotPublished { .. } => Kind::NotPublished,
            Self::LeafUnknown { .. } => Kind::LeafUnknown,
            Self::NoCheckpoint => Kind::NoCheckpoint,
            Self::Frozen => Kind::Frozen,
            Self::TreeFull => Kind::TreeFull,
            Self::NotTaken(NotTaken::Busy) => Kind::Busy,
            Self::NotTaken(NotTaken::Closed) => Kind::Stopping,
            Self::WaitedTooLong { .. } => Kind::NotCoveredYet,
            Self::OutcomeUnknown => Kind::OutcomeUnknown,
            Self::Unreadable(_) => Kind::Unreadable,
            Self::Unanswerable => Kind::Unanswerable,
        }
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
        let kind = self.kind();
        let problem = Problem::new(kind.slug(), kind.title(), kind.status().as_u16())
            .with_detail(self.to_string());
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
        let status = self.kind().status();
        let mut response = (status, Json(self.document())).into_response();
        let headers = response.headers_mut();
        let media_type = HeaderValue::from_static(Problem::CONTENT_TYPE);
        headers.insert(header::CONTENT_TYPE, media_type);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        if let Self::Range { length } = self
            && let Ok(whole) = HeaderValue::try_from(format!("bytes */{length}"))
        {
            headers.insert(header::CONTENT_RANGE, whole);
        }
        response
    }
}
