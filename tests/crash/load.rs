//! Several submitters at once, each on a connection of its own, until the log dies under them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::connection::Connection;
use crate::dice::Dice;
use crate::submission::{Outcome, Proof, Submission};

/// What a submitter sent, and what it was told.
#[derive(Debug)]
pub(crate) struct Deed {
    pub(crate) submission: Submission,
    pub(crate) outcome: Outcome,
}

/// What one submitter did and saw.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) deeds: Vec<Deed>,
    pub(crate) proofs: Vec<Proof>,
}

/// Whether the log is meant to be alive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doom(Arc<AtomicBool>);

impl Doom {
    /// From now on a connection may break.
    pub(crate) fn strike(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// A connection broke.
    pub(crate) fn expect(&self, error: &std::io::Error) {
        assert!(self.0.load(Ordering::SeqCst), "a log that nobody killed: {error}");
    }
}

/// Starts a submitter that first repeats `owed` and then adds what is new, until its connection
/// breaks.
pub(crate) fn start(
    url: &str,
    name: String,
    mut dice: Dice,
    owed: Vec<Submission>,
    doom: &Doom,
) -> JoinHandle<Written> {
    let (url, doom) = (url.to_owned(), doom.clone());
    thread::spawn(move || {
        let mut written = Written::default();
        let outcome = Connection::open(&url).and_then(|mut connection| {
            for submission in owed {
                add(&mut connection, submission, &mut written)?;
            }
            for number in 0_u64.. {
                let submission = Submission::of_chance(&mut dice, &format!("{name}/{number}"));
                add(&mut connection, submission, &mut written)?;
            }
            Ok(())
        });
        if let Err(error) = outcome {
            doom.expect(&error);
        }
        written
    })
}

/// Sends, and writes down what came of it.
pub(crate) fn add(
    connection: &mut Connection,
    submission: Submission,
    written: &mut Written,
) -> std::io::Result<()> {
    let outcome = submission.send(connection, &mut written.proofs);
    let open_or = |outcome: &std::io::Result<Outcome>| match outcome {
        Ok(outcome) => outcome.clone(),
        Err(_) => Outcome::Open,
    };
    written.deeds.push(Deed { outcome: open_or(&outcome), submission });
    outcome.map(drop)
}
