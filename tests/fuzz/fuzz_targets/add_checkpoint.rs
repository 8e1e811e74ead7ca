//! Bodies of `add-checkpoint`.
#![no_main]

use indelible_fuzz::one_spelling;
use indelible_wire::AddCheckpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| one_spelling(bytes, AddCheckpoint::parse, AddCheckpoint::to_bytes));
