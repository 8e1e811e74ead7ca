//! `GET checkpoint`, `GET tile/...`, `GET tile/entries/...`.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use indelible_merkle::{Hash, Tile, tiles_of};
use indelible_wire::{ResourcePath, bundle};

use super::fixture::{Answer, Served, request, serve};

async fn full(count: usize) -> (Served, Vec<Hash>) {
    let served = serve("").await;
    let leaves = served.fill(count).await;
    (served, leaves)
}

#[tokio::test]
async fn every_tile_and_bundle_of_the_published_tree_is_served() {
    let (served, leaves) = full(700).await;
    let size = served.checkpoint().await.unverified().size();
    let mut bundles = 0;
    for id in tiles_of(size) {
        let answer = served.get(&format!("/{}", ResourcePath::Tile(id))).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), Some("application/octet-stream"));
        let tile = Tile::parse(id, answer.body.to_vec()).unwrap();
        if id.level() == 0 {
            let start = usize::try_from(id.index()).unwrap() * 256;
            assert_eq!(tile.hashes(), &leaves[start..start + tile.hashes().len()]);
            let path = ResourcePath::Entries { index: id.index(), width: id.width() };
            let answer = served.get(&format!("/{path}")).await;
            let entries = bundle::parse(&answer.body, tile.hashes().len()).unwrap();
            let hashed: Vec<Hash> = entries.into_iter().map(Hash::of_leaf).collect();
            assert_eq!(hashed, tile.hashes());
            bundles += 1;
        } else {
            let below = leaves.chunks_exact(256).map(crate::testing::oracle_root);
            assert_eq!(tile.hashes(), below.collect::<Vec<_>>());
        }
    }
    assert_eq!(bundles, 3);
}

#[tokio::test]
async fn a_partial_tile_is_served_at_every_width_the_tree_has_passed() {
    let (served, leaves) = full(300).await;
    let whole = served.get("/tile/0/000").await.body;
    for width in [1, 2, 44, 255] {
        let tile = served.get(&format!("/tile/0/000.p/{width}")).await;
        assert_eq!(tile.body, whole[..width * 32]);
        let entries = served.get(&format!("/tile/entries/000.p/{width}")).await;
        let entries = bundle::parse(&entries.body, width).unwrap();
        assert_eq!(Hash::of_leaf(entries[width - 1]), leaves[width - 1]);
    }
    assert_eq!(served.get("/tile/0/001.p/44").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_tree_does_not_have_is_not_served() {
    let (served, _) = full(300).await;
    let absent = [
        "0/001",
        "0/001.p/45",
        "0/001.p/255",
        "0/002",
        "0/002.p/1",
        "1/000",
        "1/000.p/2",
        "1/001.p/1",
        "2/000.p/1",
        "7/000.p/1",
        "63/000.p/1",
        "0/x999/x999/x999/999",
        "entries/001",
        "entries/001.p/45",
        "entries/002.p/1",
        "entries/x123/456.p/1",
    ];
    for path in absent {
        served.get(&format!("/tile/{path}")).await.problem("not-published");
    }
    let empty = serve("").await.shown().await;
    for path in ["0/000", "0/000.p/1", "entries/000", "entries/000.p/1"] {
        empty.get(&format!("/tile/{path}")).await.problem("not-published");
    }
}

#[tokio::test]
async fn a_resource_has_one_spelling() {
    let (served, _) = full(300).await;
    let malformed = [
        "0/0",
        "0/00",
        "0/0000",
        "00/000",
        "+0/000",
        "64/000",
        "-1/000",
        "0/x000/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p",
        "0/000/",
        "0/001/000",
        "0/x001",
        "0/abc",
        "0/%30%30%30",
        "0/000%00",
        "0/000.p%2F1",
        "%30/000",
        "0/\u{ff10}00",
        "entries/0",
        "entries/x000/000",
        "entries/000.p/0",
        "entries/000.p/256",
        "entries/000.p/-1",
        "entries/%78001/000",
        "entries/000/",
        "entries/..",
        "data/000",
        "a/b/c",
        "0/x001/x001/x001/x001/x001/x001/x001/x001/000",
        "0/99999999999999999999",
    ];
    for path in malformed {
        let uri: String = path
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { "%EF%BC%90".to_owned() })
            .collect();
        served.get(&format!("/tile/{uri}")).await.problem("path");
    }
    for path in
        ["/tile", "/tile/", "/tile/0", "/tile/0/", "/tile/entries", "/tile/entries/", "/Tile/0/000"]
    {
        served.get(path).await.problem("no-such-route");
    }
}

fn control(answer: &Answer) -> &str {
    answer.header(header::CACHE_CONTROL).unwrap()
}

#[tokio::test]
async fn caches_keep_what_is_immutable_and_ask_again_for_the_checkpoint() {
    let (served, _) = full(300).await;
    for path in ["/tile/0/000", "/tile/entries/000"] {
        assert_eq!(control(&served.get(path).await), "public, max-age=31536000, immutable");
    }
    assert_eq!(control(&served.get("/checkpoint").await), "public, max-age=1");
    assert_eq!(control(&served.get("/proof/inclusion?index=0").await), "public, max-age=1");
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(control(&served.get(path).await), "no-store");
    }
}

#[tokio::test]
async fn a_reader_who_has_it_is_told_so() {
    let (served, _) = full(300).await;
    for path in ["/tile/0/000", "/tile/entries/000", "/checkpoint"] {
        let first = served.get(path).await;
        let tag = first.header(header::ETAG).unwrap();
        assert!(tag.starts_with('"'), "{tag}");
        for held in [tag.to_owned(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let answer = served.get_with(path, &[("if-none-match", &held)]).await;
            assert_eq!((answer.status, answer.body.len()), (StatusCode::NOT_MODIFIED, 0), "{held}");
            assert_eq!(answer.header(header::ETAG), Some(tag));
            assert_eq!(control(&answer), control(&first));
        }
        for held in ["\"x\"", "x", "W/\"\"", tag.trim_matches('"')] {
            let answer = served.get_with(path, &[("if-none-match", held)]).await;
            assert_eq!(answer.status, StatusCode::OK, "{held}");
        }
    }
    let tag = served.get("/checkpoint").await.header(header::ETAG).unwrap().to_owned();
    served.post("/add?wait=checkpoint", &[], b"newer").await;
    let newer = served.get_with("/checkpoint", &[("if-none-match", &tag)]).await;
    assert_eq!(newer.status, StatusCode::OK);
}

#[tokio::test]
async fn head_says_what_get_would() {
    let (served, _) = full(300).await;
    let paths =
        ["/checkpoint", "/tile/0/000", "/tile/entries/000", "/proof/inclusion?index=1", "/nope"];
    for path in paths {
        let get = served.get(path).await;
        let head = served.send(request(Method::HEAD, path, &[], Body::empty())).await;
        assert!(head.body.is_empty());
        assert_eq!(head.status, get.status, "{path}");
        for name in
            [header::CONTENT_TYPE, header::ETAG, header::CACHE_CONTROL, header::CONTENT_LENGTH]
        {
            assert_eq!(head.headers.get(&name), get.headers.get(&name), "{path} {name}");
        }
    }
    let headers = [("range", "bytes=0-3")];
    let head = served.send(request(Method::HEAD, "/tile/0/000", &headers, Body::empty())).await;
    assert_eq!(head.status, StatusCode::OK);
}

#[tokio::test]
async fn bundles_are_compressed_for_who_takes_it_and_tiles_are_not() {
    let (served, _) = full(300).await;
    let plain = served.get("/tile/entries/000").await;
    assert_eq!(plain.header(header::VARY), Some("accept-encoding"));
    let strong = plain.header(header::ETAG).unwrap();
    let weak = format!("W/{strong}");
    // Magic numbers of RFC 8878, section 3.1.1, and RFC 1952, section 2.3.1.
    let codings: [(_, _, &[u8]); 4] = [
        ("gzip", "gzip", &[0x1f, 0x8b]),
        ("zstd", "zstd", &[0x28, 0xb5, 0x2f, 0xfd]),
        ("gzip;q=0.5, zstd", "zstd", &[0x28, 0xb5, 0x2f, 0xfd]),
        ("br, gzip", "gzip", &[0x1f, 0x8b]),
    ];
    for (accepted, coding, magic) in codings {
        let headers = [("accept-encoding", accepted)];
        let small = served.get_with("/tile/entries/000", &headers).await;
        assert_eq!(small.header(header::CONTENT_ENCODING), Some(coding));
        assert_eq!(small.header(header::ETAG), Some(weak.as_str()));
        assert_eq!(small.header(header::VARY), Some("accept-encoding"));
        assert!(small.body.starts_with(magic) && small.body.len() * 3 < plain.body.len());
        let held = [("accept-encoding", accepted), ("if-none-match", weak.as_str())];
        let same = served.get_with("/tile/entries/000", &held).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED);
        assert_eq!(same.header(header::VARY), Some("accept-encoding"));
        let tile = served.get_with("/tile/0/000", &headers).await;
        assert_eq!(tile.header(header::CONTENT_ENCODING), None);
        assert_eq!(tile.header(header::VARY), None);
    }
    let headers = [("accept-encoding", "identity;q=0, br")];
    served.get_with("/tile/entries/000", &headers).await.problem("not-acceptable");
    let same = served.get_with("/tile/entries/000", &[("accept-encoding", "nonsense")]).await;
    assert_eq!(same.body, plain.body);
}

#[tokio::test]
async fn a_range_is_a_part_of_the_same_bytes() {
    let (served, _) = full(300).await;
    for path in ["/tile/0/000", "/tile/entries/000"] {
        let whole = served.get(path).await;
        assert_eq!(whole.header(header::ACCEPT_RANGES), Some("bytes"));
        let (tag, length) = (whole.header(header::ETAG).unwrap(), whole.body.len());
        let headers = [("range", "bytes=10-29"), ("accept-encoding", "gzip"), ("if-range", tag)];
        let part = served.get_with(path, &headers).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.body, whole.body[10..30]);
        assert_eq!(part.header(header::ETAG), Some(tag));
        assert_eq!(part.header(header::CONTENT_ENCODING), None);
        let place = format!("bytes 10-29/{length}");
        assert_eq!(part.header(header::CONTENT_RANGE), Some(place.as_str()));
        let other = [("range", "bytes=10-29"), ("if-range", "\"other\"")];
        assert_eq!(served.get_with(path, &other).await.body, whole.body);
        let past = [("range", "bytes=10000000-")];
        let past = served.get_with(path, &past).await;
        past.problem("range");
        let place = format!("bytes */{length}");
        assert_eq!(past.header(header::CONTENT_RANGE), Some(place.as_str()));
    }
}

#[tokio::test]
async fn a_query_or_any_accept_does_not_hide_a_resource() {
    let (served, _) = full(300).await;
    for path in ["/checkpoint?x=1", "/tile/0/000?", "/tile/entries/000?a&b=%00"] {
        let answer = served.get_with(path, &[("accept", "image/png")]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
}
