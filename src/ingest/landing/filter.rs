//! Which texts have been seen, as far as that can be known in little memory: "no" is certain, "yes" is
//! nearly so.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The parts that are made one behind the other, the last again and again: the texts of each, and bits for
/// a text. With 16 one "yes" of about a thousand is wrong; with 10, which is what is left for millions of
/// texts, one of a hundred, and the warehouse is asked a little more often.
const PARTS: [(usize, usize); 5] =
    [(256 * 1024, 16), (512 * 1024, 16), (1024 * 1024, 16), (2048 * 1024, 16), (8192 * 1024, 10)];
/// Bits of a block: a text's bits are all in one line of the processor's cache.
const BLOCK_BITS: usize = 512;
/// Bits that are set for a text.
const PROBES: u32 = 8;

/// A Bloom filter in blocks that grows.
#[derive(Default)]
pub(super) struct Filter {
    parts: Vec<Part>,
}

struct Part {
    blocks: Vec<[u64; BLOCK_BITS / 64]>,
    room: usize,
}

impl Filter {
    /// Notes a text, and says whether it may have been noted before.
    pub fn note(&mut self, text: &str) -> bool {
        self.note_hash(hash(text))
    }

    /// The same of a text's hash.
    pub fn note_hash(&mut self, hash: u64) -> bool {
        if self.parts.iter().any(|part| part.holds(hash)) {
            return true;
        }
        if self.parts.last().is_none_or(|part| part.room == 0) {
            let (texts, bits) = PARTS[self.parts.len().min(PARTS.len() - 1)];
            self.parts.push(Part::new(texts, bits));
        }
        if let Some(part) = self.parts.last_mut() {
            part.add(hash);
        }
        false
    }
}

impl Part {
    fn new(texts: usize, bits_per_text: usize) -> Self {
        let blocks = vec![[0; BLOCK_BITS / 64]; (texts * bits_per_text).div_ceil(BLOCK_BITS)];
        Self { blocks, room: texts }
    }

    fn add(&mut self, hash: u64) {
        let block = self.block(hash);
        for bit in bits(hash) {
            self.blocks[block][bit / 64] |= 1 << (bit % 64);
        }
        self.room = self.room.saturating_sub(1);
    }

    fn holds(&self, hash: u64) -> bool {
        let block = &self.blocks[self.block(hash)];
        bits(hash).all(|bit| block[bit / 64] & (1 << (bit % 64)) != 0)
    }

    fn block(&self, hash: u64) -> usize {
        // The upper half chooses the block, the lower one the bits in it.
        let upper = hash >> 32;
        ((upper * self.blocks.len() as u64) >> 32) as usize
    }
}

/// The bits of a hash in its block.
fn bits(hash: u64) -> impl Iterator<Item = usize> {
    let mut state = hash | 1;
    (0..PROBES).map(move |_| {
        state = state.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (state >> 55) as usize
    })
}

/// What a filter knows of a text.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_known_and_little_else() {
        let mut filter = Filter::default();
        let count = 1_000_000;
        let wrong = (0..count).filter(|at| filter.note(&format!("key {at}"))).count();
        assert!(wrong < count / 200, "{wrong} of {count} were taken for known");
        assert!((0..count).all(|at| filter.note(&format!("key {at}"))));
        assert!(filter.parts.len() > 1);
    }
}
