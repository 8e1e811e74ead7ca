//! Opening: what must be there, what must not, and what is compared before anything is read.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use rocksdb::{ColumnFamilyDescriptor, DB, DEFAULT_COLUMN_FAMILY_NAME, Options};

use crate::error::DiskError;
use crate::log_file;
use crate::mark::{self, Mark};
use crate::options::{self, RocksOptions, Shared};
use crate::table::Table;

/// The file that RocksDB begins from.
const ROOT_FILE: &str = "CURRENT";

/// An engine that is started, and what stands beside it.
pub(super) struct Opened {
    pub(super) db: DB,
    pub(super) shared: Shared,
    pub(super) mark: Mark,
}

pub(super) fn create(
    path: &Path,
    tables: &[Table],
    chosen: &RocksOptions,
) -> Result<Opened, DiskError> {
    let doing = "make the folder of the database";
    fs::create_dir_all(path).map_err(|error| DiskError::from_io(doing, path, error))?;
    let mut inside = fs::read_dir(path).map_err(|error| DiskError::from_io(doing, path, error))?;
    if inside.next().is_some() {
        return Err(DiskError::Exists { path: path.to_owned() });
    }
    let shared = Shared::new(chosen);
    let mut options = options::database(chosen, &shared)?;
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_error_if_exists(true);
    let db = start(path, tables, &options, &shared)?;
    sync_parent(path)?;
    // Last, since without its mark a half-made database does not open.
    let mark = Mark::create(path, db.latest_sequence_number())?;
    Ok(Opened { db, shared, mark })
}

pub(super) fn open(
    path: &Path,
    tables: &[Table],
    chosen: &RocksOptions,
) -> Result<Opened, DiskError> {
    let root = path.join(ROOT_FILE);
    if !root
        .try_exists()
        .map_err(|error| DiskError::from_io("look for the database", path, error))?
    {
        return Err(DiskError::Missing { path: path.to_owned() });
    }
    mark::require(path)?;
    log_file::look_over(path)?;
    let shared = Shared::new(chosen);
    let mut options = options::database(chosen, &shared)?;
    options.create_if_missing(false);
    compare_tables(path, tables, &options)?;
    let db = start(path, tables, &options, &shared)?;
    // Only now, since until the lock is ours another process may be writing it.
    let mark = Mark::open(path)?;
    let (acknowledged, found) = (mark.reached(), db.latest_sequence_number());
    if found < acknowledged {
        return Err(DiskError::Lost { acknowledged, found });
    }
    // What this start found counts from now on, be it a commit that nobody was told of.
    mark.raise(found)
        .map_err(|error| DiskError::from_io("raise the high-water mark", path, error))?;
    Ok(Opened { db, shared, mark })
}

/// Makes a new folder's name survive a power loss.
pub(super) fn sync_parent(path: &Path) -> Result<(), DiskError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new("."));
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| DiskError::from_io("sync the folder above the database", parent, error))
}

fn compare_tables(path: &Path, tables: &[Table], options: &Options) -> Result<(), DiskError> {
    let found = DB::list_cf(options, path).map_err(|error| DiskError::from_opening(path, error))?;
    let found: BTreeSet<String> =
        found.into_iter().filter(|name| name != DEFAULT_COLUMN_FAMILY_NAME).collect();
    let wanted: BTreeSet<String> = tables.iter().map(|table| table.name.to_owned()).collect();
    if found == wanted {
        return Ok(());
    }
    Err(DiskError::Tables {
        found: found.into_iter().collect(),
        wanted: wanted.into_iter().collect(),
    })
}

fn start(
    path: &Path,
    tables: &[Table],
    options: &Options,
    shared: &Shared,
) -> Result<DB, DiskError> {
    let families: Result<Vec<_>, DiskError> = tables
        .iter()
        .map(|table| {
            let options = options::table(table.shape, shared)?;
            Ok(ColumnFamilyDescriptor::new(table.name, options))
        })
        .collect();
    DB::open_cf_descriptors(options, path, families?)
        .map_err(|error| DiskError::from_opening(path, error))
}
