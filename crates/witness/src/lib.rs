//! A witness: one decision, the row that remembers it, the routes that ask for it.
//!
//! Holds: what it takes to cosign a log's checkpoints and never two that cannot both be true.
//! Holds not: what a signature covers, how a proof is verified, the bytes of the protocol, RocksDB.
//! Depends on: `merkle`, `note`, `wire`, `disk`, `process`.

mod accept_keys;
mod accept_state;
mod date;
mod decide;
mod guard;
mod http;
mod identity;
mod init;
mod known_log;
mod log_list;
mod metrics;
mod origin_hash;
mod problem;
mod serve;
mod settings;
mod store;
#[cfg(test)]
mod testing;

pub use accept_keys::{AcceptError, Accepted, accept_keys};
pub use accept_state::{AcceptStateError, accept_state};
pub use guard::GuardError;
pub use identity::IdentityError;
pub use init::{InitError, init, keys};
pub use known_log::KnownLogError;
pub use log_list::ListError;
pub use serve::{ServeError, serve};
pub use settings::{Logging, Overrides, Settings, SettingsError};
pub use store::failure::StoreError;
pub use store::open::OpenError;
pub use store::records::RowError;
pub use store::registry::RefusedLog;
