//! Fields that are dropped, masked or hashed.

use crate::ingest::{
    raw_json::{elements, key_text, members},
    record_path::{RecordPath, Step},
};

/// What a masked value is.
const MASK: &str = "\"***\"";

/// Digits of a hash.
const HASH_DIGITS: usize = 32;

/// What happens to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PiiAction {
    /// It never lands.
    Drop,
    /// Its value is `***`.
    Mask,
    /// Its value is a hash: equal values have equal ones.
    Hash,
}

/// The fields of a feed that nothing may keep as they come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Redaction {
    rules: Vec<(RecordPath, PiiAction)>,
    /// What makes hashes ones that nobody else can make.
    key: Option<[u8; 32]>,
    /// Whether what is a hash stays as it is.
    keeps_hashes: bool,
}

impl Redaction {
    /// Rules for paths in a record.
    pub fn new(rules: Vec<(RecordPath, PiiAction)>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The same, with hashes that a secret goes into: without it nobody finds values by trying.
    #[must_use]
    pub fn with_key(self, secret: &str) -> Self {
        let key = blake3::derive_key("elt 2026 hashes of fields of feeds", secret.as_bytes());
        Self { key: Some(key), ..self }
    }

    /// The same, for texts that have gone through it before: a hash of a hash would be another value.
    #[must_use]
    pub fn of_kept_texts(self) -> Self {
        Self { keeps_hashes: true, ..self }
    }

    /// The rules of both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for rule in &other.rules {
            if !self.rules.contains(rule) {
                self.rules.push(rule.clone());
            }
        }
        self.key = self.key.or(other.key);
        self.keeps_hashes |= other.keeps_hashes;
        self
    }

    /// Whether everything is kept as it comes.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether any field is hashed.
    pub fn hashes(&self) -> bool {
        self.rules.iter().any(|(_, action)| *action == PiiAction::Hash)
    }

    /// The record without what may not be kept. Lists on a path are stepped into, so that a rule holds
    /// wherever the field is.
    pub fn apply(&self, record: &str) -> String {
        if self.rules.is_empty() {
            return record.to_owned();
        }
        let rules: Vec<(&[Step], PiiAction)> =
            self.rules.iter().map(|(path, action)| (path.steps(), *action)).collect();
        let mut out = String::with_capacity(record.len());
        self.value(record.trim(), &rules, &mut out);
        out
    }

    /// The same for a text that is no record of this feed, as far as is known: fields of the rules'
    /// names are looked for at any depth. None where nothing can be said of the text.
    pub(super) fn apply_anywhere(&self, json: &str) -> Option<String> {
        let json = json.trim();
        let _: serde::de::IgnoredAny = serde_json::from_str(json).ok()?;
        if !json.starts_with(['{', '[']) {
            return None;
        }
        let mut out = String::with_capacity(json.len());
        self.anywhere(json, &mut out).then_some(out)
    }

    fn value(&self, text: &str, rules: &[(&[Step], PiiAction)], out: &mut String) {
        if rules.is_empty() {
            out.push_str(text);
        } else if let Some(members) = members(text) {
            out.push('{');
            let mut first = true;
            for (raw_key, raw) in members {
                let key = key_text(raw_key);
                let mut action = None;
                let mut below = Vec::new();
                for (steps, what) in rules {
                    match steps {
                        [Step::Key(name), rest @ ..] if *name != key => {
                            let _ = rest;
                        }
                        [Step::Key(_) | Step::Members, rest @ ..] if !rest.is_empty() => {
                            below.push((rest, *what));
                        }
                        [Step::Key(_) | Step::Members] => action = stricter(action, *what),
                        _ => {}
                    }
                }
                if self.member((raw_key, raw), action, &mut first, out) {
                    self.value(raw, &below, out);
                }
            }
            out.push('}');
        } else if let Some(elements) = elements(text) {
            out.push('[');
            for (at, element) in elements.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                let below: Vec<(&[Step], PiiAction)> = rules
                    .iter()
                    .map(|(steps, what)| match steps {
                        [Step::Each, rest @ ..] => (rest, *what),
                        steps => (*steps, *what),
                    })
                    .collect();
                // `tags[*]`: the elements themselves. A list keeps its length.
                let own = below.iter().filter(|(steps, _)| steps.is_empty());
                match own.fold(None, |action, (_, what)| stricter(action, *what)) {
                    Some(PiiAction::Hash) => self.hidden(element, PiiAction::Hash, out),
                    Some(_) => out.push_str(MASK),
                    None => self.value(element, &below, out),
                }
            }
            out.push(']');
        } else {
            out.push_str(text);
        }
    }

    fn anywhere(&self, text: &str, out: &mut String) -> bool {
        let names = |key: &str| {
            let rules = self.rules.iter().filter(|(path, _)| {
                let last = path.steps().iter().rev().find_map(|step| match step {
                    Step::Key(name) => Some(name.as_str()),
                    Step::Each | Step::Members => None,
                });
                last.is_none_or(|last| last.eq_ignore_ascii_case(key))
            });
            rules.fold(None, |action, (_, what)| stricter(action, *what))
        };
        if let Some(members) = members(text) {
            out.push('{');
            let mut first = true;
            for (raw_key, raw) in members {
                let action = names(&key_text(raw_key));
                if self.member((raw_key, raw), action, &mut first, out) {
                    self.anywhere(raw, out);
                }
            }
            out.push('}');
        } else if let Some(elements) = elements(text) {
            out.push('[');
            for (at, element) in elements.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                self.anywhere(element, out);
            }
            out.push(']');
        } else {
            out.push_str(text);
        }
        true
    }

    /// A member of an object as far as `action` lets it be seen. Whether its value is still to be
    /// written: nothing is to be done with it.
    fn member(
        &self,
        (key, value): (&str, &str),
        action: Option<PiiAction>,
        first: &mut bool,
        out: &mut String,
    ) -> bool {
        if action == Some(PiiAction::Drop) {
            return false;
        }
        if !std::mem::take(first) {
            out.push(',');
        }
        out.push_str(key);
        out.push(':');
        if let Some(action) = action {
            self.hidden(value, action, out);
        }
        action.is_none()
    }

    /// A value that may not be seen. NULL hides nothing.
    fn hidden(&self, raw: &str, action: PiiAction, out: &mut String) {
        if raw == "null" || action != PiiAction::Hash {
            out.push_str(if raw == "null" { raw } else { MASK });
            return;
        }
        if self.keeps_hashes && is_hash(raw) {
            out.push_str(raw);
            return;
        }
        let text = match raw.starts_with('"') {
            true => key_text(raw),
            false => raw.to_owned(),
        };
        let hash = match &self.key {
            Some(key) => blake3::keyed_hash(key, text.as_bytes()),
            None => blake3::hash(text.as_bytes()),
        };
        out.push('"');
        out.push_str(&hash.to_hex()[..HASH_DIGITS]);
        out.push('"');
    }
}

/// Whether a value is written as `hidden` writes hashes.
fn is_hash(raw: &str) -> bool {
    let digits = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    digits.is_some_and(|digits| {
        digits.len() == HASH_DIGITS
            && digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Of two actions the one that keeps less.
fn stricter(one: Option<PiiAction>, other: PiiAction) -> Option<PiiAction> {
    let rank = |action: PiiAction| match action {
        PiiAction::Drop => 2,
        PiiAction::Mask => 1,
        PiiAction::Hash => 0,
    };
    match one {
        Some(one) if rank(one) >= rank(other) => Some(one),
        _ => Some(other),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn redaction(rules: &[(&str, PiiAction)]) -> Redaction {
        let rule = |(path, action): &(&str, PiiAction)| {
            (RecordPath::parse(path).expect("a path"), *action)
        };
        Redaction::new(rules.iter().map(rule).collect())
    }

    #[test]
    fn what_was_kept_is_not_hashed_again() {
        let hashed = redaction(&[("mail", PiiAction::Hash)]).with_key("k");
        let once = hashed.apply(r#"{"mail":"a@b"}"#);
        assert_ne!(hashed.apply(&once), once);
        let again = hashed.of_kept_texts();
        assert_eq!(again.apply(&once), once);
        // It was put in by hand, or hashed by nobody then.
        assert_eq!(again.apply(r#"{"mail":"a@b"}"#), once);
    }

    #[test]
    fn fields_are_dropped_masked_and_hashed_wherever_they_are() {
        use PiiAction::{Drop, Hash, Mask};
        let record = r#"{"id":1.50,"password":"p","user":{"email":"a@b","phone":null,"cards":[{"no":"1","ok":true},{"no":"2"}]},"tags":["x","y"]}"#;
        for (rules, expected) in [
            (
                vec![("password", Drop), ("user.email", Mask), ("user.phone", Mask)],
                r#"{"id":1.50,"user":{"email":"***","phone":null,"cards":[{"no":"1","ok":true},{"no":"2"}]},"tags":["x","y"]}"#,
            ),
            (
                vec![("user.cards.no", Drop), ("tags[*]", Mask), ("$.password", Drop)],
                r#"{"id":1.50,"user":{"email":"a@b","phone":null,"cards":[{"ok":true},{}]},"tags":["***","***"]}"#,
            ),
            (
                vec![("user.cards[*].no", Drop), ("user.*", Mask)],
                r#"{"id":1.50,"password":"p","user":{"email":"***","phone":null,"cards":"***"},"tags":["x","y"]}"#,
            ),
            (
                vec![
                    ("user", Hash),
                    ("user", Drop),
                    ("nothing", Drop),
                    ("tags", Mask),
                    ("password", Drop),
                ],
                r#"{"id":1.50,"tags":"***"}"#,
            ),
        ] {
            assert_eq!(redaction(&rules).apply(record), expected);
        }
    }

    #[test]
    fn hashes_are_equal_for_equal_values_and_need_the_key() {
        let hash = |redaction: &Redaction, text: &str| redaction.apply(text);
        let plain = redaction(&[("email", PiiAction::Hash)]);
        let keyed = plain.clone().with_key("secret");
        assert_eq!(hash(&plain, r#"{"email":"a"}"#), hash(&plain, r#"{"email":"\u0061"}"#));
        assert_ne!(hash(&plain, r#"{"email":"a"}"#), hash(&keyed, r#"{"email":"a"}"#));
        assert_ne!(hash(&keyed, r#"{"email":"a"}"#), hash(&keyed, r#"{"email":"b"}"#));
        assert!(!hash(&keyed, r#"{"email":"a"}"#).contains("\"a\""));
    }

    fn secretive() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let leaf = prop_oneof![Just("1".to_owned()), Just("\"open\"".to_owned())];
        let secret = Just("\"SECRET\"".to_owned());
        leaf.prop_recursive(3, 20, 3, move |inner| {
            let secret = secret.clone();
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                (prop::collection::btree_map("[ab]", inner, 0..3), secret).prop_map(
                    |(members, secret)| {
                        let mut members: Vec<String> = members
                            .iter()
                            .map(|(key, value)| format!("\"{key}\" : {value}"))
                            .collect();
                        members.push(format!("\"pass\\u0077ord\":{secret}"));
                        format!("{{{}}}", members.join(", "))
                    }
                ),
            ]
        })
    }

    proptest::proptest! {
        /// Wherever a field of the name is, a text that may be anything shows nothing of it.
        #[test]
        fn nothing_is_seen_at_any_depth(text in secretive()) {
            for action in [PiiAction::Drop, PiiAction::Mask, PiiAction::Hash] {
                let redaction = redaction(&[("user.password", action)]);
                if let Some(shown) = redaction.apply_anywhere(&text) {
                    proptest::prop_assert!(!shown.contains("SECRET"), "{}", shown);
                    let read: Result<serde_json::Value, _> = serde_json::from_str(&shown);
                    proptest::prop_assert!(read.is_ok(), "{}", shown);
                }
            }
        }
    }
}
