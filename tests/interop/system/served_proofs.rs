//! Proofs that our server makes, judged by other people's libraries.

use indelible_note::ProofFile;
use indelible_tests::http;
use serde_json::{Value, json};

use super::our_log::{ORIGIN, OurLog};
use crate::oracle::{Oracle, base64, bytes, number, text};

/// So that the tree has two levels of tiles before the first proof.
const BEFORE: u64 = 300;

const ADDED: u64 = 20;

#[test]
fn what_a_submitter_and_a_thin_client_get_is_verified_by_others() {
    let log = OurLog::start();
    let mut oracle = Oracle::start();
    let before: Vec<String> = (1..BEFORE).map(|number| number.to_string()).collect();
    log.add(&before);

    let mut heads = Vec::new();
    for index in BEFORE..BEFORE + ADDED {
        let entry = format!("entry {index}");
        let file = proof_of_added(&log, entry.as_bytes());
        let leaf = indelible_merkle::Hash::of_leaf(entry.as_bytes());
        let question = json!({
            "file": file,
            "leaf_hash": base64(leaf.as_bytes()),
            "origin": ORIGIN,
            "log": log.key.to_string(),
            "policy": "quorum none\n",
        });
        let proven = oracle.must("proof.verify", &question);
        assert_eq!(number(&proven["index"]), index);
        heads.push(ProofFile::parse(file.as_bytes()).expect("a proof file"));
    }
    for index in (0..BEFORE + ADDED).step_by(17) {
        included(&mut oracle, &log, index);
    }
    for (from, to) in heads.iter().zip(heads.iter().skip(1)) {
        consistent(&mut oracle, &log, from, to);
    }
    if let [first, .., last] = heads.as_slice() {
        consistent(&mut oracle, &log, first, last);
    }
}

fn proof_of_added(log: &OurLog, entry: &[u8]) -> String {
    let url = format!("{}/add?wait=checkpoint", log.url);
    http::post(&url, "application/octet-stream", entry).text()
}

fn included(oracle: &mut Oracle, log: &OurLog, index: u64) {
    let said = asked(log, &format!("proof/inclusion?index={index}"));
    let opened = opened(oracle, log, &said);
    assert_eq!(number(&said["size"]), number(&opened["size"]));
    let claim = json!({
        "index": index,
        "size": said["size"],
        "leaf_hash": said["leaf_hash"],
        "root": opened["root"],
        "hashes": said["hashes"],
    });
    assert!(oracle.accepts("inclusion.verify", &claim), "{said}");
}

fn consistent(oracle: &mut Oracle, log: &OurLog, from: &ProofFile, to: &ProofFile) {
    let (from, to) = (from.checkpoint().unverified(), to.checkpoint().unverified());
    let said = asked(log, &format!("proof/consistency?from={}&to={}", from.size(), to.size()));
    let claim = json!({
        "from": from.size().get(),
        "to": to.size().get(),
        "from_root": base64(from.root().as_bytes()),
        "to_root": base64(to.root().as_bytes()),
        "hashes": said["hashes"],
    });
    assert!(oracle.accepts("consistency.verify", &claim), "{said}");
}

fn asked(log: &OurLog, path: &str) -> Value {
    let url = format!("{}/{path}", log.url);
    let answer = http::get_good(&url);
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// The checkpoint that came with a proof, as others read it.
fn opened(oracle: &mut Oracle, log: &OurLog, said: &Value) -> Value {
    let question = json!({
        "note": text(&said["checkpoint"]),
        "origin": ORIGIN,
        "log": log.key.to_string(),
    });
    let opened = oracle.must("checkpoint.open", &question);
    assert_eq!(bytes(&opened["root"]).len(), 32);
    opened
}
