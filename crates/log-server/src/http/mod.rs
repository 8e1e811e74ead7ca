//! The HTTP routes: bytes in, bytes out; every decision lies below.

mod add;
mod add_batch;
mod answer;
mod body;
mod cached;
mod compressed;
mod kind;
mod openapi;
mod operations;
mod problem;
mod proofs;
mod query;
mod range;
mod read;
mod submit;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::map_response;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::metrics::ServerMetrics;
use crate::service::LogService;

use openapi::Place;
use operations::Server;
use problem::Refusal;

/// All logs under their prefixes, and the server's own routes.
pub(crate) fn router(logs: &[Arc<LogService>], metrics: Arc<ServerMetrics>) -> Router {
    let places: Vec<Place> = logs
        .iter()
        .map(|log| Place { prefix: log.prefix.clone(), origin: log.origin.to_string() })
        .collect();
    let document = json(&document(&places)).into();
    let server = Arc::new(Server { logs: logs.to_vec(), metrics, document });
    let operations = Router::from(server_routes()).with_state(server);
    let log_routes = Router::from(log_routes());
    logs.iter()
        .fold(operations, |router, log| {
            let routes = log_routes.clone().with_state(Arc::clone(log));
            if log.prefix.is_empty() {
                router.merge(routes)
            } else {
                router.nest(&log.prefix, routes)
            }
        })
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
}

/// The OpenAPI document of a server with one log, at its root.
pub fn openapi_json() -> String {
    json(&document(&[Place { prefix: String::new(), origin: "The log".to_owned() }]))
}

fn document(places: &[Place]) -> OpenApi {
    openapi::document(server_routes().into_openapi(), log_routes().into_openapi(), places)
}

#[expect(clippy::expect_used, reason = "a tree of strings and numbers is always JSON")]
fn json(document: &OpenApi) -> String {
    serde_json::to_string_pretty(document).expect("an OpenAPI document is JSON")
}

/// Each route with its description; the document is made of what is routed.
fn log_routes() -> OpenApiRouter<Arc<LogService>> {
    let bundle = routes!(read::bundle).layer(compressed::layer());
    OpenApiRouter::default()
        .routes(routes!(add::add))
        .routes(routes!(add_batch::add_batch))
        .routes(routes!(read::checkpoint))
        // Hashes do not shrink, so tiles are not tried.
        .routes(routes!(read::tile))
        .routes(bundle.layer(map_response(compressed::seal)))
        .routes(routes!(proofs::inclusion))
        .routes(routes!(proofs::consistency))
}

fn server_routes() -> OpenApiRouter<Arc<Server>> {
    let shrinks = |route: utoipa_axum::router::UtoipaMethodRouter<Arc<Server>>| {
        route.layer(compressed::layer()).layer(map_response(compressed::seal))
    };
    OpenApiRouter::default()
        .routes(routes!(operations::health))
        .routes(routes!(operations::readiness))
        .routes(shrinks(routes!(operations::metrics)))
        .routes(shrinks(routes!(operations::openapi)))
}

/// First segments that a log's prefix may not have: they are routes of a log at the root, or of the
/// server.
pub(crate) const RESERVED: [&str; 9] = [
    "add",
    "add-batch",
    "checkpoint",
    "tile",
    "proof",
    "healthz",
    "readyz",
    "metrics",
    "openapi.json",
];

async fn no_such_route(request: Request) -> Refusal {
    discard(request).await;
    Refusal::NoSuchRoute
}

async fn method_not_allowed(request: Request) -> Refusal {
    discard(request).await;
    Refusal::MethodNotAllowed
}

async fn discard(request: Request) {
    let (head, body) = request.into_parts();
    body::discard(&head.headers, body).await;
}
