//! The one writer of each log: a bounded queue in front, a thread that carries effects out.

pub(crate) mod driver;
pub(crate) mod mailbox;
