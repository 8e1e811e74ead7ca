//! What the operator's tools ask: is it alive, is it ready, what has it counted.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use indelible_process::metrics;

use super::app::App;
use crate::problem::Problem;

/// Alive for as long as it may sign. After a failed commit a restart is the cure, and this asks for
/// it.
pub(super) async fn healthz(State(app): State<Arc<App>>) -> Response {
    match app.registry.breaker().check() {
        Ok(()) => "ok\n".into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Ready once it serves a log. Everything else was read before the port was bound.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Response {
    match app.registry.breaker().check() {
        Ok(()) if app.registry.count() == 0 => Problem::no_logs().into_response(),
        Ok(()) => "ready\n".into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    match app.metrics.expose(&app.registry) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(std::fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
