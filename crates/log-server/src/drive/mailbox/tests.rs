//! Bounded, in order, and honest about it.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use indelible_sequencer::Item;
use indelible_wire::Entry;

use super::*;

const LIMITS: QueueLimits = QueueLimits { entries_max: 4, bytes_max: 100 };

fn submission(entries: usize, bytes: usize) -> Submission<Ticket> {
    let entry = Entry::parse(vec![1; bytes]).unwrap();
    let leaf = entry.leaf_hash();
    let items = vec![Item { entry, leaf, identities: Vec::new() }; entries];
    Submission { ticket: oneshot::channel().0, items, named: false }
}

#[test]
fn a_full_queue_says_busy_and_keeps_what_it_has() {
    let mailbox = Mailbox::new(LIMITS);
    mailbox.submit(submission(3, 1)).unwrap();
    assert_eq!(mailbox.submit(submission(2, 1)).unwrap_err(), NotTaken::Busy);
    mailbox.submit(submission(1, 1)).unwrap();
    assert_eq!(mailbox.submit(submission(1, 1)).unwrap_err(), NotTaken::Busy);
    assert_eq!(mailbox.depth(), 4);
    assert_eq!(mailbox.take(None).submissions.len(), 2);
    mailbox.submit(submission(4, 1)).unwrap();
}

#[test]
fn bytes_are_limited_as_well() {
    let mailbox = Mailbox::new(LIMITS);
    mailbox.submit(submission(1, 60)).unwrap();
    assert_eq!(mailbox.submit(submission(1, 60)).unwrap_err(), NotTaken::Busy);
    mailbox.submit(submission(1, 40)).unwrap();
}

#[test]
fn a_submission_larger_than_the_queue_is_taken_by_an_empty_one() {
    let mailbox = Mailbox::new(LIMITS);
    mailbox.submit(submission(9, 50)).unwrap();
    assert_eq!(mailbox.submit(submission(1, 1)).unwrap_err(), NotTaken::Busy);
}

#[test]
fn a_closed_queue_says_so() {
    let mailbox = Mailbox::new(LIMITS);
    mailbox.close();
    assert_eq!(mailbox.submit(submission(1, 1)).unwrap_err(), NotTaken::Closed);
}

#[test]
fn who_still_waits_when_the_queue_closes_is_told() {
    let mailbox = Mailbox::new(LIMITS);
    let (ticket, outcome) = oneshot::channel();
    mailbox.submit(Submission { ticket, ..submission(1, 1) }).unwrap();
    mailbox.close();
    assert_eq!(outcome.blocking_recv(), Ok(Outcome::Stopping));
    assert_eq!(mailbox.depth(), 0);
}

#[test]
fn the_writer_sleeps_no_longer_than_it_wants_to() {
    let waiting = Mailbox::new(LIMITS).take(Some(Duration::from_millis(1)));
    assert!(waiting.submissions.is_empty() && waiting.controls.is_empty());
}

#[test]
fn a_sleeping_writer_is_woken_by_each_kind_of_news() {
    let mailbox = Arc::new(Mailbox::new(LIMITS));
    for news in 0..100 {
        let writer = Arc::clone(&mailbox);
        let taken = thread::spawn(move || writer.take(None));
        if news % 2 == 0 {
            mailbox.submit(submission(1, 1)).unwrap();
        } else {
            mailbox.tell(Control::Stop);
        }
        let waiting = taken.join().unwrap();
        assert_eq!(waiting.submissions.len() + waiting.controls.len(), 1);
    }
}
