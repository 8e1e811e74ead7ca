//! JSON that a server sends: answers, and the claims that are made of them; problems.
#![no_main]

use indelible_fuzz::same_value;
use indelible_wire::{Added, AddedBatchWithProofs, AddedWithProof, Problem};
use indelible_wire::{ConsistencyAnswer, InclusionAnswer};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|bytes: &[u8]| {
    round_trip::<Added>(bytes);
    round_trip::<AddedWithProof>(bytes);
    round_trip::<AddedBatchWithProofs>(bytes);
    round_trip::<InclusionAnswer>(bytes);
    round_trip::<ConsistencyAnswer>(bytes);
    round_trip::<Problem>(bytes);

    // What a claim prints is the answer that it was decoded from.
    if let Ok(answer) = serde_json::from_slice::<AddedBatchWithProofs>(bytes)
        && let Ok(claim) = answer.decode(answer.results.len())
    {
        assert_eq!(claim.to_answer(), answer);
    }
    if let Ok(answer) = serde_json::from_slice::<InclusionAnswer>(bytes)
        && let Ok(claim) = answer.decode()
    {
        assert_eq!(claim.to_answer(), answer);
    }
    if let Ok(answer) = serde_json::from_slice::<ConsistencyAnswer>(bytes)
        && let Ok(claim) = answer.decode()
    {
        assert_eq!(claim.to_answer(), answer);
    }
});

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    let print = |value: &T| serde_json::to_vec(value).expect("an answer is plain text and numbers");
    same_value(bytes, |bytes| serde_json::from_slice::<T>(bytes), print);
}
