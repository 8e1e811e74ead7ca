//! Whole programs against whole programs, over HTTP on this machine.

mod folder;
mod followed;
mod fsck;
mod hammer;
mod http;
mod our_client;
mod our_log;
mod our_witness;
mod poll;
mod running;
mod served_proofs;
mod tessera;
mod tessera_log;
mod witnessed;
