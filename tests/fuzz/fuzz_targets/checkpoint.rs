//! Checkpoints: the signed one, and the body alone.
#![no_main]

use indelible_fuzz::{one_spelling, one_spelling_of_text};
use indelible_note::{Checkpoint, Claim};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    one_spelling(bytes, Claim::parse, |claim| claim.bytes().to_vec());
    one_spelling_of_text(bytes, Checkpoint::parse_body, Checkpoint::to_body);
    // The bytes that a claim keeps are those that its parts print.
    if let Ok(claim) = Claim::parse(bytes) {
        let lines = claim.signatures().to_vec();
        assert_eq!(Claim::assemble(claim.unverified(), lines), Ok(claim));
    }
});
