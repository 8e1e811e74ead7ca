//! The routes, one room each, and what they share.

pub(crate) mod add_checkpoint;
pub(crate) mod app;
pub(crate) mod monitoring;
pub(crate) mod operations;
pub(crate) mod receive;
pub(crate) mod refused;
pub(crate) mod routes;
pub(crate) mod sign_subtree;

#[cfg(test)]
mod tests;
