//! The files of a test, and the programs of ours that it runs.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The program of ours, as cargo built it for this profile.
pub fn bin(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    // target/PROFILE/deps/TEST-... beside target/PROFILE/NAME
    let profile = test.parent().and_then(Path::parent).expect("cargo's folders");
    let program = profile.join(name);
    assert!(
        program.is_file(),
        "{} is not built: run scripts/test, or cargo build --bins",
        program.display()
    );
    program
}

/// Writes a file that only its owner reads, as private keys must be, and says where it is.
pub fn written(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    put(&path, content);
    path
}

/// Writes such a file at this path, over what is there.
pub fn put(path: &Path, content: impl AsRef<[u8]>) {
    written_to(path, content.as_ref())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

#[expect(clippy::disallowed_methods, reason = "a test's own files need not survive a power cut")]
fn written_to(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, content)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// Copies a folder with all that is in it, rights included, over whatever lies there.
pub fn copy(from: &Path, to: &Path) {
    copy_to(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
}

fn copy_to(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copied = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_to(&entry.path(), &copied)?;
        } else {
            fs::copy(entry.path(), copied)?;
        }
    }
    Ok(())
}
