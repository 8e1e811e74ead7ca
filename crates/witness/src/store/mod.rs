//! What the witness remembers: the only folder that knows its tables, keys and row bytes.

pub(crate) mod breaker;
pub(crate) mod failure;
pub(crate) mod ledger;
pub(crate) mod open;
pub(crate) mod records;
pub(crate) mod registry;
pub(crate) mod schema;
