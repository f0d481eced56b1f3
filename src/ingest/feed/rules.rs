//! What a feed does with its records beyond landing them: what it leaves out, which columns it fills,
//! what it does not take.

use serde_json::{Map, Value};

use super::{SecretText, reader::Reader};
use crate::{
    diagnostic::did_you_mean,
    ingest::{
        ChangeRules, Contract, DeclaredColumn, Mode, PiiAction, RecordPath, Redaction,
        contract::fillable,
    },
    sql::Type,
};

/// Keys of every feed.
pub(super) const KEYS: [&str; 9] = [
    "drop",
    "mask",
    "hash",
    "hash_key",
    "contract",
    "changes",
    "max_dead_letters",
    "route",
    "when",
];
/// Keys under `changes`.
const CHANGES_KEYS: [&str; 4] = ["unordered", "ignore", "max_deleted_share", "allow_empty"];
/// Keys under `contract`.
const CONTRACT_KEYS: [&str; 2] = ["columns", "data_type"];
/// Keys under `max_dead_letters`.
const LIMIT_KEYS: [&str; 2] = ["rows", "share"];

/// What a feed does with its records.
#[derive(Clone, Debug, Default)]
pub struct FeedRules {
    /// What nothing may keep as it comes.
    pub redaction: Redaction,
    /// What hashes of fields are made with.
    pub hash_key: Option<SecretText>,
    /// What the typed columns allow; none where there are none.
    pub contract: Option<Contract>,
    /// The columns that have a type in the properties file.
    pub declared: Vec<DeclaredColumn>,
    /// How snapshots are compared, where changes land and not records.
    pub changes: Option<ChangeRules>,
    /// More dead letters than these fail a load.
    pub limit: DeadLetterLimit,
    /// The name of the stream that the table shares with others.
    pub stream: Option<String>,
    /// Where a record says what it is.
    pub route: Option<RecordPath>,
    /// What a record must say to be of this table.
    pub when: Vec<String>,
}

/// How many dead letters a load may have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DeadLetterLimit {
    /// At most so many.
    pub rows: Option<u64>,
    /// At most this share of all records.
    pub share: Option<f64>,
}

impl DeadLetterLimit {
    /// Why a load with so many dead letters fails, if it does.
    pub fn refusal(&self, dead_letters: u64, records: u64) -> Option<String> {
        let of = format!("{dead_letters} of {records} records became dead letters");
        if self.rows.is_some_and(|rows| dead_letters > rows) {
            let rows = self.rows.unwrap_or_default();
            return Some(format!("{of}, more than the {rows} of `max_dead_letters`"));
        }
        let share = self.share.filter(|share| dead_letters as f64 > share * records as f64)?;
        Some(format!("{of}, more than the share of {share} of `max_dead_letters`"))
    }
}

/// Reads the keys.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<FeedRules> {
    let hash_key = match map.get("hash_key") {
        Some(value) => Some(reader.secret("hash_key", value)?),
        None => None,
    };
    let stream = map.get("stream").and_then(Value::as_str).map(str::to_owned);
    let route = match map.get("route") {
        Some(value) => Some(reader.path_of("route", value)?),
        None => None,
    };
    let when = when(reader, map)?;
    if route.is_some() && when.is_empty() {
        let help = "write what the records of this table say there: `when: order`".to_owned();
        reader.problem("ingest", "a table of a stream with `route` needs `when`", Some(help));
    }
    if route.is_none() && !when.is_empty() {
        let help = "write `route: $.event_type` where the stream is defined".to_owned();
        reader.problem(
            "when",
            "`when` needs a `route`: where a record says what it is",
            Some(help),
        );
    }
    let rules = FeedRules {
        redaction: redaction(reader, map)?,
        hash_key,
        contract: contract(reader, map)?,
        declared: declared(reader, map.contains_key("contract")),
        changes: changes(reader, map)?,
        limit: limit(reader, map)?,
        stream,
        route,
        when,
    };
    if let Some(kind @ ("push" | "pubsub")) = map.get("type").and_then(Value::as_str) {
        for (key, help) in [
            ("changes", "messages are no snapshot: land them as they come"),
            (
                "max_dead_letters",
                "messages land or fail by themselves: watch the count of dead letters",
            ),
        ] {
            if map.contains_key(key) {
                let message = format!("`{key}` is not supported for feeds of type `{kind}`");
                reader.problem(key, &message, Some(help.to_owned()));
            }
        }
    }
    if map.contains_key("archive") && !rules.redaction.is_empty() {
        let message =
            "`archive` keeps payloads as they came, with the fields that nothing may keep";
        let help = "leave out `archive`, or `drop`, `mask` and `hash`";
        reader.problem("archive", message, Some(help.to_owned()));
    }
    if rules.changes.is_some() && rules.contract.is_some() {
        let help = "put the contract on a table of the records, and the changes on one beside it";
        let message = "a table of changes has no `contract`: its rows are events";
        reader.problem("contract", message, Some(help.to_owned()));
    }
    Some(rules)
}

fn redaction(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Redaction> {
    let mut rules = Vec::new();
    let words = [("drop", PiiAction::Drop), ("mask", PiiAction::Mask), ("hash", PiiAction::Hash)];
    for (key, action) in words {
        for name in reader.names(map, key)? {
            let path = reader.path_of(key, &Value::from(name))?;
            if path.is_root() {
                reader.problem(key, &format!("`{key}` names fields, not the whole record"), None);
            }
            rules.push((path, action));
        }
    }
    let source = reader.source;
    for column in source.columns.values() {
        let Some(word) = column.meta.get("pii") else { continue };
        let word = word.as_str().unwrap_or_default();
        let Some((_, action)) = words.iter().find(|(known, _)| *known == word) else {
            let help = did_you_mean(word, words.map(|(word, _)| word));
            let help = help.or_else(|| Some("use `drop`, `mask` or `hash`".to_owned()));
            reader.problem("pii", &format!("`pii` of `{}` cannot be `{word}`", column.name), help);
            continue;
        };
        let path = reader.path_of("pii", &Value::from(column.name.as_str()))?;
        rules.push((path, *action));
    }
    Some(Redaction::new(rules))
}

fn contract(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Option<Contract>> {
    let names = Mode::ALL.map(Mode::name);
    let mut mode = |value: &Value| {
        let word = value.as_str().unwrap_or_default();
        let mode = Mode::parse(word);
        if mode.is_none() {
            let help = did_you_mean(word, names)
                .or_else(|| Some(format!("use one of `{}`", names.join("`, `"))));
            reader.problem("contract", &format!("`contract` cannot be `{value}`"), help);
        }
        mode
    };
    match map.get("contract") {
        None => Some(None),
        Some(Value::Object(parts)) => {
            let part = |name: &str| parts.get(name).cloned().unwrap_or_else(|| "evolve".into());
            let (columns, data_type) = (mode(&part("columns"))?, mode(&part("data_type"))?);
            unknown_keys(reader, "contract", parts, &CONTRACT_KEYS);
            Some(Some(Contract { columns, data_type }))
        }
        Some(value) => Some(Some(Contract::of(mode(value)?))),
    }
}

/// The columns with types. Columns of the envelope are no columns of records.
fn declared(reader: &mut Reader<'_>, has_contract: bool) -> Vec<DeclaredColumn> {
    let source = reader.source;
    let mut declared = Vec::new();
    for column in source.columns.values() {
        let common = crate::ingest::BRONZE_COLUMNS.iter();
        let Some(written) = column.data_type.as_deref() else { continue };
        if common.into_iter().any(|(name, _)| name.eq_ignore_ascii_case(&column.name)) {
            continue;
        }
        let required = column
            .constraints
            .iter()
            .any(|constraint| constraint.get("type").and_then(Value::as_str) == Some("not_null"));
        let name = column.name.clone();
        match Type::parse(written).ok().filter(fillable) {
            Some(data_type) => declared.push(DeclaredColumn { name, data_type, required }),
            // Without a contract nothing is filled, and any type may be said.
            None if !has_contract => {}
            None => {
                let message = format!("feeds do not fill columns of type `{written}` (`{name}`)");
                let help = "declare STRING or JSON, and let a model make the type of it";
                reader.problem("data_type", &message, Some(help.to_owned()));
            }
        }
    }
    declared
}

fn changes(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Option<ChangeRules>> {
    let empty = Map::new();
    let parts = match map.get("changes") {
        None | Some(Value::Bool(false)) => return Some(None),
        Some(Value::Bool(true)) => &empty,
        Some(Value::Object(parts)) => parts,
        Some(_) => {
            let help = "write `changes: true`, or `changes: {unordered: [lines]}`".to_owned();
            reader.problem("changes", "`changes` must be a mapping", Some(help));
            return None;
        }
    };
    unknown_keys(reader, "changes", parts, &CHANGES_KEYS);
    let mut paths = |key: &str| -> Option<Vec<RecordPath>> {
        let names = reader.names(parts, key)?;
        names.into_iter().map(|name| reader.path_of(key, &Value::from(name))).collect()
    };
    let (unordered, ignore) = (paths("unordered")?, paths("ignore")?);
    let known = ChangeRules::default();
    let max_deleted_share = match parts.get("max_deleted_share") {
        None => known.max_deleted_share,
        Some(value) => share(reader, "max_deleted_share", value)?,
    };
    let allow_empty = match parts.get("allow_empty") {
        None => known.allow_empty,
        Some(Value::Bool(allowed)) => *allowed,
        Some(_) => {
            reader.problem("allow_empty", "`allow_empty` is true or false", None);
            return None;
        }
    };
    Some(Some(ChangeRules { unordered, ignore, max_deleted_share, allow_empty }))
}

fn limit(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<DeadLetterLimit> {
    let rows = |reader: &mut Reader<'_>, value: &Value| {
        let count = value.as_u64();
        if count.is_none() {
            let help = "write `100`, or `{rows: 100, share: 0.01}`".to_owned();
            reader.problem("max_dead_letters", "`max_dead_letters` is a whole number", Some(help));
        }
        count
    };
    match map.get("max_dead_letters") {
        None => Some(DeadLetterLimit::default()),
        Some(Value::Object(parts)) => {
            unknown_keys(reader, "max_dead_letters", parts, &LIMIT_KEYS);
            let rows = match parts.get("rows") {
                Some(value) => Some(rows(reader, value)?),
                None => None,
            };
            let share = match parts.get("share") {
                Some(value) => Some(share(reader, "share", value)?),
                None => None,
            };
            Some(DeadLetterLimit { rows, share })
        }
        Some(value) => Some(DeadLetterLimit { rows: Some(rows(reader, value)?), share: None }),
    }
}

fn share(reader: &mut Reader<'_>, key: &str, value: &Value) -> Option<f64> {
    let share = value.as_f64().filter(|share| (0.0..=1.0).contains(share));
    if share.is_none() {
        reader.problem(key, &format!("`{key}` is a share from 0 to 1"), None);
    }
    share
}

/// `when`: a word or a list of words; numbers and truth values are what they look like.
fn when(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Vec<String>> {
    let word = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let words = match map.get("when") {
        None => Some(Vec::new()),
        Some(Value::Array(values)) => values.iter().map(word).collect(),
        Some(value) => word(value).map(|word| vec![word]),
    };
    if words.is_none() {
        let help = "write `when: order`, or `when: [order, order_update]`".to_owned();
        reader.problem("when", "`when` is a value or a list of values", Some(help));
    }
    words
}

fn unknown_keys(reader: &mut Reader<'_>, of: &str, parts: &Map<String, Value>, known: &[&str]) {
    for key in parts.keys().filter(|key| !known.contains(&key.as_str())) {
        let help = did_you_mean(key, known.iter().copied());
        reader.problem(key, &format!("unknown key `{key}` in `{of}`"), help);
    }
}

#[cfg(test)]
mod tests {
    use super::DeadLetterLimit;

    #[test]
    fn a_limit_is_a_number_or_a_share() {
        let limit = |rows, share| DeadLetterLimit { rows, share };
        assert_eq!(limit(None, None).refusal(9, 10), None);
        assert_eq!(limit(Some(9), Some(0.9)).refusal(9, 10), None);
        let told = limit(Some(8), None).refusal(9, 10).expect("too many");
        assert_eq!(
            told,
            "9 of 10 records became dead letters, more than the 8 of `max_dead_letters`"
        );
        assert!(limit(None, Some(0.5)).refusal(9, 10).is_some());
        assert!(limit(Some(0), None).refusal(1, 10).is_some());
    }
}
