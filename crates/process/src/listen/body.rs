//! The bodies that pass through a connection: a request's, with its time limits, and an answer's.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep_until};

use super::activity::Exchange;
use super::limits::{BUFFER_BYTES_MAX, ConnectionLimits};

/// The body of a request. Reading it fails when the client takes too long to send it.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    pause_max: Duration,
    total_max: Duration,
    wait: Option<Wait>,
    too_slow: TooSlow,
    room: BodyRoom,
    taken: Taken,
}

/// What all bodies of a socket may hold while they are received. Many connections that each send a
/// large body, and never its end, would otherwise take as much memory as they like.
#[derive(Clone, Debug)]
pub(super) struct BodyRoom(Arc<Semaphore>);

/// What one of them holds.
#[derive(Debug, Default)]
struct Taken {
    received: usize,
    room: Option<OwnedSemaphorePermit>,
}

impl BodyRoom {
    pub(super) fn new(limits: &ConnectionLimits) -> Self {
        Self(Arc::new(Semaphore::new(limits.bodies_bytes_max.min(Semaphore::MAX_PERMITS))))
    }
}

impl Taken {
    /// Whether there is room for more of this body. Its first bytes are within what a connection may
    /// cost anyway, so that most bodies never ask.
    fn grow(&mut self, bytes: usize, room: &BodyRoom) -> bool {
        let free = BUFFER_BYTES_MAX.saturating_sub(self.received);
        self.received = self.received.saturating_add(bytes);
        let wanted = bytes.saturating_sub(free);
        if wanted == 0 {
            return true;
        }
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        let Ok(more) = Arc::clone(&room.0).try_acquire_many_owned(wanted) else { return false };
        match &mut self.room {
            Some(room) => room.merge(more),
            None => self.room = Some(more),
        }
        true
    }
}

/// Made only when a body is not there yet; most are.
#[derive(Debug)]
struct Wait {
    deadline: Instant,
    timer: Pin<Box<Sleep>>,
    /// Whether the timer runs for the piece that is waited for now, or was for an earlier one.
    armed: bool,
}

/// Why a body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the request's body came too slowly")]
    TooSlow,
    #[error("too many bodies are being received at once")]
    NoRoom,
    #[error("the request's body broke off")]
    Broken(#[source] hyper::Error),
}

/// Tells the answer of a request that its body took too long. None for requests without a body.
#[derive(Clone, Debug)]
pub(super) struct TooSlow(Option<Arc<AtomicBool>>);

impl RequestBody {
    pub(super) fn new(
        incoming: Incoming,
        limits: &ConnectionLimits,
        room: &BodyRoom,
    ) -> (Self, TooSlow) {
        let expected = !incoming.is_end_stream();
        let too_slow = TooSlow(expected.then(Arc::default));
        let body = Self {
            incoming,
            pause_max: limits.body_pause_timeout,
            total_max: limits.body_timeout,
            wait: None,
            too_slow: too_slow.clone(),
            room: room.clone(),
            taken: Taken::default(),
        };
        (body, too_slow)
    }

    /// The client has sent nothing more: has it had its time?
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let pause_max = self.pause_max;
        let wait = self.wait.get_or_insert_with(|| {
            let now = Instant::now();
            let deadline = now + self.total_max;
            let timer = Box::pin(sleep_until(deadline.min(now + pause_max)));
            Wait { deadline, timer, armed: true }
        });
        if !wait.armed {
            let next = wait.deadline.min(Instant::now() + pause_max);
            wait.timer.as_mut().reset(next);
            wait.armed = true;
        }
        wait.timer.as_mut().poll(cx)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.incoming).poll_frame(cx) {
            Poll::Ready(frame) => {
                if let Some(wait) = &mut this.wait {
                    wait.armed = false;
                    // A trickle that never pauses ends here.
                    if frame.is_some() && Instant::now() >= wait.deadline {
                        this.too_slow.set();
                        return Poll::Ready(Some(Err(BodyError::TooSlow)));
                    }
                }
                if let Some(Ok(data)) =
                    frame.as_ref().map(|read| read.as_ref().map(Frame::data_ref))
                    && !this.taken.grow(data.map_or(0, Bytes::len), &this.room)
                {
                    return Poll::Ready(Some(Err(BodyError::NoRoom)));
                }
                Poll::Ready(frame.map(|read| read.map_err(BodyError::Broken)))
            }
            Poll::Pending => this.poll_patience(cx).map(|()| {
                this.too_slow.set();
                Some(Err(BodyError::TooSlow))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl TooSlow {
    fn set(&self) {
        if let Some(flag) = &self.0 {
            flag.store(true, Ordering::Release);
        }
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.as_ref().is_some_and(|flag| flag.load(Ordering::Acquire))
    }
}

/// The body of an answer. The request is under way until this is dropped.
#[derive(Debug)]
pub(super) struct AnswerBody<B> {
    body: B,
    _exchange: Exchange,
}

impl<B> AnswerBody<B> {
    pub(super) const fn new(body: B, exchange: Exchange) -> Self {
        Self { body, _exchange: exchange }
    }
}

impl<B: Body + Unpin> Body for AnswerBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
