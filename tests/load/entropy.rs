//! Cheap bytes that do not compress and do not repeat; no secret is made of them.

/// The SplitMix64 generator.
#[derive(Clone, Debug)]
pub(crate) struct Entropy(u64);

impl Entropy {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, or 0 where `end` is.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.next().to_le_bytes();
            chunk.iter_mut().zip(drawn).for_each(|(byte, drawn)| *byte = drawn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_do_not_repeat_within_a_run_or_between_runs() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..4 {
            let mut entropy = Entropy::seeded(indelible_process::random::bytes::<8>()[0].into());
            entropy.0 ^= seed << 32;
            for _ in 0..10_000 {
                let mut entry = [0; 256];
                entropy.fill(&mut entry);
                assert!(seen.insert(entry));
            }
        }
    }
}
