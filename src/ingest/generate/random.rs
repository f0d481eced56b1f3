//! Numbers that are the same for the same seed.

/// SplitMix64: small, quick, spread enough for test data; no secret comes from it.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The numbers of a seed.
    pub fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// From 0 up to 1.
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of this share happens.
    pub fn happens(&mut self, share: f64) -> bool {
        self.fraction() < share
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low).saturating_add(1);
        low.saturating_add_unsigned(self.bits() % span)
    }

    /// One of some.
    pub fn one_of<'a, T>(&mut self, some: &'a [T]) -> &'a T {
        &some[(self.bits() % some.len().max(1) as u64) as usize]
    }

    /// Hexadecimal digits, as ids have them.
    pub fn hex(&mut self, digits: usize) -> String {
        let text = format!("{:016x}", self.bits());
        text[..digits.min(16)].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_within_bounds() {
        let (mut one, mut other) = (Random::seeded(7), Random::seeded(7));
        for _ in 0..1_000 {
            let number = one.between(-3, 4);
            assert_eq!(number, other.between(-3, 4));
            assert!((-3..=4).contains(&number));
        }
        assert_ne!(Random::seeded(1).bits(), Random::seeded(2).bits());
    }
}
