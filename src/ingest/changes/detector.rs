//! Compares a snapshot with what is known.

use std::collections::BTreeMap;

use super::{Change, ChangeEvent, ChangeRules};

/// What is known of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its version.
    pub version: u64,
    /// The hash of its state; none where it is deleted.
    pub state_hash: Option<String>,
}

/// Why a snapshot is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It holds nothing.
    #[error(
        "the answer holds none of the {known} known records: that they are all deleted is not believed \
         (`changes: {{allow_empty: true}}` believes it)"
    )]
    Empty {
        /// Records that were there.
        known: usize,
    },
    /// It lacks too much.
    #[error(
        "the answer lacks {missing} of the {known} known records, more than the share of {share} that \
         may go at once (`changes: {{max_deleted_share: …}}`): is it complete?"
    )]
    Partial {
        /// Records that are missing.
        missing: usize,
        /// Records that were there.
        known: usize,
        /// The share that may go.
        share: String,
    },
}

/// A snapshot being compared. Records come one by one, then what is missing is deleted.
#[derive(Debug)]
pub struct Detector {
    known: BTreeMap<String, Known>,
    /// The keys that came, with the hashes of their states.
    seen: BTreeMap<String, String>,
    first_version: u64,
    cold_start: bool,
}

impl Detector {
    /// A detector. `first_version` is the version of records of which nothing is known: greater than any
    /// that was given out before what was known was reset.
    pub fn new(known: BTreeMap<String, Known>, first_version: u64) -> Self {
        let cold_start = known.is_empty();
        Self { known, seen: BTreeMap::new(), first_version, cold_start }
    }

    /// The change that a record of the snapshot is, if it is one.
    ///
    /// # Errors
    /// A sentence: the key came before in this snapshot, with another state.
    pub fn record(&mut self, key: &str, state_hash: &str) -> Result<Option<ChangeEvent>, String> {
        if let Some(before) = self.seen.get(key) {
            return match before == state_hash {
                true => Ok(None),
                false => Err(format!("the snapshot holds the key `{key}` twice, with two states")),
            };
        }
        self.seen.insert(key.to_owned(), state_hash.to_owned());
        let known = self.known.get(key);
        let previous_hash = known.and_then(|known| known.state_hash.clone());
        if previous_hash.as_deref() == Some(state_hash) {
            return Ok(None);
        }
        Ok(Some(ChangeEvent {
            change: if previous_hash.is_some() { Change::Modified } else { Change::Created },
            key: key.to_owned(),
            version: known.map_or(self.first_version, |known| known.version + 1),
            cold_start: self.cold_start,
            state_hash: Some(state_hash.to_owned()),
            previous_hash,
        }))
    }

    /// The deletions of what did not come, in the order of keys.
    ///
    /// # Errors
    /// Why the snapshot is not believed.
    pub fn finish(self, rules: &ChangeRules) -> Result<Vec<ChangeEvent>, Refusal> {
        let live = self.known.iter().filter(|(_, known)| known.state_hash.is_some());
        let live: Vec<(&String, &Known)> = live.collect();
        let missing: Vec<_> =
            live.iter().filter(|(key, _)| !self.seen.contains_key(*key)).copied().collect();
        let known = live.len();
        if known > 0 && self.seen.is_empty() && !rules.allow_empty {
            return Err(Refusal::Empty { known });
        }
        let is_empty = self.seen.is_empty();
        if !is_empty && missing.len() as f64 > rules.max_deleted_share * known as f64 {
            let share = rules.max_deleted_share.to_string();
            return Err(Refusal::Partial { missing: missing.len(), known, share });
        }
        let deletion = |(key, known): (&String, &Known)| ChangeEvent {
            change: Change::Deleted,
            key: key.clone(),
            version: known.version + 1,
            cold_start: false,
            state_hash: None,
            previous_hash: known.state_hash.clone(),
        };
        Ok(missing.into_iter().map(deletion).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Compares a snapshot and applies what it changes.
    fn poll(
        known: &mut BTreeMap<String, Known>,
        rules: &ChangeRules,
        number: u64,
        snapshot: &[(&str, &str)],
    ) -> Result<Vec<ChangeEvent>, Refusal> {
        let mut detector = Detector::new(known.clone(), number);
        let mut events = Vec::new();
        for (key, hash) in snapshot {
            events.extend(detector.record(key, hash).expect("keys are there once"));
        }
        events.extend(detector.finish(rules)?);
        for event in &events {
            let state_hash = event.state_hash.clone();
            known.insert(event.key.clone(), Known { version: event.version, state_hash });
        }
        Ok(events)
    }

    fn shown(events: &[ChangeEvent]) -> Vec<String> {
        events.iter().map(|event| event.id("store", "carts")).collect()
    }

    #[test]
    fn a_return_to_a_state_is_a_change_with_an_id_of_its_own() {
        let (mut known, rules) = (BTreeMap::new(), ChangeRules::default());
        let rules = ChangeRules { max_deleted_share: 1.0, ..rules };
        let mut all = Vec::new();
        for (number, snapshot) in [
            vec![("1", "a"), ("2", "x")],
            vec![("2", "x"), ("1", "b")],
            vec![("1", "a"), ("2", "x")],
            vec![("2", "x")],
            vec![("2", "x")],
            vec![("1", "a"), ("2", "x"), ("3", "n")],
        ]
        .into_iter()
        .enumerate()
        {
            let events = poll(&mut known, &rules, number as u64 + 1, &snapshot).expect("believed");
            assert!(events.iter().all(|event| event.cold_start == (number == 0)));
            all.push(shown(&events).join(" "));
        }
        assert_eq!(
            all,
            [
                "store.carts/1/1/created store.carts/2/1/created",
                "store.carts/1/2/modified",
                "store.carts/1/3/modified",
                "store.carts/1/4/deleted",
                "",
                "store.carts/1/5/created store.carts/3/6/created",
            ]
        );
    }

    #[test]
    fn an_empty_or_partial_answer_deletes_nothing() {
        let (mut known, rules) = (BTreeMap::new(), ChangeRules::default());
        let all = [("1", "a"), ("2", "a"), ("3", "a"), ("4", "a")];
        assert!(poll(&mut known, &rules, 1, &[]).is_ok_and(|events| events.is_empty()));
        poll(&mut known, &rules, 1, &all).expect("believed");
        assert_eq!(poll(&mut known, &rules, 2, &[]), Err(Refusal::Empty { known: 4 }));
        let refusal = poll(&mut known, &rules, 2, &all[..1]).expect_err("too little");
        assert_eq!(
            refusal.to_string(),
            "the answer lacks 3 of the 4 known records, more than the share of 0.5 that may go at once \
             (`changes: {max_deleted_share: …}`): is it complete?"
        );
        assert_eq!(poll(&mut known, &rules, 2, &all[..2]).map(|events| events.len()), Ok(2));
        let believing = ChangeRules { allow_empty: true, ..rules };
        assert_eq!(poll(&mut known, &believing, 3, &[]).map(|events| events.len()), Ok(2));
    }

    #[test]
    fn a_key_has_one_state_in_a_snapshot() {
        let mut detector = Detector::new(BTreeMap::new(), 1);
        assert!(detector.record("1", "a").is_ok_and(|event| event.is_some()));
        assert_eq!(detector.record("1", "a"), Ok(None));
        assert!(detector.record("1", "b").is_err());
    }

    proptest::proptest! {
        /// Replaying the events gives the last snapshot; no id is given out twice, also across resets
        /// of what is known.
        #[test]
        fn events_are_all_that_happened(
            polls in proptest::collection::vec(
                (proptest::collection::btree_map("[a-d]", "[xyz]", 0..4), proptest::bool::weighted(0.1)),
                1..12,
            )
        ) {
            let rules =
                ChangeRules { max_deleted_share: 1.0, allow_empty: true, ..ChangeRules::default() };
            let (mut known, mut ids) = (BTreeMap::new(), BTreeSet::new());
            for (number, (snapshot, reset)) in polls.iter().enumerate() {
                if *reset {
                    known.clear();
                }
                let rows: Vec<(&str, &str)> =
                    snapshot.iter().map(|(key, hash)| (key.as_str(), hash.as_str())).collect();
                let events = poll(&mut known, &rules, number as u64 + 1, &rows).expect("believed");
                for id in shown(&events) {
                    proptest::prop_assert!(ids.insert(id.clone()), "{} twice", id);
                }
                let live: BTreeMap<String, String> = known
                    .iter()
                    .filter_map(|(key, known)| Some((key.clone(), known.state_hash.clone()?)))
                    .collect();
                proptest::prop_assert_eq!(&live, snapshot);
            }
        }
    }
}
