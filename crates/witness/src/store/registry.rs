//! Which logs are served. Logs are added; none is ever removed, and none changes its keys unless a
//! person says so.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use indelible_disk::{Backend, Batch, Table};
use indelible_note::Origin;
use parking_lot::{Mutex, RwLock};

use super::breaker::Breaker;
use super::failure::StoreError;
use super::ledger::Ledger;
use super::records::{Cosigned, RowError, log_from_bytes, log_to_bytes};
use super::schema::{ALL, EVIDENCE, HEADS, LOGS, log_of};
use crate::known_log::KnownLog;
use crate::origin_hash::OriginHash;

/// Rows written in one commit when many logs come at once: some 200 bytes each.
const ROWS_PER_COMMIT: usize = 1_000;

/// Who asks for a log to be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The operator's settings: may give a known log further keys.
    Settings,
    /// A list that others write: may only bring new logs.
    List,
}

/// What became of the logs that were to be admitted.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    pub(crate) added: usize,
    pub(crate) widened: usize,
    pub(crate) unchanged: usize,
    pub(crate) refused: Vec<RefusedLog>,
}

/// A log that was not admitted as it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedLog {
    /// Its keys are not those that it was first served under.
    #[error(
        "log {0} is known with other keys, which stay: a log's keys are only changed by \
         `indelible-witness accept-keys`"
    )]
    OtherKeys(Origin),
    /// There is no more room.
    #[error("log {origin} is one more than the {logs_max} logs that the settings allow")]
    TooMany {
        /// Which log.
        origin: Origin,
        /// The limit.
        logs_max: usize,
    },
}

/// All logs that are served.
#[derive(Debug)]
pub(crate) struct Registry {
    backend: Arc<dyn Backend>,
    breaker: Breaker,
    logs_max: usize,
    ledgers: RwLock<HashMap<OriginHash, Arc<Ledger>>>,
    // One admission at a time.
    admitting: Mutex<()>,
}

impl Registry {
    /// Reads every row once, so that a damaged one stops the start and not a request.
    pub(crate) fn load(
        backend: Arc<dyn Backend>,
        breaker: Breaker,
        logs_max: usize,
    ) -> Result<Self, StoreError> {
        let mut ledgers = HashMap::new();
        each_row(&*backend, LOGS, |hash, row| {
            let log = log_from_bytes(row)?;
            if OriginHash::of(log.origin()) != hash {
                return Err(RowError::Field("origin"));
            }
            let ledger = Ledger::new(&log, Arc::clone(&backend), breaker.clone());
            ledgers.insert(hash, Arc::new(ledger));
            Ok(())
        })?;
        let mut heads = Vec::new();
        each_row(&*backend, HEADS, |hash, row| {
            let ledger: &Arc<Ledger> = ledgers.get(&hash).ok_or(RowError::Field("log"))?;
            heads.push((Arc::clone(ledger), Cosigned::from_bytes(row)?));
            Ok(())
        })?;
        heads.iter().try_for_each(|(ledger, row)| ledger.recall(row))?;
        each_row(&*backend, EVIDENCE, |hash, _| {
            ledgers.get(&hash).ok_or(RowError::Field("log"))?.recall_evidence();
            Ok(())
        })?;
        let ledgers = RwLock::new(ledgers);
        Ok(Self { backend, breaker, logs_max, ledgers, admitting: Mutex::default() })
    }

    /// The log of an origin.
    pub(crate) fn find(&self, origin: &Origin) -> Option<Arc<Ledger>> {
        self.find_by_hash(OriginHash::of(origin))
    }

    pub(crate) fn find_by_hash(&self, hash: OriginHash) -> Option<Arc<Ledger>> {
        self.ledgers.read().get(&hash).map(Arc::clone)
    }

    /// How many logs are served.
    pub(crate) fn count(&self) -> usize {
        self.ledgers.read().len()
    }

    /// All logs, by origin.
    pub(crate) fn all(&self) -> Vec<Arc<Ledger>> {
        let mut all: Vec<_> = self.ledgers.read().values().map(Arc::clone).collect();
        all.sort_unstable_by(|one, other| one.origin().cmp(other.origin()));
        all
    }

    /// The sum of the sizes that were cosigned last. It never goes down: logs stay, and their sizes
    /// only grow.
    pub(crate) fn total(&self) -> u64 {
        let ledgers = self.ledgers.read();
        ledgers.values().fold(0, |total, ledger| total.saturating_add(ledger.size()))
    }

    pub(crate) const fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Takes in logs that are new, durably. Those that are known keep their keys, whatever is said
    /// about them now; a difference is reported, and changes nothing.
    pub(crate) fn admit(&self, logs: &[KnownLog], source: Source) -> Result<Admission, StoreError> {
        let admitting = self.admitting.lock();
        let mut admission = Admission::default();
        for chunk in logs.chunks(ROWS_PER_COMMIT) {
            let mut batch = Batch::new();
            let mut admitted = HashMap::new();
            for log in chunk {
                self.judge(log, source, &mut admitted, &mut admission);
            }
            for (hash, log) in &admitted {
                batch.put(LOGS, *hash.as_bytes(), log_to_bytes(log));
            }
            if !admitted.is_empty() {
                // Durable before it is served: a log that was cosigned once is never forgotten.
                self.breaker.commit(&*self.backend, batch)?;
                admitted.iter().for_each(|(hash, log)| self.serve(*hash, log));
            }
        }
        drop(admitting);
        Ok(admission)
    }

    /// Gives a log the keys that a person has accepted for it, and no others.
    pub(crate) fn accept_keys(&self, log: &KnownLog) -> Result<(), StoreError> {
        let admitting = self.admitting.lock();
        let hash = OriginHash::of(log.origin());
        let mut batch = Batch::new();
        batch.put(LOGS, *hash.as_bytes(), log_to_bytes(log));
        self.breaker.commit(&*self.backend, batch)?;
        self.serve(hash, log);
        drop(admitting);
        Ok(())
    }

    fn judge(
        &self,
        log: &KnownLog,
        source: Source,
        admitted: &mut HashMap<OriginHash, KnownLog>,
        admission: &mut Admission,
    ) {
        let hash = OriginHash::of(log.origin());
        let held = match (admitted.get(&hash), self.find_by_hash(hash)) {
            (Some(log), _) => Some(log.keys().into()),
            (None, Some(ledger)) => Some(ledger.keys()),
            (None, None) => None,
        };
        let Some(held) = held else {
            let (origin, logs_max) = (log.origin().clone(), self.logs_max);
            if self.count().saturating_add(admitted.len()) >= logs_max {
                admission.refused.push(RefusedLog::TooMany { origin, logs_max });
            } else {
                admission.added += 1;
                admitted.insert(hash, log.clone());
            }
            return;
        };
        let knows_all = log.keys().iter().all(|key| held.contains(key));
        let keeps_all = held.iter().all(|key| log.keys().contains(key));
        match (knows_all, keeps_all, source) {
            (true, _, _) => admission.unchanged += 1,
            (false, true, Source::Settings) => {
                admission.widened += 1;
                admitted.insert(hash, log.clone());
            }
            (false, true, Source::List) | (false, false, _) => {
                admission.refused.push(RefusedLog::OtherKeys(log.origin().clone()));
            }
        }
    }

    /// A ledger stays the same for as long as the process runs: two of them for one log would be
    /// two locks.
    fn serve(&self, hash: OriginHash, log: &KnownLog) {
        let ledger = Arc::clone(self.ledgers.write().entry(hash).or_insert_with(|| {
            Arc::new(Ledger::new(log, Arc::clone(&self.backend), self.breaker.clone()))
        }));
        ledger.set_keys(log.keys());
    }
}

fn each_row(
    backend: &dyn Backend,
    table: Table,
    mut each: impl FnMut(OriginHash, &[u8]) -> Result<(), RowError>,
) -> Result<(), StoreError> {
    let mut bad = None;
    backend.scan(table, ALL.0, ALL.1, &mut |key, row| {
        let hash = log_of(key);
        let seen = hash.ok_or(RowError::Field("key")).and_then(|hash| each(hash, row));
        let Err(error) = seen else {
            return ControlFlow::Continue(());
        };
        let hash = hash.unwrap_or(OriginHash::from_bytes([0; OriginHash::BYTES]));
        bad = Some(StoreError::row(table.name, hash, error));
        ControlFlow::Break(())
    })?;
    bad.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
