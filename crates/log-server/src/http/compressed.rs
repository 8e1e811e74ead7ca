//! Compression by negotiation, for answers that shrink: bundles, and text that operators read.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use super::problem::Refusal;

/// Zstandard or gzip, at the level that costs least: events shrink several times even so.
pub(super) fn layer() -> CompressionLayer {
    CompressionLayer::new().quality(CompressionLevel::Fastest)
}

/// Goes around [`layer`] and makes its answers whole.
pub(super) async fn seal(mut response: Response) -> Response {
    // The layer sets this status on whatever answer there is, when every coding is excluded.
    if response.status() == StatusCode::NOT_ACCEPTABLE {
        response = Refusal::NotAcceptable.into_response();
    }
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if headers.contains_key(header::CONTENT_ENCODING) {
        // A strong tag names bytes, and these are others (RFC 9110, section 8.8.3.3).
        let weak = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let weak = weak.and_then(|tag| HeaderValue::try_from(format!("W/{tag}")).ok());
        if let Some(weak) = weak {
            headers.insert(header::ETAG, weak);
        }
    }
    response
}
