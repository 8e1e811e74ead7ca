//! Bodies of `add-batch`, in both framings. As lines, the last newline may be missing.
#![no_main]

use indelible_fuzz::{one_spelling, same_value};
use indelible_wire::{Entry, Framing, add_batch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let parse = |framing| move |bytes: &[u8]| add_batch::parse(bytes, framing);
    let print = |framing| {
        move |entries: &Vec<Entry>| {
            add_batch::print(entries, framing).expect("what was parsed can be printed")
        }
    };
    one_spelling(bytes, parse(Framing::LengthPrefixed), print(Framing::LengthPrefixed));
    same_value(bytes, parse(Framing::JsonLines), print(Framing::JsonLines));
});
