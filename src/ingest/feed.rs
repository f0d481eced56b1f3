//! The definition of a feed, read from a source table's `config.meta.ingest`.

use serde_json::{Map, Value};

use super::RecordPath;
use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    manifest::{Source, UniqueId},
    relation::Relation,
};

/// How a source table is filled.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The source table's unique id.
    pub unique_id: UniqueId,
    /// The source's name (`_source`).
    pub source: String,
    /// The table's name (`_stream`).
    pub stream: String,
    /// The bronze table.
    pub relation: Relation,
    /// Where its payloads come from.
    pub kind: FeedKind,
    /// How a payload is written.
    pub format: Format,
    /// Where the records are in a payload.
    pub records: RecordPath,
    /// The parts of a record's key.
    pub key: Vec<RecordPath>,
    /// Where a record's own time is, if it has one.
    pub source_ts: Option<RecordPath>,
    /// Top-level keys left out before landing (secrets, passwords).
    pub drop: Vec<String>,
    /// Where the feed is written, for messages.
    pub declared: Span,
    /// The properties file, relative to the project root.
    pub path: String,
}

/// Where payloads come from.
#[derive(Clone, Debug)]
pub enum FeedKind {
    /// Local files: a path or a glob, relative to the project root.
    Files {
        /// The path or glob.
        path: String,
    },
    /// One GET request.
    Http(HttpRequest),
}

/// A GET request.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The address.
    pub url: String,
    /// Headers; values may be taken from the environment or a file.
    pub headers: Vec<(String, SecretText)>,
    /// Parameters that go behind the address's `?`, with values like those of headers.
    pub params: Vec<(String, SecretText)>,
    /// Seconds until a request is given up.
    pub timeout_secs: u64,
}

/// A text that may be a secret kept elsewhere.
#[derive(Clone)]
pub enum SecretText {
    /// The text itself.
    Plain(String),
    /// The name of an environment variable.
    Env(String),
    /// The path of a file that holds it.
    File(String),
}

impl std::fmt::Debug for SecretText {
    /// Never shows a value: a plain header may be a secret too.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(_) => f.write_str("Plain(…)"),
            Self::Env(name) => write!(f, "Env({name})"),
            Self::File(path) => write!(f, "File({path})"),
        }
    }
}

/// How a payload is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON document.
    Json,
    /// One JSON document a line.
    NdJson,
}

/// Seconds an HTTP request may take where the feed does not say.
const DEFAULT_TIMEOUT_SECS: u64 = 30;
/// Keys of every feed.
const COMMON_KEYS: [&str; 6] = ["type", "format", "records", "key", "source_ts", "drop"];

/// Reads a source table's feed; none where it has none.
///
/// # Errors
/// Every mistake in the definition, at its place in the properties file.
pub fn read_feed(source: &Source) -> Result<Option<Feed>, Vec<Diagnostic>> {
    let Some(definition) = source.feed() else { return Ok(None) };
    let mut reader = Reader { source, problems: Vec::new() };
    match reader.read(definition) {
        Some(feed) if reader.problems.is_empty() => Ok(Some(feed)),
        _ => Err(reader.problems),
    }
}

struct Reader<'a> {
    source: &'a Source,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read(&mut self, definition: &Value) -> Option<Feed> {
        let Some(map) = definition.as_object() else {
            self.problem("ingest", "`ingest` must be a mapping with a `type`", None);
            return None;
        };
        let (files, own_keys): (bool, &[&str]) = match map.get("type").and_then(Value::as_str) {
            Some("files") => (true, &["path"]),
            Some("http") => (false, &["url", "headers", "params", "timeout_secs"]),
            Some(kind @ ("command" | "pubsub" | "push")) => {
                let message = format!("feeds of type `{kind}` are not supported by this version");
                let help = "land the payloads as files and use `type: files`";
                self.problem("type", &message, Some(help.to_owned()));
                return None;
            }
            Some(other) => {
                let help = did_you_mean(other, ["files", "http"]);
                let help = help.or_else(|| Some("use `files` or `http`".to_owned()));
                self.problem("type", &format!("unknown feed type `{other}`"), help);
                return None;
            }
            None => {
                self.problem("ingest", "a feed needs a `type`: `files` or `http`", None);
                return None;
            }
        };
        for key in map.keys() {
            let known = || COMMON_KEYS.iter().chain(own_keys).copied();
            if !known().any(|name| name == key) {
                let message = format!("unknown key `{key}` in `ingest`");
                self.problem(key, &message, did_you_mean(key, known()));
            }
        }
        let kind = if files { self.files(map)? } else { self.http(map)? };
        let format = match map.get("format").map(|value| value.as_str().unwrap_or_default()) {
            None | Some("json") => Format::Json,
            Some("ndjson" | "jsonl") => Format::NdJson,
            Some(other) => {
                let help = "use `json` or `ndjson`".to_owned();
                self.problem("format", &format!("unknown format `{other}`"), Some(help));
                return None;
            }
        };
        let records = match map.get("records") {
            Some(value) => self.path_of("records", value)?,
            None => RecordPath::parse("$").ok()?,
        };
        let key = match map.get("key") {
            None => {
                let help = "name the field that tells records apart, for instance `key: id`; \
                            `key: $` where only their content does";
                self.problem("ingest", "a feed needs a `key`", Some(help.to_owned()));
                return None;
            }
            Some(Value::Array(parts)) => {
                parts.iter().map(|part| self.path_of("key", part)).collect::<Option<Vec<_>>>()?
            }
            Some(one) => vec![self.path_of("key", one)?],
        };
        let source_ts = match map.get("source_ts") {
            Some(value) => Some(self.path_of("source_ts", value)?),
            None => None,
        };
        let drop = match map.get("drop") {
            None => Vec::new(),
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
                names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
            }
            Some(_) => {
                self.problem("drop", "`drop` must be a list of field names", None);
                return None;
            }
        };
        Some(Feed {
            unique_id: self.source.unique_id.clone(),
            source: self.source.source_name.clone(),
            stream: self.source.name.clone(),
            relation: self.source.relation.clone(),
            kind,
            format,
            records,
            key,
            source_ts,
            drop,
            declared: self.source.declared.clone(),
            path: self.source.original_file_path.clone(),
        })
    }

    fn files(&mut self, map: &Map<String, Value>) -> Option<FeedKind> {
        let Some(path) = map.get("path").and_then(Value::as_str) else {
            self.problem("ingest", "a feed of type `files` needs a `path`", None);
            return None;
        };
        Some(FeedKind::Files { path: path.to_owned() })
    }

    fn http(&mut self, map: &Map<String, Value>) -> Option<FeedKind> {
        let Some(url) = map.get("url").and_then(Value::as_str) else {
            self.problem("ingest", "a feed of type `http` needs a `url`", None);
            return None;
        };
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            self.problem("url", "`url` must start with http:// or https://", None);
            return None;
        }
        let authority = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
        if authority.is_some_and(|authority| authority.contains('@')) {
            let message = "a name and password do not belong into `url`: manifest.json holds it";
            let help = "write `headers: {Authorization: {env: NAME}}`".to_owned();
            self.problem("url", message, Some(help));
            return None;
        }
        let headers = self.named_values(map, "headers")?;
        let params = self.named_values(map, "params")?;
        let timeout_secs = match map.get("timeout_secs") {
            None => DEFAULT_TIMEOUT_SECS,
            Some(value) => match value.as_u64().filter(|secs| *secs > 0) {
                Some(secs) => secs,
                None => {
                    let message = "`timeout_secs` must be a whole number above 0";
                    self.problem("timeout_secs", message, None);
                    return None;
                }
            },
        };
        Some(FeedKind::Http(HttpRequest { url: url.to_owned(), headers, params, timeout_secs }))
    }

    /// `headers` or `params`.
    fn named_values(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
    ) -> Option<Vec<(String, SecretText)>> {
        match map.get(key) {
            None => Some(Vec::new()),
            Some(Value::Object(declared)) => declared
                .iter()
                .map(|(name, value)| Some((name.clone(), self.secret(name, value)?)))
                .collect(),
            Some(_) => {
                let message = format!("`{key}` must be a mapping of names to values");
                self.problem(key, &message, None);
                None
            }
        }
    }

    fn secret(&mut self, name: &str, value: &Value) -> Option<SecretText> {
        let by = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        match (value, by("env"), by("file")) {
            (Value::String(text), ..) => Some(SecretText::Plain(text.clone())),
            (_, Some(variable), _) => Some(SecretText::Env(variable)),
            (_, _, Some(path)) => Some(SecretText::File(path)),
            _ => {
                let help = "write a text, `{env: NAME}` or `{file: path}`".to_owned();
                self.problem(name, &format!("`{name}` has no value"), Some(help));
                None
            }
        }
    }

    fn path_of(&mut self, key: &str, value: &Value) -> Option<RecordPath> {
        let Some(text) = value.as_str() else {
            self.problem(key, &format!("`{key}` must be a path such as `$.data.items`"), None);
            return None;
        };
        match RecordPath::parse(text) {
            Ok(path) => Some(path),
            Err(problem) => {
                self.problem(key, &format!("`{key}` is no record path: {problem}"), None);
                None
            }
        }
    }

    fn problem(&mut self, key: &str, message: &str, help: Option<String>) {
        let diagnostic = Diagnostic::error("invalid-feed", message)
            .at(self.place(key), format!("in the feed of `{}`", self.source.name))
            .maybe_help(help);
        self.problems.push(diagnostic);
    }

    /// The key's place after the table's name in the properties file; the name where not found.
    fn place(&self, key: &str) -> Span {
        let declared = &self.source.declared;
        let from = declared.end as usize;
        let found = declared.file.text().get(from..).and_then(|rest| {
            rest.match_indices(key)
                .find(|(at, _)| rest[at + key.len()..].trim_start().starts_with(':'))
        });
        match found {
            Some((at, _)) => Span::new(&declared.file, from + at..from + at + key.len()),
            None => declared.clone(),
        }
    }
}
