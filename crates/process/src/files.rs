//! Files that must survive a power cut, and files that nobody else may read.
//!
//! The database keeps its own promises; this is for what lies beside it: key files, policies, the
//! last signed head, evidence.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::random;

/// Why a file was not read or written. Nothing was changed then, unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{shown} exists already and is not overwritten", shown = path.display())]
    Exists { path: PathBuf },
    #[error("{shown} does not exist", shown = path.display())]
    Missing { path: PathBuf },
    #[error("{shown} is longer than {bytes_max} bytes", shown = path.display())]
    TooLong { path: PathBuf, bytes_max: u64 },
    #[error("{shown} is not a regular file", shown = path.display())]
    NotAFile { path: PathBuf },
    #[error(
        "{shown} holds a secret, but its mode is {mode:04o}: others may read it; take that right away (chmod 600)", shown = path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("cannot {action} {shown}: {source}", shown = path.display())]
    Io { action: Action, path: PathBuf, source: io::Error },
}

/// What was tried when the operating system refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Create,
    Open,
    Read,
    Write,
    Sync,
    Rename,
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Open => "open",
            Self::Read => "read",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::Rename => "rename a new file to",
        })
    }
}

/// Writes a file that only its owner may read, where none is. Durable when it returns.
///
/// # Errors
/// [`FileError::Exists`] where there is one; a key is never overwritten.
pub fn write_new_secret(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let written = fill_new(path, 0o600, bytes).and_then(|()| sync_folder_of(path));
    if !matches!(written, Ok(()) | Err(FileError::Exists { .. })) {
        // Half a key is no key, and would stand in the way of the next try.
        let _ = fs::remove_file(path);
    }
    written
}

/// Puts `bytes` in place of what the file held, if anything. After a power cut it holds either the
/// old bytes or the new ones; when this has returned, the new ones. It keeps the mode it had.
///
/// # Errors
/// Whatever the operating system refuses. After a failed sync neither is certain: read it again
/// after a restart, and do not try the sync a second time.
#[expect(clippy::disallowed_methods, reason = "this is the door that the rule points to")]
pub fn replace_durably(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mode = match fs::metadata(path) {
        Ok(found) => found.permissions().mode() & 0o7777,
        Err(_absent) => 0o644,
    };
    let beside = name_beside(path);
    let written = fill_new(&beside, mode, bytes).and_then(|()| {
        fs::rename(&beside, path).map_err(|source| failed(Action::Rename, path, source))
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written?;
    sync_folder_of(path)
}

/// The whole file, if it is no longer than `bytes_max`.
///
/// # Errors
/// [`FileError::TooLong`] before more than that is read; [`FileError::Missing`].
pub fn read_limited(path: &Path, bytes_max: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    read_into(&open(path)?, path, bytes_max, &mut bytes)?;
    Ok(bytes)
}

/// The whole file, if nobody but its owner may read or change it. Wiped from memory when dropped.
///
/// # Errors
/// [`FileError::Exposed`] when group or others have any right to it: then it is no secret.
pub fn read_secret(path: &Path, bytes_max: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let file = open(path)?;
    // Asked of the open file, not of the path: what was judged is what is read.
    let found = file.metadata().map_err(|source| failed(Action::Read, path, source))?;
    let mode = found.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FileError::Exposed { path: path.to_owned(), mode });
    }
    // Room for all of it at once: a vector that grows leaves copies behind that nobody wipes.
    let room = found.len().min(bytes_max).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(room).unwrap_or(0)));
    read_into(&file, path, bytes_max, &mut bytes)?;
    Ok(bytes)
}

/// Makes a folder, and those above it, that only its owner may enter. Durable when it returns; no
/// error where it is there already.
///
/// # Errors
/// Whatever the operating system refuses.
pub fn make_folder(path: &Path) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_folder(above)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => sync_folder_of(path),
        // Somebody else made it in the meantime.
        Err(_exists) if path.is_dir() => Ok(()),
        Err(source) => Err(failed(Action::Create, path, source)),
    }
}

fn fill_new(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(
        |source| match source.kind() {
            io::ErrorKind::AlreadyExists => FileError::Exists { path: path.to_owned() },
            _ => failed(Action::Create, path, source),
        },
    )?;
    // The mode at creation is cut by the umask; this one is not.
    file.set_permissions(Permissions::from_mode(mode))
        .map_err(|source| failed(Action::Create, path, source))?;
    file.write_all(bytes).map_err(|source| failed(Action::Write, path, source))?;
    file.sync_all().map_err(|source| failed(Action::Sync, path, source))
}

/// A name is a row of its folder: without this a power cut may take the name and leave the bytes.
fn sync_folder_of(path: &Path) -> Result<(), FileError> {
    let folder = folder_of(path);
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| failed(Action::Sync, folder, source))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// In the same folder, because a rename is atomic only within one file system.
fn name_beside(path: &Path) -> PathBuf {
    let unique = u64::from_be_bytes(random::bytes());
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{unique:016x}.part"));
    folder_of(path).join(name)
}

fn open(path: &Path) -> Result<File, FileError> {
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => FileError::Missing { path: path.to_owned() },
        _ => failed(Action::Open, path, source),
    })?;
    let found = file.metadata().map_err(|source| failed(Action::Read, path, source))?;
    // Opening a folder succeeds.
    if found.is_file() { Ok(file) } else { Err(FileError::NotAFile { path: path.to_owned() }) }
}

fn read_into(file: &File, path: &Path, bytes_max: u64, out: &mut Vec<u8>) -> Result<(), FileError> {
    // One byte more than allowed tells a file of exactly the limit from a longer one, also where
    // its length is not known beforehand.
    let read = file
        .take(bytes_max.saturating_add(1))
        .read_to_end(out)
        .map_err(|source| failed(Action::Read, path, source))?;
    if u64::try_from(read).unwrap_or(u64::MAX) > bytes_max {
        return Err(FileError::TooLong { path: path.to_owned(), bytes_max });
    }
    Ok(())
}

fn failed(action: Action, path: &Path, source: io::Error) -> FileError {
    FileError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
