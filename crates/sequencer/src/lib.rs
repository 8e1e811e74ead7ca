//! The log as a machine: events and the time in, effects out.
//!
//! Holds: which entry gets which index, what one commit writes, when a tree head is published.
//! Holds not: threads, queues, clocks, rows, signatures; a driver carries effects out and reports back.
//! Depends on: `merkle`, `wire`.
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

mod dedup;
mod event;
mod machine;
mod plan;
mod pool;
mod schedule;

pub use event::{Effect, Event, Millis, Outcome, Placed};
pub use machine::{Lifecycle, Machine, MachineSettings};
pub use plan::{EntryFragment, HashFragment, Plan, TreeHead};
pub use pool::{DedupKey, Identity, Item, Known, Submission};

#[cfg(test)]
mod simulation;
