//! Ends a log's growth for good. Its server must be stopped: the database has one process.

use indelible_disk::DiskError;
use indelible_merkle::TreeSize;

use crate::gate::{self, GateError};
use crate::settings::Settings;
use crate::stopped::{NotOpened, StoppedLog};
use crate::store::write;

/// Why a log was not frozen.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct FreezeError(#[from] Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Freezes the log of this origin at its committed size, which is returned. The next `serve`
/// publishes that size if it is not visible yet, and refuses every further entry with 410.
pub fn freeze(settings: &Settings, origin: &str) -> Result<TreeSize, FreezeError> {
    Ok(run(settings, origin)?)
}

fn run(settings: &Settings, origin: &str) -> Result<TreeSize, Reason> {
    let StoppedLog { rows, guard, verifiers } = StoppedLog::open(settings, origin)?;
    let recovered = gate::pass(&rows, &guard, &verifiers)?;
    write::save_frozen(rows.backend().as_ref(), rows.log())?;
    Ok(recovered.committed.size())
}
