//! Whole requests through the router, without sockets.

mod adding;
mod asking;
mod crossing;
mod failing;
mod operating;
mod restarting;
mod subtrees;
