//! The guard: what it lets pass, what it refuses, and that it keeps up.

use std::cell::Cell;

use indelible_process::SystemClock;
use indelible_process::files::replace_durably;

use super::*;
use crate::testing::identity;

fn guard(folder: &Path) -> Guard {
    Guard::of(&folder.join("guard"), identity().first())
}

#[test]
fn a_memory_that_has_less_than_was_guarded_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let guard = guard(folder.path());
    guard.begin(0).unwrap();
    guard.check(0).unwrap();
    assert!(guard.write_or_report(17));
    guard.check(17).unwrap();
    // Between two writes more may have been cosigned.
    guard.check(18).unwrap();
    let refused = guard.check(16).unwrap_err();
    assert!(matches!(refused, GuardError::OldCopy { held: 16, guarded: 17 }), "{refused}");
}

#[test]
fn a_missing_or_damaged_guard_is_no_guard() {
    let folder = tempfile::tempdir().unwrap();
    let guard = guard(folder.path());
    assert!(matches!(guard.check(0), Err(GuardError::Missing { .. })));
    guard.begin(5).unwrap();
    assert!(matches!(guard.begin(0), Err(GuardError::Present { .. })));
    let good = format!("{HEADER}\n5\n");
    assert_eq!(std::fs::read_to_string(&guard.path).unwrap(), good);
    for bad in ["", "5\n", &good[1..], good.trim_end(), &good.replace('5', "05"), &good.repeat(9)] {
        replace_durably(&guard.path, bad.as_bytes()).unwrap();
        let refused = guard.check(u64::MAX).unwrap_err();
        assert!(
            matches!(refused, GuardError::Malformed { .. } | GuardError::File(_)),
            "{bad:?}: {refused}"
        );
    }
}

#[tokio::test]
async fn the_guard_keeps_up_until_the_shutdown() {
    let folder = tempfile::tempdir().unwrap();
    let guard = guard(folder.path());
    guard.begin(0).unwrap();
    let (total, shutdown) = (Cell::new(7), Shutdown::new());
    let watch = async {
        while guard.read().unwrap() != 7 {
            tokio::task::yield_now().await;
        }
        total.set(9);
        while guard.read().unwrap() != 9 {
            tokio::task::yield_now().await;
        }
        shutdown.request();
    };
    let time = SystemClock::new();
    tokio::join!(guard.keep(Duration::from_millis(1), || total.get(), &time, &shutdown), watch);
}
