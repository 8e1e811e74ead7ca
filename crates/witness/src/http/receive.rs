//! A request's body, bounded.

use std::error::Error;

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use indelible_process::listen::BodyError;

/// Why a body was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyRefusal {
    #[error("the body is longer than {bytes_max} bytes")]
    TooLong { bytes_max: usize },
    #[error("the body broke off or came too slowly")]
    Broken,
    #[error("too many bodies are being received: try again")]
    NoRoom,
    #[error("the body is encoded: send it as it is")]
    Encoded,
}

/// The whole body, if it is no longer than `bytes_max`.
pub(crate) async fn body(request: Request<Body>, bytes_max: usize) -> Result<Bytes, BodyRefusal> {
    let too_long = BodyRefusal::TooLong { bytes_max };
    if is_encoded(request.headers()) {
        return Err(BodyRefusal::Encoded);
    }
    // Refused by its announcement, before a byte of it is read.
    let most = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    if announced(request.headers()).is_some_and(|bytes| bytes > most) {
        return Err(too_long);
    }
    match Limited::new(request.into_body(), bytes_max).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_long),
        Err(error) if had_no_room(&*error) => Err(BodyRefusal::NoRoom),
        Err(_) => Err(BodyRefusal::Broken),
    }
}

fn had_no_room(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if matches!(cause.downcast_ref::<BodyError>(), Some(BodyError::NoRoom)) {
            return true;
        }
        next = cause.source();
    }
    false
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity")
}
