//! Health, readiness, metrics, and the API's own description.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use indelible_process::metrics::CONTENT_TYPE;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::{IntoResponses, ToSchema};

use crate::metrics::ServerMetrics;
use crate::service::LogService;

use super::answer::TEXT;
use super::kind::Kind;
use super::openapi::refusals;
use super::problem::Refusal;

/// What the server's own routes speak of.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) logs: Vec<Arc<LogService>>,
    pub(super) metrics: Arc<ServerMetrics>,
    /// The OpenAPI document.
    pub(super) document: Bytes,
}

/// Of this moment only.
const FRESH: [(header::HeaderName, HeaderValue); 1] =
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];

/// Alive: the process answers.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operations",
    responses((status = 200, body = String, content_type = "text/plain", description = "Alive.")),
)]
pub(super) async fn health() -> Response {
    (FRESH, [(header::CONTENT_TYPE, TEXT)], "ok\n").into_response()
}

/// One log's part of readiness.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogState {
    /// The log's origin.
    origin: String,
    /// Entries under the published checkpoint; null until there is one.
    published_size: Option<u64>,
    /// Entries that wait to be committed.
    queued_entries: u64,
    /// Whether the log takes no more entries.
    frozen: bool,
}

/// Ready: every log has published a checkpoint.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses(
        (status = 200, body = Vec<LogState>, content_type = "application/json",
            description = "Every log has a published checkpoint."),
        (status = 503, body = Vec<LogState>, content_type = "application/json",
            description = "At least one log has none."),
    ),
)]
pub(super) async fn readiness(State(server): State<Arc<Server>>) -> Response {
    let logs: Vec<LogState> = server.logs.iter().map(|log| state_of(log)).collect();
    let ready = logs.iter().all(|log| log.published_size.is_some());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, FRESH, Json(logs)).into_response()
}

fn state_of(log: &LogService) -> LogState {
    LogState {
        origin: log.origin.to_string(),
        published_size: log.head().map(|head| head.size.get()),
        queued_entries: u64::try_from(log.mailbox.depth()).unwrap_or(u64::MAX),
        frozen: log.frozen,
    }
}

/// What is counted, for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    responses(
        (status = 200, body = String, content_type = "application/openmetrics-text",
            description = "The metrics, in OpenMetrics text."),
        MetricsRefusals,
    ),
)]
pub(super) async fn metrics(State(server): State<Arc<Server>>) -> Result<Response, Refusal> {
    let text = server.metrics.registry.expose().map_err(|_| Refusal::Unanswerable)?;
    Ok((FRESH, [(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operations",
    responses(
        (status = 200, body = Object, content_type = "application/json",
            description = "OpenAPI 3.1."),
        DocumentRefusals,
    ),
)]
pub(super) async fn openapi(State(server): State<Arc<Server>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], server.document.clone()).into_response()
}

struct MetricsRefusals;

impl IntoResponses for MetricsRefusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        refusals::refusals(&[Kind::NotAcceptable, Kind::Unanswerable])
    }
}

struct DocumentRefusals;

impl IntoResponses for DocumentRefusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        refusals::refusals(&[Kind::NotAcceptable])
    }
}
