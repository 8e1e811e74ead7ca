//! Tessera's `fsck` over a log of ours.

use std::path::Path;

use indelible_merkle::{TreeSize, tiles_of};
use indelible_note::Claim;
use indelible_tests::folder::written;
use indelible_tests::http;
use indelible_wire::ResourcePath;

use super::our_log::OurLog;
use super::tessera;

/// More than 3,000 as asked, and at the end of no tile.
const ENTRIES: usize = 3_500;

#[test]
fn a_log_of_ours_is_found_whole_and_a_copy_with_one_bit_flipped_is_not() {
    let log = OurLog::start();
    let claim = log.add(&entries());
    let size = claim.unverified().size();
    assert!(size.get() > 3_000, "{size}");

    let verdict = tessera::fsck(&log.url, &log.key, log.folder.path());
    assert!(verdict.is_whole(size.get()), "{}", verdict.said());

    let copy = log.folder.path().join("copy");
    copy_log(&log, &claim, &copy);
    let url = format!("file://{}", copy.display());
    let verdict = tessera::fsck(&url, &log.key, log.folder.path());
    assert!(verdict.is_whole(size.get()), "the copy: {}", verdict.said());

    for path in ["tile/entries/003", "tile/0/007", "tile/1/000.p/13"] {
        let whole = fetched(&log, path);
        let mut broken = whole.clone();
        broken[whole.len() / 2] ^= 1;
        written(&copy, path, &broken);
        let verdict = tessera::fsck(&url, &log.key, log.folder.path());
        assert!(!verdict.is_whole(size.get()), "{path} is broken, but: {}", verdict.said());
        written(&copy, path, &whole);
    }
}

fn entries() -> Vec<String> {
    (0..ENTRIES).map(|number| format!("{{\"entry\":{number}}}")).collect()
}

fn copy_log(log: &OurLog, claim: &Claim, to: &Path) {
    written(to, "checkpoint", claim.bytes());
    for path in resources(claim.unverified().size()) {
        written(to, &path, fetched(log, &path));
    }
}

/// Every tile and bundle of a tree.
fn resources(size: TreeSize) -> Vec<String> {
    let tiles: Vec<_> = tiles_of(size).collect();
    let bundles = tiles
        .iter()
        .filter(|tile| tile.level() == 0)
        .map(|tile| ResourcePath::Entries { index: tile.index(), width: tile.width() }.to_string());
    tiles.iter().map(|tile| ResourcePath::Tile(*tile).to_string()).chain(bundles).collect()
}

fn fetched(log: &OurLog, path: &str) -> Vec<u8> {
    http::get_good(&format!("{}/{path}", log.url)).body
}
