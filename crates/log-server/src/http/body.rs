//! A request's body, bounded before it is read.

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited, LengthLimitError};
use indelible_process::listen::BodyError;

use super::problem::Refusal;

/// The whole body, if it is no longer than `max` bytes.
pub(super) async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Refusal> {
    // Said beforehand, so nothing of it need be read.
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok())
        .unwrap_or_else(|| body.size_hint().lower());
    if usize::try_from(announced).is_ok_and(|announced| announced <= max) {
        let collected = Limited::new(body, max).collect().await;
        return collected.map(|whole| whole.to_bytes()).map_err(|error| refusal(&*error, max));
    }
    Err(Refusal::BodyTooLong { max })
}

fn refusal(error: &(dyn std::error::Error + 'static), max: usize) -> Refusal {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Refusal::BodyTooLong { max };
        }
        if let Some(slow) = error.downcast_ref::<BodyError>() {
            return match slow {
                BodyError::TooSlow => Refusal::BodySlow,
                BodyError::Broken(_) => Refusal::BodyIncomplete,
            };
        }
        cause = error.source();
    }
    Refusal::BodyIncomplete
}
