//! Where a log's rows lie: the only folder that knows keys, row bytes and tables.
//!
//! Nothing above this folder may know where a row lies, so that sealed tiles and bundles can move
//! to an object store without anybody noticing.

pub(crate) mod kept;
pub(crate) mod keys;
pub(crate) mod nodes;
pub(crate) mod read;
pub(crate) mod records;
pub(crate) mod recover;
pub(crate) mod registry;
pub(crate) mod schema;
pub(crate) mod write;
