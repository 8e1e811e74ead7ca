//! What a witness answers: signature lines, or a size.
#![no_main]

use indelible_fuzz::one_spelling;
use indelible_wire::{parse_signature_lines, parse_size_body};
use indelible_wire::{print_signature_lines, print_size_body};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    one_spelling(bytes, parse_signature_lines, |lines| print_signature_lines(lines).into_bytes());
    one_spelling(bytes, parse_size_body, |size| print_size_body(*size).into_bytes());
});
