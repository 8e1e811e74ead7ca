//! Tessera's programs, and what to look for in what they say.

use std::path::Path;
use std::process::Command;

use indelible_note::VerifierKey;
use indelible_tests::Running;
use indelible_tests::folder::written;

use crate::peers;

/// What `fsck` says of a log. It always ends well: only its words tell.
#[derive(Debug)]
pub(super) struct Verdict {
    said: Vec<String>,
}

impl Verdict {
    /// Whether the log was found whole at this size.
    pub(super) fn is_whole(&self, size: u64) -> bool {
        let whole = format!("Successfully fsck'd log with size {size} and root ");
        self.said.iter().any(|line| line.contains(&whole))
    }

    pub(super) fn said(&self) -> String {
        self.said.join("\n")
    }
}

/// Lets `fsck` look at a log, at an `http:` or a `file:` address.
pub(super) fn fsck(url: &str, key: &VerifierKey, folder: &Path) -> Verdict {
    let key = written(folder, "fsck.vkey", key.to_string());
    let mut fsck = Command::new(peers::program("tessera-fsck"));
    // With one worker it hangs on the first mismatch.
    fsck.args(["--N=4", "--ui=false"]);
    fsck.arg(format!("--storage_url={url}")).arg(format!("--public_key={}", key.display()));
    let (_, said) = Running::start(&mut fsck).end();
    Verdict { said }
}
