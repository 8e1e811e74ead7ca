//! From nothing to a running witness and back, on a real disk.

use std::fs;
use std::path::Path;

use indelible_process::Shutdown;
use indelible_process::files::replace_durably;

use super::*;
use crate::accept_keys::{AcceptError, accept_keys};
use crate::serve::{ServeError, serve};
use crate::settings::Overrides;
use crate::store::registry::RefusedLog;
use crate::testing::FakeLog;

fn settings(folder: &Path, further: &str) -> Settings {
    let path = folder.join("witness.toml");
    let text = format!(
        "name = 'witness.example/w1'\nlisten = '127.0.0.1:0'\ndata_dir = 'data'\n{further}"
    );
    replace_durably(&path, text.as_bytes()).unwrap();
    Settings::read(&path, Overrides::default()).unwrap()
}

fn with_log(log: &FakeLog, keys: &[usize]) -> String {
    let all = log.keys();
    let keys: Vec<String> = keys.iter().map(|at| all[*at].to_string()).collect();
    format!("[[log]]\nvkeys = {keys:?}\n")
}

#[expect(clippy::disallowed_methods, reason = "a test's folder need not survive anything")]
fn move_folder(from: &Path, to: &Path) {
    fs::rename(from, to).unwrap();
}

/// Starts a witness that was already asked to stop.
async fn start(settings: Settings) -> Result<(), ServeError> {
    let shutdown = Shutdown::new();
    shutdown.request();
    serve(settings, shutdown, |addresses| assert_eq!(addresses.len(), 1)).await
}

#[tokio::test]
async fn a_witness_is_made_once_and_then_starts() {
    let folder = tempfile::tempdir().unwrap();
    let made = init(&settings(folder.path(), "url = 'https://witness.example/'\n")).unwrap();
    let printed = keys(&settings(folder.path(), ""), Some("https://witness.example/")).unwrap();
    assert_eq!(made, printed);
    let again = init(&settings(folder.path(), "")).unwrap_err();
    assert!(matches!(again, InitError::Identity(_)), "{again}");
    start(settings(folder.path(), "")).await.unwrap();
}

#[tokio::test]
async fn a_witness_without_its_memory_does_not_start_and_gets_no_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let missing = start(settings(folder.path(), "")).await.unwrap_err();
    assert!(matches!(missing, ServeError::Identity(_)), "{missing}");
    init(&settings(folder.path(), "")).unwrap();
    fs::remove_dir_all(folder.path().join("data")).unwrap();
    let lost = start(settings(folder.path(), "")).await.unwrap_err();
    assert!(matches!(lost, ServeError::Disk(DiskError::Missing { .. })), "{lost}");
    let refused = init(&settings(folder.path(), "")).unwrap_err();
    assert!(matches!(refused, InitError::Identity(_)), "{refused}");
    assert!(!folder.path().join("data").exists(), "a refusal leaves nothing behind");
}

#[tokio::test]
async fn a_memory_is_not_served_under_other_keys() {
    let folder = tempfile::tempdir().unwrap();
    init(&settings(folder.path(), "")).unwrap();
    move_folder(&folder.path().join("keys"), &folder.path().join("old-keys"));
    // New keys beside the old memory: not made, and if made elsewhere, not taken.
    let refused = init(&settings(folder.path(), "")).unwrap_err();
    assert!(matches!(refused, InitError::Disk(DiskError::Exists { .. })), "{refused}");
    assert!(!folder.path().join("keys").exists(), "a refusal leaves nothing behind");
    let other = tempfile::tempdir().unwrap();
    init(&settings(other.path(), "")).unwrap();
    move_folder(&other.path().join("keys"), &folder.path().join("keys"));
    let foreign = start(settings(folder.path(), "")).await.unwrap_err();
    assert!(matches!(foreign, ServeError::Open(OpenError::OtherKeys { .. })), "{foreign}");
    // Not with one key less either.
    fs::remove_dir_all(folder.path().join("keys")).unwrap();
    move_folder(&folder.path().join("old-keys"), &folder.path().join("keys"));
    let fewer = start(settings(folder.path(), "ml_dsa_44 = false\n")).await.unwrap_err();
    assert!(matches!(fewer, ServeError::Open(OpenError::OtherKeys { .. })), "{fewer}");
    start(settings(folder.path(), "")).await.unwrap();
}

#[tokio::test]
async fn only_one_process_has_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    init(&settings(folder.path(), "")).unwrap();
    let held = settings(folder.path(), "");
    let rocks = Rocks::open(&held.data_dir, &TABLES, &held.database()).unwrap();
    let second = start(settings(folder.path(), "")).await.unwrap_err();
    assert!(matches!(second, ServeError::Disk(DiskError::Locked { .. })), "{second}");
    drop(rocks);
    start(settings(folder.path(), "")).await.unwrap();
}

#[tokio::test]
async fn changed_keys_of_a_log_stop_the_start_until_a_person_accepts_them() {
    let folder = tempfile::tempdir().unwrap();
    init(&settings(folder.path(), "")).unwrap();
    let (log, other) = (FakeLog::named("log.example/a"), FakeLog::with_seed("log.example/a", 7));
    start(settings(folder.path(), &with_log(&log, &[0]))).await.unwrap();
    start(settings(folder.path(), &with_log(&log, &[0, 1]))).await.unwrap();
    // Taken out of the settings, and with one key less: still known with both.
    start(settings(folder.path(), "")).await.unwrap();
    start(settings(folder.path(), &with_log(&log, &[1]))).await.unwrap();

    let changed = with_log(&other, &[0, 1]);
    let refused = start(settings(folder.path(), &changed)).await.unwrap_err();
    assert!(matches!(refused, ServeError::Log(RefusedLog::OtherKeys(_))), "{refused}");
    let wrong = accept_keys(&settings(folder.path(), &changed), "log.example/b").unwrap_err();
    assert!(matches!(wrong, AcceptError::NotInSettings { .. }), "{wrong}");
    let accepted = accept_keys(&settings(folder.path(), &changed), "log.example/a").unwrap();
    assert_eq!(accepted.before.unwrap(), crate::identity::ids(&log.keys()));
    assert_eq!(accepted.now, crate::identity::ids(&other.keys()));
    start(settings(folder.path(), &changed)).await.unwrap();
    let back = start(settings(folder.path(), &with_log(&log, &[0]))).await.unwrap_err();
    assert!(matches!(back, ServeError::Log(_)), "{back}");
}

#[tokio::test]
async fn a_list_on_this_machine_that_is_missing_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    init(&settings(folder.path(), "")).unwrap();
    let list = "[log_list]\npath = 'log-list.1'\n";
    let missing = start(settings(folder.path(), list)).await.unwrap_err();
    assert!(matches!(missing, ServeError::List(_)), "{missing}");
    replace_durably(&folder.path().join("log-list.1"), b"logs/v0\n").unwrap();
    start(settings(folder.path(), list)).await.unwrap();
    // One elsewhere may be out of reach for a while.
    let away = "[log_list]\nurl = 'http://127.0.0.1:1/list'\n";
    start(settings(folder.path(), away)).await.unwrap();
}
