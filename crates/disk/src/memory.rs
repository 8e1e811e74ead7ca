//! The model: rows in memory, gone with the process. What RocksDB is held against.

use core::ops::{Bound, ControlFlow};
use std::collections::BTreeMap;

use parking_lot::RwLock;

use crate::backend::{Backend, Row};
use crate::batch::Batch;
use crate::error::DiskError;
use crate::table::Table;

/// Rows in memory. It keeps every promise of [`Backend`] but the one about power, and it takes any
/// table.
#[derive(Debug, Default)]
pub struct Memory {
    tables: RwLock<BTreeMap<&'static str, Rows>>,
}

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// The rows of this moment, as a crash would leave them.
impl Clone for Memory {
    fn clone(&self) -> Self {
        Self { tables: RwLock::new(self.tables.read().clone()) }
    }
}

impl Backend for Memory {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        Ok(self.tables.read().get(table.name).and_then(|rows| rows.get(key)).cloned())
    }

    fn get_many(&self, table: Table, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, DiskError> {
        let tables = self.tables.read();
        let rows = tables.get(table.name);
        Ok(keys.iter().map(|key| rows.and_then(|rows| rows.get(*key)).cloned()).collect())
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), DiskError> {
        if from >= to {
            return Ok(());
        }
        // Copied, so that `each` may itself read and write, as it may with RocksDB.
        let rows: Vec<Row> = match self.tables.read().get(table.name) {
            Some(rows) => rows.range::<[u8], _>(between(from, to)).map(owned).collect(),
            None => Vec::new(),
        };
        for (key, value) in &rows {
            if each(key, value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn last(&self, table: Table, from: &[u8], to: &[u8]) -> Result<Option<Row>, DiskError> {
        if from >= to {
            return Ok(None);
        }
        let tables = self.tables.read();
        let rows = tables.get(table.name);
        Ok(rows.and_then(|rows| rows.range::<[u8], _>(between(from, to)).next_back()).map(owned))
    }

    fn commit(&self, batch: Batch) -> Result<(), DiskError> {
        let mut tables = self.tables.write();
        for change in batch.into_changes() {
            let rows = tables.entry(change.table.name).or_default();
            match change.value {
                Some(value) => rows.insert(change.key, value),
                None => rows.remove(&change.key),
            };
        }
        Ok(())
    }
}

fn between<'a>(from: &'a [u8], to: &'a [u8]) -> (Bound<&'a [u8]>, Bound<&'a [u8]>) {
    (Bound::Included(from), Bound::Excluded(to))
}

fn owned((key, value): (&Vec<u8>, &Vec<u8>)) -> Row {
    (key.clone(), value.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Memory;
    use crate::contract::{self, TABLES};

    #[test]
    fn memory_keeps_the_contract() {
        contract::check(&Memory::default(), &TABLES);
    }

    #[test]
    fn memory_keeps_the_contract_behind_an_arc() {
        let memory = Arc::new(Memory::default());
        contract::check_reopened(&TABLES, &mut || Box::new(Arc::clone(&memory)));
    }
}
