//! The tables and the version of what is in them. `docs/FORMAT.md` is the source.

use indelible_disk::{Backend, Batch, DiskError, Shape, Table};

/// Few rows: schema version, registered logs, each log's heads and lifecycle.
pub(crate) const STATE: Table = Table { name: "state", shape: Shape::State };
/// Entry fragments in leaf order.
pub(crate) const ENTRIES: Table = Table { name: "entries", shape: Shape::Sequence };
/// Hash fragments of tiles, by level, in order.
pub(crate) const HASHES: Table = Table { name: "hashes", shape: Shape::Hashes };
/// Leaf hash prefix and index of every entry.
pub(crate) const LEAVES: Table = Table { name: "leaves", shape: Shape::Lookup };
/// Identities that were placed, for strict dedup.
pub(crate) const IDENTITIES: Table = Table { name: "identities", shape: Shape::Lookup };

/// All of them, as the database is created and opened.
pub(crate) const TABLES: [Table; 5] = [STATE, ENTRIES, HASHES, LEAVES, IDENTITIES];

/// Version of keys and rows. A change walks the old/new x reader/writer table in `docs/FORMAT.md`.
pub(crate) const VERSION: u32 = 1;

const VERSION_KEY: &[u8] = b"schema-version";

/// Why a database is not ours to use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    #[error("the database carries no schema version: it was not made by this program")]
    Absent,
    #[error("the database has schema version {found}, this program reads {VERSION}")]
    Other { found: u32 },
    #[error("the schema version row has {bytes} bytes instead of 4")]
    Malformed { bytes: usize },
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Marks a new database.
pub(crate) fn stamp(batch: &mut Batch) {
    batch.put(STATE, VERSION_KEY, VERSION.to_be_bytes());
}

/// Refuses a database of another version.
pub(crate) fn expect_current(backend: &dyn Backend) -> Result<(), SchemaError> {
    let row = backend.get(STATE, VERSION_KEY)?.ok_or(SchemaError::Absent)?;
    let bytes = <[u8; 4]>::try_from(row.as_slice())
        .map_err(|_| SchemaError::Malformed { bytes: row.len() })?;
    match u32::from_be_bytes(bytes) {
        VERSION => Ok(()),
        found => Err(SchemaError::Other { found }),
    }
}

#[cfg(test)]
mod tests {
    use indelible_disk::Memory;

    use super::*;

    fn stamped(row: &[u8]) -> Memory {
        let memory = Memory::default();
        let mut batch = Batch::new();
        batch.put(STATE, VERSION_KEY, row);
        memory.commit(batch).unwrap();
        memory
    }

    #[test]
    fn a_new_database_is_of_this_version() {
        let memory = Memory::default();
        let mut batch = Batch::new();
        stamp(&mut batch);
        memory.commit(batch).unwrap();
        expect_current(&memory).unwrap();
        assert_eq!(memory.get(STATE, VERSION_KEY).unwrap().unwrap(), [0, 0, 0, 1]);
    }

    #[test]
    fn a_database_of_another_version_or_of_nobody_is_refused() {
        assert!(matches!(expect_current(&Memory::default()), Err(SchemaError::Absent)));
        for found in [0, VERSION + 1, u32::MAX] {
            let refused = expect_current(&stamped(&found.to_be_bytes()));
            assert!(matches!(refused, Err(SchemaError::Other { found: other }) if other == found));
        }
        for bytes in [0, 3, 5] {
            let refused = expect_current(&stamped(&vec![0; bytes]));
            assert!(
                matches!(refused, Err(SchemaError::Malformed { bytes: other }) if other == bytes)
            );
        }
    }
}
