//! What tests share: a log that signs whatever is wanted of it, and a witness without sockets.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use indelible_disk::Backend;
use indelible_merkle::{Frontier, Hash, NodeId, NodeSource, TreeSize, consistency};
use indelible_note::{
    Algorithm, Checkpoint, Claim, KeyName, Origin, SignatureLine, SignerKey, VerifierKey,
};
use indelible_process::{Clock, ManualClock, Shutdown, UnixMillis};
use indelible_wire::{AddCheckpoint, parse_signature_lines};
use tower::ServiceExt;

use crate::decide::Tree;
use crate::http::app::App;
use crate::http::routes::{Part, router};
use crate::identity::Identity;
use crate::known_log::KnownLog;
use crate::store::breaker::Breaker;
use crate::store::open::{expect, stamp};
use crate::store::registry::{Registry, Source};

pub(crate) const NOW: u64 = 1_700_000_000;

pub(crate) fn size(size: u64) -> TreeSize {
    TreeSize::new(size).unwrap()
}

/// A log with both kinds of keys and made-up leaves.
pub(crate) struct FakeLog {
    origin: Origin,
    signers: [SignerKey; 2],
    // Leaves from here on are others.
    forked_from: u64,
}

impl FakeLog {
    pub(crate) fn named(name: &str) -> Self {
        Self::with_seed(name, 1)
    }

    pub(crate) fn with_seed(name: &str, seed: u8) -> Self {
        let key = |algorithm, seed| {
            SignerKey::from_seed(KeyName::parse(name).unwrap(), algorithm, [seed; 32])
        };
        Self {
            origin: Origin::parse(name).unwrap(),
            signers: [key(Algorithm::Ed25519, seed), key(Algorithm::MlDsa44, seed + 100)],
            forked_from: u64::MAX,
        }
    }

    /// The same log, telling another story from this leaf on.
    pub(crate) fn forked_from(&self, leaf: u64) -> Self {
        let copy = |key: &SignerKey| SignerKey::parse(&key.to_text()).unwrap();
        let [ed25519, ml_dsa_44] = &self.signers;
        Self {
            origin: self.origin.clone(),
            signers: [copy(ed25519), copy(ml_dsa_44)],
            forked_from: leaf,
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin.clone()
    }

    pub(crate) fn keys(&self) -> Vec<VerifierKey> {
        self.signers.iter().map(|key| key.verifier().clone()).collect()
    }

    pub(crate) fn known(&self) -> KnownLog {
        KnownLog::new(self.origin(), self.keys()).unwrap()
    }

    pub(crate) fn tree(&self, leaves: u64) -> Tree {
        let mut frontier = Frontier::empty();
        for leaf in 0..leaves {
            frontier.push(self.leaf(leaf)).unwrap();
        }
        Tree { size: size(leaves), root: frontier.root() }
    }

    /// A checkpoint of this size, signed with both keys.
    pub(crate) fn checkpoint(&self, leaves: u64) -> Signed {
        self.sign(self.tree(leaves))
    }

    /// A checkpoint of any tree at all.
    pub(crate) fn sign(&self, tree: Tree) -> Signed {
        let checkpoint = Checkpoint::new(self.origin(), tree.size, tree.root);
        let lines = self.signers.iter().map(|key| key.sign_log(&checkpoint).unwrap()).collect();
        Signed { checkpoint, lines }
    }

    pub(crate) fn proof(&self, from: u64, to: u64) -> Vec<Hash> {
        let growth = size(from).grow_to(size(to)).unwrap();
        consistency::prove(growth, self).unwrap()
    }

    /// The request that an honest log sends.
    pub(crate) fn add(&self, old: u64, to: u64) -> Vec<u8> {
        let proof = if old == 0 { Vec::new() } else { self.proof(old, to) };
        request(old, proof, &self.checkpoint(to))
    }

    fn leaf(&self, index: u64) -> Hash {
        let story = u8::from(index >= self.forked_from);
        Hash::of_leaf(&[index.to_be_bytes().as_slice(), &[story]].concat())
    }
}

impl NodeSource for FakeLog {
    type Error = Infallible;

    fn node(&self, id: NodeId) -> Result<Hash, Infallible> {
        let Some(below) = id.level().checked_sub(1) else {
            return Ok(self.leaf(id.index()));
        };
        let left = self.node(NodeId::new(below, id.index() * 2).unwrap())?;
        let right = self.node(NodeId::new(below, id.index() * 2 + 1).unwrap())?;
        Ok(Hash::of_node(&left, &right))
    }
}

/// A checkpoint and the log's signatures.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) lines: Vec<SignatureLine>,
}

impl Signed {
    pub(crate) fn claim(&self) -> Claim {
        Claim::assemble(&self.checkpoint, self.lines.clone()).unwrap()
    }

    /// The note with its first signature, and the other ones as lines.
    pub(crate) fn split_signatures(&self) -> (Vec<u8>, Vec<u8>) {
        let (first, others) = self.lines.split_first().unwrap();
        let note = Claim::assemble(&self.checkpoint, vec![first.clone()]).unwrap();
        let lines: String = others.iter().map(|line| format!("{line}\n")).collect();
        (note.bytes().to_vec(), lines.into_bytes())
    }
}

/// An add-checkpoint body.
pub(crate) fn request(old: u64, proof: Vec<Hash>, signed: &Signed) -> Vec<u8> {
    AddCheckpoint::new(size(old), proof, signed.claim()).unwrap().to_bytes()
}

/// A witness on any engine, and the clock that it reads.
#[derive(Clone)]
pub(crate) struct Witness {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) shutdown: Shutdown,
    pub(crate) keys: Vec<VerifierKey>,
}

pub(crate) fn identity() -> Identity {
    let name = KeyName::parse("witness.example/w1").unwrap();
    let ed25519 = SignerKey::from_seed(name.clone(), Algorithm::Ed25519Cosignature, [201; 32]);
    Identity::of(ed25519, Some(SignerKey::from_seed(name, Algorithm::MlDsa44, [202; 32])))
}

/// Makes an empty memory for [`identity`].
pub(crate) fn prepare(backend: &dyn Backend) {
    stamp(backend, &identity().verifiers()).unwrap();
}

impl Witness {
    /// Opens a memory that was prepared.
    pub(crate) fn open(backend: Arc<dyn Backend>, logs: &[KnownLog]) -> Self {
        Self::open_at(backend, logs, NOW)
    }

    pub(crate) fn open_at(backend: Arc<dyn Backend>, logs: &[KnownLog], seconds: u64) -> Self {
        Self::open_as(identity(), backend, logs, seconds)
    }

    pub(crate) fn open_as(
        identity: Identity,
        backend: Arc<dyn Backend>,
        logs: &[KnownLog],
        seconds: u64,
    ) -> Self {
        let keys = identity.verifiers();
        expect(&*backend, &keys).unwrap();
        let shutdown = Shutdown::new();
        let registry = Registry::load(backend, Breaker::new(shutdown.clone()), 1_000).unwrap();
        registry.admit(logs, Source::Settings).unwrap();
        let clock = Arc::new(ManualClock::at(UnixMillis::from_seconds(seconds)));
        let time: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let app = Arc::new(App::new(identity, registry, time, 64));
        Self { app, clock, shutdown, keys }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(path).body(body.into()).unwrap();
        self.send_request(request).await
    }

    pub(crate) async fn send_request(&self, request: Request<Body>) -> Answer {
        let parts = [Part::Submission, Part::Monitoring, Part::Operations];
        let response = router(&self.app, &parts).oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub(crate) async fn add(&self, body: impl Into<Body>) -> Answer {
        self.send(Method::POST, "/add-checkpoint", body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn content_type(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).unwrap().to_str().unwrap()
    }

    /// The signature lines of a 200.
    pub(crate) fn lines(&self) -> Vec<SignatureLine> {
        assert_eq!(self.status(), 200, "{}", self.text());
        parse_signature_lines(&self.body).unwrap()
    }
}
