//! A real writer thread on real rows: what is answered is durable, whichever commit fails.

use std::sync::Arc;
use std::thread;

use indelible_disk::{Backend, Faulty, Memory, Tear};
use indelible_merkle::Frontier;
use indelible_note::Origin;
use indelible_process::SystemClock;
use indelible_sequencer::{Item, Lifecycle, MachineSettings, Outcome, Placed};
use indelible_wire::Entry;
use tokio::sync::oneshot;

use super::*;
use crate::drive::mailbox::{NotTaken, QueueLimits};
use crate::metrics::ServerMetrics;
use crate::store::keys::LogId;

struct Writer {
    mailbox: Arc<Mailbox>,
    heads: mpsc::Receiver<TreeHead>,
    thread: thread::JoinHandle<Result<(), DriverError>>,
}

fn start(backend: Arc<dyn Backend>) -> Writer {
    let rows = LogRows::of(backend, LogId(0));
    let committed = rows.head().unwrap().unwrap_or_else(Frontier::empty);
    let settings = MachineSettings {
        publish_interval_ms: 10,
        refresh_interval_ms: None,
        batch_entries_max: 100,
        batch_bytes_max: 100_000,
    };
    let mailbox = Arc::new(Mailbox::new(QueueLimits { entries_max: 1_000, bytes_max: 1 << 20 }));
    let (publisher, heads) = mpsc::channel(1);
    let origin = Origin::parse("test.example/log").unwrap();
    let driver = Driver {
        machine: Machine::resume(settings, Lifecycle::Active, committed, None),
        mailbox: Arc::clone(&mailbox),
        rows,
        publisher,
        clock: Arc::new(SystemClock::new()),
        metrics: ServerMetrics::new().log(&origin),
    };
    Writer { mailbox, heads, thread: thread::spawn(move || driver.run()) }
}

fn submit(mailbox: &Mailbox, entry: &[u8]) -> Result<Outcome, NotTaken> {
    let entry = Entry::parse(entry).unwrap();
    let leaf = entry.leaf_hash();
    let (ticket, outcome) = oneshot::channel();
    let items = vec![Item { entry, leaf, identities: Vec::new() }];
    mailbox.submit(Submission { ticket, items, named: false })?;
    Ok(outcome.blocking_recv().unwrap_or(Outcome::Unknown))
}

fn placed(outcome: &Outcome) -> Option<Placed> {
    match outcome {
        Outcome::Placed(places) => places.first().copied(),
        _ => None,
    }
}

#[test]
fn entries_get_the_next_index_each_and_a_stop_ends_the_writer() {
    let backend: Arc<dyn Backend> = Arc::new(Memory::default());
    let mut writer = start(Arc::clone(&backend));
    for i in 0..50_u64 {
        let outcome = submit(&writer.mailbox, format!("entry {i}").as_bytes()).unwrap();
        assert_eq!(placed(&outcome).unwrap().index.get(), i);
    }
    assert!(writer.heads.blocking_recv().is_some());
    writer.mailbox.tell(Control::PublishFailed);
    writer.mailbox.tell(Control::Stop);
    // The last head is asked for once more; nobody publishes it here.
    while writer.heads.blocking_recv().is_some() {
        writer.mailbox.tell(Control::PublishFailed);
    }
    writer.thread.join().unwrap().unwrap();
    assert_eq!(submit(&writer.mailbox, b"late"), Err(NotTaken::Closed));
}

#[test]
fn nothing_that_was_answered_is_lost_whichever_commit_fails() {
    for failing in 1..=12 {
        for tear in [Tear::Before, Tear::After] {
            let backend: Arc<dyn Backend> = Arc::new(Faulty::at(Memory::default(), failing, tear));
            let writer = start(Arc::clone(&backend));
            let mut answered = Vec::new();
            for i in 0..20 {
                let entry = format!("entry {i}").into_bytes();
                match submit(&writer.mailbox, &entry).map(|outcome| placed(&outcome)) {
                    Ok(Some(place)) => answered.push((place.index, entry)),
                    Ok(None) | Err(_) => break,
                }
            }
            assert!(matches!(writer.thread.join().unwrap(), Err(DriverError::Commit(_))));
            // Reads go through: this is what a reopen finds.
            let rows = LogRows::of(backend, LogId(0));
            let size = rows.head().unwrap().map_or(0, |head| head.size().get());
            let count = u64::try_from(answered.len()).unwrap();
            assert!(size == count || size == count + 1, "{size} entries, {count} answered");
            for (index, entry) in answered {
                let leaf = indelible_merkle::Hash::of_leaf(&entry);
                assert_eq!(rows.leaf(index).unwrap(), leaf, "commit {failing}");
            }
        }
    }
}
