//! An entry under a witnessed policy: added, proven, verified offline; anything else is refused.

use std::path::Path;

use indelible_note::{Algorithm, KeyName, Policy, SignerKey};
use indelible_tests::Client;
use indelible_tests::client::{done, ended};

use crate::ask;
use crate::scene::{ORIGIN, Scene};

/// What the client's exit code says of something that does not hold what it claims.
const UNPROVEN: Option<i32> = Some(2);

#[test]
fn an_entry_is_added_proven_and_verified_offline_under_both_witnesses() {
    let scene = Scene::witnessed(2, "");
    let server = scene.home.serve();
    let client = scene.client(&server.url);
    let first = scene.file("first", b"alice opened the safe");
    let second = scene.file("second", b"bob closed it");

    done(client.asking("add").arg("--wait").arg(&first));
    done(client.asking("add").arg(&second));
    ask::checkpoint_of(&server.url, 2);
    done(client.asking("prove").arg("--entry").arg(&second));
    // The log is gone; the proofs are not.
    server.stop();
    for (index, entry) in [&first, &second].into_iter().enumerate() {
        let said = done(client.offline("verify").arg(entry).arg("--json"));
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&said["verified"], &said["index"]), (&true.into(), &index.into()), "{said}");
        assert_eq!(said["cosigned_by"].as_array().unwrap().len(), 4, "{said}");
    }
}

#[test]
fn a_checkpoint_that_is_shown_carries_both_kinds_of_cosignature_of_each_witness() {
    let scene = Scene::witnessed(2, "");
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"entry");
    let claim = ask::checkpoint(&server.url);
    // Two of the log, two of each witness.
    assert_eq!(claim.signatures().len(), 6, "{}", claim.bytes().escape_ascii());
    let policy = Policy::parse(&std::fs::read_to_string(&scene.policy).unwrap()).unwrap();
    let trusted = policy.judge(&claim).unwrap();
    let mut witnesses: Vec<&str> =
        trusted.cosigned_by().iter().map(|cosigned| cosigned.witness()).collect();
    witnesses.sort_unstable();
    let expected = [
        "w1.example-ed25519",
        "w1.example-ml-dsa-44",
        "w2.example-ed25519",
        "w2.example-ml-dsa-44",
    ];
    assert_eq!(witnesses, expected);
    for key in &scene.keys {
        claim.verify(std::slice::from_ref(key)).unwrap();
    }
}

#[test]
fn another_entry_is_refused_under_a_good_proof() {
    let scene = Scene::witnessed(1, "");
    let server = scene.home.serve();
    let proof = ask::add_proven(&server.url, b"alice opened the safe");
    let proof = scene.file("proof", proof);
    let client = scene.client(&server.url);
    for entry in ["alice opened the safe\n", "alice opened the saf", "bob opened the safe"] {
        let entry = scene.file("entry", entry);
        let refused = ended(client.offline("verify").arg("--proof").arg(&proof).arg(entry));
        assert_eq!(refused.code, UNPROVEN, "{}", refused.said);
    }
}

#[test]
fn a_proof_is_refused_with_any_line_of_it_changed_or_taken_away() {
    let scene = Scene::witnessed(1, "");
    let server = scene.home.serve();
    ask::add_lines(&server.url, &(0..5).map(|number| number.to_string()).collect::<Vec<_>>());
    let proof = ask::add_proven(&server.url, b"entry");
    let entry = scene.file("entry", b"entry");
    let client = scene.client(&server.url);
    assert_eq!(verify(&client, &scene.file("proof", &proof), &entry), Some(0), "{proof}");

    let lines: Vec<&str> = proof.lines().collect();
    for at in 0..lines.len() {
        let mut changed = lines.clone();
        let other = with_last_letter_changed(lines[at]);
        changed[at] = &other;
        let changed = changed.join("\n") + "\n";
        let code = verify(&client, &scene.file("proof", &changed), &entry);
        assert_eq!(code, UNPROVEN, "line {at} changed: {changed}");

        let mut shorter = lines.clone();
        shorter.remove(at);
        let shorter = shorter.join("\n") + "\n";
        let code = verify(&client, &scene.file("proof", &shorter), &entry);
        // The policy asks for all of the witnesses' keys, and for one of the log's.
        let is_spare = lines[at].starts_with(&format!("\u{2014} {ORIGIN} "));
        let expected = if is_spare { Some(0) } else { UNPROVEN };
        assert_eq!(code, expected, "line {at} taken away: {shorter}");
    }
}

#[test]
fn a_proof_is_refused_under_a_policy_with_other_keys() {
    let scene = Scene::witnessed(1, "");
    let server = scene.home.serve();
    let proof = scene.file("proof", ask::add_proven(&server.url, b"entry"));
    let entry = scene.file("entry", b"entry");
    let policy = std::fs::read_to_string(&scene.policy).unwrap();

    let other_log =
        SignerKey::from_seed(KeyName::parse(ORIGIN).unwrap(), Algorithm::Ed25519, [7; 32]);
    let without_log = policy.lines().filter(|line| !line.starts_with("log "));
    let without_log: String = without_log.map(|line| format!("{line}\n")).collect();
    let other_witness = SignerKey::from_seed(
        KeyName::parse("w1.example").unwrap(),
        Algorithm::Ed25519Cosignature,
        [7; 32],
    );
    let old_witness = scene.witnesses[0].home.keys();
    let others = [
        format!("log {}\n{without_log}", other_log.verifier()),
        policy.replace(&old_witness[0].to_string(), &other_witness.verifier().to_string()),
    ];
    for other in others {
        assert_ne!(other, policy);
        let client = Client::new(&scene.file("other.policy", other), "");
        assert_eq!(verify(&client, &proof, &entry), UNPROVEN);
    }
}

fn verify(client: &Client, proof: &Path, entry: &Path) -> Option<i32> {
    ended(client.offline("verify").arg("--proof").arg(proof).arg(entry)).code
}

/// The last letter or digit becomes another one; an empty line becomes one.
fn with_last_letter_changed(line: &str) -> String {
    let Some(at) = line.rfind(|c: char| c.is_ascii_alphanumeric()) else { return "A".to_owned() };
    let (start, rest) = line.split_at(at);
    let other = if rest.starts_with('1') { "2" } else { "1" };
    format!("{start}{other}{}", &rest[1..])
}
