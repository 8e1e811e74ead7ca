//! An operator vouches for a database whose guard file is lost.
//!
//! The gate refuses such a database, because nobody can tell whether it is the newest copy. This
//! writes the guard anew from the last signed head, after the rest of the gate has been passed; the
//! witnesses are asked again at the next start.

use std::sync::Arc;

use indelible_disk::Backend;
use indelible_merkle::TreeSize;

use crate::guard::{Guard, GuardError};
use crate::identity::{Identity, IdentityError};
use crate::open::{OpenError, open};
use crate::settings::{Settings, SettingsError};
use crate::store::read::LogRows;
use crate::store::recover::{RecoverError, recover};
use crate::store::registry::{self, RegistryError};

/// Why a state was not accepted.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct AcceptError(#[from] Reason);

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
    Recover(#[from] RecoverError),
    #[error(transparent)]
    Guard(#[from] GuardError),
    #[error("the log never signed a head: it was not made to its end, make it anew")]
    NeverSigned,
}

/// What was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Size of the last signed head.
    pub signed: TreeSize,
    /// Entries that are committed.
    pub committed: TreeSize,
}

/// Writes a lost guard file anew. A guard file that is there is never overwritten.
pub fn accept_state(settings: &Settings, origin: &str) -> Result<Accepted, AcceptError> {
    Ok(run(settings, origin)?)
}

fn run(settings: &Settings, origin: &str) -> Result<Accepted, Reason> {
    let log = settings.log(origin)?;
    let guard = Guard::of(&settings.guard_dir, &log.origin);
    guard.expect_absent()?;
    let backend: Arc<dyn Backend> = Arc::new(open(settings)?);
    let verifiers = Identity::load(&log.origin, &log.keys)?.verifiers();
    let id = registry::find(backend.as_ref(), &log.origin, &verifiers)?;
    let recovered = recover(&LogRows::of(backend, id), &verifiers)?;
    let signed = recovered.signed.ok_or(Reason::NeverSigned)?;
    guard.write(&signed)?;
    Ok(Accepted { signed: signed.unverified().size(), committed: recovered.committed.size() })
}
