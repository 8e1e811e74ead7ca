//! `GET proof/inclusion` and `GET proof/consistency`, verified as a client would.

use axum::http::header;
use indelible_merkle::{Hash, LeafIndex, consistency, inclusion};
use indelible_note::{ProofFile, strict};
use indelible_wire::{ConsistencyAnswer, InclusionAnswer};

use crate::testing::oracle_root;

use super::fixture::serve;

const SIZES: [usize; 14] = [1, 2, 3, 4, 5, 7, 8, 13, 100, 255, 256, 257, 511, 600];

#[tokio::test]
async fn every_entry_is_proven_in_every_size_that_has_it() {
    let served = serve("").await;
    let leaves = served.fill(600).await;
    for size in SIZES {
        let root = oracle_root(&leaves[..size]);
        for index in
            [0, 1, size / 2, size.saturating_sub(2), size - 1].into_iter().filter(|i| *i < size)
        {
            let uri = format!("/proof/inclusion?index={index}&size={size}");
            let claim = served.get(&uri).await.json::<InclusionAnswer>().decode().unwrap();
            assert_eq!(claim.leaf(), &leaves[index]);
            let (index, size) = (claim.index(), claim.size());
            inclusion::verify(claim.leaf(), index, size, claim.proof(), &root).unwrap();
            served.policy().judge(claim.checkpoint()).unwrap();
        }
    }
}

#[tokio::test]
async fn every_size_is_proven_to_begin_every_larger_one() {
    let served = serve("").await;
    let leaves = served.fill(600).await;
    for from in [0].into_iter().chain(SIZES) {
        for to in SIZES.into_iter().filter(|to| from <= *to) {
            let uri = format!("/proof/consistency?from={from}&to={to}");
            let claim = served.get(&uri).await.json::<ConsistencyAnswer>().decode().unwrap();
            let roots = (oracle_root(&leaves[..from]), oracle_root(&leaves[..to]));
            consistency::verify(claim.growth(), &roots.0, &roots.1, claim.proof()).unwrap();
        }
    }
}

#[tokio::test]
async fn an_entry_is_found_by_its_leaf_hash_the_first_of_equals() {
    let served = serve("").await;
    let leaves = served.fill(20).await;
    served.post("/add?wait=checkpoint", &[], b"entry 7").await;
    let base64 = strict::to_hash_text(&leaves[7]);
    let escaped = base64.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
    let url_safe = base64.replace('+', "-").replace('/', "_");
    for text in [leaves[7].to_string(), base64, escaped, url_safe] {
        let answer = served.get(&format!("/proof/inclusion?leaf_hash={text}")).await;
        let claim = answer.json::<InclusionAnswer>().decode().unwrap();
        assert_eq!((claim.index().get(), claim.size().get()), (7, 21));
    }
    let unknown = Hash::of_leaf(b"never added");
    served.get(&format!("/proof/inclusion?leaf_hash={unknown}")).await.problem("leaf-unknown");
    let before = format!("/proof/inclusion?leaf_hash={}&size=7", leaves[7]);
    served.get(&before).await.problem("leaf-unknown");
}

#[tokio::test]
async fn a_tlog_proof_is_against_the_checkpoint() {
    let served = serve("").await;
    let leaves = served.fill(20).await;
    let accept = [("accept", "application/vnd.c2sp.tlog-proof")];
    for uri in ["/proof/inclusion?index=4", "/proof/inclusion?index=4&size=20"] {
        let answer = served.get_with(uri, &accept).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), Some(accept[0].1));
        let proof = ProofFile::parse(&answer.body).unwrap();
        let proven = proof.verify(&leaves[4], served.policy()).unwrap();
        assert_eq!(proven.index(), LeafIndex::new(4).unwrap());
    }
    served.get_with("/proof/inclusion?index=4&size=19", &accept).await.problem("query");
}

#[tokio::test]
async fn nothing_is_proven_beyond_the_published_size() {
    let served = serve("").await;
    served.fill(20).await;
    let beyond = [
        "inclusion?index=20",
        "inclusion?index=9223372036854775806",
        "inclusion?index=0&size=21",
        "inclusion?index=5&size=5",
        "inclusion?index=0&size=0",
        "inclusion?index=0&size=9223372036854775807",
        "consistency?from=0&to=21",
        "consistency?from=21&to=21",
        "consistency?from=9223372036854775807&to=9223372036854775807",
    ];
    for query in beyond {
        served.get(&format!("/proof/{query}")).await.problem("not-published");
    }
    let empty = serve("").await.shown().await;
    empty.get("/proof/inclusion?index=0").await.problem("not-published");
    let claim = empty.get("/proof/consistency?from=0").await.json::<ConsistencyAnswer>();
    assert!(claim.hashes.is_empty() && claim.to == 0);
}

#[tokio::test]
async fn queries_are_strict() {
    let served = serve("").await;
    let leaves = served.fill(20).await;
    let hash = &leaves[0];
    let malformed = [
        "inclusion",
        "inclusion?",
        "inclusion?index",
        "inclusion?index=",
        "inclusion?index=01",
        "inclusion?index=+1",
        "inclusion?index=-1",
        "inclusion?index=1.0",
        "inclusion?index=0x1",
        "inclusion?index=9223372036854775807",
        "inclusion?index=18446744073709551616",
        "inclusion?index=1&index=1",
        "inclusion?index=1&index=2",
        "inclusion?Index=1",
        "inclusion?index=1&extra=1",
        "inclusion?index=1&size=",
        "inclusion?index=1&size=020",
        "inclusion?leaf_hash=",
        "inclusion?leaf_hash=00",
        "inclusion?size=1",
        "inclusion?%69ndex=1",
        "inclusion?index=%00",
        "inclusion?index=1%00",
        "inclusion?index=%zz",
        "inclusion?index=1;size=1",
        "consistency",
        "consistency?to=3",
        "consistency?from=",
        "consistency?from=3&to=2",
        "consistency?from=20&to=19",
        "consistency?from=a",
        "consistency?from=1&from=1",
        "consistency?from=1&size=2",
        "consistency?from=1&to=9223372036854775808",
    ];
    for query in malformed {
        served.get(&format!("/proof/{query}")).await.problem("query");
    }
    served.get(&format!("/proof/inclusion?index=0&leaf_hash={hash}")).await.problem("query");
    for (query, accept) in
        [("inclusion?index=0", "text/plain"), ("consistency?from=0", "text/*, image/png")]
    {
        let answer = served.get_with(&format!("/proof/{query}"), &[("accept", accept)]).await;
        answer.problem("not-acceptable");
    }
}
