//! One log's row: read, judged and written in one step, one request at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use indelible_disk::{Backend, Batch};
use indelible_note::{Origin, VerifierKey};
use parking_lot::{Mutex, RwLock};

use super::breaker::Breaker;
use super::failure::StoreError;
use super::records::{Cosigned, RowError, evidence_to_bytes};
use super::schema::{EVIDENCE, HEADS, evidence_key};
use crate::decide::Tree;
use crate::known_log::KnownLog;
use crate::origin_hash::OriginHash;

/// Contradictions kept for one log. One proves everything; a log that makes more of them must not
/// fill the disk. Those beyond are still counted.
pub(crate) const EVIDENCE_MAX: usize = 64;

/// What a judgement wants to have written before its outcome may be told.
#[derive(Debug)]
pub(crate) enum Deed {
    /// Nothing.
    None,
    /// This is now what was cosigned last.
    Remember(Cosigned),
    /// The log has signed this other tree, in this note, that cannot be true beside the one held.
    Accuse { tree: Tree, note: Vec<u8> },
}

/// What is remembered of one log.
#[derive(Debug)]
pub(crate) struct Ledger {
    origin: Origin,
    hash: OriginHash,
    keys: RwLock<Arc<[VerifierKey]>>,
    backend: Arc<dyn Backend>,
    breaker: Breaker,
    // Held from reading the row to its commit. Each log has its own, so that the commits of many
    // logs meet in one sync.
    turn: Mutex<()>,
    // For people; decisions read the row.
    size: AtomicU64,
    evidence: AtomicUsize,
}

impl Ledger {
    pub(super) fn new(log: &KnownLog, backend: Arc<dyn Backend>, breaker: Breaker) -> Self {
        Self {
            origin: log.origin().clone(),
            hash: OriginHash::of(log.origin()),
            keys: RwLock::new(log.keys().into()),
            backend,
            breaker,
            turn: Mutex::default(),
            size: AtomicU64::new(0),
            evidence: AtomicUsize::new(0),
        }
    }

    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }

    #[cfg(test)]
    pub(crate) const fn hash(&self) -> OriginHash {
        self.hash
    }

    /// The keys that speak for the log.
    pub(crate) fn keys(&self) -> Arc<[VerifierKey]> {
        Arc::clone(&self.keys.read())
    }

    /// The size cosigned last; 0 for none.
    pub(crate) fn size(&self) -> u64 {
        self.size.load(Ordering::Relaxed)
    }

    /// How many contradictions are kept.
    pub(crate) fn evidence(&self) -> usize {
        self.evidence.load(Ordering::Relaxed)
    }

    /// What was cosigned last.
    pub(crate) fn read(&self) -> Result<Option<Cosigned>, StoreError> {
        self.breaker.check()?;
        let row = self.breaker.read(self.backend.get(HEADS, self.hash.as_bytes()))?;
        row.map(|row| Cosigned::from_bytes(&row).map_err(|error| self.malformed(error))).transpose()
    }

    /// Reads what was cosigned last, asks `judge`, and makes durable what it wants; only then is its
    /// outcome given out. Nothing of this log happens in between (tlog-witness: "checking the old
    /// size against the latest checkpoint and persisting the new checkpoint must be performed
    /// atomically").
    pub(crate) fn update<T>(
        &self,
        judge: impl FnOnce(Option<&Cosigned>) -> (Deed, T),
    ) -> Result<T, StoreError> {
        let turn = self.turn.lock();
        let held = self.read()?;
        let (deed, outcome) = judge(held.as_ref());
        match deed {
            Deed::None => {}
            Deed::Remember(cosigned) => self.remember(&cosigned)?,
            Deed::Accuse { tree, note } => self.accuse(held.as_ref(), tree, &note)?,
        }
        drop(turn);
        Ok(outcome)
    }

    fn remember(&self, cosigned: &Cosigned) -> Result<(), StoreError> {
        let row = cosigned.to_bytes().map_err(|error| self.malformed(error))?;
        let mut batch = Batch::new();
        batch.put(HEADS, *self.hash.as_bytes(), row);
        self.breaker.commit(&*self.backend, batch)?;
        self.size.store(cosigned.tree.size.get(), Ordering::Relaxed);
        Ok(())
    }

    fn accuse(&self, held: Option<&Cosigned>, tree: Tree, note: &[u8]) -> Result<(), StoreError> {
        let Some(held) = held.filter(|_| self.evidence() < EVIDENCE_MAX) else {
            return Ok(());
        };
        let key = evidence_key(self.hash, tree.size, &tree.root);
        if self.breaker.read(self.backend.get(EVIDENCE, &key))?.is_some() {
            return Ok(());
        }
        let row = evidence_to_bytes(&held.note, note).map_err(|error| self.malformed(error))?;
        let mut batch = Batch::new();
        batch.put(EVIDENCE, key, row);
        self.breaker.commit(&*self.backend, batch)?;
        self.evidence.fetch_add(1, Ordering::Relaxed);
        tracing::error!(
            origin = %self.origin, size = tree.size.get(), cosigned = %held.tree.root,
            other = %tree.root, "the log has signed two trees of one size: evidence kept"
        );
        Ok(())
    }

    pub(super) fn set_keys(&self, keys: &[VerifierKey]) {
        *self.keys.write() = keys.into();
    }

    /// What the rows held when the database was opened.
    pub(super) fn recall(&self, row: &Cosigned) -> Result<(), StoreError> {
        row.check(&self.origin).map_err(|error| self.malformed(error))?;
        self.size.store(row.tree.size.get(), Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn recall_evidence(&self) {
        self.evidence.fetch_add(1, Ordering::Relaxed);
    }

    fn malformed(&self, error: RowError) -> StoreError {
        StoreError::row(HEADS.name, self.hash, error)
    }
}
