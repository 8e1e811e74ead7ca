//! Health, readiness, metrics, and the API's own description.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use indelible_process::metrics::CONTENT_TYPE;
use serde::Serialize;

use crate::metrics::ServerMetrics;
use crate::service::LogService;


/// What the server's own routes speak of.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) logs: Vec<Arc<LogService>>,
    pub(super) metrics: Arc<ServerMetrics>,
}

/// Alive: the process answers.
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// One log's part of readiness.
#[derive(Debug, Serialize)]
pub(super) struct LogState {
    pub(super) origin: String,
    pub(super) published_size: Option<u64>,
    pub(super) queued_entries: u64,
    pub(super) frozen: bool,
}

/// Ready: every log has a visible checkpoint.
pub(super) async fn readiness(State(server): State<Arc<Server>>) -> Response {
    let logs: Vec<LogState> = server.logs.iter().map(|log| state_of(log)).collect();
    let ready = logs.iter().all(|log| log.published_size.is_some());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(logs)).into_response()
}

fn state_of(log: &LogService) -> LogState {
    LogState {
        origin: log.origin.to_string(),
        published_size: log.head().map(|head| head.size.get()),
        queued_entries: u64::try_from(log.mailbox.depth()).unwrap_or(u64::MAX),
        frozen: log.frozen,
    }
}

pub(super) async fn metrics(State(server): State<Arc<Server>>) -> Response {
    match server.metrics.registry.expose() {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], super::openapi_json()).into_response()
}

