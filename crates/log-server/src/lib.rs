//! Everything that touches the outside on the log's behalf: settings, store, the sequencer's
//! driver, publisher, HTTP.
//!
//! Holds: what turns the pure machine into a running, durable, witnessed log.
//! Holds not: tree arithmetic, signed text, bytes of the protocol, RocksDB itself.
//! Depends on: `sequencer`, `wire`, `note`, `merkle`, `disk`, `process`.

mod accept;
mod check;
mod cosign;
mod drive;
mod freeze;
mod gate;
mod guard;
mod http;
mod identity;
mod init;
mod metrics;
mod open;
mod published;
mod publisher;
mod running;
mod serve;
mod service;
mod settings;
mod stopped;
mod store;
#[cfg(test)]
mod testing;

pub use accept::{AcceptError, Accepted, accept_state};
pub use check::{Bad, CheckError, Checked, Progress, check};
pub use freeze::{FreezeError, freeze};
pub use guard::GuardError;
pub use http::openapi_json;
pub use init::{InitError, Made, init, keys};
pub use serve::{ServeError, serve};
pub use settings::{Logging, Settings, SettingsError};
pub use store::read::ReadError;
pub use store::records::RowError;
