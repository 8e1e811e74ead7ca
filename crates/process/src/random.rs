//! The only place that asks the operating system for random bytes.

/// `N` bytes that nobody can predict: keys, salts, idempotency keys.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the door that the rule points to")]
#[expect(
    clippy::expect_used,
    reason = "a system without randomness can make no key and no salt; there is nothing to go on with"
)]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn no_two_draws_are_alike() {
        let draws: std::collections::BTreeSet<[u8; 16]> = (0..1_000).map(|_| bytes()).collect();
        assert_eq!(draws.len(), 1_000);
    }

    #[test]
    fn every_byte_is_drawn() {
        // A byte that stays zero in 64 draws was never written: the chance is 2^-512.
        let mut seen = [0_u8; 33];
        for _ in 0..64 {
            for (seen, drawn) in seen.iter_mut().zip(bytes::<33>()) {
                *seen |= drawn;
            }
        }
        assert!(seen.iter().all(|byte| *byte != 0));
    }
}
