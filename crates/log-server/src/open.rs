//! Opens the database that the settings name.

use indelible_disk::{DiskError, Rocks, RocksOptions};

use crate::settings::{Settings, SettingsError};
use crate::store::schema::{self, SchemaError, TABLES};

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

/// Opens what `init` made; a missing database is refused, never made anew.
pub(crate) fn open(settings: &Settings) -> Result<Rocks, OpenError> {
    settings.expect_guard_apart()?;
    let options = RocksOptions { memory_bytes: settings.memory_bytes, ..RocksOptions::default() };
    let rocks = Rocks::open(&settings.data_dir, &TABLES, &options)?;
    schema::expect_current(&rocks)?;
    Ok(rocks)
}
