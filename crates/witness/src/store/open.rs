//! Whose memory a database is: made once with a witness's keys, and opened with no others.

use indelible_disk::{Backend, Batch, DiskError};
use indelible_note::VerifierKey;

use super::schema::{IDENTITY_KEY, STATE, VERSION, VERSION_KEY};

/// Why a database is not this witness's memory.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Something else made it.
    #[error("the database carries no schema version: it was not made by this program")]
    NotOurs,
    /// Another version of this program made it.
    #[error("the database has another schema version than the {VERSION} that this program reads")]
    Version,
    /// It does not say whose it is.
    #[error("the database does not say whose it is")]
    Nobodys,
    /// It belongs to other keys.
    #[error(
        "the database is the memory of other keys ({found}): a key must never sign without its own memory"
    )]
    OtherKeys {
        /// Their IDs.
        found: String,
    },
}

/// Marks a new database as the memory of these keys.
pub(crate) fn stamp(backend: &dyn Backend, keys: &[VerifierKey]) -> Result<(), OpenError> {
    let mut batch = Batch::new();
    batch.put(STATE, VERSION_KEY, VERSION.to_be_bytes());
    batch.put(STATE, IDENTITY_KEY, identity_row(keys));
    Ok(backend.commit(batch)?)
}

/// Refuses a database that is not the memory of exactly these keys.
pub(crate) fn expect(backend: &dyn Backend, keys: &[VerifierKey]) -> Result<(), OpenError> {
    let version = backend.get(STATE, VERSION_KEY)?.ok_or(OpenError::NotOurs)?;
    if version != VERSION.to_be_bytes() {
        return Err(OpenError::Version);
    }
    let identity = backend.get(STATE, IDENTITY_KEY)?.ok_or(OpenError::Nobodys)?;
    if identity == identity_row(keys) {
        return Ok(());
    }
    Err(OpenError::OtherKeys { found: ids(&identity) })
}

/// The keys as everybody else sees them, one per line.
fn identity_row(keys: &[VerifierKey]) -> Vec<u8> {
    let mut lines: Vec<String> = keys.iter().map(|key| format!("{key}\n")).collect();
    lines.sort_unstable();
    lines.concat().into_bytes()
}

fn ids(identity: &[u8]) -> String {
    let text = String::from_utf8_lossy(identity);
    let ids: Vec<_> = text.lines().filter_map(|line| line.split('+').nth(1)).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use indelible_disk::Memory;
    use indelible_note::{Algorithm, KeyName, SignerKey};

    use super::*;

    fn key(seed: u8) -> VerifierKey {
        let name = KeyName::parse("witness.example/w1").unwrap();
        SignerKey::from_seed(name, Algorithm::Ed25519Cosignature, [seed; 32]).verifier().clone()
    }

    #[test]
    fn a_memory_opens_for_its_own_keys_in_any_order() {
        let memory = Memory::default();
        stamp(&memory, &[key(1), key(2)]).unwrap();
        expect(&memory, &[key(1), key(2)]).unwrap();
        expect(&memory, &[key(2), key(1)]).unwrap();
    }

    #[test]
    fn a_memory_opens_for_no_other_keys() {
        let memory = Memory::default();
        stamp(&memory, &[key(1), key(2)]).unwrap();
        for keys in [vec![key(1)], vec![key(1), key(3)], vec![key(1), key(2), key(3)], vec![]] {
            let refused = expect(&memory, &keys).unwrap_err();
            let OpenError::OtherKeys { found } = refused else { panic!("{refused}") };
            assert!(found.contains(&key(2).id().to_string()), "{found}");
        }
    }

    #[test]
    fn an_empty_database_and_one_of_another_version_are_refused() {
        let memory = Memory::default();
        assert!(matches!(expect(&memory, &[key(1)]), Err(OpenError::NotOurs)));
        stamp(&memory, &[key(1)]).unwrap();
        let mut batch = Batch::new();
        batch.put(STATE, VERSION_KEY, 2_u32.to_be_bytes());
        memory.commit(batch).unwrap();
        assert!(matches!(expect(&memory, &[key(1)]), Err(OpenError::Version)));
        let mut batch = Batch::new();
        batch.put(STATE, VERSION_KEY, VERSION.to_be_bytes());
        batch.delete(STATE, IDENTITY_KEY);
        memory.commit(batch).unwrap();
        assert!(matches!(expect(&memory, &[key(1)]), Err(OpenError::Nobodys)));
    }
}
