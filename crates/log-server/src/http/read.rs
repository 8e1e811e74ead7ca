//! `GET checkpoint`, `GET tile/...`, `GET tile/entries/...` (tlog-tiles). Never touches the writer.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use indelible_merkle::width_at;
use indelible_wire::ResourcePath;
use utoipa::IntoResponses;
use utoipa::openapi::RefOr;

use crate::service::LogService;
use crate::store::kept::Served;

use super::answer::TEXT;
use super::cached::{self, Tagged};
use super::kind::Kind;
use super::openapi::refusals;
use super::problem::Refusal;

/// The newest published checkpoint.
///
/// A signed note, cosigned as the log's policy asks.
#[utoipa::path(
    get,
    path = "/checkpoint",
    tag = "read",
    params(("If-None-Match" = Option<String>, Header, nullable = false, description = "A tag that the reader holds.")),
    responses(
        (status = 200, description = "The signed note.", body = String, content_type = "text/plain",
            headers(("ETag" = String, description = "A strong tag over the bytes."),
                ("Cache-Control" = String, description = "A second."))),
        (status = 304, description = "The reader holds it.",
            headers(("ETag" = String, description = "The tag."))),
        CheckpointRefusals,
    ),
)]
pub(super) async fn checkpoint(
    State(log): State<Arc<LogService>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let head = log.head().ok_or(Refusal::NoCheckpoint)?;
    Ok(cached::brief(&headers, TEXT, Tagged::of(head.note.clone())))
}

/// A tile of up to 256 hashes.
///
/// It is served at every width that the published tree has passed.
#[utoipa::path(
    get,
    path = "/tile/{level}/{*position}",
    tag = "read",
    params(
        ("level" = u8, Path, maximum = 63, example = json!(0), description = "The tile's level, without leading zeros."),
        ("position" = String, Path, example = json!("000"),
            pattern = r"^(x[0-9]{3}/)*[0-9]{3}(\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?$",
            description = "The tile's index in groups of three digits, all but the last after an \
                `x`, then `.p/` and the width of a partial tile. Slashes are sent as they are."),
        ("If-None-Match" = Option<String>, Header, nullable = false, description = "A tag that the reader holds."),
        ("Range" = Option<String>, Header, nullable = false, description = "`bytes=` and one range; others are ignored."),
        ("If-Range" = Option<String>, Header, nullable = false, description = "Ignore `Range` unless this is the tag."),
    ),
    responses(
        (status = 200, description = "32 bytes for each hash.",
            content(("application/octet-stream",)),
            headers(("ETag" = String, description = "A strong tag over the bytes."),
                ("Cache-Control" = String, description = "A year, immutable."))),
        (status = 206, description = "The range of bytes that was asked for.",
            content(("application/octet-stream",)),
            headers(("Content-Range" = String, description = "Which bytes of how many."))),
        (status = 304, description = "The reader holds it.",
            headers(("ETag" = String, description = "The tag."))),
        TileRefusals,
    ),
)]
pub(super) async fn tile(
    State(log): State<Arc<LogService>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let resource = resource(&uri)?;
    let head = log.head().ok_or(Refusal::NoCheckpoint)?;
    match resource {
        // Derived, so a partial tile is there at any width that the tree has passed; one that is
        // empty or ahead of the tree is not.
        ResourcePath::Tile(id) if id.is_in(head.size) => {
            let Served { bytes, digest } = log.rows.served(id)?;
            let body = Tagged::with_digest(bytes, &digest);
            cached::immutable(&method, &headers, resource.media_type(), body)
        }
        _ => Err(Refusal::NotPublished { size: head.size }),
    }
}

/// A bundle of up to 256 entries.
///
/// Each stands behind its big-endian 16-bit length. It is served at every width that the published
/// tree has passed, and compressed where the reader takes that.
#[utoipa::path(
    get,
    path = "/tile/entries/{*position}",
    tag = "read",
    params(
        ("position" = String, Path, example = json!("000"),
            pattern = r"^(x[0-9]{3}/)*[0-9]{3}(\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?$",
            description = "The bundle's index in groups of three digits, all but the last after an \
                `x`, then `.p/` and the width of a partial bundle. Slashes are sent as they are."),
        ("If-None-Match" = Option<String>, Header, nullable = false, description = "A tag that the reader holds."),
        ("Range" = Option<String>, Header, nullable = false, description = "`bytes=` and one range; others are ignored."),
        ("If-Range" = Option<String>, Header, nullable = false, description = "Ignore `Range` unless this is the tag."),
    ),
    responses(
        (status = 200, description = "The entries, in order.",
            content(("application/octet-stream",)),
            headers(("ETag" = String, description = "A tag over the bytes; weak when compressed."),
                ("Cache-Control" = String, description = "A year, immutable."),
                ("Vary" = String, description = "`accept-encoding`."),
                ("Content-Encoding" = String, description = "`zstd` or `gzip`, where compressed."))),
        (status = 206, description = "The range of bytes that was asked for, uncompressed.",
            content(("application/octet-stream",)),
            headers(("Content-Range" = String, description = "Which bytes of how many."))),
        (status = 304, description = "The reader holds it.",
            headers(("ETag" = String, description = "The tag."))),
        BundleRefusals,
    ),
)]
pub(super) async fn bundle(
    State(log): State<Arc<LogService>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let resource = resource(&uri)?;
    let head = log.head().ok_or(Refusal::NoCheckpoint)?;
    match resource {
        ResourcePath::Entries { index, width } if width.get() <= width_at(0, index, head.size) => {
            // Up to 16 MiB, and cold where somebody reads the log from its start: too long to hold
            // up the thread that answers others.
            let read = tokio::task::spawn_blocking(move || {
                Ok::<_, Refusal>(Tagged::of(log.rows.bundle(index, u64::from(width.get()))?.into()))
            });
            let body = read.await.map_err(|_| Refusal::Unanswerable)??;
            cached::immutable(&method, &headers, resource.media_type(), body)
        }
        _ => Err(Refusal::NotPublished { size: head.size }),
    }
}

/// The path is taken as it was sent, because a resource has one spelling and no escapes. A log's
/// prefix is off it already.
fn resource(uri: &Uri) -> Result<ResourcePath, Refusal> {
    let path = uri.path();
    Ok(ResourcePath::parse(path.strip_prefix('/').unwrap_or(path))?)
}

struct CheckpointRefusals;

impl IntoResponses for CheckpointRefusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        refusals::refusals(&[Kind::NoCheckpoint])
    }
}

const TILE_REFUSALS: [Kind; 5] =
    [Kind::Path, Kind::NotPublished, Kind::Range, Kind::Unreadable, Kind::NoCheckpoint];

struct TileRefusals;

impl IntoResponses for TileRefusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        refusals::refusals(&TILE_REFUSALS)
    }
}

struct BundleRefusals;

impl IntoResponses for BundleRefusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        refusals::refusals(
            &[&TILE_REFUSALS[..], &[Kind::NotAcceptable, Kind::Unanswerable]].concat(),
        )
    }
}
