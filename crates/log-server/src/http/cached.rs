//! What caches may do with an answer: resources that never change, and the checkpoint that does.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use indelible_merkle::Hash;

use super::problem::Refusal;
use super::range::{Wanted, wanted};

/// Tiles and bundles are "immutable" (tlog-tiles): a year, and never asked again.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// "A few seconds at most" (tlog-tiles): one, so that a fresh proof's reader sees its checkpoint.
pub(super) const BRIEF: HeaderValue = HeaderValue::from_static("public, max-age=1");

/// Bytes and a strong tag over them.
#[derive(Clone, Debug)]
pub(super) struct Tagged {
    bytes: Bytes,
    tag: String,
}

impl Tagged {
    pub(super) fn of(bytes: Bytes) -> Self {
        let digest = Hash::of_leaf(&bytes);
        Self::with_digest(bytes, &digest)
    }

    /// Whoever keeps the bytes keeps their digest as well, and spares it being computed again.
    pub(super) fn with_digest(bytes: Bytes, digest: &Hash) -> Self {
        let digest = digest.to_string();
        let tag = format!("\"{}\"", digest.get(..32).unwrap_or(&digest));
        Self { bytes, tag }
    }
}

/// A resource that will be another one soon, or only "not modified" to a reader who has it.
pub(super) fn brief(request: &HeaderMap, media_type: &'static str, body: Tagged) -> Response {
    let caching = caching(BRIEF, &body.tag);
    if holds(request, &body.tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, media_type)], body.bytes).into_response()
}

/// A resource that never changes, or the part of it that is wanted.
pub(super) fn immutable(
    method: &Method,
    request: &HeaderMap,
    media_type: &'static str,
    body: Tagged,
) -> Result<Response, Refusal> {
    let Tagged { bytes: body, tag } = body;
    let caching = caching(IMMUTABLE, &tag);
    if holds(request, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let about = [(header::CONTENT_TYPE, media_type), (header::ACCEPT_RANGES, "bytes")];
    // Only a GET has ranges (RFC 9110, section 14.2).
    let wanted =
        if method == Method::GET { wanted(request, &tag, body.len()) } else { Wanted::Whole };
    match wanted {
        Wanted::Whole => Ok((caching, about, body).into_response()),
        Wanted::Unsatisfiable => Err(Refusal::Range { length: body.len() }),
        Wanted::Part(part) => {
            let place = format!("bytes {}-{}/{}", part.start(), part.end(), body.len());
            let place = [(header::CONTENT_RANGE, place)];
            Ok((StatusCode::PARTIAL_CONTENT, caching, about, place, body.slice(part))
                .into_response())
        }
    }
}

fn caching(control: HeaderValue, tag: &str) -> [(header::HeaderName, HeaderValue); 2] {
    let tag = HeaderValue::from_str(tag).unwrap_or(HeaderValue::from_static("\"\""));
    [(header::CACHE_CONTROL, control), (header::ETAG, tag)]
}

/// Weak comparison is what `If-None-Match` asks for (RFC 9110, section 13.1.2).
fn holds(request: &HeaderMap, tag: &str) -> bool {
    let held = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|held| held.to_str().ok());
    held.flat_map(|held| held.split(',')).any(|held| {
        let held = held.trim();
        held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag
    })
}
