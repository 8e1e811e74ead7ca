//! Resource paths.
#![no_main]

use indelible_fuzz::one_spelling_of_text;
use indelible_wire::ResourcePath;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    one_spelling_of_text(bytes, ResourcePath::parse, ResourcePath::to_string);
});
