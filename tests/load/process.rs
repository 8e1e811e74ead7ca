//! What `/proc` says about a process: its time on the CPU, and its memory.

use std::fs;

use anyhow::Context;

/// Ticks of the CPU clock in a second, which Linux has fixed for its users.
const TICKS: u32 = 100;

/// Seconds that a process has had of the CPU, in all its threads. `self` is ourselves.
pub(crate) fn cpu_seconds(process: &str) -> anyhow::Result<f64> {
    let path = format!("/proc/{process}/stat");
    let text = fs::read_to_string(&path).with_context(|| path.clone())?;
    // The second field is the program's name in parentheses, which may hold anything.
    let (_, rest) = text.rsplit_once(')').with_context(|| format!("{path} is malformed"))?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
    let ticks: u32 =
        ticks.sum::<Result<u32, _>>().with_context(|| format!("{path} is malformed"))?;
    Ok(f64::from(ticks) / f64::from(TICKS))
}

/// Memory that a process has in RAM now, and the most it ever had, in KiB.
pub(crate) fn resident_kib(process: &str) -> anyhow::Result<(u64, u64)> {
    let path = format!("/proc/{process}/status");
    let text = fs::read_to_string(&path).with_context(|| path.clone())?;
    let field = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    field("VmRSS:").zip(field("VmHWM:")).with_context(|| format!("{path} names no memory"))
}
