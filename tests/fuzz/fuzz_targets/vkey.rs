//! Keys, public and private, and signature lines.
#![no_main]

use indelible_fuzz::one_spelling_of_text;
use indelible_note::{SignatureLine, SignerKey, VerifierKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    one_spelling_of_text(bytes, VerifierKey::parse, VerifierKey::to_string);
    one_spelling_of_text(bytes, SignatureLine::parse, SignatureLine::to_string);
    // A private key cannot be compared, but for what it prints.
    if let Some(key) = str::from_utf8(bytes).ok().and_then(|text| SignerKey::parse(text).ok()) {
        assert_eq!(key.to_text().as_bytes(), bytes);
    }
});
