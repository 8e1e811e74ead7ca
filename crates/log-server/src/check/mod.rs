//! Derives every tile and root of a stopped log from its entries, compares them with what is kept,
//! and names the first bad place.

mod derive;
mod kept;
mod report;

use std::sync::Arc;

use indelible_disk::{Backend, DiskError};
use indelible_merkle::TreeSize;
use indelible_note::VerifierKey;

use crate::guard::Guard;
use crate::open::{OpenError, open};
use crate::settings::{LogSettings, Settings, SettingsError};
use crate::stopped::{NotOpened, StoppedLog};
use crate::store::read::LogRows;

use derive::Derivation;
pub use report::{Bad, Checked, Progress};

/// Why a log could not be checked at all.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct CheckError(#[from] Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
}

/// Checks the logs of the settings, or only one of them. The server must be stopped.
pub fn check(
    settings: &Settings,
    only: Option<&str>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Checked>, CheckError> {
    Ok(run(settings, only, progress)?)
}

fn run(
    settings: &Settings,
    only: Option<&str>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Checked>, Reason> {
    let one;
    let logs: Vec<&LogSettings> = match only {
        Some(origin) => {
            one = settings.log(origin)?;
            vec![one]
        }
        None => settings.logs.iter().collect(),
    };
    let rocks = open(settings)?;
    // Every block of every file, those included that no row of a log leads to.
    rocks.verify()?;
    let backend: Arc<dyn Backend> = Arc::new(rocks);
    logs.into_iter().map(|log| check_log(settings, log, &backend, progress)).collect()
}

fn check_log(
    settings: &Settings,
    log: &LogSettings,
    backend: &Arc<dyn Backend>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Checked, Reason> {
    let StoppedLog { rows, guard, verifiers } =
        StoppedLog::within(Arc::clone(backend), settings, log)?;
    let origin = log.origin.as_str();
    let mut show = |done, total| progress(Progress { origin, done, total });
    let verdict = compare(&rows, &guard, &verifiers, &mut show);
    Ok(Checked { origin: log.origin.clone(), verdict })
}

/// The committed size, if everything that is kept agrees with the entries.
fn compare(
    rows: &LogRows,
    guard: &Guard,
    keys: &[VerifierKey],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<TreeSize, Bad> {
    let head = rows.head()?.ok_or(Bad::NoHead)?;
    let kept = kept::checkpoints(rows, guard, keys)?;
    let derived = Derivation::of(rows, head.size()).run(&kept, progress)?;
    if derived.root() != head.root() {
        return Err(Bad::Root { size: head.size() });
    }
    match rows.surplus(head.size())? {
        Some(table) => Err(Bad::Surplus { table }),
        None => Ok(head.size()),
    }
}

#[cfg(test)]
mod tests;
