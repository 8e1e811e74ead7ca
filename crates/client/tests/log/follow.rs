//! Following: growth is proven, and every way to go back on one's word is an alarm with evidence.

use std::path::Path;

use indelible_client::{
    AlarmKind, Fault, FollowError, Followed, Follower, Hash, StateError, TreeError, TreeSize,
};

use crate::fake::{Fake, ORIGIN, World, flip, signed};

/// The held checkpoint, and that it is the one on disk.
fn held(follower: &Follower, folder: &Path) -> (u64, Hash) {
    let held = follower.held().unwrap();
    let file = std::fs::read_to_string(folder.join("checkpoint")).unwrap();
    assert!(file.starts_with(&held.to_body()));
    (held.size().get(), *held.root())
}

fn alarm(error: FollowError) -> Box<indelible_client::Alarm> {
    assert_eq!(error.fault(), Fault::Alarm);
    match error {
        FollowError::Alarm(alarm) => alarm,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_growing_log_is_followed_through_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::of("entry", 3));
    let mut follower = Follower::open(fake.log(), folder.path()).unwrap();
    assert_eq!(follower.step().await.unwrap(), Followed::First);
    assert_eq!(follower.step().await.unwrap(), Followed::Same);
    for more in [1, 252, 1, 300, 1] {
        fake.world.lock().unwrap().grow("entry", more);
        // A restart in between changes nothing.
        drop(follower);
        follower = Follower::open(fake.log(), folder.path()).unwrap();
        let Followed::Grown(growth) = follower.step().await.unwrap() else { panic!("{more}") };
        assert_eq!(growth.added(), more as u64);
        let expected = fake.world.lock().unwrap().root();
        assert_eq!(held(&follower, folder.path()), (growth.to().get(), expected));
    }
}

#[tokio::test]
async fn a_log_is_followed_from_its_first_empty_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::default());
    let mut follower = Follower::open(fake.log(), folder.path()).unwrap();
    assert_eq!(follower.step().await.unwrap(), Followed::First);
    fake.world.lock().unwrap().grow("entry", 5);
    assert!(matches!(follower.step().await.unwrap(), Followed::Grown(_)));
}

#[tokio::test]
async fn a_stale_checkpoint_is_an_alarm_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::of("entry", 300));
    let stale = World::of("entry", 299).checkpoint();
    let mut follower = Follower::open(fake.log(), folder.path()).unwrap();
    follower.step().await.unwrap();
    let before = held(&follower, folder.path());
    let offered = stale.clone();
    fake.lie_at("checkpoint", move |honest| honest.body(offered.clone()));
    let alarm = alarm(follower.step().await.unwrap_err());
    assert_eq!(alarm.kind(), AlarmKind::Rewound);
    assert_eq!((alarm.held().size().get(), alarm.offered().size().get()), (300, 299));
    let evidence = alarm.evidence().unwrap();
    assert_eq!(std::fs::read(evidence.join("offered.checkpoint")).unwrap(), stale);
    let honest = fake.world.lock().unwrap().checkpoint();
    assert_eq!(std::fs::read(evidence.join("held.checkpoint")).unwrap(), honest);
    assert_eq!(held(&follower, folder.path()), before);
    fake.repent();
    assert_eq!(follower.step().await.unwrap(), Followed::Same);
}

#[tokio::test]
async fn a_fork_at_the_same_size_is_an_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::of("entry", 300));
    let mut follower = Follower::open(fake.log(), folder.path()).unwrap();
    follower.step().await.unwrap();
    let before = held(&follower, folder.path());
    *fake.world.lock().unwrap() = World::of("forged", 300);
    let alarm = alarm(follower.step().await.unwrap_err());
    assert_eq!(alarm.kind(), AlarmKind::Forked);
    assert_eq!(held(&follower, folder.path()), before);
}

#[tokio::test]
async fn a_fork_at_a_larger_size_is_an_alarm_with_the_proof_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::of("entry", 300));
    let mut follower = Follower::open(fake.log(), folder.path()).unwrap();
    follower.step().await.unwrap();
    let before = held(&follower, folder.path());
    let mut forged = World::of("entry", 299);
    forged.grow("forged", 400);
    *fake.world.lock().unwrap() = forged;
    // A restart does not make it forget.
    drop(follower);
    let mut follower = Follower::open(fake.log(), folder.path()).unwrap();
    let first = alarm(follower.step().await.unwrap_err());
    assert_eq!(first.kind(), AlarmKind::Inconsistent);
    let evidence = first.evidence().unwrap().clone();
    assert!(evidence.join("consistency.hex").exists());
    assert_eq!(held(&follower, folder.path()), before);
    // Seen again it is an alarm again, about the same evidence.
    let second = alarm(follower.step().await.unwrap_err());
    assert_eq!(*second.evidence().unwrap(), evidence);
}

#[tokio::test]
async fn a_larger_checkpoint_with_bad_tiles_is_unproven_but_no_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::of("entry", 300));
    let mut follower = Follower::open(fake.log(), folder.path()).unwrap();
    follower.step().await.unwrap();
    let before = held(&follower, folder.path());
    fake.world.lock().unwrap().grow("entry", 300);
    fake.lie_at("tile/0/001", flip);
    let refused = follower.step().await.unwrap_err();
    assert_eq!(refused.fault(), Fault::Unproven);
    let is_named =
        matches!(refused, FollowError::Unproven { source: TreeError::TileHash { .. }, .. });
    assert!(is_named, "{refused}");
    assert_eq!(held(&follower, folder.path()), before);
    fake.repent();
    assert!(matches!(follower.step().await.unwrap(), Followed::Grown(_)));
}

#[tokio::test]
async fn a_first_checkpoint_without_its_tiles_is_not_held() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::of("entry", 300));
    let size = TreeSize::new(300).unwrap();
    let wrong = signed(ORIGIN, size, Hash::of_leaf(b"wrong"), true);
    fake.lie_at("checkpoint", move |honest| honest.body(wrong.clone()));
    let mut follower = Follower::open(fake.log(), folder.path()).unwrap();
    follower.step().await.unwrap_err();
    assert!(follower.held().is_none());
    assert!(!folder.path().join("checkpoint").exists());
}

#[tokio::test]
async fn a_damaged_or_foreign_memory_is_refused_and_never_overwritten() {
    let fake = Fake::start(World::of("entry", 3));
    let other = signed("log.example/other", TreeSize::new(3).unwrap(), Hash::EMPTY_ROOT, true);
    let mut altered = fake.world.lock().unwrap().checkpoint();
    let size = altered.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    altered[size] = b'2';
    for bytes in [Vec::new(), b"damaged".to_vec(), other, altered] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        std::fs::write(&path, &bytes).unwrap();
        Follower::open(fake.log(), folder.path()).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[tokio::test]
async fn two_followers_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::of("entry", 3));
    let first = Follower::open(fake.log(), folder.path()).unwrap();
    let refused = Follower::open(fake.log(), folder.path()).unwrap_err();
    assert!(matches!(refused, StateError::InUse { .. }), "{refused}");
    drop(first);
    Follower::open(fake.log(), folder.path()).unwrap();
}
