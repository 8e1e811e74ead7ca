//! `tlog-proof` files.
#![no_main]

use indelible_fuzz::one_spelling;
use indelible_note::ProofFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| one_spelling(bytes, ProofFile::parse, ProofFile::to_bytes));
