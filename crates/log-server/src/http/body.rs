//! A request's body, bounded before it is read.

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use indelible_process::listen::BodyError;
use indelible_wire::limits;

use crate::drive::mailbox::NotTaken;

use super::problem::Refusal;

/// The whole body, if it is no longer than `max` bytes.
pub(super) async fn read(
    headers: &HeaderMap,
    mut body: Body,
    max: usize,
) -> Result<Bytes, Refusal> {
    // Said beforehand, so nothing of it need be kept.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|announced| announced <= max) {
        match Limited::new(&mut body, max).collect().await {
            Ok(whole) => return Ok(whole.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {}
            Err(error) => return Err(refusal(&*error)),
        }
    }
    discard(headers, body).await;
    Err(Refusal::BodyTooLong { max })
}

fn refusal(error: &(dyn std::error::Error + 'static)) -> Refusal {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(slow) = error.downcast_ref::<BodyError>() {
            return match slow {
                BodyError::TooSlow => Refusal::BodySlow,
                BodyError::NoRoom => Refusal::NotTaken(NotTaken::Busy),
                BodyError::Broken(_) => Refusal::BodyIncomplete,
            };
        }
        cause = error.source();
    }
    Refusal::BodyIncomplete
}

/// As much as is read of a body that is refused: twice the longest that is taken. Beyond that, a
/// caller who does not stop sending may find the connection reset instead of the refusal.
const DISCARDED_BYTES_MAX: usize = 2 * limits::BATCH_BYTES_MAX;

/// Reads a body that nobody wants. A connection that is closed with bytes unread is reset, and the
/// caller would never see why it was refused.
pub(super) async fn discard(headers: &HeaderMap, mut body: Body) {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    // Who waits for `100 Continue` has sent nothing yet, and need not.
    if headers.contains_key(header::EXPECT) || announced > DISCARDED_BYTES_MAX {
        return;
    }
    let mut left = DISCARDED_BYTES_MAX;
    while let Some(Ok(frame)) = body.frame().await {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(bytes) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
