//! A log that no server is running, opened for one command.

use std::sync::Arc;

use indelible_disk::Backend;
use indelible_note::VerifierKey;

use crate::guard::Guard;
use crate::identity::{Identity, IdentityError};
use crate::open::{OpenError, open};
use crate::settings::{LogSettings, Settings, SettingsError};
use crate::store::read::LogRows;
use crate::store::registry::{self, RegistryError};

/// A log's rows, its guard and what it is verified with.
#[derive(Debug)]
pub(crate) struct StoppedLog {
    pub(crate) rows: LogRows,
    pub(crate) guard: Guard,
    pub(crate) verifiers: Vec<VerifierKey>,
}

/// Why a log was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotOpened {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl StoppedLog {
    /// Opens the database for the log of this origin alone.
    pub(crate) fn open(settings: &Settings, origin: &str) -> Result<Self, NotOpened> {
        let log = settings.log(origin)?;
        Self::within(Arc::new(open(settings)?), settings, log)
    }

    /// Finds a log in a database that is open already.
    pub(crate) fn within(
        backend: Arc<dyn Backend>,
        settings: &Settings,
        log: &LogSettings,
    ) -> Result<Self, NotOpened> {
        let verifiers = Identity::load(&log.origin, &log.keys)?.verifiers();
        let id = registry::find(backend.as_ref(), &log.origin, &verifiers)?;
        let guard = Guard::of(&settings.guard_dir, &log.origin);
        Ok(Self { rows: LogRows::of(backend, id), guard, verifiers })
    }
}
