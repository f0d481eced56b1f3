//! Answers that have been landed: a server that knows its own versions is asked only for what has changed.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::ingest::{FeedState, StateEntry};

/// The kind of the entries that say which answer has landed.
const ANSWER: &str = "answer";
/// `Last-Modified` counts seconds: what was changed so shortly before it was answered may have been changed
/// once more in the same second (<https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2>).
const TOO_RECENT: TimeDelta = TimeDelta::seconds(2);

/// What a server calls the version that it answers with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`, where it tells one version from the next.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Those of an answer; none where the server gives none.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
        let moment =
            |text: &str| Some(DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc));
        let last_modified = text("last-modified").filter(|modified| {
            let answered = text("date").and_then(|date| moment(&date));
            // Without a date nobody knows how old it was.
            moment(modified).zip(answered).is_some_and(|(then, now)| now - then >= TOO_RECENT)
        });
        let etag = text("etag").filter(|etag| !etag.is_empty());
        (etag.is_some() || last_modified.is_some()).then_some(Self { etag, last_modified })
    }

    fn read(value: &Value) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Self { etag: text("etag"), last_modified: text("last_modified") }
    }

    /// The headers that ask for what is otherwise.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let etag = self.etag.as_deref().map(|etag| ("if-none-match", etag));
        etag.into_iter().chain(self.last_modified.as_deref().map(|at| ("if-modified-since", at)))
    }
}

/// The answers of a feed that have landed.
#[derive(Debug, Default)]
pub struct KnownAnswers {
    /// What the feeds of the stream are: with other ones the same answer may land otherwise.
    definition: String,
    entries: HashMap<String, Value>,
    /// Whether what landed is still there.
    counts: bool,
}

impl KnownAnswers {
    /// What is known of a feed that reads as `definition` says; it counts where all that landed is there.
    pub fn new(state: &FeedState, definition: String, counts: bool) -> Self {
        let entries = state.all(ANSWER).map(|(name, value)| (name.to_owned(), value.clone()));
        Self { definition, entries: entries.collect(), counts }
    }

    /// What is known of the answer to a request.
    pub fn validators(&self, name: &str) -> Option<Validators> {
        let entry = self.entries.get(name)?;
        let is_ours = entry.get("definition").and_then(Value::as_str) == Some(&self.definition);
        (is_ours && self.counts).then(|| Validators::read(entry))
    }

    /// What is to be remembered when an answer has landed; none where that is known.
    pub fn entry(&self, name: &str, headers: &HeaderMap, body: blake3::Hash) -> Option<StateEntry> {
        let known = self.entries.get(name);
        let Some(validators) = Validators::of(headers) else {
            // An older version may come again, and is news then.
            return known.map(|_| StateEntry::forget(ANSWER, name));
        };
        let body = &body.to_hex()[..32];
        let part = |key: &str| known.and_then(|known| known.get(key)?.as_str());
        // There are servers that call every answer a new version.
        if part("body") == Some(body) && part("definition") == Some(&self.definition) {
            return None;
        }
        let value = json!({
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "body": body,
            "definition": self.definition,
        });
        Some(StateEntry::new(ANSWER, name, value))
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_time_of_change_counts_where_it_is_older_than_the_answer() {
        let modified = "Wed, 21 Oct 2015 07:28:00 GMT";
        let of = |date: Option<&str>| {
            let date = date.map(|date| ("date", date));
            let pairs: Vec<_> = [("last-modified", modified)].into_iter().chain(date).collect();
            Validators::of(&headers(&pairs))
        };
        let older = of(Some("Wed, 21 Oct 2015 07:28:02 GMT")).expect("it counts");
        assert_eq!(older.headers().collect::<Vec<_>>(), [("if-modified-since", modified)]);
        assert_eq!(of(Some("Wed, 21 Oct 2015 07:28:01 GMT")), None);
        assert_eq!(of(None), None);
        assert_eq!(Validators::of(&headers(&[("etag", "")])), None);
    }

    #[test]
    fn what_is_known_is_not_remembered_again() {
        let (url, body) = ("http://h/x#1", blake3::hash(b"[]"));
        let none = KnownAnswers::new(&FeedState::default(), "d".to_owned(), true);
        assert_eq!(none.validators(url), None);
        assert_eq!(none.entry(url, &headers(&[]), body), None);
        let first = none.entry(url, &headers(&[("etag", "\"a\"")]), body).expect("it is new");
        let value = first.value.clone().expect("a value");
        let known = |definition: &str| KnownAnswers {
            definition: definition.to_owned(),
            entries: HashMap::from([(first.name.clone(), value.clone())]),
            counts: true,
        };
        let validators = known("d").validators(url).expect("it is known");
        assert_eq!(validators.headers().collect::<Vec<_>>(), [("if-none-match", "\"a\"")]);
        assert_eq!(known("d").validators("http://h/x#2"), None);
        // Another name for the same answer.
        assert_eq!(known("d").entry(url, &headers(&[("etag", "\"b\"")]), body), None);
        assert!(
            known("d").entry(url, &headers(&[("etag", "\"b\"")]), blake3::hash(b"x")).is_some()
        );
        // Another feed takes something else of it.
        assert_eq!(known("e").validators(url), None);
        assert!(known("e").entry(url, &headers(&[("etag", "\"a\"")]), body).is_some());
        // Without a name it may be any.
        let gone = known("d").entry(url, &headers(&[]), body).expect("it is forgotten");
        assert_eq!(gone.value, None);
    }
}
