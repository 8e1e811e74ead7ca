//! Ends a log's growth for good. Its server must be stopped: the database has one process.

use std::sync::Arc;

use indelible_disk::Backend;
use indelible_merkle::TreeSize;

use crate::gate::{self, GateError};
use crate::guard::Guard;
use crate::identity::{Identity, IdentityError};
use crate::open::{OpenError, open};
use crate::settings::{Settings, SettingsError};
use crate::store::read::LogRows;
use crate::store::registry::{self, RegistryError};
use crate::store::write;

/// Why a log was not frozen.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct FreezeError(#[from] Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error(transparent)]
    Disk(#[from] indelible_disk::DiskError),
}

/// Freezes the log of this origin at its committed size, which is returned. The next `serve`
/// publishes that size if it is not visible yet, and refuses every further entry with 410.
pub fn freeze(settings: &Settings, origin: &str) -> Result<TreeSize, FreezeError> {
    Ok(run(settings, origin)?)
}

fn run(settings: &Settings, origin: &str) -> Result<TreeSize, Reason> {
    let log = settings.log(origin)?;
    let backend: Arc<dyn Backend> = Arc::new(open(settings)?);
    let verifiers = Identity::load(&log.origin, &log.keys)?.verifiers();
    let id = registry::find(backend.as_ref(), &log.origin, &verifiers)?;
    let rows = LogRows::of(Arc::clone(&backend), id);
    let guard = Guard::of(&settings.guard_dir, &log.origin);
    let recovered = gate::pass(&rows, &guard, &verifiers)?;
    write::save_frozen(backend.as_ref(), id)?;
    Ok(recovered.committed.size())
}
