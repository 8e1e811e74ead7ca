//! On a real database: what was cosigned is remembered through a restart.

use std::sync::Arc;

use indelible_disk::{DiskError, Rocks, RocksOptions};

use crate::store::schema::TABLES;
use crate::testing::{FakeLog, Witness, prepare};

#[tokio::test]
async fn a_restart_remembers_logs_sizes_and_what_was_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let options = RocksOptions::default();
    let log = FakeLog::named("log.example/a");
    let shown = {
        let rocks = Rocks::create(&path, &TABLES, &options).unwrap();
        prepare(&rocks);
        let witness = Witness::open(Arc::new(rocks), &[log.known()]);
        assert_eq!(witness.add(log.add(0, 5)).await.status(), 200);
        assert_eq!(witness.add(log.forked_from(0).add(5, 5)).await.status(), 422);
        let locked = Rocks::open(&path, &TABLES, &options).unwrap_err();
        assert!(matches!(locked, DiskError::Locked { .. }), "{locked}");
        let place = format!("/{}/checkpoint", witness.app.registry.all()[0].hash());
        (witness.get(&place).await, place)
    };
    // Without the log in the settings: it is never forgotten.
    let rocks = Rocks::open(&path, &TABLES, &options).unwrap();
    let witness = Witness::open(Arc::new(rocks), &[]);
    assert_eq!(witness.get(&shown.1).await.body, shown.0.body);
    assert_eq!(witness.app.registry.all()[0].evidence(), 1);
    assert_eq!(witness.add(log.forked_from(0).add(5, 9)).await.status(), 422);
    assert_eq!(witness.add(log.forked_from(0).add(0, 9)).await.status(), 409);
    assert_eq!(witness.add(log.add(5, 9)).await.status(), 200);
}
