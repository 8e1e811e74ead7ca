//! Makes logs that are not there yet, and nothing else: keys, an empty tree, its signed head.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indelible_disk::{Backend, Batch, DiskError, Rocks, RocksOptions};
use indelible_merkle::{Hash, TreeSize};
use indelible_note::VerifierKey;
use indelible_process::files;
use indelible_sequencer::TreeHead;

use crate::guard::{Guard, GuardError};
use crate::identity::{Identity, IdentityError};
use crate::publisher::{PublishError, sign_durably};
use crate::settings::{LogSettings, Settings, SettingsError};
use crate::store::read::{LogRows, ReadError};
use crate::store::registry::{self, RegistryError};
use crate::store::schema::{self, SchemaError, TABLES};

/// Why a log was not made.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct InitError(#[from] Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    Schema(#[from] SchemaError),
    #[error(transparent)]
    Guard(#[from] GuardError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the first head: {0}")]
    Head(#[from] PublishError),
    #[error("folder {path}: {error}")]
    Folder { path: PathBuf, error: files::FileError },
}

/// A log that was made, and what others verify it with.
#[derive(Debug)]
pub struct Made {
    /// Its origin.
    pub origin: indelible_note::Origin,
    /// Its verifier keys.
    pub verifiers: Vec<VerifierKey>,
}

/// Makes the given logs of the settings. Refuses, before anything is written, where one is.
pub fn init(settings: &Settings, only: Option<&str>) -> Result<Vec<Made>, InitError> {
    Ok(make(settings, only)?)
}

fn make(settings: &Settings, only: Option<&str>) -> Result<Vec<Made>, Reason> {
    let logs: Vec<&LogSettings> = match only {
        Some(origin) => vec![settings.log(origin)?],
        None => settings.logs.iter().collect(),
    };
    for log in &logs {
        Guard::of(&settings.guard_dir, &log.origin).expect_absent()?;
    }
    let backend = open_or_create(settings)?;
    for log in &logs {
        expect_unmade(&backend, log)?;
    }
    folder(&settings.guard_dir)?;
    settings.expect_guard_apart()?;
    for parent in logs.iter().flat_map(|log| [&log.keys.ed25519, &log.keys.ml_dsa_44]) {
        if let Some(parent) = parent.parent() {
            folder(parent)?;
        }
    }
    logs.into_iter().map(|log| make_one(settings, &backend, log)).collect()
}

/// A further log goes into the database of the others.
fn open_or_create(settings: &Settings) -> Result<Arc<dyn Backend>, Reason> {
    let options = RocksOptions { memory_bytes: settings.memory_bytes, ..RocksOptions::default() };
    match Rocks::open(&settings.data_dir, &TABLES, &options) {
        Ok(rocks) => {
            schema::expect_current(&rocks)?;
            Ok(Arc::new(rocks))
        }
        Err(DiskError::Missing { .. }) => {
            let rocks = Rocks::create(&settings.data_dir, &TABLES, &options)?;
            let mut batch = Batch::new();
            schema::stamp(&mut batch);
            rocks.commit(batch)?;
            Ok(Arc::new(rocks))
        }
        Err(error) => Err(error.into()),
    }
}

/// A log that was registered and never signed a head is one whose making was cut off: it goes on.
fn expect_unmade(backend: &Arc<dyn Backend>, log: &LogSettings) -> Result<(), Reason> {
    let exists = || Err(RegistryError::Exists(log.origin.clone()).into());
    let keys = match Identity::load(&log.origin, &log.keys) {
        Ok(identity) => identity.verifiers(),
        Err(_) => Vec::new(),
    };
    match registry::find(backend.as_ref(), &log.origin, &keys) {
        Err(RegistryError::Unknown(_)) => Ok(()),
        Ok(id) if LogRows::of(Arc::clone(backend), id).signed()?.is_none() => Ok(()),
        Err(RegistryError::OtherKeys(_)) | Ok(_) => exists(),
        Err(error) => Err(error.into()),
    }
}

fn make_one(
    settings: &Settings,
    backend: &Arc<dyn Backend>,
    log: &LogSettings,
) -> Result<Made, Reason> {
    // Keys that an operator brought (from a key ceremony) are used; others are made.
    let brought = log.keys.ed25519.exists() || log.keys.ml_dsa_44.exists();
    let identity = if brought {
        Identity::load(&log.origin, &log.keys)?
    } else {
        Identity::create(&log.origin, &log.keys)?
    };
    let verifiers = identity.verifiers();
    let id = match registry::find(backend.as_ref(), &log.origin, &verifiers) {
        Err(RegistryError::Unknown(_)) => {
            registry::register(backend.as_ref(), &log.origin, &verifiers)?
        }
        found => found?,
    };
    let rows = LogRows::of(Arc::clone(backend), id);
    let empty = TreeHead { size: TreeSize::ZERO, root: Hash::EMPTY_ROOT };
    let guard = Guard::of(&settings.guard_dir, &log.origin);
    sign_durably(&identity, &rows, &guard, empty)?;
    Ok(Made { origin: log.origin.clone(), verifiers })
}

fn folder(path: &Path) -> Result<(), Reason> {
    files::make_folder(path).map_err(|error| Reason::Folder { path: path.to_owned(), error })
}

/// What others verify the settings' logs with.
pub fn keys(settings: &Settings) -> Result<Vec<Made>, InitError> {
    let keys_of = |log: &LogSettings| {
        let verifiers = Identity::load(&log.origin, &log.keys)?.verifiers();
        Ok(Made { origin: log.origin.clone(), verifiers })
    };
    Ok(settings.logs.iter().map(keys_of).collect::<Result<Vec<_>, Reason>>()?)
}
