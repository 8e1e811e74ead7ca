//! A running program whose system calls fail on request, by `strace`.

use std::path::Path;
use std::process::Command;

use indelible_tests::Running;

/// What a system call does instead of its work, or besides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) call: &'static str,
    /// As `strace` spells it: `error=EIO`, `signal=KILL`.
    pub(crate) what: &'static str,
    /// The how many-th call of its kind, counted from now on in each thread by itself.
    pub(crate) when: u32,
}

/// Makes one system call of a running program fail; it is in effect on return. What is returned ends
/// with the program. With a path, only calls that name it or a file opened under it are counted.
pub(crate) fn fail(program: &Running, fault: Fault, path: Option<&Path>) -> Running {
    let Fault { call, what, when } = fault;
    let mut strace = Command::new("strace");
    strace.arg("-f").args(["-o", "/dev/null", "-e"]).arg(format!("trace={call}"));
    strace.arg("-e").arg(format!("inject={call}:{what}:when={when}"));
    if let Some(path) = path {
        strace.arg("-P").arg(path);
    }
    let tracer = Running::start(strace.arg("-p").arg(program.id().to_string()));
    tracer.hear(|line| line.contains("attached").then_some(()));
    tracer
}
