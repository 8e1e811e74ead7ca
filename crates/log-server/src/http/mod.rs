//! The HTTP routes: bytes in, bytes out; every decision lies below.

mod add;
mod add_batch;
mod answer;
mod body;
mod cached;
mod openapi;
mod operations;
mod problem;
mod proofs;
mod query;
mod read;
mod submit;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::metrics::ServerMetrics;
use crate::service::LogService;

pub use openapi::openapi_json;
use operations::Server;
use problem::Refusal;

/// All logs under their prefixes, and the server's own routes.
pub(crate) fn router(logs: &[Arc<LogService>], metrics: Arc<ServerMetrics>) -> Router {
    let server = Arc::new(Server { logs: logs.to_vec(), metrics });
    let operations = Router::new()
        .route("/healthz", get(operations::health))
        .route("/readyz", get(operations::readiness))
        .route("/metrics", get(operations::metrics))
        .route("/openapi.json", get(operations::openapi))
        .with_state(server);
    logs.iter()
        .fold(operations, |router, log| {
            let routes = log_routes(Arc::clone(log));
            if log.prefix.is_empty() { router.merge(routes) } else { router.nest(&log.prefix, routes) }
        })
        .fallback(async || Refusal::NoSuchRoute)
        .method_not_allowed_fallback(async || Refusal::MethodNotAllowed)
}

fn log_routes(log: Arc<LogService>) -> Router {
    Router::new()
        .route("/add", post(add::add))
        .route("/add-batch", post(add_batch::add_batch))
        .route("/checkpoint", get(read::checkpoint))
        .route("/tile/{*path}", get(read::resource))
        .route("/proof/inclusion", get(proofs::inclusion))
        .route("/proof/consistency", get(proofs::consistency))
        .with_state(log)
}

/// First segments that a log's prefix may not have: they are routes of a log at the root, or of the
/// server.
pub(crate) const RESERVED: [&str; 9] = [
    "add", "add-batch", "checkpoint", "tile", "proof", "healthz", "readyz", "metrics",
    "openapi.json",
];
