//! A person's word that a memory without a guard file is the newest one.

use std::sync::Arc;

use indelible_disk::{DiskError, Rocks};
use indelible_process::Shutdown;

use crate::guard::{Guard, GuardError};
use crate::identity::{Identity, IdentityError};
use crate::settings::Settings;
use crate::store::breaker::Breaker;
use crate::store::failure::StoreError;
use crate::store::open::{OpenError, expect};
use crate::store::registry::Registry;
use crate::store::schema::TABLES;

/// Why the memory is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptStateError {
    /// The witness's own keys are not there.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database is not there, or in use.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The database is not ours.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The guard is there, or could not be written.
    #[error(transparent)]
    Guard(#[from] GuardError),
}

/// Writes the guard file of a stopped witness anew, where it is lost; returns the sum of the sizes
/// that were cosigned. A guard that is there is never overruled: a memory that it refuses is old.
pub fn accept_state(settings: &Settings) -> Result<u64, AcceptStateError> {
    let identity = Identity::load(&settings.name, &settings.keys)?;
    let rocks = Rocks::open(&settings.data_dir, &TABLES, &settings.database())?;
    expect(&rocks, &identity.verifiers())?;
    let breaker = Breaker::new(Shutdown::new());
    let registry = Registry::load(Arc::new(rocks), breaker, settings.limits.logs_max)?;
    let total = registry.total();
    Guard::of(&settings.guard_dir, identity.first()).begin(total)?;
    Ok(total)
}
