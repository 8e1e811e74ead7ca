//! An engine that dies at a commit of the tester's choice.

use core::ops::ControlFlow;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::backend::{Backend, Row};
use crate::batch::Batch;
use crate::error::DiskError;
use crate::table::Table;

/// Wraps an engine and fails one of its commits with [`DiskError::Unknown`]; from then on it refuses,
/// as every engine must. Reads go through.
#[derive(Debug)]
pub struct Faulty<B> {
    engine: B,
    failing: Option<(u64, Tear)>,
    commits: AtomicU64,
    poisoned: AtomicBool,
}

/// On which side of the failing commit the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tear {
    /// None of its rows was written.
    Before,
    /// All of its rows were written, and only the answer got lost.
    After,
}

impl<B: Backend> Faulty<B> {
    /// Fails the commit with this number, counted from 1.
    pub fn at(engine: B, failing_commit_number: u64, tear: Tear) -> Self {
        Self { failing: Some((failing_commit_number, tear)), ..Self::never(engine) }
    }

    /// Fails no commit, and counts them.
    pub fn never(engine: B) -> Self {
        let (commits, poisoned) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { engine, failing: None, commits, poisoned }
    }

    /// How many commits were asked for, those refused included.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    /// What a reopen finds.
    pub fn into_inner(self) -> B {
        self.engine
    }
}

impl<B: Backend> Backend for Faulty<B> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        self.engine.get(table, key)
    }

    fn get_many(&self, table: Table, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, DiskError> {
        self.engine.get_many(table, keys)
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), DiskError> {
        self.engine.scan(table, from, to, each)
    }

    fn last(&self, table: Table, from: &[u8], to: &[u8]) -> Result<Option<Row>, DiskError> {
        self.engine.last(table, from, to)
    }

    fn commit(&self, batch: Batch) -> Result<(), DiskError> {
        let number = self.commits.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        if self.poisoned.load(Ordering::SeqCst) {
            return Err(DiskError::Poisoned);
        }
        match self.failing {
            Some((failing, tear)) if number == failing => {
                self.poisoned.store(true, Ordering::SeqCst);
                if tear == Tear::After {
                    self.engine.commit(batch)?;
                }
                Err(DiskError::Unknown { detail: format!("commit {number} was made to fail") })
            }
            Some(_) | None => self.engine.commit(batch),
        }
    }
}
