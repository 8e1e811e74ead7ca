//! Key files: made once, read back, and refused where they are somebody else's.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use indelible_note::Policy;
use indelible_process::files::replace_durably;

use super::*;

fn name() -> KeyName {
    KeyName::parse("witness.example/w1").unwrap()
}

fn files_in(folder: &Path) -> KeyFiles {
    KeyFiles {
        ed25519: folder.join("keys/ed25519.key"),
        ml_dsa_44: Some(folder.join("keys/ml-dsa-44.key")),
    }
}

#[test]
fn keys_are_made_once_for_their_owner_alone_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = files_in(folder.path());
    let made = Identity::create(&name(), &at).unwrap();
    assert_eq!(Identity::load(&name(), &at).unwrap().verifiers(), made.verifiers());
    for path in at.all() {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let [ed25519, ml_dsa_44] = made.verifiers().try_into().unwrap();
    assert_eq!(ed25519.algorithm(), Algorithm::Ed25519Cosignature);
    assert_eq!(ml_dsa_44.algorithm(), Algorithm::MlDsa44);
    assert_ne!(ed25519.public_bytes(), ml_dsa_44.public_bytes());
}

#[test]
fn a_key_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let at = files_in(folder.path());
    let made = Identity::create(&name(), &at).unwrap();
    let refused = Identity::create(&name(), &at).unwrap_err();
    assert!(matches!(refused, IdentityError::File(FileError::Exists { .. })), "{refused}");
    fs::remove_file(&at.ed25519).unwrap();
    let refused = Identity::create(&name(), &at).unwrap_err();
    assert!(matches!(refused, IdentityError::File(FileError::Exists { .. })), "{refused}");
    assert!(!at.ed25519.exists(), "a refusal leaves nothing behind");
    assert_eq!(made.verifiers().len(), 2);
}

#[test]
fn a_missing_exposed_damaged_or_foreign_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = files_in(folder.path());
    let missing = Identity::load(&name(), &at).unwrap_err();
    assert!(matches!(missing, IdentityError::File(FileError::Missing { .. })), "{missing}");

    Identity::create(&name(), &at).unwrap();
    let other = KeyName::parse("witness.example/w2").unwrap();
    let foreign = Identity::load(&other, &at).unwrap_err();
    assert!(matches!(foreign, IdentityError::Stranger { .. }), "{foreign}");
    let swapped =
        KeyFiles { ed25519: at.ml_dsa_44.clone().unwrap(), ml_dsa_44: Some(at.ed25519.clone()) };
    let wrong = Identity::load(&name(), &swapped).unwrap_err();
    assert!(matches!(wrong, IdentityError::Stranger { .. }), "{wrong}");

    fs::set_permissions(&at.ed25519, fs::Permissions::from_mode(0o640)).unwrap();
    let exposed = Identity::load(&name(), &at).unwrap_err();
    assert!(matches!(exposed, IdentityError::File(FileError::Exposed { .. })), "{exposed}");
    fs::set_permissions(&at.ed25519, fs::Permissions::from_mode(0o600)).unwrap();

    for damaged in [&b""[..], b"PRIVATE+KEY+", b"\xff"] {
        replace_durably(&at.ed25519, damaged).unwrap();
        assert!(Identity::load(&name(), &at).is_err());
    }
}

#[test]
fn the_printed_lines_are_a_policy_that_counts_the_witness_once() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::create(&name(), &files_in(folder.path())).unwrap();
    let url = "https://witness.example/";
    let text = format!("{}quorum witness.example/w1\n", identity.policy_lines(Some(url)));
    let policy = Policy::parse(&text).unwrap();
    let witnesses = policy.witnesses();
    assert_eq!(witnesses.len(), 2);
    for (witness, key) in witnesses.iter().zip(identity.verifiers()) {
        assert_eq!(*witness.key(), key);
        assert_eq!(witness.url(), Some(url));
    }
    let bare = format!("{}quorum witness.example/w1\n", identity.policy_lines(None));
    assert!(Policy::parse(&bare).unwrap().witnesses().iter().all(|w| w.url().is_none()));
}
