//! The code of generic tests: as dbt's manifest shows it, and as it is rendered.

use serde_json::Value;

use super::{
    GenericTest,
    call_text::Reference,
    python_text::{python_str, write_text_repr},
};
use crate::jinja::ConfigCall;

/// The `model` argument as dbt writes it.
pub(super) fn model_argument(call: &Reference) -> String {
    let call = match call {
        Reference::Ref { name, version: None, .. } => format!("ref('{name}')"),
        Reference::Ref { name, version: Some(version), .. } => {
            format!("ref('{name}', version='{version}')")
        }
        Reference::Source { source, table } => format!("source('{source}', '{table}')"),
    };
    format!("{{{{ get_where_subquery({call}) }}}}")
}

/// The code of a test as dbt's manifest has it.
pub(super) fn raw_code(test: &str, config: &ConfigCall) -> String {
    let name = match test.split_once('.') {
        Some((namespace, kind)) => format!("{namespace}.test_{kind}"),
        None => format!("test_{test}"),
    };
    let mut code = format!("{{{{ {name}(**_dbt_generic_test_kwargs) }}}}");
    if config.is_empty() {
        return code;
    }
    let calls: Vec<String> = config
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key}=\"{}\"", text.replace('"', "\\\"")),
            other => format!("{key}={}", python_str(other)),
        })
        .collect();
    code.push_str(&format!("{{{{ config({}) }}}}", calls.join(",")));
    code
}

/// A template that calls a generic test's macro with its arguments: what is rendered in place of
/// the code that the manifest shows.
pub fn test_call(test: &GenericTest) -> String {
    let mut template = String::from("{{ ");
    if let Some(namespace) = &test.namespace {
        template.push_str(namespace);
        template.push('.');
    }
    template.push_str("test_");
    template.push_str(&test.name);
    template.push('(');
    for (at, (key, value)) in test.arguments.iter().enumerate() {
        if at > 0 {
            template.push_str(", ");
        }
        template.push_str(key);
        template.push('=');
        // A column's name is text, whatever it looks like.
        match (key.as_str(), value) {
            ("column_name", Value::String(name)) => write_text_repr(&mut template, name),
            _ => write_argument(&mut template, value),
        }
    }
    template.push_str(") }}");
    template
}

/// Functions that an argument's text may call without braces, as dbt reads it.
const CALLS_IN_TEXT: [&str; 5] = ["env_var", "ref", "var", "source", "doc"];

fn write_argument(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => write_text_argument(out, text),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_argument(out, item);
                out.push_str(", ");
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (key, value) in entries {
                write_text_repr(out, key);
                out.push_str(": ");
                write_argument(out, value);
                out.push_str(", ");
            }
            out.push('}');
        }
        Value::Null => out.push_str("none"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
    }
}

/// Text with templates in it becomes an expression: its pieces joined by `~`, a lone one as it is.
fn write_text_argument(out: &mut String, text: &str) {
    let trimmed = text.trim();
    let called = trimmed.split('(').next().unwrap_or_default().trim_end();
    if trimmed.ends_with(')') && trimmed.contains('(') && CALLS_IN_TEXT.contains(&called) {
        out.push_str(trimmed);
        return;
    }
    if !text.contains("{{") {
        write_text_repr(out, text);
        return;
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        let Some(close) = rest[open..].find("}}").map(|at| open + at) else { break };
        if open > 0 {
            let mut literal = String::new();
            write_text_repr(&mut literal, &rest[..open]);
            pieces.push(literal);
        }
        let inner = rest[open + 2..close].trim().trim_matches('-').trim();
        pieces.push(format!("({inner})"));
        rest = &rest[close + 2..];
    }
    if !rest.is_empty() {
        let mut literal = String::new();
        write_text_repr(&mut literal, rest);
        pieces.push(literal);
    }
    out.push_str(&pieces.join(" ~ "));
}
