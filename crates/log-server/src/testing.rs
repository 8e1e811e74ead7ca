//! A log for tests: real rows in memory, real keys, a real guard file, and the slow oracle.

use std::sync::Arc;

use indelible_disk::{Backend, Batch, Memory, Table};
use indelible_merkle::{Frontier, Hash};
use indelible_note::{Algorithm, Claim, KeyName, Origin, SignerKey, VerifierKey};
use indelible_sequencer::{
    DedupKey, Effect, Event, Identity as ItemIdentity, Item, Lifecycle, Machine, MachineSettings,
    Millis, Plan, Submission, TreeHead,
};
use indelible_wire::Entry;
use tempfile::TempDir;

use crate::guard::Guard;
use crate::identity::{Identity, KeyFiles};
use crate::publisher::sign_durably;
use crate::store::read::LogRows;
use crate::store::registry;
use crate::store::write;

/// RFC 6962 section 2.1, word for word and slow.
pub(crate) fn oracle_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            Hash::of_node(&oracle_root(&leaves[..split]), &oracle_root(&leaves[split..]))
        }
    }
}

/// A log whose folder goes when it is dropped.
#[derive(Debug)]
pub(crate) struct TestLog {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) rows: LogRows,
    pub(crate) identity: Identity,
    pub(crate) guard: Guard,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) folder: TempDir,
}

/// The i-th entry of every test log.
pub(crate) fn entry(i: usize) -> Vec<u8> {
    format!("entry {i} {}", "x".repeat(i % 40)).into_bytes()
}

impl TestLog {
    /// An empty log in memory, its first head signed.
    pub(crate) fn new() -> Self {
        Self::upon(Arc::new(Memory::default()))
    }

    pub(crate) fn upon(backend: Arc<dyn Backend>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let origin = Origin::parse("test.example/log").unwrap();
        let identity = Identity::create(&origin, &Self::key_files(&folder)).unwrap();
        let log = registry::register(backend.as_ref(), &origin, &identity.verifiers()).unwrap();
        let rows = LogRows::of(Arc::clone(&backend), log);
        let guard = Guard::of(folder.path(), &origin);
        let log = Self { backend, rows, identity, guard, entries: Vec::new(), folder };
        log.sign();
        log
    }

    /// A log of `size` entries, committed in batches of the given sizes over and over.
    pub(crate) fn of(size: usize, batches: &[usize]) -> Self {
        let mut log = Self::new();
        let mut batches = batches.iter().copied().cycle();
        while log.entries.len() < size {
            let batch = batches.next().unwrap_or(1).min(size - log.entries.len());
            log.append(batch);
        }
        log
    }

    pub(crate) fn verifiers(&self) -> Vec<VerifierKey> {
        self.identity.verifiers()
    }

    /// The same keys once more, as a start reads them.
    pub(crate) fn reloaded_identity(&self) -> Identity {
        Identity::load(self.identity.origin(), &Self::key_files(&self.folder)).unwrap()
    }

    fn key_files(folder: &TempDir) -> KeyFiles {
        KeyFiles {
            ed25519: folder.path().join("ed25519.key"),
            ml_dsa_44: folder.path().join("ml-dsa-44.key"),
        }
    }

    /// A witness that nobody runs.
    pub(crate) fn witness_key(name: &str) -> VerifierKey {
        let name = KeyName::parse(name).unwrap();
        let signer = SignerKey::from_seed(name, Algorithm::Ed25519Cosignature, [7; 32]);
        signer.verifier().clone()
    }

    pub(crate) fn leaves(&self) -> Vec<Hash> {
        self.entries.iter().map(|entry| Hash::of_leaf(entry)).collect()
    }

    /// Commits the next `count` entries together.
    pub(crate) fn append(&mut self, count: usize) {
        let start = self.entries.len();
        let entries = (start..start + count).map(entry).collect();
        self.append_entries(entries, None);
    }

    pub(crate) fn append_entries(&mut self, entries: Vec<Vec<u8>>, key: Option<DedupKey>) {
        let plan = plan(&self.rows, &entries, key);
        write::commit(self.backend.as_ref(), self.rows.log(), &plan).unwrap();
        self.entries.extend(entries);
    }

    pub(crate) fn head(&self) -> TreeHead {
        let frontier = self.rows.head().unwrap().unwrap();
        TreeHead { size: frontier.size(), root: frontier.root() }
    }

    /// Signs the committed head and keeps it, as the publisher does.
    pub(crate) fn sign(&self) -> Claim {
        sign_durably(&self.identity, &self.rows, &self.guard, self.head()).unwrap()
    }

    /// Puts a row where no commit would.
    pub(crate) fn overwrite(&self, table: Table, key: &[u8], value: &[u8]) {
        let mut batch = Batch::new();
        batch.put(table, key, value);
        self.backend.commit(batch).unwrap();
    }

    pub(crate) fn remove(&self, table: Table, key: &[u8]) {
        let mut batch = Batch::new();
        batch.delete(table, key);
        self.backend.commit(batch).unwrap();
    }

    /// Every row of a table.
    pub(crate) fn rows_of(&self, table: Table) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut rows = Vec::new();
        let mut take = |key: &[u8], value: &[u8]| {
            rows.push((key.to_vec(), value.to_vec()));
            std::ops::ControlFlow::Continue(())
        };
        self.backend.scan(table, &[], &[0xff; 64], &mut take).unwrap();
        rows
    }
}

/// What the machine would commit for these entries.
pub(crate) fn plan(rows: &LogRows, entries: &[Vec<u8>], key: Option<DedupKey>) -> Plan {
    let committed = rows.head().unwrap().unwrap_or_else(Frontier::empty);
    let settings = MachineSettings {
        publish_interval_ms: 1_000,
        refresh_interval_ms: None,
        batch_entries_max: usize::MAX,
        batch_bytes_max: usize::MAX,
    };
    let mut machine: Machine<()> = Machine::resume(settings, Lifecycle::Active, committed, None);
    let items = entries.iter().map(|bytes| {
        let entry = Entry::parse(bytes.clone()).unwrap();
        let leaf = entry.leaf_hash();
        let identities = key.map(|key| ItemIdentity { key, known: None });
        Item { entry, leaf, identities: identities.into_iter().collect() }
    });
    let submission = Submission { ticket: (), items: items.collect(), named: false };
    let effects = machine.step(Millis(0), Event::Arrived(vec![submission]));
    let plan = effects.into_iter().find_map(|effect| match effect {
        Effect::Commit(plan) => Some(plan),
        _ => None,
    });
    plan.unwrap()
}
