//! Which path leads to which room. Parts that share an address share a router.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::app::App;
use super::{add_checkpoint, monitoring, operations, sign_subtree};
use crate::problem::Problem;

/// A group of routes that has an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Submission,
    Monitoring,
    Operations,
}

/// The routes of some parts.
pub(crate) fn router(app: &Arc<App>, parts: &[Part]) -> Router {
    let start = Router::new();
    let routes = parts.iter().fold(start, |routes, part| routes.merge(routes_of(*part)));
    routes.fallback(nowhere).method_not_allowed_fallback(other_method).with_state(Arc::clone(app))
}

fn routes_of(part: Part) -> Router<Arc<App>> {
    match part {
        Part::Submission => Router::new()
            .route("/add-checkpoint", post(add_checkpoint::handle))
            .route("/sign-subtree", post(sign_subtree::handle)),
        Part::Monitoring => Router::new().route("/{hash}/checkpoint", get(monitoring::handle)),
        Part::Operations => Router::new()
            .route("/healthz", get(operations::healthz))
            .route("/readyz", get(operations::readyz))
            .route("/metrics", get(operations::metrics)),
    }
}

async fn nowhere() -> Response {
    Problem::nowhere().into_response()
}

async fn other_method() -> Response {
    Problem::other_method().into_response()
}
