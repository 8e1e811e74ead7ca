//! Which logs a database holds: each origin with its id and the digest of its keys.

use std::ops::ControlFlow;

use indelible_disk::{Backend, Batch, DiskError};
use indelible_merkle::{Frontier, Hash};
use indelible_note::{Origin, VerifierKey};

use super::keys::{LogId, ORIGINS, StateRow, origin_key};
use super::records::{LogRecord, RowError, head_to_bytes};
use super::schema::STATE;

/// Why a log could not be registered or found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    #[error("log {0} is registered already")]
    Exists(Origin),
    #[error(
        "log {0} is not in this database: make it with `indelible-server init`, or restore its data"
    )]
    Unknown(Origin),
    #[error("log {0} was made with other keys: a key is never exchanged under a log that goes on")]
    OtherKeys(Origin),
    #[error("the row of a registered log is malformed: {0}")]
    Row(#[from] RowError),
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Looks a log up, and holds its keys against those it was made with.
pub(crate) fn find(
    backend: &dyn Backend,
    origin: &Origin,
    keys: &[VerifierKey],
) -> Result<LogId, RegistryError> {
    let Some(row) = backend.get(STATE, &origin_key(origin.as_str()))? else {
        return Err(RegistryError::Unknown(origin.clone()));
    };
    let record = LogRecord::from_bytes(&row)?;
    if record.keys_digest != digest(keys) {
        return Err(RegistryError::OtherKeys(origin.clone()));
    }
    Ok(record.log)
}

/// Registers a new, empty log.
pub(crate) fn register(
    backend: &dyn Backend,
    origin: &Origin,
    keys: &[VerifierKey],
) -> Result<LogId, RegistryError> {
    let registered = all(backend)?;
    let key = origin_key(origin.as_str());
    if backend.get(STATE, &key)?.is_some() {
        return Err(RegistryError::Exists(origin.clone()));
    }
    let next = registered.iter().map(|record| record.log.0).max().map_or(0, |last| last + 1);
    let record = LogRecord { log: LogId(next), keys_digest: digest(keys) };
    let mut batch = Batch::new();
    batch.put(STATE, key, record.to_bytes());
    batch.put(STATE, StateRow::Head.key(record.log), head_to_bytes(&Frontier::empty()));
    backend.commit(batch)?;
    Ok(record.log)
}

fn all(backend: &dyn Backend) -> Result<Vec<LogRecord>, RegistryError> {
    let (mut records, mut malformed) = (Vec::new(), None);
    backend.scan(STATE, ORIGINS.0, ORIGINS.1, &mut |_, row| match LogRecord::from_bytes(row) {
        Ok(record) => {
            records.push(record);
            ControlFlow::Continue(())
        }
        Err(error) => {
            malformed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    malformed.map_or(Ok(records), |error| Err(error.into()))
}

/// Of the keys in the form that everybody else sees them in.
fn digest(keys: &[VerifierKey]) -> [u8; 32] {
    let mut lines: Vec<String> = keys.iter().map(|key| format!("{key}\n")).collect();
    lines.sort_unstable();
    *Hash::of_leaf(lines.concat().as_bytes()).as_bytes()
}
