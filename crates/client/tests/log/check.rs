//! Checking a whole log: an honest one passes, and the first bad place of any other is named.

use indelible_client::{CheckError, CheckOptions, EntriesError, Fault, Progress, TreeError};

use crate::fake::{Fake, ORIGIN, World, flip, signed};
use crate::http::Answer;

async fn check(fake: &Fake) -> Result<(u64, u64, u64), CheckError> {
    let mut done = 0;
    let mut hear = |progress: Progress| {
        assert!(progress.done >= done && progress.done <= progress.size);
        done = progress.done;
    };
    let checked = fake.log().check(CheckOptions::default(), &mut hear).await?;
    assert_eq!(done, checked.size.get());
    Ok((checked.size.get(), checked.bundles, checked.tiles))
}

#[tokio::test]
async fn honest_logs_of_any_size_pass() {
    for size in [0, 1, 255, 256, 257, 512, 700] {
        let fake = Fake::start(World::of("entry", size));
        let (checked, bundles, _) = check(&fake).await.unwrap();
        assert_eq!((checked, bundles), (size as u64, size.div_ceil(256) as u64));
    }
}

#[tokio::test]
async fn every_bundle_and_tile_is_read_and_counted() {
    // The figures of tlog-tiles for 70,000 leaves: 273 full and 1 partial; 1 and 1; 1.
    let fake = Fake::start(World::of("entry", 70_000));
    assert_eq!(check(&fake).await.unwrap(), (70_000, 274, 277));
    let requests = fake.requests.lock().unwrap();
    let asked = |start: &str| {
        let paths = requests.iter().map(|request| request.path());
        paths
            .filter(|path| path.starts_with(start))
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    assert_eq!((asked("/log/tile/entries/"), asked("/log/tile/0/")), (274, 274));
    assert_eq!((asked("/log/tile/1/"), asked("/log/tile/2/")), (2, 1));
}

async fn first_bad(path: &'static str, twist: fn(Answer) -> Answer) -> CheckError {
    let fake = Fake::start(World::of("entry", 70_000));
    fake.lie_at(path, twist);
    let refused = check(&fake).await.unwrap_err();
    assert_eq!(refused.fault(), Fault::Unproven, "{refused}");
    refused
}

#[tokio::test]
async fn an_altered_entry_is_named() {
    let last = |mut honest: Answer| {
        *honest.body.last_mut().unwrap() ^= 1;
        honest
    };
    for (path, expected) in [("tile/entries/100", 25_855), ("tile/entries/273.p/112", 69_999)] {
        let refused = first_bad(path, last).await;
        let CheckError::Entries(EntriesError::Entry { index, .. }) = refused else {
            panic!("{refused}");
        };
        assert_eq!(index.get(), expected);
    }
}

#[tokio::test]
async fn an_altered_tile_of_leaf_hashes_is_named_though_its_entries_are_good() {
    let refused = first_bad("tile/0/100", flip).await;
    let CheckError::Tile { place, position, .. } = refused else { panic!("{refused}") };
    assert_eq!((place.level, place.index, position), (0, 100, 128));
}

#[tokio::test]
async fn an_altered_upper_tile_is_named() {
    let refused = first_bad("tile/1/000", flip).await;
    let CheckError::Entries(EntriesError::Tree(TreeError::TileHash { place, .. })) = refused else {
        panic!("{refused}");
    };
    assert_eq!((place.level, place.index), (1, 0));
    let refused = first_bad("tile/1/001.p/17", flip).await;
    let is_edge =
        matches!(refused, CheckError::Entries(EntriesError::Tree(TreeError::EdgeHash { .. })));
    assert!(is_edge, "{refused}");
}

#[tokio::test]
async fn the_first_of_several_bad_places_is_named() {
    let fake = Fake::start(World::of("entry", 2_000));
    fake.lie(|request, honest| match request.path() {
        "/log/tile/entries/005" | "/log/tile/entries/003" | "/log/tile/0/006" => flip(honest),
        _ => honest,
    });
    let refused = check(&fake).await.unwrap_err();
    let (first, last) = (3 * 256, 4 * 256);
    match refused {
        CheckError::Entries(EntriesError::Entry { index, .. }) => {
            assert!((first..last).contains(&index.get()));
        }
        // The flipped bit may lie in a length.
        CheckError::Entries(EntriesError::Bundle { index: 3, .. }) => {}
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_missing_bundle_is_named() {
    let fake = Fake::start(World::of("entry", 2_000));
    fake.lie_at("tile/entries/004", |_| Answer::status(404));
    let refused = check(&fake).await.unwrap_err();
    assert!(refused.to_string().contains("tile/entries/004"), "{refused}");
    assert_eq!(refused.fault(), Fault::Unavailable);
}

#[tokio::test]
async fn a_checkpoint_over_other_entries_is_refused() {
    let fake = Fake::start(World::of("entry", 700));
    let other = World::of("other", 700);
    let size = indelible_client::TreeSize::new(700).unwrap();
    let wrong = signed(ORIGIN, size, other.root(), true);
    fake.lie_at("checkpoint", move |honest| honest.body(wrong.clone()));
    check(&fake).await.unwrap_err();
}
