//! Templates inside YAML: `env_var`, `var`, `target` and plain filters, no macros.
//!
//! dbt renders `profiles.yml` and `packages.yml` with secrets, `dbt_project.yml` with the target,
//! and properties with the package's variables; a text that is one lone `{{ expression }}` keeps
//! the expression's type.

use std::sync::Arc;

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior,
    value::{Serde, Value},
};
use serde_json::Value as Json;

use super::{
    environment::Env,
    vars::Vars,
    yaml::{Yaml, YamlValue},
};
use crate::diagnostic::{Diagnostic, SourceFile};

/// Instructions one text may take: far above any real one, and a loop stops within a second.
const FUEL: u64 = 1_000_000;

/// Renders the templates of one kind of file.
pub struct TextRenderer {
    environment: Environment<'static>,
}

/// What a kind of file may use.
#[derive(Clone)]
pub struct RenderContext {
    /// The environment.
    pub env: Env,
    /// Whether secret variables may be used.
    pub secrets: bool,
    /// What `var()` finds.
    pub vars: Vars,
    /// `target`, where it is known already.
    pub target: Option<Json>,
    /// `project_name`, where there is one.
    pub project_name: Option<String>,
}

/// Whether a text holds template syntax at all.
pub fn has_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(2).any(|pair| pair[0] == b'{' && matches!(pair[1], b'{' | b'%' | b'#'))
}

impl TextRenderer {
    /// A renderer for `context`.
    pub fn new(context: RenderContext) -> Self {
        let mut environment = Environment::new();
        // Errors tell the names involved in every build of the program, not in unoptimised ones only.
        environment.set_debug(true);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        let RenderContext { env, secrets, vars, target, project_name } = context;
        environment.add_function("env_var", move |name: &str, default: Option<Value>| {
            env_var(&env, secrets, name, default)
        });
        environment.add_function("var", move |name: &str, default: Option<Value>| {
            match (vars.get(name), default) {
                (Some(value), _) => Ok(Value::from(Serde(value.to_json()))),
                (None, Some(default)) => Ok(default),
                (None, None) => Err(failed(format!(
                    "the variable `{name}` has no value: give it under `vars` in \
                     `dbt_project.yml`, with `--vars`, or give `var` a default"
                ))),
            }
        });
        environment.add_filter("as_text", |value: Value| value.to_string());
        environment.add_filter("as_bool", as_bool);
        environment.add_filter("as_number", as_number);
        environment.add_filter("as_native", as_native);
        environment.add_function("fromjson", |text: &str| {
            serde_json::from_str::<Json>(text)
                .map(|json| Value::from(Serde(json)))
                .map_err(|error| failed(format!("`fromjson`: {error}")))
        });
        environment.add_function("tojson", |value: Value| {
            serde_json::to_string(&value).map_err(|error| failed(format!("`tojson`: {error}")))
        });
        if let Some(target) = target {
            environment.add_global("target", Value::from(Serde(&target)));
        }
        if let Some(name) = project_name {
            environment.add_global("project_name", name);
        }
        Self { environment }
    }

    /// Renders a text. The error is one line, fit for a diagnostic at the text's place.
    pub fn render(&self, text: &str) -> Result<Json, String> {
        let rendered = match lone_expression(text) {
            Some(expression) => self
                .environment
                .compile_expression(expression)
                .and_then(|compiled| compiled.eval(()))
                .and_then(|value| {
                    serde_json::to_value(&value).map_err(|error| failed(error.to_string()))
                }),
            None => self.environment.render_str(text, ()).map(Json::String),
        };
        rendered.map_err(|error| error_line(&error))
    }

    /// Renders every text of a tree in place, but for values whose key is in `late`: those are
    /// rendered when they are used. What cannot be rendered is told and left as written.
    pub fn render_tree(
        &self,
        yaml: &mut Yaml,
        late: &[&str],
        source: &Arc<SourceFile>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        match &mut yaml.value {
            YamlValue::String(text) if has_template(text) => match self.render(text) {
                Ok(value) => *yaml = Yaml::from_json(value, yaml.range),
                Err(error) => diagnostics.push(
                    Diagnostic::error("template", error)
                        .at(yaml.range.span(source), "in this text"),
                ),
            },
            YamlValue::List(items) => {
                for item in items {
                    self.render_tree(item, late, source, diagnostics);
                }
            }
            YamlValue::Map(entries) => {
                for (key, value) in entries {
                    let key = key.text.as_str();
                    if late.contains(&key.trim_start_matches('+')) {
                        continue;
                    }
                    // Below `meta` keys are free: none of them has a meaning of its own.
                    let late = if key == "meta" { &[] } else { late };
                    self.render_tree(value, late, source, diagnostics);
                }
            }
            _ => {}
        }
    }
}

/// The expression of a text that is one `{{ expression }}` and nothing else.
fn lone_expression(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner);
    let inner = inner.strip_suffix('-').unwrap_or(inner);
    (!inner.contains("{{") && !inner.contains("}}")).then_some(inner)
}

fn failed(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// An error without the template's name and line: the diagnostic has the file's.
fn error_line(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::InvalidOperation | ErrorKind::UndefinedError, Some(detail)) => {
            detail.to_owned()
        }
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    }
}

fn env_var(env: &Env, secrets: bool, name: &str, default: Option<Value>) -> Result<Value, Error> {
    if Env::is_secret(name) && !secrets {
        return Err(failed(format!(
            "the secret variable `{name}` can be used in `profiles.yml` and `packages.yml` only"
        )));
    }
    match (env.get(name), default) {
        (Some(value), _) => Ok(Value::from(value)),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(failed(format!(
            "the environment variable `{name}` is not set: set it, or give `env_var` a default"
        ))),
    }
}

fn as_bool(value: &Value) -> Result<bool, Error> {
    let text = value.to_string();
    match text.as_str() {
        "True" | "true" => Ok(true),
        "False" | "false" => Ok(false),
        _ => Err(failed(format!("`as_bool`: `{text}` is neither true nor false"))),
    }
}

fn as_number(value: &Value) -> Result<Value, Error> {
    if value.is_number() {
        return Ok(value.clone());
    }
    let text = value.to_string();
    let plain = text.trim().replace('_', "");
    if let Ok(whole) = plain.parse::<i64>() {
        return Ok(Value::from(whole));
    }
    match plain.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Value::from(number)),
        _ => Err(failed(format!("`as_number`: `{text}` is no number"))),
    }
}

/// Text as the value it spells; text that spells none stays text, as in dbt.
fn as_native(value: &Value) -> Value {
    let Some(text) = value.as_str() else { return value.clone() };
    match text.trim() {
        "None" => Value::from(()),
        "True" | "true" => Value::from(true),
        "False" | "false" => Value::from(false),
        trimmed => match as_number(&Value::from(trimmed)) {
            Ok(number) => number,
            Err(_) => match serde_json::from_str::<Json>(&trimmed.replace('\'', "\"")) {
                Ok(json) => Value::from(Serde(&json)),
                Err(_) => value.clone(),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn renderer(secrets: bool) -> TextRenderer {
        let vars = Yaml::from_json(json!({"list": [1, "a"]}), Default::default());
        TextRenderer::new(RenderContext {
            env: Env::from_pairs([("N", "4"), ("T", "true"), ("ELT_SECRET_K", "hidden")]),
            secrets,
            vars: Vars::of_command_line(&vars),
            target: Some(json!({"name": "dev", "threads": 4})),
            project_name: Some("shop".to_owned()),
        })
    }

    #[test]
    fn a_lone_expression_keeps_its_type_and_text_around_it_makes_text() {
        for (text, expected) in [
            ("{{ var('list') }}", json!([1, "a"])),
            ("{{ target.threads }}", json!(4)),
            ("{{- target.name -}}", json!("dev")),
            ("{{ target.name == 'dev' }}", json!(true)),
            ("{{ env_var('N') }}", json!("4")),
            ("{{ env_var('N') | int }}", json!(4)),
            ("{{ env_var('N') | as_number }}", json!(4)),
            ("{{ env_var('T') | as_bool }}", json!(true)),
            ("{{ '[1, 2]' | as_native }}", json!([1, 2])),
            ("{{ 4 | as_text }}", json!("4")),
            ("{{ env_var('GONE', 'x') }}", json!("x")),
            ("{{ none }}", json!(null)),
            ("{{ project_name }}_{{ target.name }}", json!("shop_dev")),
            ("{% if target.name == 'dev' %}a{% else %}b{% endif %}", json!("a")),
            ("{{ 'a b'.split(' ')[1].upper() }}", json!("B")),
            ("{# gone #}kept", json!("kept")),
        ] {
            assert_eq!(renderer(false).render(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_rendered_says_why_in_one_line() {
        let error = |text: &str| renderer(false).render(text).expect_err("it cannot be rendered");
        assert!(error("{{ env_var('GONE') }}").contains("`GONE` is not set"));
        assert!(error("{{ var('gone') }}").contains("`gone` has no value"));
        assert!(error("{{ env_var('ELT_SECRET_K') }}").contains("`profiles.yml`"));
        assert!(error("{{ gone.x }}").contains("`gone` is undefined"));
        assert!(error("{{ 'x' | as_number }}").contains("no number"));
        assert!(error("{{ 1 + }}").contains("syntax error"));
        assert!(
            !error(
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}"
            )
            .is_empty()
        );
        assert_eq!(renderer(true).render("{{ env_var('ELT_SECRET_K') }}"), Ok(json!("hidden")));
    }
}
