//! A log and its witness in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use indelible_client::{Backoff, Entry, FetchOptions, Hash, LeafIndex, Log, TreeSize};
use indelible_merkle::{TileId, inclusion, tile_root};
use indelible_note::{
    Algorithm, Checkpoint, Claim, KeyName, Origin, Policy, ProofFile, SignerKey, Timestamp, strict,
};
use indelible_wire::{Added, AddedBatch, AddedWithProof, InclusionAnswer, ResourcePath, bundle};

use crate::http::{self, Answer, Request};

pub(crate) const ORIGIN: &str = "log.example/fake";
const WITNESS: &str = "witness.example/w1";
const BINARY: &str = "application/octet-stream";

/// What a test makes of an honest answer.
pub(crate) type Twist = Arc<dyn Fn(&Request, Answer) -> Answer + Send + Sync>;

/// The entries of a log and how many of them are published.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) published: usize,
    /// Publishes all it has whenever it is asked, in place of an interval.
    pub(crate) publishes: bool,
    /// Other people's logs take one entry at a time.
    pub(crate) no_batches: bool,
    pub(crate) keys: HashMap<String, usize>,
    // Leaf hashes, and what a full tile's 256 hashes become one level up, and so on.
    pub(crate) levels: Vec<Vec<Hash>>,
}

impl World {
    /// `size` entries that differ from those of any other `seed`.
    pub(crate) fn of(seed: &str, size: usize) -> Self {
        let mut world = Self::default();
        world.extend((0..size).map(|n| format!("{seed} {n}").into_bytes()));
        world.published = size;
        world
    }

    pub(crate) fn extend(&mut self, entries: impl IntoIterator<Item = Vec<u8>>) {
        for entry in entries {
            self.push_at(0, Hash::of_leaf(&entry));
            self.entries.push(entry);
        }
    }

    /// Adds and publishes so many entries more.
    pub(crate) fn grow(&mut self, seed: &str, more: usize) {
        let size = self.entries.len();
        self.extend((size..size + more).map(|n| format!("{seed} {n}").into_bytes()));
        self.published = self.entries.len();
    }

    fn push_at(&mut self, level: usize, hash: Hash) {
        if self.levels.len() <= level {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(hash);
        let row = &self.levels[level];
        if row.len().is_multiple_of(256) {
            let root = tile_root(&row[row.len() - 256..]);
            self.push_at(level + 1, root);
        }
    }

    pub(crate) fn root(&self) -> Hash {
        tile_root(&self.leaves()[..self.published])
    }

    fn leaves(&self) -> &[Hash] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    fn size(&self) -> TreeSize {
        TreeSize::new(self.published as u64).unwrap()
    }

    pub(crate) fn checkpoint(&self) -> Vec<u8> {
        signed(ORIGIN, self.size(), self.root(), true)
    }

    pub(crate) fn proof(&self, index: usize) -> ProofFile {
        let index = LeafIndex::new(index as u64).unwrap();
        let claim = Claim::parse(&self.checkpoint()).unwrap();
        ProofFile::new(None, index, self.inclusion(index), claim).unwrap()
    }

    fn inclusion(&self, index: LeafIndex) -> Vec<Hash> {
        struct Leaves<'a>(&'a [Hash]);
        impl indelible_merkle::NodeSource for Leaves<'_> {
            type Error = std::convert::Infallible;
            fn node(&self, id: indelible_merkle::NodeId) -> Result<Hash, Self::Error> {
                let first = usize::try_from(id.first_leaf().get()).unwrap();
                Ok(tile_root(&self.0[first..first + (1 << id.level())]))
            }
        }
        inclusion::prove(index, self.size(), &Leaves(self.leaves())).unwrap()
    }

    fn tile(&self, id: TileId) -> Option<Answer> {
        let start = usize::try_from(id.index()).unwrap() * 256;
        let row = self.levels.get(usize::from(id.level()))?;
        let published = self.published >> (8 * usize::from(id.level()));
        let hashes = row[..published].get(start..start + usize::from(id.width().get()))?;
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        Some(Answer::ok(BINARY, bytes))
    }

    fn bundle(&self, index: u64, width: u16) -> Option<Answer> {
        let start = usize::try_from(index).unwrap() * 256;
        let entries = self.entries[..self.published].get(start..start + usize::from(width))?;
        Some(Answer::ok(BINARY, bundle::encode(entries.iter().map(Vec::as_slice)).unwrap()))
    }

    fn add(&mut self, key: &str, entry: Vec<u8>) -> Added {
        let leaf = Hash::of_leaf(&entry);
        let (index, duplicate) = match self.keys.get(key) {
            Some(index) => (*index, true),
            None => (self.entries.len(), false),
        };
        if !duplicate {
            self.keys.insert(key.into(), index);
            self.extend([entry]);
        }
        Added { index: index as u64, leaf_hash: strict::to_hash_text(&leaf), duplicate }
    }
}

/// A server for a world, and what it was asked.
pub(crate) struct Fake {
    pub(crate) url: String,
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
    twist: Arc<Mutex<Option<Twist>>>,
}

impl Fake {
    pub(crate) fn start(world: World) -> Self {
        let world = Arc::new(Mutex::new(world));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let twist: Arc<Mutex<Option<Twist>>> = Arc::default();
        let url = http::serve({
            let (world, requests, twist) = (world.clone(), requests.clone(), twist.clone());
            move |request| {
                requests.lock().unwrap().push(request.clone());
                let honest = honest(&mut world.lock().unwrap(), request);
                let twist = twist.lock().unwrap().clone();
                twist.map_or_else(|| honest.clone(), |twist| twist(request, honest.clone()))
            }
        });
        Self { url: format!("{url}/log"), world, requests, twist }
    }

    pub(crate) fn lie(&self, twist: impl Fn(&Request, Answer) -> Answer + Send + Sync + 'static) {
        *self.twist.lock().unwrap() = Some(Arc::new(twist));
    }

    /// Changes the honest answers to one path.
    pub(crate) fn lie_at(
        &self,
        path: &'static str,
        twist: impl Fn(Answer) -> Answer + Send + Sync + 'static,
    ) {
        self.lie(
            move |request, honest| {
                if request.path() == format!("/log/{path}") { twist(honest) } else { honest }
            },
        );
    }

    pub(crate) fn repent(&self) {
        *self.twist.lock().unwrap() = None;
    }

    /// How often something below the log's prefix was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        let path = format!("/log/{path}");
        self.requests.lock().unwrap().iter().filter(|request| request.path() == path).count()
    }

    pub(crate) fn log(&self) -> Log {
        Log::builder(policy(&self.url)).options(impatient()).build().unwrap()
    }
}

/// Retries, but does not wait.
pub(crate) fn impatient() -> FetchOptions {
    let tiny = std::time::Duration::from_millis(1);
    let backoff = Backoff { attempts_max: 3, first: tiny, longest: tiny, ..Backoff::default() };
    FetchOptions { backoff, ..FetchOptions::default() }
}

pub(crate) fn policy_text(url: &str) -> String {
    format!(
        "log {} {url}\nwitness w1 {}\nquorum w1\n",
        log_key(ORIGIN).verifier(),
        witness_key().verifier()
    )
}

pub(crate) fn policy(url: &str) -> Policy {
    Policy::parse(&policy_text(url)).unwrap()
}

pub(crate) fn log_key(origin: &str) -> SignerKey {
    SignerKey::from_seed(KeyName::parse(origin).unwrap(), Algorithm::Ed25519, [1; 32])
}

fn witness_key() -> SignerKey {
    let name = KeyName::parse(WITNESS).unwrap();
    SignerKey::from_seed(name, Algorithm::Ed25519Cosignature, [2; 32])
}

pub(crate) fn signed(origin: &str, size: TreeSize, root: Hash, is_cosigned: bool) -> Vec<u8> {
    let checkpoint = Checkpoint::new(Origin::parse(origin).unwrap(), size, root);
    let mut lines = vec![log_key(origin).sign_log(&checkpoint).unwrap()];
    if is_cosigned {
        let at = Timestamp::new(1_790_000_000).unwrap();
        lines.push(witness_key().cosign(&checkpoint, at).unwrap());
    }
    Claim::assemble(&checkpoint, lines).unwrap().bytes().to_vec()
}

fn honest(world: &mut World, request: &Request) -> Answer {
    let path = request.path().strip_prefix("/log/").unwrap_or_default();
    match (request.method.as_str(), path) {
        ("POST", "add") => add(world, request),
        ("POST", "add-batch") if world.no_batches => Answer::status(404),
        ("POST", "add-batch") => add_batch(world, request),
        ("GET", "checkpoint") if world.publishes => {
            world.published = world.entries.len();
            Answer::ok("text/plain", world.checkpoint())
        }
        ("GET", "proof/inclusion") => locate(world, request).unwrap_or_else(|| Answer::status(404)),
        ("GET", _) => resource(world, path).unwrap_or_else(|| Answer::status(404)),
        _ => Answer::status(405),
    }
}

fn resource(world: &World, path: &str) -> Option<Answer> {
    match ResourcePath::parse(path).ok()? {
        ResourcePath::Checkpoint => Some(Answer::ok("text/plain", world.checkpoint())),
        ResourcePath::Tile(id) => world.tile(id),
        ResourcePath::Entries { index, width } => world.bundle(index, width.get()),
    }
}

fn add(world: &mut World, request: &Request) -> Answer {
    let key = request.header("idempotency-key").unwrap();
    let Added { index, leaf_hash, duplicate } = world.add(key, request.body.clone());
    if !request.target.ends_with("?wait=checkpoint") {
        return json(&Added { index, leaf_hash, duplicate });
    }
    world.published = world.entries.len();
    let proof = world.proof(usize::try_from(index).unwrap()).to_bytes();
    let proof = String::from_utf8(proof).unwrap();
    json(&AddedWithProof { index, leaf_hash, duplicate, proof })
}

fn add_batch(world: &mut World, request: &Request) -> Answer {
    let key = request.header("idempotency-key").unwrap().to_owned();
    let mut rest = request.body.as_slice();
    let mut results = Vec::new();
    while let Some((entry, after)) = bundle::split_first(rest) {
        Entry::parse(entry).unwrap();
        results.push(world.add(&format!("{key} {}", results.len()), entry.to_vec()));
        rest = after;
    }
    world.published = world.entries.len();
    json(&AddedBatch { results })
}

fn locate(world: &World, request: &Request) -> Option<Answer> {
    let (_, leaf) = request.target.split_once("?leaf_hash=")?;
    let index = world.leaves().iter().position(|found| found.to_string() == leaf)?;
    let index = LeafIndex::new(index as u64).unwrap();
    Some(json(&InclusionAnswer {
        index: index.get(),
        size: world.published as u64,
        leaf_hash: strict::to_hash_text(&world.leaves()[usize::try_from(index.get()).unwrap()]),
        hashes: world.inclusion(index).iter().map(strict::to_hash_text).collect(),
        checkpoint: String::from_utf8(world.checkpoint()).unwrap(),
    }))
}

pub(crate) fn json(value: &impl serde::Serialize) -> Answer {
    Answer::ok("application/json", serde_json::to_vec(value).unwrap())
}

/// Flips one bit in the middle.
pub(crate) fn flip(mut answer: Answer) -> Answer {
    let middle = answer.body.len() / 2;
    answer.body[middle] ^= 1;
    answer
}
