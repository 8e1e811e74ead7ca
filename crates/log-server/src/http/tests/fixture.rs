//! A server without a socket, and requests to it. Every answer is held against the OpenAPI document.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use indelible_disk::{Backend, Batch, DiskError, Memory, Table};
use indelible_merkle::{Hash, TreeSize};
use indelible_note::{Claim, Policy};
use indelible_process::SystemClock;
use indelible_sequencer::TreeHead;
use indelible_wire::Problem;
use parking_lot::{Condvar, Mutex};
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::guard::Guard;
use crate::identity::Identity;
use crate::metrics::ServerMetrics;
use crate::publisher::sign_durably;
use crate::running::{self, Parts, Shared};
use crate::service::LogService;
use crate::settings::{LogSettings, Settings};
use crate::store::read::LogRows;
use crate::store::registry;

use super::documented::Documented;

pub(super) const ORIGIN: &str = "test.example/log";

/// A server whose logs run; its folder goes with it.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) router: Router,
    pub(super) logs: Vec<Arc<LogService>>,
    pub(super) engine: Arc<Engine>,
    pub(super) policies: Vec<Policy>,
    settings: Settings,
    parts: Parts,
    folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// One log at the root that publishes every 10 ms, and what `more` says of it.
pub(super) async fn serve(more: &str) -> Served {
    serve_logs(&format!("[[log]]\norigin = \"{ORIGIN}\"\npublish_interval_ms = 10\n{more}\n")).await
}

/// The logs of these settings, made and started.
pub(super) async fn serve_logs(logs: &str) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("indelible.toml");
    let text = format!("listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n{logs}");
    indelible_process::files::replace_durably(&path, text.as_bytes()).unwrap();
    let settings = Settings::read(&path).unwrap();
    let engine = Arc::new(Engine::default());
    let backend: Arc<dyn Backend> = Arc::<Engine>::clone(&engine);
    for sub in ["guard", "keys"] {
        indelible_process::files::make_folder(&folder.path().join(sub)).unwrap();
    }
    let policies = settings.logs.iter().map(|log| make(&settings, &backend, log)).collect();
    start(settings, engine, policies, folder).await
}

/// An empty log, as `init` makes it; the policy of whoever trusts it.
fn make(settings: &Settings, backend: &Arc<dyn Backend>, log: &LogSettings) -> Policy {
    let identity = Identity::create(&log.origin, &log.keys).unwrap();
    let verifiers = identity.verifiers();
    let id = registry::register(backend.as_ref(), &log.origin, &verifiers).unwrap();
    let rows = LogRows::of(Arc::clone(backend), id);
    let guard = Guard::of(&settings.guard_dir, &log.origin);
    let empty = TreeHead { size: TreeSize::ZERO, root: Hash::EMPTY_ROOT };
    sign_durably(&identity, &rows, &guard, empty).unwrap();
    Policy::logs_only(verifiers).unwrap()
}

async fn start(
    settings: Settings,
    engine: Arc<Engine>,
    policies: Vec<Policy>,
    folder: TempDir,
) -> Served {
    let metrics = Arc::new(ServerMetrics::new());
    let shared = Shared {
        settings: &settings,
        backend: Arc::<Engine>::clone(&engine),
        clock: Arc::new(SystemClock::new()),
        witnesses: reqwest::Client::new(),
        metrics: Arc::clone(&metrics),
    };
    let (mut parts, mut logs) = (Parts::new(), Vec::new());
    for log in &settings.logs {
        logs.push(running::start(&shared, log, &mut parts).await.unwrap());
    }
    let router = super::super::router(&logs, metrics);
    Served { router, logs, engine, policies, settings, parts, folder }
}

impl Served {
    pub(super) fn log(&self) -> &LogService {
        &self.logs[0]
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policies[0]
    }

    /// Stops every log and starts it again on the same rows.
    pub(super) async fn restarted(self) -> Self {
        let Self { logs, engine, policies, settings, mut parts, folder, router } = self;
        drop(router);
        logs.iter().for_each(|log| running::stop(log));
        while let Some(ended) = parts.join_next().await {
            ended.unwrap().unwrap();
        }
        start(settings, engine, policies, folder).await
    }

    /// Sends a request and holds the answer against the document.
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer { status: head.status, headers: head.headers, body };
        let prefixes: Vec<&str> = self.logs.iter().map(|log| log.prefix.as_str()).collect();
        Documented::get().expect(&method, &path, &prefixes, &answer);
        answer
    }

    pub(super) async fn get(&self, uri: &str) -> Answer {
        self.get_with(uri, &[]).await
    }

    pub(super) async fn get_with(&self, uri: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request(Method::GET, uri, headers, Body::empty())).await
    }

    pub(super) async fn post(&self, uri: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.send(request(Method::POST, uri, headers, Body::from(body.to_vec()))).await
    }

    /// Adds one entry; its index.
    pub(super) async fn add(&self, entry: &[u8]) -> u64 {
        let answer = self.post("/add", &[], entry).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.text().parse().unwrap()
    }

    /// Adds entries of these numbers, all published afterwards; their leaf hashes.
    pub(super) async fn fill(&self, count: usize) -> Vec<Hash> {
        let entries: Vec<Vec<u8>> = (0..count).map(|i| format!("entry {i}").into_bytes()).collect();
        for chunk in entries.chunks(8_192) {
            let body = lengths(chunk.iter().map(Vec::as_slice));
            let answer = self.post("/add-batch?wait=checkpoint", &[OCTETS], &body).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
        entries.iter().map(|entry| Hash::of_leaf(entry)).collect()
    }

    /// Waits for the first checkpoint.
    pub(super) async fn shown(self) -> Self {
        self.log().head_of(TreeSize::ZERO).await.unwrap();
        self
    }

    /// How many entries are committed.
    pub(super) fn size(&self) -> u64 {
        self.log().rows.head().unwrap().unwrap().size().get()
    }

    /// A refusal of this name, which changed nothing.
    pub(super) async fn refused(&self, request: Request<Body>, slug: &str) -> Problem {
        let before = self.size();
        let answer = self.send(request).await;
        assert_eq!(self.size(), before, "{slug}");
        answer.problem(slug)
    }

    /// The newest visible checkpoint, verified.
    pub(super) async fn checkpoint(&self) -> Claim {
        let answer = self.get("/checkpoint").await;
        assert_eq!(answer.status, StatusCode::OK);
        let claim = Claim::parse(&answer.body).unwrap();
        self.policy().judge(&claim).unwrap();
        claim
    }
}

pub(super) const OCTETS: (&str, &str) = ("content-type", "application/octet-stream");
pub(super) const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

/// A batch in the length-prefixed framing.
pub(super) fn lengths<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    indelible_wire::bundle::encode(entries).unwrap()
}

pub(super) fn request(
    method: Method,
    uri: &str,
    headers: &[(&str, &str)],
    body: Body,
) -> Request<Body> {
    let request = Request::builder().method(method).uri(uri);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body).unwrap()
}

/// A body that comes in these pieces, its length unsaid.
pub(super) fn pieces(pieces: Vec<Result<Vec<u8>, std::io::Error>>) -> Body {
    let pieces = pieces.into_iter().map(|piece| piece.map(Bytes::from)).collect::<VecDeque<_>>();
    Body::from_stream(futures_util::stream::iter(pieces))
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.header(header::CONTENT_TYPE), Some("application/json"), "{self:?}");
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The problem document, which must have this name.
    pub(super) fn problem(&self, slug: &str) -> Problem {
        assert_eq!(
            self.header(header::CONTENT_TYPE),
            Some(Problem::CONTENT_TYPE),
            "{slug}: {self:?}"
        );
        assert_eq!(self.header(header::CACHE_CONTROL), Some("no-store"));
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.slug(), Some(slug), "{problem:?}");
        assert_eq!(problem.status, self.status.as_u16());
        let waits = self.status == StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(self.headers.contains_key(header::RETRY_AFTER), waits);
        problem
    }
}

/// Rows in memory whose commits can be held up, or fail.
#[derive(Debug, Default)]
pub(super) struct Engine {
    rows: Memory,
    gate: Mutex<Gate>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Gate {
    closed: bool,
    failing: bool,
    held: bool,
}

impl Engine {
    pub(super) fn close(&self) {
        self.gate.lock().closed = true;
    }

    pub(super) fn open(&self) {
        self.gate.lock().closed = false;
        self.changed.notify_all();
    }

    /// Commits have an unknown outcome from now on.
    pub(super) fn fail(&self) {
        self.gate.lock().failing = true;
    }

    /// Whether a commit is held up at the gate.
    pub(super) fn holds_one(&self) -> bool {
        self.gate.lock().held
    }
}

impl Backend for Engine {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        self.rows.get(table, key)
    }

    fn get_many(&self, table: Table, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, DiskError> {
        self.rows.get_many(table, keys)
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), DiskError> {
        self.rows.scan(table, from, to, each)
    }

    fn last(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
    ) -> Result<Option<(Vec<u8>, Vec<u8>)>, DiskError> {
        self.rows.last(table, from, to)
    }

    fn commit(&self, batch: Batch) -> Result<(), DiskError> {
        let mut gate = self.gate.lock();
        while gate.closed {
            gate.held = true;
            self.changed.wait(&mut gate);
        }
        gate.held = false;
        if gate.failing {
            return Err(DiskError::Unknown { detail: "as the test wants it".to_owned() });
        }
        self.rows.commit(batch)
    }
}
