//! The OpenAPI document, the routes and `docs/PROTOCOL.md` say the same.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use indelible_wire::{
    Added, AddedBatch, AddedBatchWithProofs, AddedUnderCheckpoint, AddedWithProof,
    ConsistencyAnswer, InclusionAnswer, Problem,
};
use serde::Serialize;
use serde_json::Value;

use super::super::RESERVED;
use super::super::kind::Kind;
use super::documented::Documented;
use super::fixture::{request, serve, serve_logs};

const PROTOCOL: &str = include_str!("../../../../../docs/PROTOCOL.md");

#[test]
fn the_protocol_page_lists_every_problem_with_its_status() {
    let rows = PROTOCOL.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
        let slug = cells.next()?.strip_suffix('`')?;
        let status = cells.next()?.parse::<u16>().ok()?;
        Some((slug.to_owned(), status))
    });
    let listed: BTreeSet<(String, u16)> = rows.collect();
    let known = Kind::ALL.iter().map(|kind| (kind.slug().to_owned(), kind.status().as_u16()));
    assert_eq!(listed, known.collect());
}

#[test]
fn the_protocol_page_names_every_route() {
    for (path, item) in Documented::get().paths() {
        let method = if item.get("post").is_some() { "POST" } else { "GET" };
        let path = path.replace("{level}/{position}", "<L>/<N>").replace("{position}", "<N>");
        let route = format!("`{method} {path}");
        assert!(PROTOCOL.contains(&route), "docs/PROTOCOL.md lacks {route}");
    }
}

#[test]
fn every_problem_but_the_routers_own_stands_in_the_document() {
    let text = super::super::openapi_json();
    for kind in Kind::ALL {
        let of_router = matches!(kind, Kind::NoSuchRoute | Kind::MethodNotAllowed);
        let named = text.contains(&format!("\"/problems/{}\"", kind.slug()));
        assert_eq!(named, !of_router, "{}", kind.slug());
    }
}

#[test]
fn a_logs_prefix_cannot_shadow_a_route() {
    let first = |path: &String| path.split('/').nth(1).unwrap().to_owned();
    let routed: BTreeSet<String> = Documented::get().paths().map(|(path, _)| first(path)).collect();
    assert_eq!(routed, RESERVED.iter().map(ToString::to_string).collect());
}

/// The document's schema has exactly the members that are sent.
fn alike(schema: &str, least: &impl Serialize, most: &impl Serialize) {
    let schema = Documented::get().schema(schema);
    let names = |value: Value| {
        let object = value.as_object().cloned().unwrap();
        object.into_iter().map(|(name, _)| name).collect::<BTreeSet<String>>()
    };
    let required = schema["required"].as_array().unwrap().iter();
    let required = required.map(|name| name.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(required, names(serde_json::to_value(least).unwrap()), "{schema}");
    let members = names(schema["properties"].clone());
    assert_eq!(members, names(serde_json::to_value(most).unwrap()), "{schema}");
}

#[test]
fn schemas_have_the_members_that_are_sent() {
    let text = String::new;
    let added = Added { index: 0, leaf_hash: text(), duplicate: false };
    let proven = AddedWithProof { index: 0, leaf_hash: text(), duplicate: false, proof: text() };
    alike("Added", &added, &proven);
    let covered =
        AddedUnderCheckpoint { index: 0, leaf_hash: text(), duplicate: false, hashes: Vec::new() };
    alike("AddedInBatch", &added, &covered);
    let batch = AddedBatch { results: Vec::new() };
    alike("AddedBatch", &batch, &AddedBatchWithProofs { results: Vec::new(), checkpoint: text() });
    let inclusion = InclusionAnswer {
        index: 0,
        size: 1,
        leaf_hash: text(),
        hashes: Vec::new(),
        checkpoint: text(),
    };
    alike("InclusionAnswer", &inclusion, &inclusion);
    let consistency = ConsistencyAnswer { from: 0, to: 0, hashes: Vec::new(), checkpoint: text() };
    alike("ConsistencyAnswer", &consistency, &consistency);
    let problem = Problem::new("busy", "Too busy", 503);
    alike("Problem", &problem, &problem.clone().with_detail("full").with_item(1));
}

#[tokio::test]
async fn every_documented_route_is_routed() {
    let served = serve("").await;
    served.fill(300).await;
    for (path, item) in Documented::get().paths() {
        let path = path.replace("{level}", "0").replace("{position}", "000");
        let method = if item.get("post").is_some() { Method::POST } else { Method::GET };
        let answer = served.send(request(method, &path, &[], Body::empty())).await;
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert!(!answer.body.windows(13).any(|part| part == b"no-such-route"), "{path}");
    }
}

#[tokio::test]
async fn the_document_that_is_served_names_each_logs_place() {
    let served = serve_logs(
        "[[log]]\norigin = \"a.example\"\npath = \"/a\"\n[[log]]\norigin = \"b.example\"\npath = \"/b/c\"\n",
    )
    .await;
    let document = served.get("/openapi.json").await.json::<Value>();
    assert_eq!(document["openapi"], "3.1.0");
    let places = |path: &str| -> Vec<String> {
        let servers = document["paths"][path]["servers"].as_array().unwrap();
        servers.iter().map(|server| server["url"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(places("/add"), ["/a", "/b/c"]);
    assert_eq!(places("/healthz"), ["/"]);
    let small = served.get_with("/openapi.json", &[("accept-encoding", "gzip")]).await;
    assert_eq!(small.header(header::CONTENT_ENCODING), Some("gzip"));
}
