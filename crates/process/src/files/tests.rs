//! What happens to files, tried on real ones.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|found| found.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_secret_belongs_to_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.key");
    write_new_secret(&path, b"seed").unwrap();
    assert_eq!(mode_of(&path), 0o600);
    assert_eq!(read_secret(&path, 100).unwrap().as_slice(), b"seed");
}

#[test]
fn a_secret_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.key");
    write_new_secret(&path, b"first").unwrap();
    assert!(matches!(write_new_secret(&path, b"second"), Err(FileError::Exists { .. })));
    assert_eq!(read_secret(&path, 100).unwrap().as_slice(), b"first");
}

#[test]
fn a_dangling_link_is_not_followed_to_a_new_secret() {
    let folder = tempfile::tempdir().unwrap();
    let (link, target) = (folder.path().join("log.key"), folder.path().join("elsewhere"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert!(matches!(write_new_secret(&link, b"seed"), Err(FileError::Exists { .. })));
    assert!(!target.exists());
}

#[test]
fn a_secret_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.key");
    write_new_secret(&path, b"seed").unwrap();
    for mode in [0o640, 0o604, 0o660, 0o601, 0o610, 0o644, 0o620, 0o602] {
        set_mode(&path, mode);
        let refused = read_secret(&path, 100).unwrap_err();
        assert!(matches!(refused, FileError::Exposed { mode: found, .. } if found == mode));
        assert!(refused.to_string().contains(&format!("{mode:04o}")), "{refused}");
    }
    for mode in [0o600, 0o400, 0o700] {
        set_mode(&path, mode);
        assert_eq!(read_secret(&path, 100).unwrap().as_slice(), b"seed");
    }
}

#[test]
fn a_file_is_read_up_to_its_limit_and_refused_beyond() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy");
    replace_durably(&path, &[7; 100]).unwrap();
    assert_eq!(read_limited(&path, 100).unwrap(), vec![7; 100]);
    assert_eq!(read_limited(&path, u64::MAX).unwrap().len(), 100);
    for limit in [0, 99] {
        let refused = read_limited(&path, limit).unwrap_err();
        assert!(matches!(refused, FileError::TooLong { bytes_max, .. } if bytes_max == limit));
    }
    replace_durably(&path, &[]).unwrap();
    assert!(read_limited(&path, 0).unwrap().is_empty());
}

#[test]
fn a_device_without_end_is_no_file() {
    let refused = read_limited(Path::new("/dev/zero"), 10).unwrap_err();
    assert!(matches!(refused, FileError::NotAFile { .. }));
}

#[test]
fn a_missing_file_and_a_folder_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let missing = read_limited(&folder.path().join("none"), 10).unwrap_err();
    assert!(matches!(missing, FileError::Missing { .. }));
    let not_a_file = read_limited(folder.path(), 10).unwrap_err();
    assert!(matches!(not_a_file, FileError::NotAFile { .. }));
    assert!(matches!(read_secret(folder.path(), 10), Err(FileError::NotAFile { .. })));
}

#[test]
fn a_replaced_file_holds_the_new_bytes_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("last-signed");
    for bytes in [&b"one"[..], b"two, longer", b""] {
        replace_durably(&path, bytes).unwrap();
        assert_eq!(read_limited(&path, 100).unwrap(), bytes);
        assert_eq!(names_in(folder.path()), ["last-signed"]);
    }
}

#[test]
fn a_replaced_secret_stays_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    write_new_secret(&path, b"old").unwrap();
    replace_durably(&path, b"new").unwrap();
    assert_eq!(mode_of(&path), 0o600);
    assert_eq!(read_secret(&path, 100).unwrap().as_slice(), b"new");
}

#[test]
fn a_replacement_that_fails_leaves_the_old_bytes_and_nothing_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    // A file cannot be renamed over a folder.
    let path = folder.path().join("taken");
    fs::create_dir(&path).unwrap();
    let refused = replace_durably(&path, b"new").unwrap_err();
    assert!(matches!(refused, FileError::Io { action: Action::Rename, .. }), "{refused}");
    assert_eq!(names_in(folder.path()), ["taken"]);
}

#[test]
fn many_writers_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("head");
    std::thread::scope(|scope| {
        for letter in b'a'..=b'h' {
            let path = &path;
            scope.spawn(move || replace_durably(path, &vec![letter; 5_000]).unwrap());
        }
    });
    let bytes = read_limited(&path, 10_000).unwrap();
    assert_eq!(bytes.len(), 5_000);
    assert!(bytes.iter().all(|byte| *byte == bytes[0]));
    assert_eq!(names_in(folder.path()), ["head"]);
}

#[test]
fn folders_are_made_all_the_way_down_and_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/c");
    make_folder(&path).unwrap();
    make_folder(&path).unwrap();
    assert_eq!(mode_of(&path), 0o700);
    let file = path.join("file");
    replace_durably(&file, b"x").unwrap();
    assert!(matches!(make_folder(&file.join("d")), Err(FileError::Io { .. })));
    assert!(matches!(make_folder(&file), Err(FileError::Io { action: Action::Create, .. })));
}
