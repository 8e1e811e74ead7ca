//! Entry bundles. The first byte says how many entries are expected.
#![no_main]

use indelible_fuzz::one_spelling;
use indelible_wire::bundle;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((expected, bytes)) = input.split_first() else { return };
    let parse = |bytes: &[u8]| {
        let entries = bundle::parse(bytes, usize::from(*expected))?;
        Ok::<_, bundle::BundleError>(entries.into_iter().map(Vec::from).collect::<Vec<_>>())
    };
    one_spelling(bytes, parse, |entries| {
        bundle::encode(entries.iter().map(Vec::as_slice)).expect("what was parsed fits")
    });
});
