//! Signed notes.
#![no_main]

use indelible_fuzz::one_spelling;
use indelible_note::Note;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| one_spelling(bytes, Note::parse, Note::to_bytes));
