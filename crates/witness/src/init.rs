//! A new witness: keys, and a memory that is theirs alone.

use indelible_disk::{DiskError, Rocks};
use reqwest::Url;

use crate::guard::{Guard, GuardError};
use crate::identity::{Identity, IdentityError};
use crate::settings::Settings;
use crate::store::open::{OpenError, stamp};
use crate::store::schema::TABLES;

/// Why there is no new witness.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Keys are there already, or could not be written.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Something is there already, or the disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The guard file could not be written.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The new memory could not be marked.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Makes keys and an empty memory, where neither is; returns the lines of a policy that name the
/// witness. A key whose memory was lost is not given a new one: retire it, and make a new witness.
pub fn init(settings: &Settings) -> Result<String, InitError> {
    settings.keys.expect_absent()?;
    let rocks = Rocks::create(&settings.data_dir, &TABLES, &settings.database())?;
    let identity = Identity::create(&settings.name, &settings.keys)?;
    stamp(&rocks, &identity.verifiers())?;
    Guard::of(&settings.guard_dir, identity.first()).begin(0)?;
    Ok(identity.policy_lines(settings.url.as_ref().map(Url::as_str)))
}

/// The lines of a policy that name the witness; `url` in place of that in the settings.
pub fn keys(settings: &Settings, url: Option<&str>) -> Result<String, IdentityError> {
    let identity = Identity::load(&settings.name, &settings.keys)?;
    Ok(identity.policy_lines(url.or_else(|| settings.url.as_ref().map(Url::as_str))))
}

#[cfg(test)]
mod tests;
