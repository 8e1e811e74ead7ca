//! Reading an honest log: checkpoints, proofs, entries, and what the cache spares.

use futures_util::TryStreamExt;

use indelible_client::{EntriesError, Log, TreeSize, verify};
use indelible_client::{Hash, LeafIndex, ProveError, ReadError, SetupError, TileCache, TreeError};

use crate::fake::{Fake, World, impatient, log_key, policy, policy_text};
use crate::http::Answer;

fn at(index: u64) -> LeafIndex {
    LeafIndex::new(index).unwrap()
}

#[tokio::test]
async fn every_leaf_of_small_trees_is_proven_and_verifies_offline() {
    for size in [1, 2, 3, 7, 8, 255, 256, 257, 300] {
        let fake = Fake::start(World::of("entry", size));
        let log = fake.log();
        let tree = log.latest_tree().await.unwrap();
        for index in 0..size {
            let proof = tree.prove(at(index as u64)).await.unwrap();
            let entry = format!("entry {index}");
            let proven = verify(entry.as_bytes(), &proof, log.policy()).unwrap();
            assert_eq!(proven.index().get(), index as u64, "size {size}");
            assert!(verify(b"another", &proof, log.policy()).is_err(), "size {size}");
        }
    }
}

#[tokio::test]
async fn leaves_of_a_tree_with_three_levels_of_tiles_are_proven() {
    let size = 65_536 + 300;
    let fake = Fake::start(World::of("entry", size));
    let log = fake.log();
    let tree = log.latest_tree().await.unwrap();
    for index in [0, 255, 256, 65_535, 65_536, 65_791, 65_792, size as u64 - 1] {
        let proof = tree.prove(at(index)).await.unwrap();
        assert_eq!(proof, fake.world.lock().unwrap().proof(usize::try_from(index).unwrap()));
        verify(format!("entry {index}").as_bytes(), &proof, log.policy()).unwrap();
    }
}

#[tokio::test]
async fn an_empty_log_has_a_tree_and_no_leaves() {
    let log = Fake::start(World::default()).log();
    let tree = log.latest_tree().await.unwrap();
    assert_eq!(tree.size(), TreeSize::ZERO);
    let refused = tree.prove(at(0)).await.unwrap_err();
    assert!(matches!(refused, TreeError::OutsideTree { .. }), "{refused}");
}

#[tokio::test]
async fn a_leaf_past_the_checkpoint_is_refused_without_a_request() {
    let fake = Fake::start(World::of("entry", 5));
    let tree = fake.log().latest_tree().await.unwrap();
    let before = fake.requests.lock().unwrap().len();
    let refused = tree.prove(at(5)).await.unwrap_err();
    assert!(matches!(refused, TreeError::OutsideTree { .. }), "{refused}");
    assert_eq!(fake.requests.lock().unwrap().len(), before);
}

#[tokio::test]
async fn every_earlier_root_is_proven_from_the_later_tree() {
    let fake = Fake::start(World::of("entry", 600));
    let tree = fake.log().latest_tree().await.unwrap();
    for from in [0, 1, 2, 255, 256, 257, 511, 512, 599, 600] {
        let earlier = tree.earlier(TreeSize::new(from as u64).unwrap()).await.unwrap().unwrap();
        assert_eq!(*earlier.root(), World::of("entry", from).root(), "{from}");
    }
    assert_eq!(tree.earlier(TreeSize::new(601).unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn entries_come_in_order_whatever_the_range() {
    let fake = Fake::start(World::of("entry", 700));
    let log = fake.log();
    for (start, end) in [(0, 700), (0, 1), (255, 257), (256, 512), (699, 700), (300, 300)] {
        let entries: Vec<_> = log.entries(start..end).try_collect().await.unwrap();
        assert_eq!(entries.len() as u64, end - start);
        for (index, entry) in (start..).zip(&entries) {
            assert_eq!(entry.index().get(), index);
            assert_eq!(entry.bytes(), format!("entry {index}").as_bytes());
            assert_eq!(*entry.leaf_hash(), Hash::of_leaf(entry.bytes()));
        }
    }
}

#[tokio::test]
async fn entries_past_the_checkpoint_are_refused() {
    let log = Fake::start(World::of("entry", 10)).log();
    for (start, end) in [(0, 11), (11, 12), (u64::MAX, u64::MAX)] {
        let refused = log.entries(start..end).try_collect::<Vec<_>>().await.unwrap_err();
        let is_range = matches!(refused, ReadError::Entries(EntriesError::Range { size: 10, .. }));
        assert!(is_range, "{refused}");
    }
}

#[tokio::test]
async fn partial_tiles_and_bundles_that_are_gone_are_read_from_the_full_ones() {
    let fake = Fake::start(World::of("entry", 300));
    let log = fake.log();
    let trusted = log.latest().await.unwrap();
    fake.world.lock().unwrap().grow("entry", 300);
    fake.lie(
        |request, honest| {
            if request.path().contains("/001.p/") { Answer::status(404) } else { honest }
        },
    );
    let tree = log.tree(trusted).await.unwrap();
    tree.prove(at(299)).await.unwrap();
    let entries: Vec<_> = tree.entries(256..300).try_collect().await.unwrap();
    assert_eq!(entries.len(), 44);
    assert_eq!((fake.asked("tile/0/001"), fake.asked("tile/entries/001")), (1, 1));
}

#[tokio::test]
async fn a_partial_tile_that_is_gone_with_no_full_one_in_its_place_is_missed_by_its_name() {
    let fake = Fake::start(World::of("entry", 300));
    fake.lie_at("tile/1/000.p/1", |_| Answer::status(404));
    let refused = fake.log().latest_tree().await.unwrap_err();
    assert!(refused.to_string().contains("tile/1/000.p/1"), "{refused}");
}

#[tokio::test]
async fn a_verified_tile_is_fetched_once() {
    let fake = Fake::start(World::of("entry", 600));
    let log = fake.log();
    for index in [0, 1, 255] {
        log.prove(at(index)).await.unwrap();
    }
    assert_eq!(fake.asked("tile/0/000"), 1);
}

#[tokio::test]
async fn a_folder_spares_the_next_process_the_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(World::of("entry", 600));
    for _ in 0..2 {
        let cache = TileCache::default().with_folder(folder.path().into(), 100).unwrap();
        let builder = Log::builder(policy(&fake.url)).cache(cache.into());
        builder.build().unwrap().prove(at(7)).await.unwrap();
    }
    assert_eq!(fake.asked("tile/0/000"), 1);
}

#[tokio::test]
async fn a_prefix_means_the_same_with_and_without_a_trailing_slash() {
    let fake = Fake::start(World::of("entry", 3));
    for url in [fake.url.clone(), format!("{}/", fake.url)] {
        let log = Log::builder(policy(&fake.url)).url(&url).build().unwrap();
        log.prove(at(2)).await.unwrap();
    }
}

#[tokio::test]
async fn a_known_leaf_is_proven_only_where_it_is() {
    let log = Fake::start(World::of("entry", 30)).log();
    let leaf = Hash::of_leaf(b"entry 7");
    log.prove_leaf(at(7), &leaf).await.unwrap();
    let refused = log.prove_leaf(at(8), &leaf).await.unwrap_err();
    assert!(matches!(refused, ProveError::OtherLeaf { .. }), "{refused}");
}

#[test]
fn a_policy_and_options_that_do_not_name_one_log_are_refused() {
    let nowhere = policy_text("").replace(" \nwitness", "\nwitness");
    let policy = |text: &str| indelible_client::Policy::parse(text).unwrap();
    let refused = Log::builder(policy(&nowhere)).build().unwrap_err();
    assert!(matches!(refused, SetupError::NoUrl { .. }), "{refused}");
    let refused = Log::builder(policy("quorum none\n")).build().unwrap_err();
    assert!(matches!(refused, SetupError::NoLog), "{refused}");
    let second = indelible_note::SignerKey::from_seed(
        indelible_note::KeyName::parse("log.example/second").unwrap(),
        indelible_note::Algorithm::Ed25519,
        [9; 32],
    );
    let (one, two) = (log_key("log.example/one"), second);
    let two = format!("log {}\nlog {}\nquorum none\n", one.verifier(), two.verifier());
    let refused = Log::builder(policy(&two)).url("http://localhost").build().unwrap_err();
    assert!(matches!(refused, SetupError::SeveralLogs { count: 2 }), "{refused}");
    let builder = Log::builder(policy(&two)).url("http://localhost").options(impatient());
    assert_eq!(
        builder.origin("log.example/second").build().unwrap().origin().as_str(),
        "log.example/second"
    );
    let refused = Log::builder(policy(&two)).origin("log.example/third").build().unwrap_err();
    assert!(matches!(refused, SetupError::UnknownLog { .. }), "{refused}");
}
