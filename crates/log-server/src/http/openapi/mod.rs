//! The OpenAPI 3.1 document: the routes' own descriptions, put together for the logs of a server.

pub(super) mod bodies;
pub(super) mod refusals;
pub(super) mod schemas;

use utoipa::openapi::{Info, License, OpenApi, OpenApiBuilder, Paths, Server, ServerBuilder, Tag};
use utoipa::{PartialSchema, ToSchema};

const DESCRIPTION: &str = "\
A transparency log: entries are kept in a Merkle tree whose signed heads anyone can verify. \
Checkpoint, tiles and entry bundles are C2SP tlog-tiles; `docs/PROTOCOL.md` says it all in prose.

Every refusal is a problem document (RFC 9457) and changes nothing. Besides what is listed here, a \
path that is no route answers 404 and a method that a route lacks answers 405 with `Allow`, both \
with a problem document; every GET route answers HEAD as well. The listener itself may answer 400, \
408, 414, 431 or 503 (too many connections) without one.";

/// A log's place on its server, for the document.
#[derive(Debug)]
pub(super) struct Place {
    /// Without a slash at the end; empty for the root.
    pub(super) prefix: String,
    pub(super) origin: String,
}

/// One document: the server's own routes stand at its root, a log's under its prefix.
pub(super) fn document(server: OpenApi, log: OpenApi, places: &[Place]) -> OpenApi {
    let root = Place { prefix: String::new(), origin: "The server".to_owned() };
    let mut components = server.components.unwrap_or_default();
    components.schemas.extend(log.components.unwrap_or_default().schemas);
    components.schemas.insert(schemas::Problem::name().into_owned(), schemas::Problem::schema());
    let mut paths = with_servers(log.paths, places);
    paths.paths.extend(with_servers(server.paths, &[root]).paths);
    let mut info = Info::new("Indelible log server", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    info.license = Some(License::new("Apache-2.0 OR MIT"));
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .tags(Some([
            tag("write", "Adding entries"),
            tag("read", "tlog-tiles: checkpoint, tiles, entry bundles"),
            tag("proofs", "Proofs made by the server, for thin clients"),
            tag("operations", "The server's own routes"),
        ]))
        .paths(paths)
        .components(Some(components))
        .build()
}

fn tag(name: &str, description: &str) -> Tag {
    let mut tag = Tag::new(name);
    tag.description = Some(description.to_owned());
    tag
}

/// Every path under each of the places. A router's wildcard, `{*name}`, is written `{name}` here:
/// OpenAPI has none, so its description says that slashes in it stay as they are.
fn with_servers(paths: Paths, places: &[Place]) -> Paths {
    let servers: Vec<Server> = places
        .iter()
        .map(|place| {
            let url = format!("{}/", place.prefix);
            let url = if place.prefix.is_empty() { url } else { place.prefix.clone() };
            ServerBuilder::new().url(url).description(Some(place.origin.clone())).build()
        })
        .collect();
    let mut placed = Paths::new();
    for (path, mut item) in paths.paths {
        item.servers = (!servers.is_empty()).then(|| servers.clone());
        placed.paths.insert(path.replace("{*", "{"), item);
    }
    placed
}
