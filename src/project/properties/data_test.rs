//! Generic tests as they are attached to models, columns, seeds, snapshots and sources.

use std::sync::Arc;

use crate::{
    diagnostic::{Diagnostic, SourceFile, Span},
    project::{
        spanned::Spanned,
        yaml::{TextRange, Yaml, YamlKey, YamlValue},
    },
};

/// Config keys that may stand beside a test's arguments instead of under `config`
/// (dbt's `CONFIG_ARGS`).
const CONFIG_KEYS: [&str; 15] = [
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "sql_header",
    "meta",
    "database",
    "schema",
    "alias",
];

/// One generic test
/// (<https://docs.getdbt.com/reference/resource-properties/data-tests>).
#[derive(Clone, Debug)]
pub struct DataTest {
    /// The test's name as written, with its package where it has one: `unique`, `pkg.test`.
    pub test: Spanned<String>,
    /// `name`, the user's own for this test.
    pub name: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// The arguments: those under `arguments`, and those written beside `config` as older dbt has
    /// it, in order. Texts are as written: they are rendered with the test.
    pub arguments: Vec<(YamlKey, Yaml)>,
    /// `config`, with config keys written beside the arguments put into it; a mapping.
    pub config: Option<Yaml>,
    /// The test as a whole.
    pub span: Span,
}

/// Reads the list under `data_tests` (or `tests`).
pub(super) fn read_tests(
    items: Vec<Yaml>,
    source: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<DataTest> {
    items.into_iter().filter_map(|item| read_test(item, source, diagnostics)).collect()
}

fn read_test(
    item: Yaml,
    source: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<DataTest> {
    let span = item.span(source);
    let kind = item.kind();
    let entries = match item.value {
        YamlValue::String(name) => {
            return Some(DataTest {
                test: Spanned::new(name, span.clone()),
                name: None,
                description: None,
                arguments: Vec::new(),
                config: None,
                span,
            });
        }
        YamlValue::Map(entries) => entries,
        _ => {
            diagnostics.push(
                Diagnostic::error(
                    "wrong-type",
                    format!("a test is a name or a mapping, not {kind}"),
                )
                .at(span, ""),
            );
            return None;
        }
    };
    let (test, body) = test_and_body(entries, &span, source, diagnostics)?;
    let mut read = DataTest {
        test,
        name: None,
        description: None,
        arguments: Vec::new(),
        config: None,
        span: span.clone(),
    };
    let mut beside: Vec<(YamlKey, Yaml)> = Vec::new();
    for (key, value) in with_inner_arguments(body, source, diagnostics) {
        match key.text.as_str() {
            "name" | "description" => match value.scalar_text() {
                Some(text) => {
                    let text = Some(Spanned::new(text, value.span(source)));
                    if key.text == "name" { read.name = text } else { read.description = text }
                }
                None => diagnostics.push(wrong(&key.text, "text", &value, source)),
            },
            "config" => match value.value {
                YamlValue::Map(_) => read.config = Some(value),
                YamlValue::Null => {}
                _ => diagnostics.push(wrong("config", "a mapping", &value, source)),
            },
            name if CONFIG_KEYS.contains(&name) => beside.push((key, value)),
            _ => read.arguments.push((key, value)),
        }
    }
    if !beside.is_empty() {
        read.config = Some(with_config(read.config, beside, &span, source, diagnostics));
    }
    repeated_argument(&read, source, diagnostics);
    Some(read)
}

type Body = Vec<(YamlKey, Yaml)>;

/// The keys of a test with those under `arguments` where that stands: dbt takes `config`, `where` and
/// the like from there too.
fn with_inner_arguments(
    body: Body,
    source: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Body {
    let mut all = Vec::with_capacity(body.len());
    for (key, value) in body {
        match value.value {
            YamlValue::Map(arguments) if key.text == "arguments" => all.extend(arguments),
            YamlValue::Null if key.text == "arguments" => {}
            _ if key.text == "arguments" => {
                diagnostics.push(wrong("arguments", "a mapping", &value, source));
            }
            _ => all.push((key, value)),
        }
    }
    all
}

/// `- unique: {...}`, `- test_name: unique` with the body beside it, or `- unique:` with the body's
/// keys at the same depth (a common slip that dbt reads as well).
fn test_and_body(
    mut entries: Body,
    span: &Span,
    source: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Spanned<String>, Body)> {
    if let Some(at) = entries.iter().position(|(key, _)| key.text == "test_name") {
        let (_, name) = entries.remove(at);
        return match name.scalar_text() {
            Some(text) => Some((Spanned::new(text, name.span(source)), entries)),
            None => {
                diagnostics.push(wrong("test_name", "text", &name, source));
                None
            }
        };
    }
    if entries.len() != 1 {
        let names: Vec<&str> = entries.iter().map(|(key, _)| key.text.as_str()).collect();
        let place = entries.first().map_or(span.clone(), |(key, _)| key.span(source));
        diagnostics.push(
            Diagnostic::error(
                "test-definition",
                format!("a test is one name with its arguments, not {} keys", entries.len()),
            )
            .at(place, "")
            .note(format!("the keys are `{}`", names.join("`, `")))
            .help("indent the arguments below the test's name"),
        );
        return None;
    }
    let (key, body) = entries.pop()?;
    let test = Spanned::new(key.text.clone(), key.span(source));
    match body.value {
        YamlValue::Map(body) => Some((test, body)),
        YamlValue::Null => Some((test, Vec::new())),
        _ => {
            diagnostics.push(wrong(&test.value, "a mapping of arguments", &body, source));
            None
        }
    }
}

/// Puts config keys written beside the arguments into `config`; the same key in both is an error,
/// as in dbt.
fn with_config(
    config: Option<Yaml>,
    beside: Body,
    span: &Span,
    source: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Yaml {
    let range = TextRange { start: span.start, end: span.end };
    let mut config = config.unwrap_or_else(|| Yaml::new(YamlValue::Map(Vec::new()), range));
    if let YamlValue::Map(entries) = &mut config.value {
        for (key, value) in beside {
            match entries.iter().find(|(known, _)| known.text == key.text) {
                Some((known, _)) => diagnostics.push(
                    Diagnostic::error(
                        "test-config-twice",
                        format!("`{}` is given under `config` and beside it", key.text),
                    )
                    .at(key.span(source), "")
                    .at(known.span(source), "also here")
                    .help("keep the one under `config`"),
                ),
                None => entries.push((key, value)),
            }
        }
    }
    config
}

fn repeated_argument(test: &DataTest, source: &Arc<SourceFile>, diagnostics: &mut Vec<Diagnostic>) {
    for (at, (key, _)) in test.arguments.iter().enumerate() {
        if let Some((first, _)) = test.arguments[..at].iter().find(|(k, _)| k.text == key.text) {
            diagnostics.push(
                Diagnostic::error(
                    "test-argument-twice",
                    format!("`{}` is given under `arguments` and beside it", key.text),
                )
                .at(key.span(source), "")
                .at(first.span(source), "also here"),
            );
        }
    }
}

fn wrong(key: &str, expected: &str, found: &Yaml, source: &Arc<SourceFile>) -> Diagnostic {
    let message = format!("`{key}` of a test must be {expected}, not {}", found.kind());
    Diagnostic::error("wrong-type", message).at(found.span(source), "")
}
