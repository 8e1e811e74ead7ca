//! The shapes of JSON bodies for the OpenAPI document. What is sent are `wire`'s types, which know
//! nothing of OpenAPI; a test holds these against them.
#![expect(dead_code, reason = "only their schemas are used")]

use utoipa::ToSchema;

/// The place of a durable entry.
#[derive(ToSchema)]
pub(in crate::http) struct Added {
    /// Its leaf index.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_806_i64)]
    index: u64,
    /// Its leaf hash in base64: SHA-256 of a zero byte and the entry.
    #[schema(pattern = "^[A-Za-z0-9+/]{43}=$")]
    leaf_hash: String,
    /// Whether an earlier request had already put it there.
    duplicate: bool,
    /// With `wait=checkpoint`: a complete C2SP tlog-proof.
    #[schema(nullable = false)]
    proof: Option<String>,
}

/// One result for each entry, in order.
#[derive(ToSchema)]
pub(in crate::http) struct AddedBatch {
    /// The results.
    #[schema(min_items = 1, max_items = 8_192)]
    results: Vec<AddedInBatch>,
    /// With `wait=checkpoint`: a signed checkpoint that covers them all.
    #[schema(nullable = false)]
    checkpoint: Option<String>,
}

/// The place of a durable entry of a batch.
#[derive(ToSchema)]
pub(in crate::http) struct AddedInBatch {
    /// Its leaf index.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_806_i64)]
    index: u64,
    /// Its leaf hash in base64.
    #[schema(pattern = "^[A-Za-z0-9+/]{43}=$")]
    leaf_hash: String,
    /// Whether an earlier request had already put it there.
    duplicate: bool,
    /// With `wait=checkpoint`: its inclusion proof in base64, from the leaf's sibling up.
    #[schema(nullable = false, max_items = 63)]
    hashes: Option<Vec<String>>,
}

/// An inclusion proof made by the server.
#[derive(ToSchema)]
pub(in crate::http) struct InclusionAnswer {
    /// The leaf's index.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_806_i64)]
    index: u64,
    /// The size of the tree that the proof is for.
    #[schema(minimum = 1, maximum = 9_223_372_036_854_775_807_i64)]
    size: u64,
    /// The leaf's hash in base64.
    #[schema(pattern = "^[A-Za-z0-9+/]{43}=$")]
    leaf_hash: String,
    /// The proof in base64, from the leaf's sibling up.
    #[schema(max_items = 63)]
    hashes: Vec<String>,
    /// The newest signed checkpoint, of `size` or larger.
    checkpoint: String,
}

/// A consistency proof made by the server.
#[derive(ToSchema)]
pub(in crate::http) struct ConsistencyAnswer {
    /// The smaller size.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    from: u64,
    /// The larger size.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    to: u64,
    /// The proof in base64, in the order of RFC 6962.
    #[schema(max_items = 63)]
    hashes: Vec<String>,
    /// The newest signed checkpoint, of size `to` or larger.
    checkpoint: String,
}

/// A problem document (RFC 9457).
#[derive(ToSchema)]
pub(in crate::http) struct Problem {
    /// Which problem this is: `/problems/` and its name.
    #[schema(rename = "type", pattern = "^/problems/[a-z-]+$")]
    kind: String,
    /// The same in words, equal for all occurrences.
    title: String,
    /// The status of the response.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What was wrong this time.
    #[schema(nullable = false)]
    detail: Option<String>,
    /// The item of a batch at fault, counted from 0. Nothing of the batch was added.
    #[schema(nullable = false)]
    item: Option<u64>,
}

/// What a submitter may wait for.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(in crate::http) enum Wait {
    /// Until the log has published a checkpoint that covers the entries.
    Checkpoint,
}
