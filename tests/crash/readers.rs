//! A reader that asks for the checkpoint all the time and writes down each that it sees.

use std::io;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indelible_note::Claim;
use indelible_tests::poll;

use crate::connection::Connection;
use crate::dice::Dice;
use crate::load::Doom;
use crate::submission::Proof;

/// A reader that never rests would take the processor from the writers.
const PAUSE: Duration = Duration::from_millis(3);

/// What one reader saw, in order.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) notes: Vec<Vec<u8>>,
    pub(crate) proofs: Vec<Proof>,
}

/// Reads a log until it dies: checkpoints, and proofs of entries that they cover.
pub(crate) fn of_log(url: &str, mut dice: Dice, doom: &Doom) -> JoinHandle<Read> {
    start(url, "/checkpoint".to_owned(), doom, move |connection, size, read| {
        if size == 0 || !dice.one_in(3) {
            return Ok(());
        }
        let index = dice.between(0, size - 1);
        read.proofs.push(prove(connection, index)?);
        Ok(())
    })
}

/// Reads what a witness shows of a log until it dies.
pub(crate) fn of_witness(url: &str, origin_hash: &str, doom: &Doom) -> JoinHandle<Read> {
    start(url, format!("/{origin_hash}/checkpoint"), doom, |_, _, _| Ok(()))
}

/// The proof of one published entry, against whatever is published.
pub(crate) fn prove(connection: &mut Connection, index: u64) -> io::Result<Proof> {
    let accept = [("Accept", "application/vnd.c2sp.tlog-proof")];
    let answer = connection.ask("GET", &format!("/proof/inclusion?index={index}"), &accept, b"")?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let proof = Proof::parse(&answer.body);
    assert_eq!(proof.index, index);
    Ok(proof)
}

fn start(
    url: &str,
    path: String,
    doom: &Doom,
    mut also: impl FnMut(&mut Connection, u64, &mut Read) -> io::Result<()> + Send + 'static,
) -> JoinHandle<Read> {
    let (url, doom) = (url.to_owned(), doom.clone());
    thread::spawn(move || {
        let mut read = Read::default();
        let outcome = Connection::open(&url).and_then(|mut connection| {
            let mut size = 0;
            loop {
                let answer = connection.get(&path)?;
                if answer.status == 200 {
                    size = note_down(&mut read.notes, answer.body, size);
                    also(&mut connection, size, &mut read)?;
                }
                poll::pause(PAUSE);
            }
        });
        let Err::<(), _>(error) = outcome else { return read };
        doom.expect(&error);
        read
    })
}

/// The size of a note that may not be smaller than the one before.
fn note_down(notes: &mut Vec<Vec<u8>>, note: Vec<u8>, before: u64) -> u64 {
    if notes.last() == Some(&note) {
        return before;
    }
    let claim = Claim::parse(&note).expect("a checkpoint");
    let size = claim.unverified().size().get();
    assert!(size >= before, "the published size went back from {before} to {size}");
    notes.push(note);
    size
}
