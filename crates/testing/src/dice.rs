//! Numbers that look random and are the same in every run and on every machine.

/// A xorshift generator.
pub struct Dice(u64);

impl Dice {
    /// The numbers that a seed gives.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).expect("64 bits") % n.max(1)
    }
}
