//! Every lie of a server is refused with its own error, and leaves nothing behind: the same log,
//! honest again, is read without trouble.

use futures_util::TryStreamExt;

use indelible_client::{
    EntriesError, Fault, FetchError, Hash, LatestError, LeafIndex, Log, LogBuilder, ProofFile,
    ProveError, ReadError, TreeError, TreeSize, VerifyError, verify,
};
use indelible_note::QuorumError;

use crate::fake::{Fake, ORIGIN, World, flip, policy, signed};
use crate::http::{Answer, End};

const SIZE: usize = 700;

fn at(index: u64) -> LeafIndex {
    LeafIndex::new(index).unwrap()
}

/// Proves and reads everything once more, through the cache that the lie could have reached.
async fn all_is_well(fake: &Fake, log: &Log) {
    fake.repent();
    for index in [0, 300, 699] {
        let proof = log.prove(at(index)).await.unwrap();
        verify(format!("entry {index}").as_bytes(), &proof, log.policy()).unwrap();
    }
    let entries: Vec<_> = log.entries(0..SIZE as u64).try_collect().await.unwrap();
    assert_eq!(entries.len(), SIZE);
}

async fn tree_error(path: &'static str, twist: fn(Answer) -> Answer) -> TreeError {
    let fake = Fake::start(World::of("entry", SIZE));
    let log = fake.log();
    fake.lie_at(path, twist);
    let refused = log.prove(at(0)).await.unwrap_err();
    all_is_well(&fake, &log).await;
    match refused {
        ProveError::Tree(error) => error,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_altered_full_tile_is_refused() {
    let refused = tree_error("tile/0/000", flip).await;
    assert!(matches!(refused, TreeError::TileHash { .. }), "{refused}");
    assert_eq!(refused.fault(), Fault::Unproven);
}

#[tokio::test]
async fn an_altered_partial_tile_is_refused() {
    let refused = tree_error("tile/0/002.p/188", flip).await;
    assert!(matches!(refused, TreeError::EdgeHash { .. }), "{refused}");
    let refused = tree_error("tile/1/000.p/2", flip).await;
    assert!(matches!(refused, TreeError::EdgeHash { .. }), "{refused}");
}

#[tokio::test]
async fn every_single_bit_of_a_tile_counts() {
    let fake = Fake::start(World::of("entry", 513));
    let log = fake.log();
    for position in (0..8192).step_by(311) {
        fake.lie_at("tile/0/001", move |mut honest| {
            honest.body[position] ^= 1 << (position % 8);
            honest
        });
        let refused = log.prove(at(300)).await.unwrap_err();
        let is_named = matches!(refused, ProveError::Tree(TreeError::TileHash { .. }));
        assert!(is_named, "{position}: {refused}");
    }
    fake.repent();
    log.prove(at(300)).await.unwrap();
}

#[tokio::test]
async fn a_truncated_tile_is_refused() {
    for bytes in [0, 1, 8191] {
        let fake = Fake::start(World::of("entry", SIZE));
        let log = fake.log();
        fake.lie_at("tile/0/000", move |honest| {
            let cut = honest.body[..bytes].to_vec();
            honest.body(cut)
        });
        let refused = log.prove(at(0)).await.unwrap_err();
        let is_named = matches!(refused, ProveError::Tree(TreeError::Tile { .. }));
        assert!(is_named, "{bytes}: {refused}");
        all_is_well(&fake, &log).await;
    }
    let refused = tree_error("tile/1/000.p/2", |honest| honest.body([0; 63])).await;
    assert!(matches!(refused, TreeError::Tile { .. }), "{refused}");
}

#[tokio::test]
async fn an_overlong_tile_is_refused() {
    let refused = tree_error("tile/0/000", |honest| honest.body([0; 8193])).await;
    let is_named = matches!(refused, TreeError::Fetch(FetchError::TooLong { bytes_max: 8192, .. }));
    assert!(is_named, "{refused}");
}

#[tokio::test]
async fn a_body_without_end_is_left_at_the_limit() {
    let refused = tree_error("tile/0/000", |honest| honest.ending(End::Never)).await;
    assert!(matches!(refused, TreeError::Fetch(FetchError::TooLong { .. })), "{refused}");
    let fake = Fake::start(World::of("entry", SIZE));
    let log = fake.log();
    fake.lie_at("checkpoint", |honest| honest.ending(End::Never));
    let refused = log.latest().await.unwrap_err();
    let is_named = matches!(refused, LatestError::Fetch(FetchError::TooLong { .. }));
    assert!(is_named, "{refused}");
    all_is_well(&fake, &log).await;
}

#[tokio::test]
async fn a_tile_in_another_place_is_refused() {
    let fake = Fake::start(World::of("entry", SIZE));
    let other = World::of("other", SIZE);
    let log = fake.log();
    let bytes: Vec<u8> = (0..256_u32)
        .flat_map(|n| *Hash::of_leaf(format!("other {n}").as_bytes()).as_bytes())
        .collect();
    fake.lie_at("tile/0/000", move |honest| honest.body(bytes.clone()));
    let refused = log.prove(at(0)).await.unwrap_err();
    assert!(matches!(refused, ProveError::Tree(TreeError::TileHash { .. })), "{refused}");
    assert_ne!(other.root(), fake.world.lock().unwrap().root());
    all_is_well(&fake, &log).await;
}

async fn entries_error(path: &'static str, twist: fn(Answer) -> Answer) -> EntriesError {
    let fake = Fake::start(World::of("entry", SIZE));
    let log = fake.log();
    fake.lie_at(path, twist);
    let read: Result<Vec<_>, _> = log.entries(0..SIZE as u64).try_collect().await;
    all_is_well(&fake, &log).await;
    match read.unwrap_err() {
        ReadError::Entries(error) => error,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_altered_entry_is_refused_by_its_index() {
    // The last byte belongs to the last entry of the bundle.
    let last = |mut honest: Answer| {
        *honest.body.last_mut().unwrap() ^= 1;
        honest
    };
    for (path, expected) in [("tile/entries/001", 511), ("tile/entries/002.p/188", 699)] {
        let refused = entries_error(path, last).await;
        let EntriesError::Entry { index, .. } = refused else { panic!("{refused}") };
        assert_eq!(index.get(), expected);
    }
}

#[tokio::test]
async fn a_bundle_with_too_few_or_too_many_entries_is_refused() {
    let refused = entries_error("tile/entries/000", |mut honest| {
        honest.body.pop();
        honest
    })
    .await;
    assert!(matches!(refused, EntriesError::Bundle { index: 0, .. }), "{refused}");
    let refused = entries_error("tile/entries/001", |mut honest| {
        honest.body.extend([0, 1, b'x']);
        honest
    })
    .await;
    assert!(matches!(refused, EntriesError::Bundle { index: 1, .. }), "{refused}");
}

#[tokio::test]
async fn an_altered_entry_with_a_matching_tile_is_still_refused() {
    let fake = Fake::start(World::of("entry", SIZE));
    let log = fake.log();
    let other = Fake::start(World::of("other", SIZE)).world;
    let (other_bundle, other_tile) = {
        let world = other.lock().unwrap();
        let entries = world.entries[..256].iter().map(Vec::as_slice);
        let tile = world.entries[..256].iter().flat_map(|e| *Hash::of_leaf(e).as_bytes());
        (indelible_wire::bundle::encode(entries).unwrap(), tile.collect::<Vec<u8>>())
    };
    fake.lie(move |request, honest| match request.path() {
        "/log/tile/entries/000" => honest.body(other_bundle.clone()),
        "/log/tile/0/000" => honest.body(other_tile.clone()),
        _ => honest,
    });
    let read = log.entries(0..10).try_collect::<Vec<_>>().await;
    let refused = read.unwrap_err();
    let is_named =
        matches!(refused, ReadError::Entries(EntriesError::Tree(TreeError::TileHash { .. })));
    assert!(is_named, "{refused}");
    all_is_well(&fake, &log).await;
}

#[tokio::test]
async fn a_signed_root_that_the_tiles_do_not_have_is_refused() {
    let fake = Fake::start(World::of("entry", SIZE));
    let log = fake.log();
    let size = TreeSize::new(SIZE as u64).unwrap();
    let wrong = signed(ORIGIN, size, Hash::of_leaf(b"wrong"), true);
    fake.lie_at("checkpoint", move |honest| honest.body(wrong.clone()));
    let refused = log.prove(at(0)).await.unwrap_err();
    assert!(matches!(refused, ProveError::Tree(TreeError::EdgeHash { .. })), "{refused}");
    all_is_well(&fake, &log).await;
}

async fn latest_error(checkpoint: Vec<u8>) -> LatestError {
    let fake = Fake::start(World::of("entry", SIZE));
    let log = fake.log();
    fake.lie_at("checkpoint", move |honest| honest.body(checkpoint.clone()));
    let refused = log.latest().await.unwrap_err();
    assert_eq!(refused.fault(), Fault::Unproven);
    all_is_well(&fake, &log).await;
    refused
}

#[tokio::test]
async fn a_checkpoint_without_the_witness_is_refused() {
    let world = World::of("entry", SIZE);
    let size = TreeSize::new(SIZE as u64).unwrap();
    let refused = latest_error(signed(ORIGIN, size, world.root(), false)).await;
    let is_named = matches!(refused, LatestError::Untrusted(QuorumError::Short { cosigned: 0 }));
    assert!(is_named, "{refused}");
}

#[tokio::test]
async fn a_checkpoint_of_another_log_is_refused() {
    let world = World::of("entry", SIZE);
    let size = TreeSize::new(SIZE as u64).unwrap();
    let refused = latest_error(signed("log.example/other", size, world.root(), true)).await;
    assert!(matches!(refused, LatestError::OtherLog { .. }), "{refused}");
}

#[tokio::test]
async fn a_checkpoint_whose_text_was_altered_is_refused() {
    let text = String::from_utf8(World::of("entry", SIZE).checkpoint()).unwrap();
    let refused = latest_error(text.replace("\n700\n", "\n701\n").into_bytes()).await;
    let is_named = matches!(refused, LatestError::Untrusted(QuorumError::Refused(_)));
    assert!(is_named, "{refused}");
    let refused = latest_error(text.replace("\n700\n", "\n0700\n").into_bytes()).await;
    assert!(matches!(refused, LatestError::Malformed(_)), "{refused}");
    let refused = latest_error(Vec::new()).await;
    assert!(matches!(refused, LatestError::Malformed(_)), "{refused}");
}

#[tokio::test]
async fn a_proof_for_another_leaf_does_not_verify() {
    let world = World::of("entry", SIZE);
    let policy = policy("http://localhost");
    let proof = world.proof(41);
    verify(b"entry 41", &proof, &policy).unwrap();
    assert!(matches!(verify(b"entry 42", &proof, &policy), Err(VerifyError::Proof(_))));
    let moved = String::from_utf8(proof.to_bytes()).unwrap().replace("index 41", "index 42");
    let moved = ProofFile::parse(moved.as_bytes()).unwrap();
    assert!(matches!(verify(b"entry 41", &moved, &policy), Err(VerifyError::Proof(_))));
    assert!(matches!(verify(b"", &proof, &policy), Err(VerifyError::Entry(_))));
}

#[tokio::test]
async fn a_fork_does_not_find_the_tiles_of_the_other_side() {
    // Both sides go through one cache; they share the first tile and differ in the second.
    let shared: Vec<_> = (0..256).map(|n| format!("entry {n}").into_bytes()).collect();
    let side = |seed: &str| {
        let mut world = World::default();
        world.extend(shared.clone());
        world.grow(seed, 400);
        world
    };
    let (left, right) = (Fake::start(side("left")), Fake::start(side("right")));
    let cache = std::sync::Arc::new(indelible_client::TileCache::default());
    let build = |builder: LogBuilder| builder.cache(cache.clone()).build().unwrap();
    let left_log = build(Log::builder(policy(&left.url)));
    let right_log = build(Log::builder(policy(&right.url)));
    for (log, seed) in [(&left_log, "left"), (&right_log, "right"), (&left_log, "left")] {
        let proof = log.prove(at(300)).await.unwrap();
        verify(format!("{seed} 300").as_bytes(), &proof, log.policy()).unwrap();
        log.prove(at(3)).await.unwrap();
    }
    assert_eq!((left.asked("tile/0/000"), right.asked("tile/0/000")), (1, 0));
    assert_eq!((left.asked("tile/0/001"), right.asked("tile/0/001")), (1, 1));
}
