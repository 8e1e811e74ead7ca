//! The requests of each kind of work, built so that a connection only has to send bytes.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use indelible_merkle::{LeafIndex, TileId, TileWidth};
use indelible_wire::{Entry, Framing, ResourcePath, add_batch};

use crate::entropy::Entropy;
use crate::lines::Lines;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// `POST add`, unique entries.
    Add,
    /// `POST add`, answered with a proof against the covering checkpoint.
    AddWait,
    /// `POST add-batch` of `--batch` entries.
    AddBatch,
    /// `GET proof/inclusion` of a random index below `--size`.
    Proof,
    /// `GET` of one full tile of level 0, always the same.
    TileHot,
    /// `GET` of a random full tile of level 0 below `--size`.
    TileRandom,
    /// `GET` of a random full entry bundle below `--size`.
    BundleRandom,
    /// `GET` of `--path`.
    Get,
}

/// What the requests are made of.
#[derive(Clone, Debug, Args)]
pub(crate) struct Shape {
    /// Bytes of an entry.
    #[arg(long, default_value_t = 256)]
    pub(crate) entry_bytes: usize,
    /// Entries of a batch.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) batch: usize,
    /// Entries that the log has, for reads.
    #[arg(long, default_value_t = 0)]
    pub(crate) size: u64,
    /// Path for `get`, without the slash at its start.
    #[arg(long, default_value = "checkpoint")]
    pub(crate) path: String,
    /// Entries are the lines of this file, repeated with fresh identifiers.
    #[arg(long)]
    pub(crate) lines: Option<PathBuf>,
}

/// Makes one request after the other for one connection.
#[derive(Debug)]
pub(crate) struct Work {
    kind: Kind,
    shape: Shape,
    target: Target,
    lines: Option<Arc<Lines>>,
    entropy: Entropy,
    turn: u64,
}

/// Where requests go.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) address: String,
    /// The log's prefix: begins and ends with a slash.
    pub(crate) prefix: String,
}

impl Target {
    pub(crate) fn parse(url: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix("http://").context("only http:// is spoken here")?;
        let (address, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { "/".to_owned() } else { format!("/{prefix}/") };
        Ok(Self { address: address.to_owned(), prefix })
    }

    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        format!("GET {}{path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.prefix, self.address).into_bytes()
    }

    pub(crate) fn post(&self, path: &str, media_type: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "POST {}{path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            self.prefix,
            self.address,
            body.len()
        );
        [head.as_bytes(), body].concat()
    }
}

impl Work {
    pub(crate) fn new(
        kind: Kind,
        shape: &Shape,
        target: &Target,
        seed: u64,
    ) -> anyhow::Result<Self> {
        if kind == Kind::Proof || kind == Kind::TileRandom || kind == Kind::BundleRandom {
            ensure!(shape.size >= 256, "--size must be at least 256 for this work");
        }
        let lines = shape.lines.as_deref().map(Lines::read).transpose()?.map(Arc::new);
        let (shape, target) = (shape.clone(), target.clone());
        Ok(Self { kind, shape, target, lines, entropy: Entropy::seeded(seed), turn: 0 })
    }

    /// The same work for another connection, with entries of its own.
    pub(crate) fn for_connection(&self, number: u64) -> Self {
        let seed = self.entropy.clone().next() ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self {
            shape: self.shape.clone(),
            target: self.target.clone(),
            lines: self.lines.clone(),
            entropy: Entropy::seeded(seed),
            // Connections begin at different lines of a file.
            turn: number.wrapping_mul(7_919),
            kind: self.kind,
        }
    }

    /// How many entries one good answer stands for.
    pub(crate) const fn entries_per_request(&self) -> u64 {
        match self.kind {
            Kind::Add | Kind::AddWait => 1,
            Kind::AddBatch => self.shape.batch as u64,
            Kind::Proof | Kind::TileHot | Kind::TileRandom | Kind::BundleRandom | Kind::Get => 0,
        }
    }

    pub(crate) fn next_request(&mut self) -> anyhow::Result<Vec<u8>> {
        Ok(match self.kind {
            Kind::Add => self.add("add"),
            Kind::AddWait => self.add("add?wait=checkpoint"),
            Kind::AddBatch => self.add_batch()?,
            Kind::Proof => {
                let index = self.entropy.below(self.shape.size);
                self.target.get(&format!("proof/inclusion?index={index}"))
            }
            Kind::TileHot => self.tile(0)?,
            Kind::TileRandom => {
                let index = self.entropy.below(self.shape.size / 256);
                self.tile(index)?
            }
            Kind::BundleRandom => {
                let index = LeafIndex::new(self.entropy.below(self.shape.size / 256))?.get();
                let path = ResourcePath::Entries { index, width: TileWidth::new(256)? };
                self.target.get(&path.to_string())
            }
            Kind::Get => self.target.get(&self.shape.path),
        })
    }

    fn tile(&self, index: u64) -> anyhow::Result<Vec<u8>> {
        Ok(self.target.get(&ResourcePath::Tile(TileId::full(0, index)?).to_string()))
    }

    fn add(&mut self, path: &str) -> Vec<u8> {
        let entry = self.entry();
        self.target.post(path, "application/octet-stream", &entry)
    }

    fn add_batch(&mut self) -> anyhow::Result<Vec<u8>> {
        let entries: Result<Vec<Entry>, _> =
            (0..self.shape.batch).map(|_| Entry::parse(self.entry())).collect();
        let framing = Framing::LengthPrefixed;
        let body = add_batch::print(&entries?, framing)?;
        Ok(self.target.post("add-batch", framing.media_type(), &body))
    }

    fn entry(&mut self) -> Vec<u8> {
        self.turn = self.turn.wrapping_add(1);
        if let Some(lines) = &self.lines {
            return lines.line(self.turn, &mut self.entropy);
        }
        let mut entry = vec![0; self.shape.entry_bytes];
        self.entropy.fill(&mut entry);
        entry
    }
}
