//! Bodies of `sign-subtree`.
#![no_main]

use indelible_fuzz::one_spelling;
use indelible_wire::SignSubtree;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| one_spelling(bytes, SignSubtree::parse, SignSubtree::to_bytes));
