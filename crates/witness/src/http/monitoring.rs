//! `GET <origin hash>/checkpoint` (tlog-witness, "Monitor Retrieval Mechanism"): what we cosigned last.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::app::{self, App};
use super::refused::MonitoringRefusal;
use crate::origin_hash::OriginHash;
use crate::problem::{Problem, TEXT};

/// What the route is called in metrics.
pub(super) const ROUTE: &str = "checkpoint";

/// A log's checkpoint changes every second or so; a cache in front may hide that for this long. The
/// specification allows an hour.
const CACHE: &str = "public, max-age=2";

pub(super) async fn handle(State(app): State<Arc<App>>, Path(hash): Path<String>) -> Response {
    let answer = match find(&app, &hash).await {
        Ok(note) => {
            let headers = [(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, CACHE)];
            (headers, note).into_response()
        }
        Err(refusal) => Problem::from(refusal).into_response(),
    };
    app.metrics.answered(ROUTE, answer.status().as_u16());
    answer
}

async fn find(app: &Arc<App>, hash: &str) -> Result<Vec<u8>, MonitoringRefusal> {
    let hash = OriginHash::parse(hash).ok_or(MonitoringRefusal::NoHash)?;
    let Some(ledger) = app.registry.find_by_hash(hash) else {
        return Err(MonitoringRefusal::NeverCosigned);
    };
    // Without the log's turn: a row is replaced whole, so it is the one before or the one after.
    let held = app::work(app, move |_| ledger.read()).await??;
    held.map(|held| held.cosigned_note()).ok_or(MonitoringRefusal::NeverCosigned)
}
