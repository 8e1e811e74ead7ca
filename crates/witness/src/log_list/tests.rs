//! Lists from files: what they add, what they cannot change, and when they are read again.

use std::path::Path;
use std::sync::Arc;

use indelible_disk::Memory;
use indelible_process::files::replace_durably;

use super::*;
use crate::testing::{FakeLog, Witness, prepare};

fn witness() -> Witness {
    let memory = Memory::default();
    prepare(&memory);
    Witness::open(Arc::new(memory), &[])
}

fn reader(path: &Path, reread_interval: Duration) -> ListReader {
    let source = ListSource::File(path.to_owned());
    ListReader::new(LogListSettings { source, reread_interval }).unwrap()
}

fn list(logs: &[&FakeLog]) -> String {
    let mut text = "# A list.\nlogs/v0\n".to_owned();
    for log in logs {
        text.push_str(&format!("\nvkey {}\nqpd 24\ncontact a person\n", log.keys()[0]));
    }
    text
}

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn new_logs_are_taken_in_and_a_changed_key_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list");
    let app = witness().app;
    let registry = &app.registry;
    let (one, two) = (FakeLog::named("log.example/a"), FakeLog::named("log.example/b"));
    replace_durably(&path, list(&[&one]).as_bytes()).unwrap();
    let reader = reader(&path, HOUR);
    reader.read(&app).await.unwrap();
    assert_eq!(registry.find(&one.origin()).unwrap().keys().to_vec(), one.keys()[..1]);
    assert!(registry.find(&two.origin()).is_none());

    // The first has another key now, and the second is new; then both are gone from the list.
    let changed = FakeLog::with_seed("log.example/a", 7);
    replace_durably(&path, list(&[&changed, &two]).as_bytes()).unwrap();
    reader.read(&app).await.unwrap();
    replace_durably(&path, list(&[]).as_bytes()).unwrap();
    reader.read(&app).await.unwrap();
    assert_eq!(registry.find(&one.origin()).unwrap().keys().to_vec(), one.keys()[..1]);
    assert_eq!(registry.find(&two.origin()).unwrap().keys().to_vec(), two.keys()[..1]);

    let exposed = app.metrics.expose(registry).unwrap();
    assert!(exposed.contains("indelible_witness_logs_refused_total 1\n"), "{exposed}");
    let reads = "indelible_witness_log_list_reads_total{outcome=\"read\"} 3\n";
    assert!(exposed.contains(reads), "{exposed}");
}

#[tokio::test]
async fn a_list_that_cannot_be_read_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list");
    let app = witness().app;
    let registry = &app.registry;
    let reader = reader(&path, HOUR);
    let missing = reader.read(&app).await.unwrap_err();
    assert!(matches!(missing, ListError::File(FileError::Missing { .. })), "{missing}");
    let good = list(&[&FakeLog::named("log.example/a")]);
    // Half a list is no list: not even its good half is taken.
    for bad in [&good.as_bytes()[..good.len() - 10], b"", b"\xff", b"logs/v1\n"] {
        replace_durably(&path, bad).unwrap();
        assert!(reader.read(&app).await.is_err());
    }
    assert_eq!(registry.count(), 0);
    let exposed = app.metrics.expose(registry).unwrap();
    let failed = "indelible_witness_log_list_reads_total{outcome=\"failed\"} 5\n";
    assert!(exposed.contains(failed), "{exposed}");
}

#[tokio::test]
async fn the_list_is_read_again_and_again_until_the_shutdown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list");
    let witness = witness();
    let shutdown = Shutdown::new();
    replace_durably(&path, list(&[]).as_bytes()).unwrap();
    let reading = {
        let (app, shutdown) = (Arc::clone(&witness.app), shutdown.clone());
        let reader = reader(&path, Duration::from_millis(1));
        tokio::spawn(async move { reader.keep_reading(&app, &shutdown).await })
    };
    for name in ["log.example/a", "log.example/b"] {
        let log = FakeLog::named(name);
        replace_durably(&path, list(&[&log]).as_bytes()).unwrap();
        while witness.app.registry.find(&log.origin()).is_none() {
            witness.clock.advance(Duration::from_millis(1));
            tokio::task::yield_now().await;
        }
    }
    shutdown.request();
    reading.await.unwrap();
}
