//! What tests ask a log over HTTP, without a client of ours in between.

use indelible_merkle::{TreeSize, tiles_of};
use indelible_note::Claim;
use indelible_tests::http::{self, Answer};
use indelible_tests::poll;
use indelible_wire::{ResourcePath, bundle};
use serde_json::Value;

const BYTES: &str = "application/octet-stream";

/// Adds an entry; its index.
pub(crate) fn add(url: &str, entry: &[u8]) -> u64 {
    http::post(&format!("{url}/add"), BYTES, entry).text().parse().expect("an index")
}

/// Adds an entry; the answer, whatever it is.
pub(crate) fn try_add(url: &str, query: &str, headers: &[(&str, &str)], entry: &[u8]) -> Answer {
    http::send(&format!("{url}/add{query}"), headers, entry).expect("an answer")
}

/// Adds an entry and waits for its checkpoint; the proof file.
pub(crate) fn add_proven(url: &str, entry: &[u8]) -> String {
    http::post(&format!("{url}/add?wait=checkpoint"), BYTES, entry).text()
}

/// Adds one entry a line, in one request; the indices.
pub(crate) fn add_lines(url: &str, lines: &[String]) -> Vec<u64> {
    let body = lines.join("\n");
    let answer = http::post(&format!("{url}/add-batch"), "application/x-ndjson", body.as_bytes());
    let added = json(&answer);
    let results = added["results"].as_array().expect("results");
    results.iter().map(|one| one["index"].as_u64().expect("an index")).collect()
}

/// The checkpoint that is shown.
pub(crate) fn checkpoint(url: &str) -> Claim {
    Claim::parse(&http::get_good(&format!("{url}/checkpoint")).body).expect("a checkpoint")
}

/// The size that is shown.
pub(crate) fn size(url: &str) -> u64 {
    checkpoint(url).unverified().size().get()
}

/// The checkpoint that is shown once it covers so many entries.
pub(crate) fn checkpoint_of(url: &str, size: u64) -> Claim {
    poll::until("a checkpoint that covers what was added", || {
        let shown = http::get(&format!("{url}/checkpoint")).expect("an answer");
        let claim = (shown.status == 200).then(|| Claim::parse(&shown.body).expect("one"))?;
        (claim.unverified().size().get() >= size).then_some(claim)
    })
}

/// Every entry below the checkpoint that is shown, from its bundles.
pub(crate) fn entries(url: &str) -> Vec<Vec<u8>> {
    let size = checkpoint(url).unverified().size();
    let bundles = tiles_of(size).filter(|tile| tile.level() == 0).map(|tile| {
        let (index, width) = (tile.index(), tile.width());
        let path = ResourcePath::Entries { index, width };
        let bytes = http::get_good(&format!("{url}/{path}")).body;
        let entries = bundle::parse(&bytes, width.into()).expect("a bundle");
        entries.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
    });
    bundles.flatten().collect()
}

/// The paths of all that a log serves for this size.
pub(crate) fn resources(size: TreeSize) -> Vec<String> {
    let bundles = tiles_of(size)
        .filter(|tile| tile.level() == 0)
        .map(|tile| ResourcePath::Entries { index: tile.index(), width: tile.width() }.to_string());
    tiles_of(size).map(|tile| ResourcePath::Tile(tile).to_string()).chain(bundles).collect()
}

/// A body that is JSON.
pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("no JSON: {}", answer.text()))
}

/// Asserts that an answer is a refusal of this kind, as a problem document; its detail.
pub(crate) fn expect_problem(answer: &Answer, status: u16, slug: &str) -> String {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let problem = json(answer);
    assert_eq!(problem["status"], status, "{problem}");
    assert_eq!(problem["type"], format!("/problems/{slug}"), "{problem}");
    problem["detail"].as_str().expect("a detail").to_owned()
}
