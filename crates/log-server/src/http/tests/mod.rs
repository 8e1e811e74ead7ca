//! The whole HTTP API over real parts: writer, publisher, rows in memory, keys, guard.

mod add;
mod batch;
mod dedup;
mod document;
mod documented;
mod fixture;
mod overload;
mod proofs;
mod read;
