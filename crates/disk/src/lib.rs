//! Ordered rows on a disk: tables, atomic durable batches, checked scans, checkpoints.
//!
//! Holds: what "written" means, every option given to RocksDB, and the two stand-ins for it (a model in
//! memory, an engine that fails on request) with the contract that all of them keep.
//! Holds not: what a key or a row means; which rows belong together is the caller's choice of batch.
//! Depends on: nothing of ours; it alone names RocksDB.

mod backend;
mod batch;
mod checksum;
pub mod contract;
mod error;
mod faulty;
mod log_file;
mod mark;
mod memory;
mod options;
mod rocks;
mod stats;
mod table;

pub use backend::Backend;
pub use backend::Row;
pub use batch::Batch;
pub use batch::Change;
pub use error::DiskError;
pub use faulty::Faulty;
pub use faulty::Tear;
pub use memory::Memory;
pub use options::RocksOptions;
pub use rocks::Rocks;
pub use stats::DiskStats;
pub use stats::TableStats;
pub use stats::Verified;
pub use table::Shape;
pub use table::Table;
