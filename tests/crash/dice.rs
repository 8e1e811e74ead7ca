//! Chance that can be told by one number.

use std::hash::{BuildHasher, RandomState};

/// splitmix64: enough to choose what dies when.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

/// Another one in every run; whoever uses it prints it.
pub(crate) fn fresh_seed() -> u64 {
    RandomState::new().hash_one("seed")
}

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Dice of their own for somebody who throws at the same time.
    pub(crate) const fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// From `least` to `most`, both included.
    pub(crate) const fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// Once in so many throws.
    pub(crate) const fn one_in(&mut self, throws: u64) -> bool {
        self.next().is_multiple_of(throws)
    }

    pub(crate) fn length(&mut self, least: usize, most: usize) -> usize {
        let spread = u64::try_from(most - least + 1).expect("a length fits 64 bits");
        least + usize::try_from(self.next() % spread).expect("less than a length")
    }
}
