//! Generic tests: from properties to test nodes
//! (<https://docs.getdbt.com/docs/build/data-tests#generic-data-tests>).

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::Value as JinjaValue;
use serde_json::{Map, Value, json};

use super::{
    Access, GenericTest, Node, NodeDetails, ResourceType, TestNode, UniqueId,
    builder::{Builder, OwnConfig},
    call_text::Reference,
    generic_test_code::{model_argument, raw_code},
    generic_test_name::{TestNames, test_hash, test_names},
    model_value::ModelValue,
    names::PlainName,
    node::SharedNode,
    node_build::finish_config,
    unrendered::OwnCode,
};
use crate::{
    diagnostic::{Diagnostic, Parsed, SourceFile, did_you_mean},
    jinja::{ConfigCall, INTERNAL_PACKAGE, MacroInfo, MacroKind, Marks},
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

impl Builder<'_> {
    /// All tests declared for `tested`.
    pub fn build_tests(
        &self,
        tested: &Tested<'_>,
        columns: &[&ColumnProperties],
        tests: &[&DataTest],
    ) -> Parsed<Vec<SharedNode>> {
        let mut nodes = Vec::new();
        let mut diagnostics = Vec::new();
        for column in columns {
            for test in &column.data_tests {
                let node = self.build_test(tested, test, Some(column), &mut diagnostics);
                nodes.extend(node.map(Arc::new));
            }
        }
        for test in tests {
            let node = self.build_test(tested, test, None, &mut diagnostics);
            nodes.extend(node.map(Arc::new));
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
        if let Some(problem) = wrong_arguments(test, &info, &arguments, tested) {
            diagnostics.push(problem);
            return None;
        }
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
        let written = (None, OwnCode::Test(call));
        let unrendered =
            self.unrendered(ResourceType::Test, tested.package, &fqn, written, &config);
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
            functions: Vec::new(),
            function: None,
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
            details: NodeDetails { unrendered, ..NodeDetails::default() },
        }
    }
}

/// An argument that the test's macro does not take, or one that a built-in test needs.
fn wrong_arguments(
    test: &DataTest,
    info: &MacroInfo,
    given: &Map<String, Value>,
    tested: &Tested<'_>,
) -> Option<Diagnostic> {
    let name = &test.test.value;
    let known = || info.parameters.iter().map(String::as_str);
    let own = || known().filter(|name| !matches!(*name, "model" | "column_name"));
    let takes_any = info.hidden[1];
    let unknown = test.arguments.iter().find(|(key, _)| !known().any(|known| known == key.text));
    if let Some((key, _)) = unknown.filter(|_| !takes_any) {
        let all = own().collect::<Vec<_>>().join("`, `");
        let hint = did_you_mean(&key.text, own()).unwrap_or_else(|| match all.as_str() {
            "" => "it takes none".to_owned(),
            all => format!("it takes `{all}`"),
        });
        return Some(
            Diagnostic::error(
                "test-argument",
                format!("the test `{name}` has no argument `{}`", key.text),
            )
            .at(key.span(&tested.file.source), "")
            .help(hint),
        );
    }
    let missing: Vec<String> = info.parameters[..info.required]
        .iter()
        .filter(|name| !given.contains_key(*name))
        .map(|name| format!("`{name}`"))
        .collect();
    // A project's own macro may do without: a parameter that is not given is undefined there.
    if missing.is_empty() || &*info.package != INTERNAL_PACKAGE {
        return None;
    }
    let help = match missing.as_slice() {
        [one] if one == "`column_name`" => "declare it on a column".to_owned(),
        _ => "give it under `arguments`".to_owned(),
    };
    Some(
        Diagnostic::error(
            "test-argument",
            format!("the test `{name}` needs {}", missing.join(" and ")),
        )
        .at(test.test.span.clone(), "")
        .help(help),
    )
}
