//! A person's word that a log has other keys now. The only way in which a known key goes away.

use std::sync::Arc;

use indelible_disk::{DiskError, Rocks};
use indelible_note::Origin;
use indelible_process::Shutdown;

use crate::identity::{Identity, IdentityError, ids};
use crate::settings::Settings;
use crate::store::breaker::Breaker;
use crate::store::failure::StoreError;
use crate::store::open::{OpenError, expect};
use crate::store::registry::Registry;
use crate::store::schema::TABLES;

/// What a person has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// For which log.
    pub origin: Origin,
    /// IDs of the keys that it was known by; none for a log that was not known.
    pub before: Option<String>,
    /// IDs of the keys that it is known by now.
    pub now: String,
    /// The size that was cosigned last, and from which the log must go on.
    pub size: u64,
}

/// Why the keys stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The settings have no such log.
    #[error("the settings have no log {origin}")]
    NotInSettings {
        /// As asked for.
        origin: String,
    },
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
}

/// Gives a log of a stopped witness the keys that the settings have for it, and no others. What was
/// cosigned for it stays, so the log must go on from there.
pub fn accept_keys(settings: &Settings, origin: &str) -> Result<Accepted, AcceptError> {
    let configured = settings.logs.iter().find(|of| of.log.origin().as_str() == origin);
    let Some(configured) = configured else {
        return Err(AcceptError::NotInSettings { origin: origin.to_owned() });
    };
    let log = &configured.log;
    let identity = Identity::load(&settings.name, &settings.keys)?;
    let rocks = Rocks::open(&settings.data_dir, &TABLES, &settings.database())?;
    expect(&rocks, &identity.verifiers())?;
    let breaker = Breaker::new(Shutdown::new());
    let registry = Registry::load(Arc::new(rocks), breaker, settings.limits.logs_max)?;
    let known = registry.find(log.origin());
    let before = known.as_ref().map(|ledger| ids(&ledger.keys()));
    registry.accept_keys(log)?;
    Ok(Accepted {
        origin: log.origin().clone(),
        before,
        now: ids(log.keys()),
        size: known.map_or(0, |ledger| ledger.size()),
    })
}
