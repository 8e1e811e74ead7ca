//! The head that everybody may see.

use std::sync::Arc;

use bytes::Bytes;
use indelible_merkle::TreeSize;
use indelible_note::Claim;
use tokio::sync::watch;

/// A visible checkpoint: signed, cosigned to the policy's satisfaction, and durable as such.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) size: TreeSize,
    /// The signed note, byte for byte as it is served.
    pub(crate) note: Bytes,
    /// The same, parsed once for all the proofs against it.
    pub(crate) claim: Claim,
}

impl Published {
    pub(crate) fn of(claim: &Claim) -> Self {
        let checkpoint = claim.unverified();
        Self {
            size: checkpoint.size(),
            note: Bytes::copy_from_slice(claim.bytes()),
            claim: claim.clone(),
        }
    }
}

/// Where readers find the visible head; `None` until the first one is published.
pub(crate) type Visible = watch::Receiver<Option<Arc<Published>>>;
