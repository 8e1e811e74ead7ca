//! Where a proof file goes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use indelible_client::{ProofFile, files};

use super::exit::Failure;

/// The extension that tlog-proof recommends.
const EXTENSION: &str = "tlog-proof";

/// `FILE.tlog-proof`, beside the entry that it proves.
pub(crate) fn beside(entry: &Path) -> PathBuf {
    let mut name = OsString::from(entry);
    name.push(".");
    name.push(EXTENSION);
    name.into()
}

/// `FOLDER/INDEX.tlog-proof`, for entries that are no files.
pub(crate) fn numbered(folder: &Path, index: u64) -> PathBuf {
    folder.join(format!("{index}.{EXTENSION}"))
}

/// A newer proof of the same entry replaces an older one.
pub(crate) fn write(path: &Path, proof: &ProofFile) -> Result<(), Failure> {
    files::replace_durably(path, &proof.to_bytes()).map_err(|error| Failure::file(path, error))
}
