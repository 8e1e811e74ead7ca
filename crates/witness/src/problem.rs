//! Which status each refusal gets. Plain text, because that is what the protocol answers otherwise.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use indelible_wire::{CONTENT_TYPE_TLOG_SIZE, print_size_body};

use crate::date::ClockError;
use crate::decide::Refusal;
use crate::http::app::Unworked;
use crate::http::receive::BodyRefusal;
use crate::http::refused::{AddRefusal, MonitoringRefusal, SubtreeRefusal};
use crate::identity::CosignError;
use crate::store::failure::StoreError;

/// The media type of everything but sizes and metrics.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

/// What a client that was turned away for lack of room should wait.
const RETRY_AFTER_SECONDS: &str = "1";

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    content_type: &'static str,
    body: String,
}

impl Problem {
    fn new(status: StatusCode, why: &dyn std::error::Error) -> Self {
        // What went wrong inside is for the operator, who finds it in the log.
        let body = if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %why, "a request failed");
            "the witness failed; its operator can see why\n".to_owned()
        } else {
            format!("{why}\n")
        };
        Self { status, content_type: TEXT, body }
    }

    pub(crate) fn nowhere() -> Self {
        let body = "there is no such path\n".to_owned();
        Self { status: StatusCode::NOT_FOUND, content_type: TEXT, body }
    }

    pub(crate) fn other_method() -> Self {
        let body = "this path has another method\n".to_owned();
        Self { status: StatusCode::METHOD_NOT_ALLOWED, content_type: TEXT, body }
    }

    pub(crate) fn no_logs() -> Self {
        let body = "no log is served yet\n".to_owned();
        Self { status: StatusCode::SERVICE_UNAVAILABLE, content_type: TEXT, body }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response =
            (self.status, [(header::CONTENT_TYPE, self.content_type)], self.body).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = HeaderValue::from_static(RETRY_AFTER_SECONDS);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

impl From<AddRefusal> for Problem {
    fn from(refusal: AddRefusal) -> Self {
        let status = match &refusal {
            // "The response body MUST consist of the tree size of the latest cosigned checkpoint in
            // decimal, followed by a newline", as `text/x.tlog.size`.
            AddRefusal::Refused(Refusal::Stale { held }) => {
                return Self {
                    status: StatusCode::CONFLICT,
                    content_type: CONTENT_TYPE_TLOG_SIZE,
                    body: print_size_body(*held),
                };
            }
            AddRefusal::Body(refusal) => body_status(*refusal),
            AddRefusal::Unworked(refusal) => unworked_status(*refusal),
            AddRefusal::Malformed(_) | AddRefusal::Extensions => StatusCode::BAD_REQUEST,
            AddRefusal::UnknownLog(_) => StatusCode::NOT_FOUND,
            AddRefusal::Untrusted(_) => StatusCode::FORBIDDEN,
            AddRefusal::Refused(Refusal::Backwards { .. }) => StatusCode::BAD_REQUEST,
            AddRefusal::Refused(
                Refusal::NotEmpty | Refusal::Forked { .. } | Refusal::Unproven { .. },
            ) => StatusCode::UNPROCESSABLE_ENTITY,
            AddRefusal::Clock(refusal) => clock_status(*refusal),
            AddRefusal::Cosign(refusal) => cosign_status(*refusal),
            AddRefusal::Store(refusal) => store_status(refusal),
        };
        Self::new(status, &refusal)
    }
}

impl From<SubtreeRefusal> for Problem {
    fn from(refusal: SubtreeRefusal) -> Self {
        let status = match &refusal {
            SubtreeRefusal::Body(refusal) => body_status(*refusal),
            SubtreeRefusal::Unworked(refusal) => unworked_status(*refusal),
            SubtreeRefusal::NoKey | SubtreeRefusal::UnknownLog(_) => StatusCode::NOT_FOUND,
            SubtreeRefusal::Malformed(_) => StatusCode::BAD_REQUEST,
            SubtreeRefusal::NotOurs(_) => StatusCode::FORBIDDEN,
            SubtreeRefusal::Unproven(_) => StatusCode::UNPROCESSABLE_ENTITY,
            SubtreeRefusal::Cosign(refusal) => cosign_status(*refusal),
            SubtreeRefusal::Store(refusal) => store_status(refusal),
        };
        Self::new(status, &refusal)
    }
}

impl From<MonitoringRefusal> for Problem {
    fn from(refusal: MonitoringRefusal) -> Self {
        let status = match &refusal {
            MonitoringRefusal::Unworked(refusal) => unworked_status(*refusal),
            MonitoringRefusal::NoHash | MonitoringRefusal::NeverCosigned => StatusCode::NOT_FOUND,
            MonitoringRefusal::Store(refusal) => store_status(refusal),
        };
        Self::new(status, &refusal)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(store_status(&error), &error)
    }
}

const fn body_status(refusal: BodyRefusal) -> StatusCode {
    match refusal {
        BodyRefusal::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        BodyRefusal::Broken => StatusCode::BAD_REQUEST,
        BodyRefusal::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        BodyRefusal::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
    }
}

const fn unworked_status(refusal: Unworked) -> StatusCode {
    match refusal {
        Unworked::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Unworked::GivenUp => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

const fn clock_status(refusal: ClockError) -> StatusCode {
    match refusal {
        ClockError::Unset | ClockError::Beyond { .. } | ClockError::Behind { .. } => {
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

const fn cosign_status(refusal: CosignError) -> StatusCode {
    match refusal {
        CosignError::Sign(_) | CosignError::Unverified(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

const fn store_status(refusal: &StoreError) -> StatusCode {
    match refusal {
        StoreError::Disk(_) | StoreError::Row { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        StoreError::Broken => StatusCode::SERVICE_UNAVAILABLE,
    }
}
