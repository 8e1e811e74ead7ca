//! Policies. Comments and white space are lost by printing, so only the values are compared.
#![no_main]

use indelible_fuzz::same_value;
use indelible_note::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    same_value(bytes, Policy::parse_bytes, |policy| policy.to_string().into_bytes());
});
