//! Whole programs against whole programs, over HTTP on this machine.

mod folder;
mod fsck;
mod hammer;
mod http;
mod our_log;
mod running;
mod tessera;
