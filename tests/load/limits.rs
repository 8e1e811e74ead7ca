//! What the machine can do at best: synced batches of RocksDB, syncs of a file, hashes.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use indelible_disk::{Backend, Batch, Rocks, RocksOptions, Shape, Table};
use indelible_merkle::{Hash, LeafIndex, inclusion};
use indelible_process::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::entropy::Entropy;
use crate::histogram::{Histogram, per_second};
use crate::tree::Tree;

#[derive(Debug, Args)]
pub(crate) struct Limit {
    #[command(subcommand)]
    which: Which,
    /// Bytes of an entry.
    #[arg(long, default_value_t = 256, global = true)]
    entry_bytes: usize,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 3.0, global = true)]
    seconds: f64,
}

#[derive(Debug, Subcommand)]
enum Which {
    /// Synced batches of RocksDB, one row an entry, from one thread.
    Rocks {
        /// A folder that is absent or empty; on the disk that is meant.
        #[arg(long)]
        folder: PathBuf,
        #[arg(long, default_value_t = 1_000)]
        batch: usize,
    },
    /// Appends of 4 KiB to a file, each followed by fdatasync.
    Sync {
        /// A folder on the disk that is meant.
        #[arg(long)]
        folder: PathBuf,
    },
    /// RFC 6962 leaf hashes, on one core.
    Hash,
    /// Inclusion proofs of entries verified against a root that is trusted already, on one core.
    Verify {
        /// Leaves of the tree.
        #[arg(long, default_value_t = 1 << 20)]
        size: u64,
    },
}

impl Limit {
    pub(crate) fn run(&self) -> anyhow::Result<Value> {
        match &self.which {
            Which::Rocks { folder, batch } => self.rocks(folder, *batch),
            Which::Sync { folder } => self.sync(folder),
            Which::Hash => self.hash(),
            Which::Verify { size } => self.verify(*size),
        }
    }

    fn rocks(&self, folder: &Path, entries: usize) -> anyhow::Result<Value> {
        let table = Table { name: "rows", shape: Shape::Sequence };
        let rocks = Rocks::create(folder, &[table], &RocksOptions::default())?;
        let mut entropy = Entropy::seeded(u64::from_be_bytes(indelible_process::random::bytes()));
        let mut meter = Meter::new(self.seconds);
        let mut next = 0_u64;
        while !meter.is_over() {
            let mut batch = Batch::new();
            for _ in 0..entries {
                let mut row = vec![0; self.entry_bytes];
                entropy.fill(&mut row);
                batch.put(table, next.to_be_bytes(), row);
                next += 1;
            }
            // Making the rows is not part of writing them.
            meter.time(|| rocks.commit(batch))?;
        }
        Ok(meter.report(u64::try_from(entries)?))
    }

    fn sync(&self, folder: &Path) -> anyhow::Result<Value> {
        let path = folder.join("sync-probe");
        let mut file = File::create(&path).with_context(|| path.display().to_string())?;
        let mut meter = Meter::new(self.seconds);
        while !meter.is_over() {
            file.write_all(&[0x5a; 4_096])?;
            meter.time(|| file.sync_data())?;
        }
        std::fs::remove_file(&path)?;
        Ok(meter.report(1))
    }

    fn hash(&self) -> anyhow::Result<Value> {
        const AT_ONCE: u64 = 10_000;
        let mut entry = vec![0; self.entry_bytes];
        let mut meter = Meter::new(self.seconds);
        while !meter.is_over() {
            meter.time(|| {
                for number in 0..AT_ONCE {
                    name(&mut entry, number);
                    black_box(Hash::of_leaf(black_box(&entry)));
                }
                anyhow::Ok(())
            })?;
        }
        Ok(meter.report(AT_ONCE))
    }

    fn verify(&self, size: u64) -> anyhow::Result<Value> {
        const PROOFS: u64 = 20_000;
        let mut tree = Tree::default();
        let mut entropy = Entropy::seeded(1);
        let mut entry = vec![0; self.entry_bytes];
        for number in 0..size {
            name(&mut entry, number);
            tree.push(Hash::of_leaf(&entry))?;
        }
        let (size, root) = (tree.size(), tree.root());
        let mut proven = Vec::new();
        for _ in 0..PROOFS {
            let index = LeafIndex::new(entropy.below(size.get()))?;
            proven.push((index, inclusion::prove(index, size, &tree)?));
        }
        let mut meter = Meter::new(self.seconds);
        while !meter.is_over() {
            meter.time(|| {
                proven.iter().try_for_each(|(index, proof)| {
                    name(&mut entry, index.get());
                    inclusion::verify(&Hash::of_leaf(&entry), *index, size, proof, &root)
                })
            })?;
        }
        Ok(meter.report(PROOFS))
    }
}

/// Makes an entry the one of that number.
fn name(entry: &mut [u8], number: u64) {
    entry.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, digit)| *byte = digit);
}

/// Times one thing again and again; only what is timed counts.
struct Meter {
    clock: SystemClock,
    ends: Duration,
    spent: Duration,
    latencies: Histogram,
}

impl Meter {
    fn new(seconds: f64) -> Self {
        let clock = SystemClock::new();
        let ends = clock.monotonic() + Duration::from_secs_f64(seconds);
        Self { clock, ends, spent: Duration::ZERO, latencies: Histogram::default() }
    }

    fn is_over(&self) -> bool {
        self.clock.monotonic() >= self.ends
    }

    fn time<T, E>(&mut self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let started = self.clock.monotonic();
        let done = work();
        let took = self.clock.monotonic().saturating_sub(started);
        self.spent += took;
        self.latencies.record(took);
        done
    }

    fn report(&self, each: u64) -> Value {
        let rate = per_second(self.latencies.total(), self.spent);
        json!({
            "rate": rate,
            "items_per_second": per_second(self.latencies.total() * each, self.spent),
            "p50_us": self.latencies.within(500),
            "p99_us": self.latencies.within(990),
            "max_us": self.latencies.longest_micros(),
        })
    }
}
