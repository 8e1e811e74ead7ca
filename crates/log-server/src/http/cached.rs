//! What caches may do with an answer: resources that never change, and the checkpoint that does.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use indelible_merkle::Hash;

/// Tiles and bundles are "immutable" (tlog-tiles): a year, and never asked again.
pub(super) const IMMUTABLE: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");

/// "A few seconds at most" (tlog-tiles): one, so that a fresh proof's reader sees its checkpoint.
pub(super) const BRIEF: HeaderValue = HeaderValue::from_static("public, max-age=1");

/// The resource with its tag, or only "not modified" to a reader who has it.
pub(super) fn answer(
    request: &HeaderMap,
    media_type: &'static str,
    control: HeaderValue,
    body: Bytes,
) -> Response {
    let tag = tag_of(&body);
    let caching = [(header::CACHE_CONTROL, control), (header::ETAG, tag.clone())];
    if holds(request, &tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], body).into_response()
}

/// A strong tag over the bytes; weak comparison is what `If-None-Match` asks for (RFC 9110, 13.1.2).
fn tag_of(body: &[u8]) -> HeaderValue {
    let digest = Hash::of_leaf(body).to_string();
    let tag = format!("\"{}\"", digest.get(..32).unwrap_or(&digest));
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
}

fn holds(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let held = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|held| held.to_str().ok());
    held.flat_map(|held| held.split(',')).any(|held| {
        let held = held.trim();
        held == "*" || tag.to_str().is_ok_and(|tag| held.trim_start_matches("W/") == tag)
    })
}
