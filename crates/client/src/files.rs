//! The only place of this crate that writes files: secrets, durable replacement, evidence.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::random::{self, Hex};

/// Writes a new file that only its owner can read. An existing file is never touched.
///
/// # Errors
///
/// What the file system said; `AlreadyExists` where there is a file of that name.
pub fn write_new_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    write_synced(options.open(path)?, bytes)?;
    sync_folder_of(path)
}

/// Writes a new file. An existing file is never touched.
///
/// # Errors
///
/// What the file system said; `AlreadyExists` where there is a file of that name.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_synced(OpenOptions::new().write(true).create_new(true).open(path)?, bytes)?;
    sync_folder_of(path)
}

/// Replaces a file so that after a crash it holds either all of the old bytes or all of the new.
///
/// # Errors
///
/// What the file system said; the old file is then still there.
pub fn replace_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path)?;
    let replaced = File::create_new(&beside)
        .and_then(|file| write_synced(file, bytes))
        .and_then(|()| rename(&beside, path));
    if let Err(error) = replaced {
        // The temporary file is ours alone; that it may stay behind does not change the outcome.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    sync_folder_of(path)
}

/// Replaces a file whole, without waiting for the disk: for what can be fetched again and is
/// checked when it is read.
pub(crate) fn replace_cheaply(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path)?;
    let replaced = File::create_new(&beside)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| rename(&beside, path));
    if replaced.is_err() {
        let _ = fs::remove_file(&beside);
    }
    replaced
}

/// Reads a file of at most `bytes_max` bytes; a longer one is refused, not cut.
///
/// # Errors
///
/// What the file system said; `FileTooLarge` above the limit.
pub fn read_limited(path: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    read_all_limited(File::open(path)?, bytes_max)
}

/// Reads a source to its end, at most `bytes_max` bytes; a longer one is refused, not cut.
///
/// # Errors
///
/// What the source said; `FileTooLarge` above the limit.
pub fn read_all_limited(source: impl Read, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let ask = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    source.take(ask).read_to_end(&mut bytes)?;
    if bytes.len() > bytes_max {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("more than {bytes_max} bytes"),
        ));
    }
    Ok(bytes)
}

fn write_synced(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "this is the door that the rule points to")]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// A new name in the same folder, so that the rename stays inside one file system.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.file_name().map(OsString::from).ok_or(io::ErrorKind::InvalidInput)?;
    let nonce = random::bytes::<8>().map_err(io::Error::other)?;
    name.push(format!(".{}.new", Hex(&nonce)));
    Ok(path.with_file_name(name))
}

/// A rename or a new file is durable only once its folder is.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_readable_by_its_owner_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_new_secret(&path, b"one").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let again = write_new_secret(&path, b"two").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_replacement_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        replace_durably(&path, b"one").unwrap();
        replace_durably(&path, b"two").unwrap();
        replace_cheaply(&path, b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_above_the_limit_is_refused_and_one_at_the_limit_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long");
        write_new(&path, b"12345").unwrap();
        assert_eq!(read_limited(&path, 5).unwrap(), b"12345");
        assert_eq!(read_limited(&path, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
