//! Generic tests: from properties to test nodes
//! (<https://docs.getdbt.com/docs/build/data-tests#generic-data-tests>).

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::Value as JinjaValue;
use serde_json::{Map, Value, json};

use super::{
    Access, GenericTest, Node, NodeDetails, ResourceType, TestNode, UniqueId,
    builder::{Builder, OwnConfig},
    call_text::{Reference, parse_reference},
    generic_test_name::{TestNames, test_hash, test_names},
    model_value::ModelValue,
    names::PlainName,
    node::BoxedNode,
    node_build::finish_config,
    python_text::{python_str, write_text_repr},
};
use crate::{
    diagnostic::{Diagnostic, Parsed, SourceFile, did_you_mean},
    jinja::{ConfigCall, INTERNAL_PACKAGE, MacroInfo, MacroKind, Marks, RefCall, SourceCall},
    project::{
        PropertiesFile, YamlValue, has_template,
        properties::{ColumnProperties, DataTest},
    },
};

/// What a test is attached to.
pub(super) struct Tested<'t> {
    pub package: usize,
    pub file: &'t PropertiesFile,
    /// The section and the name (`models.orders`).
    pub file_key_name: String,
    /// The name in the test's name: the model's with its version, or `source_table`.
    pub display: String,
    /// `ref('…')` or `source('…', '…')`.
    pub call: Reference,
    /// Whether it is a source's table.
    pub is_source: bool,
    pub unique_id: UniqueId,
    pub group: Option<String>,
    /// Tags of the source and its table.
    pub tags: Vec<String>,
    pub quote_columns: bool,
}

/// dbt's order of the config keys in a test's generated code.
const CONFIG_ORDER: [&str; 15] = [
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

/// The macro behind the built-in tests' `model` argument.
const WHERE_MACRO: &str = "macro.dbt.get_where_subquery";

impl Builder<'_> {
    /// All tests declared for `tested`.
    pub fn build_tests(
        &self,
        tested: &Tested<'_>,
        columns: &[&ColumnProperties],
        tests: &[&DataTest],
    ) -> Parsed<Vec<BoxedNode>> {
        let mut nodes = Vec::new();
        let mut diagnostics = Vec::new();
        for column in columns {
            for test in &column.data_tests {
                let node = self.build_test(tested, test, Some(column), &mut diagnostics);
                nodes.extend(node.map(Box::new));
            }
        }
        for test in tests {
            let node = self.build_test(tested, test, None, &mut diagnostics);
            nodes.extend(node.map(Box::new));
        }
        Parsed { value: nodes, diagnostics }
    }

    fn build_test(
        &self,
        tested: &Tested<'_>,
        test: &DataTest,
        column: Option<&ColumnProperties>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Node> {
        let package = &self.project.packages[tested.package].name;
        let (namespace, kind) = match test.test.value.split_once('.') {
            Some((namespace, kind)) => (Some(namespace), kind),
            None => (None, test.test.value.as_str()),
        };
        let info = self.test_macro(package, namespace, kind).or_else(|| {
            diagnostics.push(self.unknown_test(test, namespace, kind));
            None
        })?;
        let column_name = column.map(|column| {
            let quoted = column.quote.unwrap_or(tested.quote_columns);
            let name = &column.name.value;
            if quoted { self.dialect.quote(name) } else { name.clone() }
        });
        let mut arguments = Map::new();
        if let Some(name) = &column_name {
            arguments.insert("column_name".to_owned(), json!(name));
        }
        for (key, value) in &test.arguments {
            if key.text == "model" {
                diagnostics.push(
                    Diagnostic::error("test-argument", "`model` is not an argument of one's own")
                        .at(key.span(&tested.file.source), "")
                        .help("a test gets the model it is declared on"),
                );
                return None;
            }
            arguments.insert(key.text.clone(), value.to_json());
        }
        arguments.insert("model".to_owned(), json!(model_argument(&tested.call)));
        let mut config = self.test_config(tested, test, diagnostics);
        let names = match &test.name {
            Some(name) => TestNames { short: name.value.clone(), full: name.value.clone() },
            None => {
                let kind = format!(
                    "{}{}{kind}",
                    namespace.map_or_else(String::new, |namespace| format!("{namespace}_")),
                    if tested.is_source { "source_" } else { "" },
                );
                test_names(&kind, &tested.display, &arguments)
            }
        };
        if names.short != names.full && !config.contains_key("alias") {
            config.insert("alias".to_owned(), json!(names.short));
        }
        let generic = GenericTest {
            name: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            arguments,
        };
        let hash = test_hash(&names.full, namespace, kind, &generic.arguments);
        let unique_id = format!("test.{package}.{}.{hash}", names.full);
        let mut node = self.test_node(tested, test, column, names, unique_id, &config, diagnostics);
        let defaults = self.test_references(tested, &generic, &info, &mut node, diagnostics);
        // `config()` in the test's block: over the project's tree, under what is declared here.
        for (key, value) in defaults.iter().flatten() {
            let name = super::config_merge::canonical_key(key, self.dialect);
            if !config.contains_key(name) {
                super::config_merge::merge_key(&mut node.config.0, name, value);
            }
        }
        if !defaults.is_empty() {
            finish_config(ResourceType::Test, &mut node.config);
        }
        node.test = Some(TestNode {
            generic: Some(generic),
            column_name,
            attached_node: Some(tested.unique_id.clone()),
            file_key_name: Some(tested.file_key_name.clone()),
            declared: Some(test.test.span.clone()),
        });
        node.description = self.test_description(package, test, diagnostics);
        Some(node)
    }

    fn test_description(
        &self,
        package: &Arc<str>,
        test: &DataTest,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        self.docs.describe(package, test.description.as_ref(), diagnostics).0
    }

    fn test_macro(
        &self,
        package: &Arc<str>,
        namespace: Option<&str>,
        kind: &str,
    ) -> Option<Arc<MacroInfo>> {
        let name = format!("test_{kind}");
        match namespace {
            Some(namespace) => self.engine.macro_in(namespace, &name),
            None => self.engine.find_macro(package, &name),
        }
    }

    fn unknown_test(&self, test: &DataTest, namespace: Option<&str>, kind: &str) -> Diagnostic {
        let tests = self.engine.macros().iter().filter(|info| info.kind == MacroKind::Test);
        let known = tests.filter_map(|info| {
            namespace
                .is_none_or(|namespace| *info.package == *namespace)
                .then(|| info.name.strip_prefix("test_"))?
        });
        Diagnostic::error("unknown-test", format!("no generic test is named `{}`", test.test.value))
            .at(test.test.span.clone(), "")
            .maybe_help(did_you_mean(kind, known))
            .help("a generic test is a `{% test name(model, column_name) %}` block in `macros` or `tests/generic`")
    }

    /// The test's own configuration, templates rendered.
    fn test_config(
        &self,
        tested: &Tested<'_>,
        test: &DataTest,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> ConfigCall {
        let mut config = Map::new();
        let Some(yaml) = &test.config else { return config };
        let source = &tested.file.source;
        let entries = yaml.entries();
        let rank = |key: &str| CONFIG_ORDER.iter().position(|known| *known == key);
        let mut ordered: Vec<_> = entries.iter().collect();
        ordered.sort_by_key(|(key, _)| rank(&key.text).unwrap_or(CONFIG_ORDER.len()));
        for (key, value) in ordered {
            let json = match &value.value {
                YamlValue::String(text) if has_template(text) => {
                    self.native(tested.package, text, value.span(source), diagnostics)
                }
                _ => value.to_json(),
            };
            if json.is_null() {
                continue;
            }
            let name = super::config_merge::canonical_key(&key.text, self.dialect);
            let span = || value.span(source);
            self.checker.check(ResourceType::Test, name, &json, span, diagnostics);
            config.insert(name.to_owned(), json);
        }
        config
    }

    /// A template rendered to a value: what reads as a boolean or a whole number becomes one.
    fn native(
        &self,
        package: usize,
        text: &str,
        span: crate::diagnostic::Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Value {
        let file = SourceFile::new(span.file.path(), text);
        let package = &self.project.packages[package].name;
        let scope = self.parse_scope(package, "", "a test", JinjaValue::from(()));
        match self.engine.render(&file, 0..text.len(), &scope, Marks::None) {
            Ok(rendered) => match rendered.text.trim() {
                "True" | "true" => json!(true),
                "False" | "false" => json!(false),
                "None" => Value::Null,
                other => other.parse::<i64>().map_or_else(|_| json!(rendered.text), Value::from),
            },
            Err(error) => {
                let found = error.diagnostic;
                diagnostics.push(Diagnostic::error(found.code, found.message).at(span, ""));
                Value::Null
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a node is made of many things")]
    fn test_node(
        &self,
        tested: &Tested<'_>,
        test: &DataTest,
        column: Option<&ColumnProperties>,
        names: TestNames,
        unique_id: String,
        call: &ConfigCall,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Node {
        let package = Arc::clone(&self.project.packages[tested.package].name);
        let original = &tested.file.path.original_file_path;
        // The folders below the first one of the file's path, as dbt counts them.
        let folders: Vec<&str> = original.split('/').collect();
        let mut fqn = vec![package.to_string()];
        if folders.len() > 2 {
            fqn.extend(folders[1..folders.len() - 1].iter().map(|folder| (*folder).to_owned()));
        }
        fqn.push(names.full.clone());
        let own = OwnConfig {
            calls: std::slice::from_ref(call),
            code: Some((&tested.file.source, test.span.start as usize..test.span.end as usize)),
            patch: None,
        };
        // The call was checked where it is written.
        let mut unreported = Vec::new();
        let mut config =
            self.node_config(ResourceType::Test, tested.package, &fqn, &own, &mut unreported);
        let mut tags = tested.tags.clone();
        if let Some(column) = column {
            tags.extend(column.tags.iter().map(|tag| tag.value.clone()));
            let configured = column.config.as_ref().and_then(|config| config.get("tags"));
            tags.extend(super::columns::texts(configured.map(|tags| tags.to_json())));
        }
        if !tags.is_empty() {
            tags.sort();
            tags.extend(config.tags());
            let mut unique: Vec<String> = Vec::new();
            for tag in tags {
                if !unique.contains(&tag) {
                    unique.push(tag);
                }
            }
            config.0.insert("tags".to_owned(), json!(unique));
        }
        finish_config(ResourceType::Test, &mut config);
        let path = format!("{}.sql", names.short);
        let relation = self.relation(
            ResourceType::Test,
            &package,
            &config,
            PlainName { name: &names.full, version: None },
            || ModelValue {
                unique_id: unique_id.clone(),
                name: names.full.clone(),
                package: Arc::clone(&package),
                kind: ResourceType::Test,
                fqn: fqn.clone(),
                path: path.clone(),
                original_file_path: original.clone(),
                version: None,
                raw_code: None,
                config: config.with_defaults(ResourceType::Test),
            },
            diagnostics,
        );
        Node {
            unique_id: UniqueId::new(unique_id),
            resource_type: ResourceType::Test,
            name: names.full,
            package,
            fqn,
            path,
            original_file_path: original.clone(),
            source: Arc::clone(&tested.file.source),
            code_range: test.span.start as usize..test.span.end as usize,
            generated_code: Some(Arc::from(raw_code(&test.test.value, call))),
            properties: Some(test.test.span.clone()),
            relation,
            config,
            description: String::new(),
            columns: IndexMap::new(),
            refs: Vec::new(),
            sources: Vec::new(),
            depends_on_nodes: Vec::new(),
            depends_on_macros: Vec::new(),
            access: Access::Protected,
            group: tested.group.clone(),
            version: None,
            latest_version: None,
            constraints: Vec::new(),
            checksum: String::new(),
            test: None,
            seed_path: None,
            details: NodeDetails::default(),
        }
    }

    /// What the test reads and calls. The built-in tests are known; others are rendered, which gives
    /// the `config()` calls of their blocks.
    fn test_references(
        &self,
        tested: &Tested<'_>,
        generic: &GenericTest,
        info: &Arc<MacroInfo>,
        node: &mut Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<ConfigCall> {
        let span = node.properties.clone();
        let add = |node: &mut Node, reference: Reference| match reference {
            Reference::Ref { package, name, version } => {
                node.refs.push(RefCall { package, name, version, span: span.clone() });
            }
            Reference::Source { source, table } => {
                node.sources.push(SourceCall { source, table, span: span.clone() });
            }
        };
        let internal = &*info.package == INTERNAL_PACKAGE;
        match generic.name.as_str() {
            "unique" | "not_null" if internal => {
                node.depends_on_macros.push(info.unique_id.to_string());
                add(node, tested.call.clone());
                return Vec::new();
            }
            "accepted_values" | "relationships" if internal => {
                let to = generic.arguments.get("to").and_then(Value::as_str);
                let target = to.and_then(parse_reference);
                let is_literal = |value: &Value| !python_str(value).contains("{{");
                let others = generic.arguments.iter().filter(|(key, _)| *key != "model");
                if to.is_some() == target.is_some()
                    && others.map(|(_, value)| value).all(is_literal)
                {
                    node.depends_on_macros =
                        vec![WHERE_MACRO.to_owned(), info.unique_id.to_string()];
                    if let Some(target) = target {
                        add(node, target);
                    }
                    add(node, tested.call.clone());
                    return Vec::new();
                }
            }
            _ => {}
        }
        let template = test_call(generic);
        let file = SourceFile::new(tested.file.source.path(), template);
        let id = node.unique_id.as_str();
        let scope = self.parse_scope(&node.package, id, &node.name, JinjaValue::from(()));
        let range = 0..file.text().len();
        let captured = match self.engine.render(&file, range, &scope, Marks::None) {
            Ok(rendered) => rendered.captured,
            Err(error) => {
                let mut found = error.diagnostic;
                // The generated call is no file of the user's: say it at the test.
                if let Some(span) = &span {
                    found.labels.retain(|label| !Arc::ptr_eq(&label.span.file, &file));
                    found = found.at(span.clone(), "in this test");
                    found.labels.rotate_right(1);
                }
                diagnostics.push(found);
                error.captured
            }
        };
        node.refs = captured.refs;
        node.sources = captured.sources;
        node.depends_on_macros = captured.macros.iter().map(ToString::to_string).collect();
        for call in &mut node.refs {
            call.span.clone_from(&span);
        }
        for call in &mut node.sources {
            call.span.clone_from(&span);
        }
        if !node.depends_on_macros.iter().any(|id| *id == *info.unique_id) {
            node.depends_on_macros.push(info.unique_id.to_string());
        }
        captured.configs
    }
}

/// The `model` argument as dbt writes it.
fn model_argument(call: &Reference) -> String {
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
fn raw_code(test: &str, config: &ConfigCall) -> String {
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
