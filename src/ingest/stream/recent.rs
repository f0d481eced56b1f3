//! What was landed last of the keys seen lately: bounded, the least recent half goes first.

use std::collections::HashMap;

use super::Mark;

/// Entries of one generation; there are two. An entry is some hundred bytes.
const GENERATION: usize = 65_536;

/// The last hash of each key, of the keys seen lately.
#[derive(Default)]
pub struct Recent {
    young: HashMap<Mark, Option<String>>,
    old: HashMap<Mark, Option<String>>,
}

impl Recent {
    /// What is known of a mark: none where nothing is, `Some(None)` where it is not in the table.
    pub fn get(&self, mark: Mark) -> Option<&Option<String>> {
        self.young.get(&mark).or_else(|| self.old.get(&mark))
    }

    /// Keeps what is known of a mark.
    pub fn put(&mut self, mark: Mark, hash: Option<String>) {
        if self.young.len() >= GENERATION && !self.young.contains_key(&mark) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(mark, hash);
    }

    /// Forgets everything: what the table holds is not certain any more.
    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_keeps_what_came_last() {
        let mut recent = Recent::default();
        let mark = |n: usize| Mark::of("k", &n.to_string());
        for n in 0..GENERATION * 5 {
            recent.put(mark(n), Some(n.to_string()));
        }
        assert!(recent.young.len() + recent.old.len() <= GENERATION * 2);
        assert_eq!(recent.get(mark(0)), None);
        let last = GENERATION * 5 - 1;
        assert_eq!(recent.get(mark(last)), Some(&Some(last.to_string())));
    }
}
