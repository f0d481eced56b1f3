//! Which of a target's rows are surely new, which may be there, and which are there.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, DefaultHasher, Hash as _, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    BronzeRow, Dedup,
    filter::{Filter, hash},
};

/// Records whose last version in this load is remembered, 32 bytes each: what fits into a table of 2 MiB,
/// which processors hold close.
const MAX_FRESH: usize = 56 * 1024;
/// Messages of one load that are told apart without asking: more than are landed together.
const MAX_MESSAGES: usize = 256 * 1024;

/// What a target's table holds.
#[derive(Default)]
pub(super) struct Seen {
    /// Keys.
    pub keys: Filter,
    /// Messages, where the target asks for them.
    pub uris: Filter,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is new.
    Direct,
    /// The warehouse knows whether it is.
    Staged,
    /// It is there.
    Known,
}

/// Sorts the rows of one target in one load.
pub(super) struct Sorter {
    dedup: Dedup,
    /// Whether all rows go by the staging table.
    staged: bool,
    /// What the table held before and what went to it since; none where that is not known.
    seen: Option<Arc<Mutex<Seen>>>,
    /// The last versions of records that are new in this load: all of their rows go by here.
    fresh: HashMap<u128, u128, BuildHasherDefault<Hashed>>,
    messages: HashSet<u128>,
    /// The message that rows come of, and what is known of it.
    message: Option<(Arc<str>, Place)>,
}

impl Sorter {
    pub fn new(dedup: Dedup, staged: bool, seen: Option<Arc<Mutex<Seen>>>) -> Self {
        let (fresh, messages) = (HashMap::default(), HashSet::new());
        Self { dedup, staged, seen, fresh, messages, message: None }
    }

    /// The place of the next row.
    pub fn place(&mut self, row: &BronzeRow) -> Place {
        match self.dedup {
            Dedup::Nothing if self.staged => Place::Staged,
            Dedup::Nothing => Place::Direct,
            Dedup::Keys | Dedup::Versions => self.by_key(row),
            Dedup::Messages => match self.by_message(&row.uri) {
                Place::Direct => self.by_key(row),
                place => place,
            },
        }
    }

    fn by_key(&mut self, row: &BronzeRow) -> Place {
        let Some(seen) = &self.seen else { return Place::Staged };
        let (key, version) = (wide(&row.key), wide(&row.hash));
        if let Some(last) = self.fresh.get_mut(&key) {
            if self.dedup == Dedup::Keys || *last == version {
                return Place::Known;
            }
            *last = version;
            return Place::Direct;
        }
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.keys.note_hash(half(key)) {
            return Place::Staged;
        }
        if self.fresh.len() < MAX_FRESH {
            self.fresh.insert(key, version);
        }
        Place::Direct
    }

    /// Rows of one message come one behind the other.
    fn by_message(&mut self, uri: &Arc<str>) -> Place {
        if let Some((last, place)) = &self.message
            && last == uri
        {
            return *place;
        }
        let again = match self.messages.len() < MAX_MESSAGES {
            true => !self.messages.insert(wide(uri)),
            false => self.messages.contains(&wide(uri)),
        };
        let place = match &self.seen {
            _ if again => Place::Known,
            None => Place::Staged,
            Some(seen) => {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if seen.uris.note_hash(hash(uri)) { Place::Staged } else { Place::Direct }
            }
        };
        self.message = Some((Arc::clone(uri), place));
        place
    }
}

/// 128 bits of a text: two that are the same are one text.
fn wide(text: &str) -> u128 {
    let mut second = DefaultHasher::new();
    1u8.hash(&mut second);
    text.hash(&mut second);
    u128::from(second.finish()) << 64 | u128::from(hash(text))
}

/// The half of those bits that filters ask for.
fn half(wide: u128) -> u64 {
    wide as u64
}

/// The hash of what is a hash.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, wide: u128) {
        self.0 = (wide >> 64) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(dedup: Dedup, seen: Option<Seen>, rows: &[(&str, &str, &str)]) -> String {
        let mut sorter = Sorter::new(dedup, false, seen.map(|seen| Arc::new(Mutex::new(seen))));
        let place = |(key, hash, uri): &(&str, &str, &str)| {
            let row = BronzeRow {
                key: (*key).to_owned(),
                hash: (*hash).to_owned(),
                source_ts: None,
                seq: 0,
                uri: (*uri).into(),
                payload: String::new(),
                typed: None,
            };
            match sorter.place(&row) {
                Place::Direct => 'd',
                Place::Staged => 's',
                Place::Known => 'k',
            }
        };
        rows.iter().map(place).collect()
    }

    fn seen(keys: &[&str], uris: &[&str]) -> Seen {
        let mut seen = Seen::default();
        for key in keys {
            seen.keys.note(key);
        }
        for uri in uris {
            seen.uris.note(uri);
        }
        seen
    }

    #[test]
    fn versions_of_new_records_are_told_apart_here() {
        let rows = [("a", "1", ""), ("a", "1", ""), ("a", "2", ""), ("a", "1", ""), ("b", "1", "")];
        assert_eq!(places(Dedup::Versions, Some(Seen::default()), &rows), "dkddd");
        assert_eq!(places(Dedup::Keys, Some(Seen::default()), &rows), "dkkkd");
        assert_eq!(places(Dedup::Nothing, None, &rows), "ddddd");
        // The warehouse is asked where the record may be there, or nothing is known.
        assert_eq!(places(Dedup::Versions, Some(seen(&["a"], &[])), &rows), "ssssd");
        assert_eq!(places(Dedup::Versions, None, &rows), "sssss");
    }

    #[test]
    fn a_message_lands_whole_and_once() {
        let rows = [("a", "1", "m1"), ("b", "1", "m1"), ("c", "1", "m2"), ("a", "1", "m1")];
        assert_eq!(places(Dedup::Messages, Some(Seen::default()), &rows), "dddk");
        assert_eq!(places(Dedup::Messages, Some(seen(&["b"], &["m2"])), &rows), "dssk");
        assert_eq!(places(Dedup::Messages, None, &rows), "sssk");
    }
}
