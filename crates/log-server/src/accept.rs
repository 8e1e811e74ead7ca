//! An operator vouches for a database whose guard file is lost.
//!
//! The gate refuses such a database, because nobody can tell whether it is the newest copy. This
//! writes the guard anew from the last signed head, after the rest of the gate has been passed, the
//! witnesses included: one that remembers more than is here is the best sign of an older copy.

use indelible_merkle::TreeSize;
use indelible_process::{FileError, files};

use crate::cosign::{self, Cosigners};
use crate::gate::{self, GateError};
use crate::guard::{Guard, GuardError};
use crate::metrics::ServerMetrics;
use crate::settings::{Settings, SettingsError};
use crate::stopped::{NotOpened, StoppedLog};
use crate::store::recover::{RecoverError, recover};

/// Why a state was not accepted.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct AcceptError(#[from] Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
    #[error(transparent)]
    Recover(#[from] RecoverError),
    #[error(transparent)]
    Guard(#[from] GuardError),
    #[error(transparent)]
    Folder(#[from] FileError),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error("the client for witnesses could not be built: {0}")]
    WitnessClient(#[from] reqwest::Error),
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
pub async fn accept_state(settings: &Settings, origin: &str) -> Result<Accepted, AcceptError> {
    Ok(run(settings, origin).await?)
}

async fn run(settings: &Settings, origin: &str) -> Result<Accepted, Reason> {
    // Looked at first: where it is there, nothing needs to be opened.
    let log = settings.log(origin)?;
    let guard = Guard::of(&settings.guard_dir, &log.origin);
    guard.expect_absent()?;
    let StoppedLog { rows, verifiers, .. } = StoppedLog::open(settings, origin)?;
    let recovered = recover(&rows, &verifiers)?;
    let signed = recovered.signed.as_ref().ok_or(Reason::NeverSigned)?;
    if let Some(policy) = &log.policy {
        let metrics = ServerMetrics::new().log(&log.origin);
        let http = cosign::client()?;
        let cosigners = Cosigners::new(policy.clone(), &http, log.cosign_timeout, metrics);
        for (witness, memory) in cosigners.remembered(signed, &rows).await {
            gate::compare_with_witness(&rows, &recovered, &witness, &memory, &verifiers)?;
        }
    }
    // The folder may be lost with the file.
    files::make_folder(&settings.guard_dir)?;
    guard.write(signed)?;
    Ok(Accepted { signed: signed.unverified().size(), committed: recovered.committed.size() })
}
