//! Whole programs against whole programs, over HTTP on this machine.

mod followed;
mod fsck;
mod hammer;
mod our_client;
mod our_log;
mod our_witness;
mod served_proofs;
mod tessera;
mod tessera_log;
mod witnessed;
