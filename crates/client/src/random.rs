//! The only place of this crate that draws random numbers.

use std::fmt;

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomness;

/// `N` bytes from the operating system's generator, fit for keys.
///
/// # Errors
///
/// [`NoRandomness`] where the operating system refuses; there is no weaker fallback.
#[expect(clippy::disallowed_methods, reason = "this is the door that the rule points to")]
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A point between 0 and `u32::MAX`, for spreading retries. Without randomness it is the middle:
/// a retry at a predictable moment is better than none.
pub(crate) fn jitter() -> u32 {
    bytes::<4>().map_or(u32::MAX / 2, u32::from_be_bytes)
}

/// Bytes as lower-case hex, for names that are made here.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
