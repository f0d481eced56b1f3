//! GoogleSQL statements of plans: what kind they are, what they make, and how the embedded engine says
//! them.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

static COMMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)\A\s*(/\*.*?\*/|--[^\n]*\n)").expect("it is one"));

static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)\Adeclare\s+(\w+)\s+(?:[\w<>]+\s+)?default\s+(.*)\z").expect("it is one")
});

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)\A[a-z\s]*?`([^`]+)`\.`([^`]+)`(?:\.`([^`]+)`)?").expect("it is one")
});

static BODY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\nas(?: \(|\n)").expect("it is one"));

static QUOTED_PATH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(`[^`]+`\.?)+").expect("it is one"));

static COPIED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\n(?:copy|clone) `[^`]+`\.`([^`]+)`\.`([^`]+)`\s*\z").expect("it is one")
});

static DESCRIBED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?is)alter column `([^`]+)` set options \(description = ["'](.*)["']\)\z"#)
        .expect("it is one")
});

static COPY_WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\n(copy|clone) ").expect("it is one"));

/// Rows that come as a parameter: lines of JSON.
static LINES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"unnest\(split\(@(\w+), '\\n'\)\) as line").expect("it is one"));

static JSON_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"parse_json\((json_query\(line, '[^']*'\)), wide_number_mode => 'round'\)")
        .expect("it is one")
});

/// A hash as text.
static HASH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"to_hex\(md5\((concat\([^()]*\))\)\)").expect("it is one"));

/// A statement of a script, or one alone.
#[derive(Clone, Debug)]
pub struct Statement {
    /// As it was sent, without comments before and behind it.
    pub text: String,
}

/// A table or view that a statement makes, changes or drops: dataset and name.
pub type Name = (String, String);

impl Statement {
    /// The statements of a text.
    pub fn all(sql: &str) -> Vec<Self> {
        let mut all = Vec::new();
        let (mut quote, mut begin) = (None, 0);
        let bytes = sql.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            match quote {
                Some(open) if byte == open => quote = None,
                Some(_) => at += usize::from(byte == b'\\'),
                None if sql[at..].starts_with("/*") => {
                    at += sql[at..].find("*/").map_or(0, |end| end + 1);
                }
                None if sql[at..].starts_with("--") => {
                    at += sql[at..].find('\n').unwrap_or(sql.len() - at - 1);
                }
                None if matches!(byte, b'\'' | b'"' | b'`') => quote = Some(byte),
                None if byte == b';' => {
                    all.push(&sql[begin..at]);
                    begin = at + 1;
                }
                None => {}
            }
            at += 1;
        }
        all.push(&sql[begin.min(sql.len())..]);
        let bare = |text: &str| {
            let mut text = text.trim();
            while let Some(found) = COMMENT.find(text) {
                text = text[found.end()..].trim();
            }
            text.to_owned()
        };
        let all = all.into_iter().map(bare).filter(|text| !text.is_empty());
        all.map(|text| Self { text }).collect()
    }

    fn begins(&self, words: &str) -> bool {
        let text = self.text.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
        text.to_ascii_lowercase().starts_with(words)
    }

    /// `statementType`.
    pub fn kind(&self) -> &'static str {
        let kinds = [
            ("create or replace table", "CREATE_TABLE_AS_SELECT"),
            ("create or replace view", "CREATE_VIEW"),
            ("create or replace materialized view", "CREATE_MATERIALIZED_VIEW"),
            ("create or replace", "CREATE_FUNCTION"),
            ("create", "CREATE_TABLE"),
            ("alter materialized view", "ALTER_MATERIALIZED_VIEW"),
            ("alter view", "ALTER_VIEW"),
            ("alter", "ALTER_TABLE"),
            ("drop", "DROP_TABLE"),
            ("merge", "MERGE"),
            ("insert", "INSERT"),
            ("delete", "DELETE"),
            ("update", "UPDATE"),
            ("begin", "BEGIN_TRANSACTION"),
            ("commit", "COMMIT_TRANSACTION"),
            ("rollback", "ROLLBACK_TRANSACTION"),
            ("call", "CALL"),
        ];
        kinds.iter().find(|(words, _)| self.begins(words)).map_or("SELECT", |(_, kind)| kind)
    }

    /// Whether it has rows as its result.
    pub fn is_query(&self) -> bool {
        self.kind() == "SELECT" && !self.begins("declare")
    }

    /// The variable that it declares, and its value.
    pub fn declared(&self) -> Option<(String, String)> {
        let found = DECLARED.captures(&self.text)?;
        Some((found[1].to_owned(), found[2].to_owned()))
    }

    /// The relation that it is about, where it is no query.
    pub fn target(&self) -> Option<Name> {
        if self.is_query() {
            return None;
        }
        let found = HEAD.captures(&self.text)?;
        let name = |at: usize| found.get(at).map(|part| part.as_str().to_owned());
        match name(3) {
            Some(table) => Some((name(2)?, table)),
            None => Some((name(1)?, name(2)?)),
        }
    }

    /// What stands between the name and the query of a `create … as`.
    fn clauses(&self) -> Option<(&str, &str)> {
        let found = BODY.find(&self.text)?;
        let head = &self.text[..found.start()];
        let name = QUOTED_PATH.find(head)?;
        Some((&head[name.end()..], self.text[found.start()..].trim_start()))
    }

    /// The relation that it copies.
    pub fn copied(&self) -> Option<Name> {
        let found = COPIED.captures(&self.text)?;
        Some((found[1].to_owned(), found[2].to_owned()))
    }

    /// Partitioning, clustering and description as `tables.get` tells them.
    pub fn layout(&self) -> Value {
        let mut layout = json!({});
        let clauses = self.clauses().map(|(clauses, _)| clauses);
        let listed = || self.text.split_once("\n)\n").map(|(_, clauses)| clauses);
        let Some(clauses) = clauses.or_else(listed) else { return layout };
        let line = |words: &str| {
            let mut lines = clauses.lines().map(str::trim);
            lines.find_map(|line| line.strip_prefix(words)).map(str::to_owned)
        };
        let column = |text: &str| text.split('`').nth(1).map(str::to_owned);
        if let Some(by) = line("partition by ") {
            if let Some(range) = by.strip_prefix("range_bucket(") {
                let is_part = |c: char| c.is_ascii_digit() || c == '-';
                let numbers = range.split(|c| !is_part(c)).filter(|part| !part.is_empty());
                let numbers: Vec<&str> = numbers.collect();
                layout["rangePartitioning"] = json!({"field": column(range), "range": {
                    "start": numbers.first(), "end": numbers.get(1), "interval": numbers.get(2)}});
            } else {
                let unit =
                    by.rsplit_once(", ").map_or("day", |(_, unit)| unit.trim_end_matches(')'));
                let mut time = json!({"type": unit.to_uppercase()});
                if let Some(field) = column(&by) {
                    time["field"] = field.into();
                }
                layout["timePartitioning"] = time;
            }
        }
        if let Some(text) = line("description = ") {
            layout["description"] = text.trim_end_matches(',').trim_matches(['\'', '"']).into();
        }
        if let Some(by) = line("cluster by ") {
            let columns: Vec<String> = by.split(", ").filter_map(column).collect();
            layout["clustering"] = json!({"fields": columns});
        }
        layout
    }

    /// The description of a column that it sets.
    pub fn described_column(&self) -> Option<(String, String)> {
        let found = DESCRIBED.captures(&self.text)?;
        Some((found[1].to_owned(), found[2].to_owned()))
    }

    /// As the embedded engine says it. None where there is nothing to do for it.
    pub fn lowered(&self, variables: &[String]) -> Option<String> {
        let kind = self.kind();
        let text = match kind {
            "CREATE_FUNCTION" | "CALL" | "ALTER_VIEW" | "ALTER_MATERIALIZED_VIEW" => return None,
            "ALTER_TABLE" if self.text.contains("set options") => return None,
            "CREATE_TABLE_AS_SELECT" if self.copied().is_some() => {
                COPY_WORD.replace(&self.text, "\nas select * from ").into_owned()
            }
            "CREATE_TABLE_AS_SELECT" | "CREATE_VIEW" | "CREATE_MATERIALIZED_VIEW" => {
                let (dataset, table) = self.target()?;
                let (_, query) = self.clauses()?;
                let what = if kind == "CREATE_TABLE_AS_SELECT" { "table" } else { "view" };
                let project = self.text.split('`').nth(1).unwrap_or_default();
                format!("create or replace {what} `{project}`.`{dataset}`.`{table}` {query}")
            }
            "CREATE_TABLE" => match self.text.split_once("\n)\n") {
                // The engine has no partitions and options.
                Some((columns, _)) => format!("{columns}\n)"),
                None => self.text.clone(),
            },
            _ => self.text.clone(),
        };
        Some(lowered(&text, variables))
    }
}

/// A text in the embedded engine's words.
pub fn lowered(text: &str, variables: &[String]) -> String {
    let text = text.replace('`', "\"");
    let lines = "(select unnest(string_split(getvariable('$1'), chr(10))) as line)";
    let text = LINES.replace_all(&text, lines);
    let text = HASH.replace_all(&text, "md5($1)");
    let text =
        JSON_TEXT.replace_all(&text, "$1").replace("json_query(line, ", "json_extract(line, ");
    let mut text = text.replace("json_value(line, ", "json_extract_string(line, ");
    for name in variables {
        let value = format!("getvariable('{name}')");
        text = text.replace(&format!("in unnest({name})"), &format!("in {value}"));
        text = with_word(&text, name, &value);
    }
    text.replace("current_timestamp()", "cast(now() as timestamp)")
}

/// A text with a name replaced where it stands alone.
fn with_word(text: &str, name: &str, value: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let alone = !before.ends_with(is_part) && !after.starts_with(is_part);
        out += before;
        out += if alone { value } else { name };
        rest = after;
    }
    out + rest
}
