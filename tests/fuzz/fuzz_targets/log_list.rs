//! Log lists. Comments and white space are lost by printing, so only the values are compared.
#![no_main]

use indelible_fuzz::{same_value, text};
use indelible_wire::LogList;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    same_value(bytes, text(LogList::parse), |list| list.to_string().into_bytes());
});
