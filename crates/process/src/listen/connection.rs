//! One connection from its acceptance to its end.

use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderValue, Request, Response, StatusCode, Version, header};
use http_body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::Service;
use tower::util::Oneshot;

use super::activity::{Activity, Expiry, Verdict};
use super::body::{AnswerBody, BodyRoom, RequestBody};
use super::executor::TrackedExecutor;
use super::limits::ConnectionLimits;
use super::socket::WatchedIo;
use crate::shutdown::{Shutdown, Urgency};

pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// How a connection ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// By either side, in good order.
    Closed,
    /// By the client, or because it did not speak HTTP.
    Broken(BoxError),
    /// By us, because the client took too long.
    TimedOut(Expiry),
    /// By us, because we are stopping and it was not done in time.
    Cut,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("closed"),
            Self::Broken(error) => write!(f, "broken: {error}"),
            Self::TimedOut(expiry) => write!(f, "timed out: {expiry:?}"),
            Self::Cut => f.write_str("cut at the shutdown"),
        }
    }
}

/// Serves requests on `stream` until it ends, is too slow, or `shutdown` says so.
pub(super) async fn serve<S, B>(
    stream: TcpStream,
    service: S,
    builder: &auto::Builder<TrackedExecutor>,
    limits: &ConnectionLimits,
    room: &BodyRoom,
    shutdown: &Shutdown,
) -> Ending
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: Body + Unpin + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let activity = Activity::begin();
    let io = TokioIo::new(WatchedIo::new(stream, Arc::clone(&activity)));
    let requests = {
        let (activity, limits, room) = (Arc::clone(&activity), *limits, room.clone());
        service_fn(move |request: Request<Incoming>| {
            let exchange = activity.open(request.version());
            let version = request.version();
            let (head, incoming) = request.into_parts();
            let (body, too_slow) = RequestBody::new(incoming, &limits, &room);
            let answer = Oneshot::new(service.clone(), Request::from_parts(head, body));
            async move {
                let mut answer = answer.await?;
                if too_slow.is_set() {
                    say_too_slow(&mut answer, version);
                }
                Ok::<_, S::Error>(answer.map(|body| AnswerBody::new(body, exchange)))
            }
        })
    };
    let connection = pin!(builder.serve_connection(io, requests));
    drive(connection, |connection| connection.graceful_shutdown(), &activity, limits, shutdown)
        .await
}

/// Whatever a handler made of a body that broke off, the client shall know whose fault it was.
fn say_too_slow<B>(answer: &mut Response<B>, version: Version) {
    *answer.status_mut() = StatusCode::REQUEST_TIMEOUT;
    // The rest of the body may still come, and is not the next request.
    if version < Version::HTTP_2 {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

/// Polls the connection, its one timer and the shutdown.
async fn drive<C>(
    mut connection: Pin<&mut C>,
    close_gracefully: impl Fn(Pin<&mut C>),
    activity: &Activity,
    limits: &ConnectionLimits,
    shutdown: &Shutdown,
) -> Ending
where
    C: Future<Output = Result<(), BoxError>>,
{
    let timer = pin!(sleep_until(first_look(activity, limits)));
    let mut timer = Timer { sleep: timer, is_heard: false };
    // Polled once per change only: it stands in a list that all connections share, and its waker
    // stays good because this future never leaves its task.
    let mut changed = pin!(shutdown.changed());
    let mut is_listening = false;
    let mut heard = Urgency::Running;
    let mut closing: Option<Closing> = None;

    poll_fn(|cx| {
        loop {
            if !is_listening {
                is_listening = changed.as_mut().poll(cx).is_pending();
            }
            if shutdown.urgency() == heard {
                break;
            }
            heard = shutdown.urgency();
            changed.set(shutdown.changed());
            is_listening = false;
            if heard == Urgency::Immediate {
                return Poll::Ready(Ending::Cut);
            }
            close_gracefully(connection.as_mut());
            let until = Instant::now() + limits.drain_timeout;
            timer.set(until);
            closing = Some(Closing { until, expiry: None });
        }
        if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
            return Poll::Ready(Closing::ending(closing, ended));
        }
        while timer.rings(cx) {
            let now = Instant::now();
            match (closing, activity.judge(now, limits)) {
                (Some(closing), _) if closing.until <= now => {
                    return Poll::Ready(closing.overdue());
                }
                (Some(closing), _) => timer.set(closing.until),
                (None, Verdict::Until(next)) => timer.set(next),
                (None, Verdict::Expired(Expiry::Idle)) => {
                    // Nothing is lost by closing it in order; HTTP/2 says goodbye first.
                    close_gracefully(connection.as_mut());
                    let until = now + limits.header_timeout;
                    timer.set(until);
                    closing = Some(Closing { until, expiry: Some(Expiry::Idle) });
                    if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
                        return Poll::Ready(Closing::ending(closing, ended));
                    }
                }
                (None, Verdict::Expired(expiry)) => return Poll::Ready(Ending::TimedOut(expiry)),
            }
        }
        Poll::Pending
    })
    .await
}

fn first_look(activity: &Activity, limits: &ConnectionLimits) -> Instant {
    match activity.judge(Instant::now(), limits) {
        Verdict::Until(next) => next,
        Verdict::Expired(_) => Instant::now(),
    }
}

/// The connection's timer. Being polled registers who is to be woken, which costs more than looking
/// whether it has rung; as this is always the same task, once is enough.
struct Timer<'a> {
    sleep: Pin<&'a mut Sleep>,
    is_heard: bool,
}

impl Timer<'_> {
    fn set(&mut self, at: Instant) {
        self.sleep.as_mut().reset(at);
        self.is_heard = false;
    }

    fn rings(&mut self, cx: &mut Context<'_>) -> bool {
        if self.is_heard {
            return self.sleep.is_elapsed();
        }
        self.is_heard = true;
        self.sleep.as_mut().poll(cx).is_ready()
    }
}

/// A connection that has been told to finish.
#[derive(Clone, Copy, Debug)]
struct Closing {
    until: Instant,
    /// The limit it ran into; none when we are stopping.
    expiry: Option<Expiry>,
}

impl Closing {
    fn overdue(self) -> Ending {
        self.expiry.map_or(Ending::Cut, Ending::TimedOut)
    }

    fn ending(closing: Option<Self>, ended: Result<(), BoxError>) -> Ending {
        match (ended, closing.and_then(|closing| closing.expiry)) {
            (_, Some(expiry)) => Ending::TimedOut(expiry),
            (Ok(()), None) => Ending::Closed,
            // A connection that has not said yet which HTTP it speaks is ended by an error.
            (Err(error), None) if closing.is_some() && is_cancelled(&*error) => Ending::Closed,
            (Err(error), None) => Ending::Broken(error),
        }
    }
}

fn is_cancelled(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::Interrupted)
}
