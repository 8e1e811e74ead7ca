//! From nothing to a running witness and back, on a real disk.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use indelible_process::Shutdown;
use indelible_process::files::replace_durably;

use super::*;
use crate::accept_keys::{AcceptError, accept_keys};
use crate::accept_state::{AcceptStateError, accept_state};
use crate::serve::{ServeError, serve};
use crate::settings::Overrides;
use crate::store::registry::RefusedLog;
use crate::testing::{FakeLog, NOW, Witness};

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

/// Cosigns this log at a size, as a witness that was running did.
async fn cosign(folder: &Path, log: &FakeLog, old: u64, to: u64) {
    let settings = settings(folder, "");
    let identity = Identity::load(&settings.name, &settings.keys).unwrap();
    let guard = Guard::of(&settings.guard_dir, identity.first());
    let rocks = Rocks::open(&settings.data_dir, &TABLES, &settings.database()).unwrap();
    let witness = Witness::open_as(identity, Arc::new(rocks), &[log.known()], NOW);
    assert_eq!(witness.add(log.add(old, to)).await.status(), 200);
    assert!(guard.write_or_report(witness.app.registry.total()));
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test]
async fn an_old_copy_of_the_memory_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let [data, old, newest] = ["data", "old", "newest"].map(|name| folder.path().join(name));
    init(&settings(folder.path(), "")).unwrap();
    let log = FakeLog::named("log.example/a");
    cosign(folder.path(), &log, 0, 5).await;
    copy_folder(&data, &old);
    cosign(folder.path(), &log, 5, 9).await;
    start(settings(folder.path(), "")).await.unwrap();

    move_folder(&data, &newest);
    copy_folder(&old, &data);
    let refused = start(settings(folder.path(), "")).await.unwrap_err();
    let expected = GuardError::OldCopy { held: 5, guarded: 9 };
    assert_eq!(refused.to_string(), expected.to_string());
    let overruled = accept_state(&settings(folder.path(), "")).unwrap_err();
    assert!(matches!(overruled, AcceptStateError::Guard(GuardError::Present { .. })));

    fs::remove_dir_all(&data).unwrap();
    move_folder(&newest, &data);
    start(settings(folder.path(), "")).await.unwrap();
}

#[tokio::test]
async fn a_lost_guard_stops_the_start_until_a_person_vouches() {
    let folder = tempfile::tempdir().unwrap();
    init(&settings(folder.path(), "")).unwrap();
    cosign(folder.path(), &FakeLog::named("log.example/a"), 0, 5).await;
    fs::remove_dir_all(folder.path().join("guard")).unwrap();
    let refused = start(settings(folder.path(), "")).await.unwrap_err();
    assert!(matches!(refused, ServeError::Guard(GuardError::Missing { .. })), "{refused}");
    assert_eq!(accept_state(&settings(folder.path(), "")).unwrap(), 5);
    start(settings(folder.path(), "")).await.unwrap();
}
