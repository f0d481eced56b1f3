//! A Bloom filter: tells for certain that something is new, in memory that does not grow.

use super::Mark;

/// Places: 2^26 bits are 8 MiB, and at a million marks one new mark in a thousand is taken for a
/// known one, which costs a look into the table and nothing else.
pub const PLACES: u64 = 1 << 26;
/// Bits of a word.
pub const WORD: u64 = 32;

/// The marks that were added, and maybe others.
pub struct Filter {
    words: Vec<u32>,
}

impl Default for Filter {
    fn default() -> Self {
        Self { words: vec![0; (PLACES / WORD) as usize] }
    }
}

impl Filter {
    /// Whether a mark may have been added: `false` is certain.
    pub fn may_hold(&self, mark: Mark) -> bool {
        places(mark.number()).iter().all(|place| {
            let (word, bit) = ((place / WORD) as usize, place % WORD);
            self.words.get(word).is_some_and(|word| word & (1 << bit) != 0)
        })
    }

    /// Adds a mark.
    pub fn add(&mut self, mark: Mark) {
        for place in places(mark.number()) {
            self.add_word(place / WORD, 1 << (place % WORD));
        }
    }

    /// Adds the bits of a word.
    pub fn add_word(&mut self, word: u64, bits: u32) {
        if let Some(known) = usize::try_from(word).ok().and_then(|at| self.words.get_mut(at)) {
            *known |= bits;
        }
    }
}

fn places(number: u64) -> [u64; 2] {
    [number % PLACES, number / PLACES % PLACES]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_found_and_most_else_is_not() {
        let mut filter = Filter::default();
        let mark = |n: u32| Mark::of("k", &n.to_string());
        (0..100_000).for_each(|n| filter.add(mark(n)));
        assert!((0..100_000).all(|n| filter.may_hold(mark(n))));
        let wrong = (100_000..200_000).filter(|n| filter.may_hold(mark(*n))).count();
        assert!(wrong < 50, "{wrong} of 100000");
    }
}
