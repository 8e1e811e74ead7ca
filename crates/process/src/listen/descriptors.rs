//! File descriptors: as many as the system gives, and some of them not for connections.
//!
//! Connections come from outside, as many as strangers like; the files of a database and those
//! beside it take their descriptors from the same supply. A program that cannot open its own file,
//! because strangers hold every descriptor, has to stop.

use std::os::fd::RawFd;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How far connections may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Descriptors {
    /// The first that no connection may have.
    end: u64,
    /// The first that not even a client may have who is being told so.
    end_of_refusals: u64,
}

/// For a database (512 files by default), for its neighbours, for clients that are being refused.
const RESERVED: u64 = 768;

impl Descriptors {
    /// Raises the limit as far as this process may. The low one that shells and services start with
    /// is for programs that use `select`, which ours do not.
    pub(super) fn raised() -> Self {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current != maximum {
            let wanted = Rlimit { current: maximum, maximum };
            if let Err(error) = setrlimit(Resource::Nofile, wanted) {
                tracing::debug!(%error, "the limit of open files stays as it is");
            }
        }
        Self::of(getrlimit(Resource::Nofile).current)
    }

    /// `None` is a system without a limit.
    fn of(limit: Option<u64>) -> Self {
        let Some(limit) = limit else { return Self { end: u64::MAX, end_of_refusals: u64::MAX } };
        let reserved = RESERVED.min(limit / 2);
        let end = limit.saturating_sub(reserved);
        Self { end, end_of_refusals: end + reserved / 8 }
    }

    /// Whether a connection may keep the descriptor that it was given. The system always gives the
    /// lowest one that is free, so that its number says how many there are.
    pub(super) fn leave_room_beside(&self, descriptor: RawFd) -> bool {
        u64::try_from(descriptor).is_ok_and(|descriptor| descriptor < self.end)
    }

    /// Whether one more client may be told that there is no room. Others are only closed.
    pub(super) fn allow_refusal_on(&self, descriptor: RawFd) -> bool {
        u64::try_from(descriptor).is_ok_and(|descriptor| descriptor < self.end_of_refusals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_files() {
        for (limit, end, end_of_refusals) in [
            (64, 32, 36),
            (1_024, 512, 576),
            (1_536, 768, 864),
            (20_000, 19_232, 19_328),
            (0, 0, 0),
        ] {
            let descriptors = Descriptors::of(Some(limit));
            assert_eq!(descriptors, Descriptors { end, end_of_refusals });
            let refused = RawFd::try_from(end_of_refusals).unwrap();
            assert!(!descriptors.allow_refusal_on(refused));
            let last = RawFd::try_from(end).unwrap();
            assert!(!descriptors.leave_room_beside(last));
            assert_eq!(descriptors.leave_room_beside(last - 1), last > 0);
        }
        assert!(Descriptors::of(None).leave_room_beside(RawFd::MAX));
    }

    #[test]
    fn the_limit_is_raised_as_far_as_it_may_be() {
        let raised = Descriptors::raised();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert!(current == maximum || raised == Descriptors::of(current));
        assert_eq!(Descriptors::raised(), raised);
    }
}
