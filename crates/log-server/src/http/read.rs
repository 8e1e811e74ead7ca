//! `GET checkpoint`, `GET tile/...`, `GET tile/entries/...` (tlog-tiles). Never touches the writer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bytes::Bytes;
use indelible_merkle::{TileWidth, width_at};
use indelible_wire::ResourcePath;

use crate::published::Published;
use crate::service::LogService;

use super::answer::TEXT;
use super::cached::{self, BRIEF, IMMUTABLE};
use super::problem::Refusal;

pub(super) async fn checkpoint(
    State(log): State<Arc<LogService>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let head = log.head().ok_or(Refusal::NoCheckpoint)?;
    Ok(cached::answer(&headers, TEXT, BRIEF, head.note.clone()))
}

/// The path is taken as it was sent, because a resource has one spelling and no escapes.
pub(super) async fn resource(
    State(log): State<Arc<LogService>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let path = uri.path();
    let below = path.find("/tile/").and_then(|at| path.get(at + 1..)).unwrap_or(path);
    let resource = ResourcePath::parse(below)?;
    let head = log.head().ok_or(Refusal::NoCheckpoint)?;
    let bytes = read(&log, &head, resource)?;
    Ok(cached::answer(&headers, resource.media_type(), IMMUTABLE, bytes))
}

/// A resource of the published tree. A partial one is served at any width that the tree has passed,
/// because it is derived; one that is empty or ahead of the tree does not exist.
fn read(
    log: &LogService,
    head: &Published,
    resource: ResourcePath,
) -> Result<Bytes, Refusal> {
    let absent = Refusal::NotPublished { size: head.size };
    match resource {
        ResourcePath::Checkpoint => Ok(head.note.clone()),
        ResourcePath::Tile(id) if id.is_in(head.size) => Ok(log.rows.hashes(id)?.into()),
        ResourcePath::Entries { index, width } if covers(head, index, width) => {
            Ok(log.rows.bundle(index, u64::from(width.get()))?.into())
        }
        ResourcePath::Tile(_) | ResourcePath::Entries { .. } => Err(absent),
    }
}

fn covers(head: &Published, bundle: u64, width: TileWidth) -> bool {
    width.get() <= width_at(0, bundle, head.size)
}
