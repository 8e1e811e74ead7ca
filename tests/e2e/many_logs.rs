//! Several logs on one server, each with its own keys and its own prefix.

use indelible_tests::client::ended;
use indelible_tests::folder::written;
use indelible_tests::{Client, LogHome, http};

use crate::ask;

/// Origin and path of each.
const LOGS: [(&str, &str); 3] = [
    ("log.example/root", "/"),
    ("log.example/team", "/team"),
    ("log.example/team/deep", "/teams/of/three"),
];

#[test]
fn the_same_bytes_in_three_logs_verify_under_their_own_policy_only() {
    let folder = tempfile::tempdir().unwrap();
    let settings: String = LOGS
        .iter()
        .map(|(origin, path)| {
            format!("[[log]]\norigin = \"{origin}\"\npath = \"{path}\"\npublish_interval_ms = 20\n")
        })
        .collect();
    let home = LogHome::new(folder.path(), &settings);
    let keys = home.init();
    assert_eq!(keys.len(), 6);
    let server = home.serve();
    let entry = written(folder.path(), "entry", b"the same bytes");
    let (mut clients, mut proofs) = (Vec::new(), Vec::new());
    for ((origin, path), keys) in LOGS.iter().zip(keys.chunks(2)) {
        let url = format!("{}{path}", server.url);
        let url = url.trim_end_matches('/');
        let policy: String = keys.iter().map(|key| format!("log {key}\n")).collect();
        let name = origin.replace('/', "-");
        let policy = written(folder.path(), &format!("{name}.policy"), policy + "quorum none\n");
        let proof = ask::add_proven(url, b"the same bytes");
        assert!(proof.contains(&format!("\n{origin}\n1\n")), "{proof}");
        proofs.push(written(folder.path(), &format!("{name}.tlog-proof"), proof));
        clients.push(Client::new(&policy, url));
        assert_eq!(ask::entries(url), [b"the same bytes"]);
        assert_eq!(ended(&mut clients.last().unwrap().asking("check")).code, Some(0));
    }
    for (at, client) in clients.iter().enumerate() {
        for (of, proof) in proofs.iter().enumerate() {
            let verified = ended(client.offline("verify").arg("--proof").arg(proof).arg(&entry));
            let expected = if at == of { 0 } else { 2 };
            assert_eq!(verified.code, Some(expected), "{at}, {of}: {}", verified.said);
        }
    }
    // A server that answers for the log next door is not believed.
    let swapped = Client::new(&folder.path().join("log.example-root.policy"), &server.url);
    assert_eq!(ended(&mut swapped.asking("check")).code, Some(0));
    let next_door = format!("{}/team", server.url);
    let swapped = Client::new(&folder.path().join("log.example-root.policy"), &next_door);
    assert_eq!(ended(&mut swapped.asking("check")).code, Some(2));

    let readiness = ask::json(&http::get_good(&format!("{}/readyz", server.url)));
    let origins: Vec<&str> =
        readiness.as_array().unwrap().iter().map(|log| log["origin"].as_str().unwrap()).collect();
    assert_eq!(origins, LOGS.map(|(origin, _)| origin));
    for nowhere in ["nobody", "teams", "teams/of", "team/three", "TEAM"] {
        let url = format!("{}/{nowhere}", server.url);
        let read = http::get(&format!("{url}/checkpoint")).unwrap();
        ask::expect_problem(&read, 404, "no-such-route");
        let added = http::send(&format!("{url}/add"), &[], b"entry").unwrap();
        ask::expect_problem(&added, 404, "no-such-route");
    }
}

#[test]
fn logs_that_would_stand_in_each_others_way_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log =
        |origin: &str, path: &str| format!("[[log]]\norigin = \"{origin}\"\npath = \"{path}\"\n");
    let refused = [
        (log("log.example/a", "/a") + &log("log.example/a", "/b"), "log.example/a is set twice"),
        (log("log.example/a", "/a") + &log("log.example/b", "/a/"), "path /a/ is set twice"),
        (log("log.example/a", "/tile/a"), "starts with the name of a route"),
        (log("log.example/a", "/metrics"), "starts with the name of a route"),
        (log("log.example/a", "a"), "must start with /"),
        (log("log.example/a", "/a/../b"), "must start with /"),
        (String::new(), "no [[log]] is set"),
    ];
    for (settings, why) in refused {
        let home = LogHome::new(folder.path(), &settings);
        let said = home.refused("init", &[]);
        assert!(said.contains(why), "{settings}: {said}");
        assert!(!folder.path().join("data").exists(), "{said}");
    }
}
