//! Batches: the rows that one commit writes, all or none.

use crate::table::Table;

/// Rows to write together. A later change of the same key wins over an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    changes: Vec<Change>,
    bytes: usize,
}

/// One row of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub table: Table,
    /// Which row.
    pub key: Vec<u8>,
    /// The new value, or `None` to delete the row, if it is there.
    pub value: Option<Vec<u8>>,
}

impl Batch {
    /// A batch that changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a row, over whatever is there.
    pub fn put(&mut self, table: Table, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.push(Change { table, key: key.into(), value: Some(value.into()) });
    }

    /// Removes a row, if it is there.
    pub fn delete(&mut self, table: Table, key: impl Into<Vec<u8>>) {
        self.push(Change { table, key: key.into(), value: None });
    }

    fn push(&mut self, change: Change) {
        let value_bytes = change.value.as_ref().map_or(0, Vec::len);
        self.bytes = self.bytes.saturating_add(change.key.len()).saturating_add(value_bytes);
        self.changes.push(change);
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Keys and values together: what the caller bounds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The changes, in the order they were given.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The changes, for an engine that keeps their bytes.
    #[must_use]
    pub fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;
    use crate::table::{Shape, Table};

    const TABLE: Table = Table { name: "rows", shape: Shape::State };

    #[test]
    fn bytes_count_keys_and_values_and_deletions_count_their_key() {
        let mut batch = Batch::new();
        assert!(batch.is_empty());
        batch.put(TABLE, *b"key", *b"value");
        batch.delete(TABLE, *b"gone");
        assert_eq!((batch.bytes(), batch.len(), batch.is_empty()), (12, 2, false));
    }
}
