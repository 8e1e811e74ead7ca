//! The plan of the house: which crate stands where, and whom it may use.
//!
//! Whoever adds an arrow edits this table and is seen doing it. `docs/ARCHITECTURE.md` has the
//! reasons.

use Nature::{Effectful, Pure};

/// One crate, in the folder `crates/NAME`, as the package `indelible-NAME`.
pub(crate) struct Room {
    pub(crate) name: &'static str,
    /// Arrows point to lower floors only.
    pub(crate) floor: u8,
    pub(crate) may_use: &'static [&'static str],
    pub(crate) nature: Nature,
    pub(crate) docs: Docs,
}

/// Whether a crate can reach the world at all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// `no_std`, so that the compiler refuses a clock, a file, a socket or a thread.
    Pure,
    Effectful,
}

/// Whether the compiler demands a doc comment on everything public.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Docs {
    Required,
    AsNeeded,
}

/// One crate of other people, and who of us may name it.
pub(crate) struct Outsider {
    pub(crate) name: &'static str,
    /// In what is shipped.
    pub(crate) users: &'static [&'static str],
    /// Only to test with. `tests` is the package of these tests.
    pub(crate) testers: &'static [&'static str],
    /// Other people's crates that bring it along.
    pub(crate) brought_by: &'static [&'static str],
}

pub(crate) const HOUSE: &[Room] = &[
    room("merkle", 1, &[], Pure, Docs::Required),
    room("disk", 1, &[], Effectful, Docs::AsNeeded),
    room("process", 1, &[], Effectful, Docs::AsNeeded),
    room("note", 2, &["merkle"], Pure, Docs::Required),
    room("wire", 3, &["merkle", "note"], Pure, Docs::Required),
    room("sequencer", 4, &["merkle", "wire"], Pure, Docs::Required),
    room("witness", 4, &["disk", "merkle", "note", "process", "wire"], Effectful, Docs::AsNeeded),
    room("client", 4, &["merkle", "note", "wire"], Effectful, Docs::Required),
    room(
        "log-server",
        5,
        &["disk", "merkle", "note", "process", "sequencer", "wire"],
        Effectful,
        Docs::AsNeeded,
    ),
];

pub(crate) const OUTSIDERS: &[Outsider] = &[
    outsider("rocksdb", &["disk"], &[], &[]),
    outsider("axum", &["log-server", "witness"], &["tests"], &["utoipa-axum"]),
    outsider("ed25519-dalek", &["note"], &["tests"], &[]),
    outsider("ml-dsa", &["note"], &["tests"], &[]),
    outsider("reqwest", &["client", "log-server", "witness"], &["tests"], &[]),
    // Its verifier is forgeable: it builds and it is compared with, it never judges.
    outsider("rs_merkle", &[], &["merkle", "tests"], &[]),
];

const fn room(
    name: &'static str,
    floor: u8,
    may_use: &'static [&'static str],
    nature: Nature,
    docs: Docs,
) -> Room {
    Room { name, floor, may_use, nature, docs }
}

const fn outsider(
    name: &'static str,
    users: &'static [&'static str],
    testers: &'static [&'static str],
    brought_by: &'static [&'static str],
) -> Outsider {
    Outsider { name, users, testers, brought_by }
}
