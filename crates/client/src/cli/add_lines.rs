//! Adds many entries, one per line, in batches that are in flight together.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use indicatif::ProgressBar;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::sync::mpsc;

use indelible_client::{Entry, EntryError, LeafIndex, Log, Receipt};
use indelible_note::strict;
use indelible_wire::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, ENTRY_BYTES_MAX};

use super::exit::{Exit, Failure};
use super::output::{Output, Unit};
use super::proof_path;

/// How long a checkpoint that covers the last entry is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Proofs made at the same time.
const PROOFS_IN_FLIGHT: usize = 16;

/// Bytes before an entry in a batch.
const PREFIX_BYTES: usize = 2;

/// What a line has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Any,
    Json,
}

#[derive(Debug)]
pub(crate) struct AddLines {
    pub(crate) log: Log,
    pub(crate) form: Form,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) wait: bool,
    pub(crate) proofs: Option<PathBuf>,
    pub(crate) in_flight: NonZeroUsize,
    pub(crate) batch_entries: NonZeroUsize,
}

/// Why a line is no entry.
#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("line {line}: {source}")]
    Read { line: u64, source: io::Error },
    #[error("line {line}: {source}")]
    Entry { line: u64, source: EntryError },
    #[error("line {line} is longer than the {ENTRY_BYTES_MAX} bytes of an entry")]
    TooLong { line: u64 },
    #[error("line {line} is not json: {source}")]
    NotJson { line: u64, source: serde_json::Error },
}

/// What went well before it went wrong.
#[derive(Debug, thiserror::Error)]
#[error("{added} entries were added before this")]
struct Before {
    added: u64,
}

struct Batch {
    first_line: u64,
    entries: Vec<Entry>,
    bytes_read: u64,
}

#[derive(Default)]
struct Tally {
    added: u64,
    duplicates: u64,
    span: Option<(LeafIndex, LeafIndex)>,
    // Only where proofs are wanted.
    receipts: Vec<Receipt>,
}

impl AddLines {
    pub(crate) async fn run(self, output: &Output) -> Result<(), Failure> {
        if self.wait && self.proofs.is_none() {
            return Err(Failure::usage("--wait with one entry per line needs --proofs FOLDER"));
        }
        let files = match self.files.as_slice() {
            [] => vec![PathBuf::from("-")],
            files => files.to_vec(),
        };
        for file in &files {
            let tally = self.add_file(output, file).await?;
            self.summarise(output, file, &tally)?;
            if let Some(folder) = &self.proofs {
                self.prove(output, folder, &tally).await?;
            }
        }
        Ok(())
    }

    async fn add_file(&self, output: &Output, file: &Path) -> Result<Tally, Failure> {
        let (source, length) = open(file)?;
        let bar = output.progress(Unit::Bytes, length);
        let mut tally = Tally::default();
        let added = self.add_batches(output, source, &bar, &mut tally).await;
        bar.finish_and_clear();
        added.map_err(|failure| {
            failure.about(Before { added: tally.added }).about(file.display().to_string())
        })?;
        Ok(tally)
    }

    async fn add_batches(
        &self,
        output: &Output,
        source: Box<dyn Read + Send>,
        bar: &ProgressBar,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let log = &self.log;
        let mut answers = self
            .batches(source)
            .map(|batch| async move {
                let batch = batch.map_err(|error| Failure::new(Exit::Local, error))?;
                let receipts = log.add_many(&batch.entries).await;
                let last = batch.first_line + batch.entries.len() as u64 - 1;
                let receipts = receipts.map_err(|error| {
                    Failure::from(error).about(format!("lines {} to {last}", batch.first_line))
                })?;
                Ok::<_, Failure>((batch.first_line, batch.bytes_read, receipts))
            })
            .buffered(self.in_flight.get());
        while let Some((first_line, bytes, receipts)) = answers.try_next().await? {
            for (line, receipt) in (first_line..).zip(receipts) {
                output.for_programs(|| line_answer(line, &receipt))?;
                tally.count(receipt, self.wait);
            }
            bar.inc(bytes);
            bar.set_message(format!("{} entries", tally.added));
        }
        Ok(())
    }

    /// Reads ahead on a thread of its own, as far as the requests in flight.
    fn batches(
        &self,
        source: Box<dyn Read + Send>,
    ) -> impl Stream<Item = Result<Batch, LineError>> + use<> {
        let (send, mut receive) = mpsc::channel(1);
        let entries_max = self.batch_entries.get().min(BATCH_ENTRIES_MAX);
        let mut lines = Lines { source: BufReader::new(source), form: self.form, line: 0 };
        tokio::task::spawn_blocking(move || {
            while let Some(batch) = lines.batch(entries_max).transpose() {
                let is_last = batch.is_err();
                // Nobody receives any more once a request failed.
                if send.blocking_send(batch).is_err() || is_last {
                    break;
                }
            }
        });
        stream::poll_fn(move |context| receive.poll_recv(context))
    }

    fn summarise(&self, output: &Output, file: &Path, tally: &Tally) -> Result<(), Failure> {
        let Tally { added, duplicates, span, .. } = tally;
        let mut people = format!("added: {} has {added} entries", file.display());
        if let Some((first, last)) = span {
            people.push_str(&format!(", from index {first} to {last}"));
        }
        if *duplicates > 0 {
            people.push_str(&format!(", {duplicates} of them already there"));
        }
        output.for_people(people)
    }

    /// One checkpoint for all of them.
    async fn prove(&self, output: &Output, folder: &Path, tally: &Tally) -> Result<(), Failure> {
        let Some((_, last)) = tally.span else { return Ok(()) };
        std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
        let tree = Arc::new(self.log.tree_covering(last, PATIENCE).await?);
        let bar = output.progress(Unit::Entries, Some(tally.added));
        let mut proofs = stream::iter(&tally.receipts)
            .map(|receipt| {
                let tree = Arc::clone(&tree);
                async move { tree.prove_leaf(receipt.claimed_index(), receipt.leaf_hash()).await }
            })
            .buffered(PROOFS_IN_FLIGHT);
        while let Some(proof) = proofs.try_next().await? {
            proof_path::write(&proof_path::numbered(folder, proof.index().get()), &proof)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        output.note(format_args!(
            "proven: {} entries under size {}; proofs in {}",
            tally.added,
            tree.size(),
            folder.display()
        ));
        Ok(())
    }
}

impl Tally {
    fn count(&mut self, receipt: Receipt, is_kept: bool) {
        let index = receipt.claimed_index();
        self.added += 1;
        self.duplicates += u64::from(receipt.is_duplicate());
        self.span = Some(match self.span {
            None => (index, index),
            Some((first, last)) => (first.min(index), last.max(index)),
        });
        if is_kept {
            self.receipts.push(receipt);
        }
    }
}

fn line_answer(line: u64, receipt: &Receipt) -> serde_json::Value {
    json!({
        "line": line,
        "index": receipt.claimed_index().get(),
        "leaf_hash": strict::to_hash_text(receipt.leaf_hash()),
        "proven": false,
        "duplicate": receipt.is_duplicate(),
    })
}

fn open(file: &Path) -> Result<(Box<dyn Read + Send>, Option<u64>), Failure> {
    if file == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let opened = File::open(file).map_err(|error| Failure::file(file, error))?;
    let length = opened.metadata().ok().filter(|data| data.is_file()).map(|data| data.len());
    Ok((Box::new(opened), length))
}

struct Lines<R> {
    source: BufReader<R>,
    form: Form,
    line: u64,
}

impl<R: Read> Lines<R> {
    /// The next batch within the limits of one request, or `None` at the end.
    fn batch(&mut self, entries_max: usize) -> Result<Option<Batch>, LineError> {
        let mut batch = Batch { first_line: self.line + 1, entries: Vec::new(), bytes_read: 0 };
        let mut body_bytes = 0;
        // The longest line must still fit.
        while batch.entries.len() < entries_max
            && body_bytes + PREFIX_BYTES + ENTRY_BYTES_MAX <= BATCH_BYTES_MAX
        {
            let Some((entry, bytes_read)) = self.entry()? else { break };
            body_bytes += PREFIX_BYTES + entry.as_bytes().len();
            batch.bytes_read += bytes_read;
            batch.entries.push(entry);
        }
        Ok(if batch.entries.is_empty() { None } else { Some(batch) })
    }

    fn entry(&mut self) -> Result<Option<(Entry, u64)>, LineError> {
        let line = self.line + 1;
        let mut bytes = Vec::new();
        // One byte more than an entry and its newline: enough to see that a line is too long.
        let limit = ENTRY_BYTES_MAX as u64 + 1;
        let read = self.source.by_ref().take(limit).read_until(b'\n', &mut bytes);
        let read = read.map_err(|source| LineError::Read { line, source })?;
        if read == 0 {
            return Ok(None);
        }
        self.line = line;
        let ended = bytes.pop_if(|last| *last == b'\n').is_some();
        if !ended && bytes.len() > ENTRY_BYTES_MAX {
            return Err(LineError::TooLong { line });
        }
        if self.form == Form::Json {
            serde_json::from_slice::<IgnoredAny>(&bytes)
                .map_err(|source| LineError::NotJson { line, source })?;
        }
        let entry = Entry::parse(bytes).map_err(|source| LineError::Entry { line, source })?;
        Ok(Some((entry, read as u64)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &[u8], form: Form) -> Lines<&[u8]> {
        Lines { source: BufReader::new(text), form, line: 0 }
    }

    fn entries(batch: &Batch) -> Vec<&[u8]> {
        batch.entries.iter().map(Entry::as_bytes).collect()
    }

    #[test]
    fn each_line_is_an_entry_with_and_without_a_last_newline() {
        for text in [&b"a\nb\nc\n"[..], b"a\nb\nc"] {
            let mut lines = lines(text, Form::Any);
            let first = lines.batch(2).unwrap().unwrap();
            assert_eq!((first.first_line, first.bytes_read), (1, 4));
            assert_eq!(entries(&first), [b"a", b"b"]);
            let second = lines.batch(2).unwrap().unwrap();
            assert_eq!((second.first_line, entries(&second)), (3, vec![&b"c"[..]]));
            assert!(lines.batch(2).unwrap().is_none());
        }
    }

    #[test]
    fn a_blank_line_is_refused_by_number() {
        let refused = lines(b"a\n\nb\n", Form::Any).batch(9).err().unwrap();
        assert!(matches!(refused, LineError::Entry { line: 2, source: EntryError::Empty }));
    }

    #[test]
    fn the_longest_entry_fits_a_line_and_a_longer_one_does_not() {
        let mut text = vec![b'x'; ENTRY_BYTES_MAX];
        text.push(b'\n');
        let batch = lines(&text, Form::Any).batch(9).unwrap().unwrap();
        assert_eq!(batch.entries[0].as_bytes().len(), ENTRY_BYTES_MAX);
        text.insert(0, b'x');
        let refused = lines(&text, Form::Any).batch(9).err().unwrap();
        assert!(matches!(refused, LineError::TooLong { line: 1 }));
    }

    #[test]
    fn a_batch_never_grows_past_one_request() {
        let mut text = vec![b'x'; ENTRY_BYTES_MAX];
        text.push(b'\n');
        let text = text.repeat(200);
        let batch = lines(&text, Form::Any).batch(1_000).unwrap().unwrap();
        let bytes: usize = batch.entries.iter().map(|e| e.as_bytes().len() + PREFIX_BYTES).sum();
        assert!(bytes <= BATCH_BYTES_MAX && batch.entries.len() > 100);
    }

    #[test]
    fn json_lines_must_be_json_and_stay_as_they_are() {
        let batch = lines(b"{ \"a\":1 }\n", Form::Json).batch(9).unwrap().unwrap();
        assert_eq!(entries(&batch), [b"{ \"a\":1 }"]);
        let refused = lines(b"{}\n{\n", Form::Json).batch(9).err().unwrap();
        assert!(matches!(refused, LineError::NotJson { line: 2, .. }));
    }

    proptest! {
        #[test]
        fn whatever_stands_on_the_lines_is_what_is_sent(
            expected in prop::collection::vec(
                prop::collection::vec(any::<u8>().prop_filter("no newline", |b| *b != b'\n'), 1..9),
                0..40,
            ),
            entries_max in 1_usize..9,
        ) {
            let text = expected.join(&b'\n');
            let mut lines = lines(&text, Form::Any);
            let (mut sent, mut bytes_read) = (Vec::new(), 0);
            while let Some(batch) = lines.batch(entries_max).unwrap() {
                prop_assert!(batch.entries.len() <= entries_max);
                prop_assert_eq!(batch.first_line, sent.len() as u64 + 1);
                sent.extend(batch.entries.into_iter().map(Entry::into_bytes));
                bytes_read += batch.bytes_read;
            }
            prop_assert_eq!(sent, expected);
            prop_assert_eq!(bytes_read, text.len() as u64);
        }
    }
}
