//! A log on Tessera that shows only what witnesses of ours have cosigned.

use indelible_note::{Algorithm, Policy};
use indelible_tests::http;
use serde_json::json;

use super::our_client::OurClient;
use super::our_witness::OurWitness;
use super::tessera_log::{LogKey, TesseraLog};
use crate::oracle::{Oracle, number};

const ORIGIN: &str = "log.example/tessera";

/// `printf log.example/tessera | sha256sum`
const ORIGIN_HASH: &str = "b45a4ecf28f989d4ecfa7eca3252a9b9db89ae07522a49c1b36557c5564fa355";

#[test]
fn a_log_of_another_program_is_cosigned_by_our_witnesses_and_followed_by_our_client() {
    let key = LogKey::new(ORIGIN);
    let witnesses = Witnesses::start(&key);
    let log = TesseraLog::witnessed(&key, &witnesses.policy(&key));
    let client = OurClient::new(log.folder.path(), &witnesses.policy(&key), &log.url);

    // Its first checkpoint is of the empty tree.
    log.checkpoint_of(0);
    assert_eq!(client.follow(), ("first".to_owned(), 0));
    let mut size = 0;
    for round in 0..4 {
        let entries: Vec<String> = (0..70).map(|number| format!("{round}, {number}")).collect();
        log.add(&entries);
        size += 70;
        let claim = log.checkpoint_of(size);
        let policy = Policy::parse(&witnesses.policy(&key)).expect("a policy");
        let trusted = policy.judge(&claim).expect("both witnesses");
        assert_eq!(trusted.cosigned_by().len(), 2);
        assert_eq!(client.follow(), ("grown".to_owned(), size));
    }
    assert_eq!(client.follow(), ("same".to_owned(), size));
    assert_eq!(client.check(), size);

    let index = client.add("entry", b"by our client");
    assert_eq!(index, size);
    log.checkpoint_of(size + 1);
    client.prove("entry", index);
    assert_eq!(client.follow(), ("grown".to_owned(), size + 1));
    witnesses.monitored_at(&key, size + 1);
}

#[test]
fn a_fork_of_a_log_of_another_program_is_not_cosigned() {
    let key = LogKey::new(ORIGIN);
    let witnesses = Witnesses::start(&key);
    let honest = TesseraLog::witnessed(&key, &witnesses.policy(&key));
    // While both are empty they are one log: the witnesses cannot tell them apart.
    let fork = TesseraLog::witnessed(&key, &witnesses.policy(&key));
    fork.checkpoint_of(0);
    honest.add(&["one".to_owned(), "two".to_owned()]);
    honest.checkpoint_of(2);

    fork.add(&["one".to_owned(), "another".to_owned(), "three".to_owned()]);
    for witness in [&witnesses.classical, &witnesses.post_quantum] {
        let refusal =
            format!("{}/add-checkpoint\" says that the consistency proof is bad", witness.url);
        fork.program.hear(|line| line.contains(&refusal).then_some(()));
    }
    let shown = fork.checkpoint().map(|claim| claim.unverified().size().get());
    assert_eq!(shown, Some(0), "the fork shows only what it shared");
    witnesses.monitored_at(&key, 2);
}

/// Two witnesses, of which one is asked for Ed25519 and the other for ML-DSA-44.
struct Witnesses {
    classical: OurWitness,
    post_quantum: OurWitness,
}

impl Witnesses {
    fn start(key: &LogKey) -> Self {
        Self {
            classical: OurWitness::start("witness.example/w1", &key.public),
            post_quantum: OurWitness::start("witness.example/w2", &key.public),
        }
    }

    /// For Tessera and for our client alike.
    fn policy(&self, key: &LogKey) -> String {
        format!(
            "log {}\n\
             witness w1 {} {}\n\
             witness w2 {} {}\n\
             group both all w1 w2\n\
             quorum both\n",
            key.public,
            self.classical.key(Algorithm::Ed25519Cosignature),
            self.classical.url,
            self.post_quantum.key(Algorithm::MlDsa44),
            self.post_quantum.url,
        )
    }

    /// What each witness shows of the log is of this size, and others verify all its signatures.
    fn monitored_at(&self, key: &LogKey, size: u64) {
        let mut oracle = Oracle::start();
        for witness in [&self.classical, &self.post_quantum] {
            let url = format!("{}/{ORIGIN_HASH}/checkpoint", witness.url);
            let shown = http::get(&url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(shown.status, 200, "{url}: {}", shown.text());
            let others = [Algorithm::Ed25519Cosignature, Algorithm::MlDsa44]
                .map(|algorithm| witness.key(algorithm).to_string());
            let asked = json!({
                "note": shown.text(),
                "origin": ORIGIN,
                "log": key.public.to_string(),
                "others": others,
            });
            let opened = oracle.must("checkpoint.open", &asked);
            assert_eq!(number(&opened["size"]), size, "{}", shown.text());
            let signatures = opened["signatures"].as_array().map(Vec::len);
            assert_eq!(signatures, Some(3), "{}", shown.text());
        }
    }
}
