//! Tessera's own log, read and written by our client.

use super::our_client::OurClient;
use super::tessera;
use super::tessera_log::{LogKey, TesseraLog};

#[test]
fn our_client_follows_checks_adds_to_and_proves_from_a_log_that_is_wholly_anothers() {
    let key = LogKey::new("log.example/plain");
    let log = TesseraLog::plain(&key);
    let policy = format!("log {}\nquorum none\n", key.public);
    let client = OurClient::new(log.folder.path(), &policy, &log.url);

    assert_eq!(client.follow(), ("first".to_owned(), 0));
    let entries: Vec<String> = (0..300).map(|number| format!("entry {number}")).collect();
    let mut indices = log.add(&entries);
    indices.sort_unstable();
    assert!(indices.into_iter().eq(0..300));
    log.checkpoint_of(300);
    assert_eq!(client.follow(), ("grown".to_owned(), 300));
    assert_eq!(client.check(), 300);

    let index = client.add("entry", b"by our client");
    assert_eq!(index, 300);
    log.checkpoint_of(301);
    client.prove("entry", index);
    assert_eq!(client.follow(), ("grown".to_owned(), 301));
    assert_eq!(client.follow(), ("same".to_owned(), 301));

    let verdict = tessera::fsck(&log.url, &key.public, log.folder.path());
    assert!(verdict.is_whole(301), "{}", verdict.said());
}
