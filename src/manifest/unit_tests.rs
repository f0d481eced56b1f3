//! Unit tests (<https://docs.getdbt.com/reference/resource-properties/unit-tests>).

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    Fixture, Given, Node, Overrides, ResourceType, UniqueId, UnitTest,
    builder::{Builder, OwnConfig},
    call_text::{Reference, parse_reference},
    checksums::{HashedRows, unit_test_checksum},
    config_merge::{canonical_key, merge_key},
    lookup::{Found, Lookup},
};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    jinja::{RefCall, SourceCall},
    project::{
        PropertiesFile, Spanned, Yaml,
        properties::{FixtureFormat, FixtureProperties, UnitTestProperties, UnitTestVersions},
    },
};

impl Builder<'_> {
    /// Builds a unit test, once for each version of the model that it is of.
    pub fn build_unit_tests(
        &self,
        at: usize,
        file: &PropertiesFile,
        declared: &UnitTestProperties,
        nodes: &BTreeMap<UniqueId, Arc<Node>>,
        lookup: &Lookup,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<UnitTest> {
        let package = Arc::clone(&self.project.packages[at].name);
        let models = self.tested_models(&package, declared, nodes, lookup, diagnostics);
        let expect = self.fixture(at, file, &declared.expect, None, diagnostics);
        let description =
            self.docs.describe(&package, declared.description.as_ref(), diagnostics).0;
        let original = &file.path.original_file_path;
        let mut fqn = vec![package.to_string()];
        let folders: Vec<&str> = original.split('/').collect();
        if folders.len() > 2 {
            fqn.extend(folders[1..folders.len() - 1].iter().map(|folder| (*folder).to_owned()));
        }
        fqn.extend([declared.model.value.clone(), declared.name.value.clone()]);
        let own = OwnConfig::default();
        let mut config = self.node_config(ResourceType::UnitTest, at, &fqn, &own, diagnostics);
        for (key, value) in declared.config.as_ref().map(Yaml::entries).unwrap_or_default() {
            let key = canonical_key(&key.text, self.dialect);
            let json = value.to_json();
            let span = || value.span(&file.source);
            self.checker.check(ResourceType::UnitTest, key, &json, span, diagnostics);
            merge_key(&mut config.0, key, &json);
        }
        let map = |yaml: &Option<Yaml>| yaml.as_ref().map(Yaml::to_json_map).unwrap_or_default();
        let overrides = Overrides {
            macros: map(&declared.override_macros),
            vars: map(&declared.override_vars),
            env_vars: map(&declared.override_env_vars),
        };
        let expect_file = named(&declared.expect);
        let hashed_expect = hashed(None, &expect, expect_file.as_deref());
        let versions = declared.versions.as_ref().map(versions_json);
        models
            .into_iter()
            .map(|model| {
                let suffix = match &model.version {
                    Some(version) => format!("_v{version}"),
                    None => String::new(),
                };
                let given: Vec<Given> = declared
                    .given
                    .iter()
                    .map(|given| {
                        let unique_id =
                            self.input(&package, given, &model.unique_id, lookup, diagnostics);
                        let node = unique_id.as_ref().and_then(|id| nodes.get(id));
                        let fixture = self.fixture(at, file, &given.fixture, node, diagnostics);
                        Given {
                            input: given.input.value.clone(),
                            span: given.input.span.clone(),
                            unique_id,
                            fixture,
                            file: named(&given.fixture),
                        }
                    })
                    .collect();
                let hashed: Vec<HashedRows<'_>> = given
                    .iter()
                    .map(|given| {
                        let input = Some(given.input.as_str());
                        hashed(input, &given.fixture, given.file.as_deref())
                    })
                    .collect();
                let checksum = unit_test_checksum(
                    &declared.model.value,
                    versions.as_ref(),
                    &hashed,
                    &hashed_expect,
                    Some(&overrides).filter(|overrides| !overrides.is_empty()),
                );
                let mut depends_on_nodes = vec![model.unique_id.clone()];
                for id in given.iter().filter_map(|given| given.unique_id.as_ref()) {
                    if !depends_on_nodes.contains(id) {
                        depends_on_nodes.push(id.clone());
                    }
                }
                UnitTest {
                    unique_id: UniqueId::new(format!(
                        "unit_test.{package}.{}.{}{suffix}",
                        declared.model.value, declared.name.value
                    )),
                    name: declared.name.value.clone(),
                    package: Arc::clone(&package),
                    fqn: fqn.clone(),
                    path: file.path.path.clone(),
                    original_file_path: original.clone(),
                    declared: declared.name.span.clone(),
                    model: declared.model.value.clone(),
                    tested_node: Some(model.unique_id.clone()),
                    version: model.version.clone(),
                    description: description.clone(),
                    given,
                    expect: expect.clone(),
                    expect_file: named(&declared.expect),
                    versions: versions.clone(),
                    checksum,
                    overrides: overrides.clone(),
                    config: config.clone(),
                    depends_on_nodes,
                }
            })
            .collect()
    }

    /// The model, or the versions of it that the test is of.
    fn tested_models<'n>(
        &self,
        package: &Arc<str>,
        declared: &UnitTestProperties,
        nodes: &'n BTreeMap<UniqueId, Arc<Node>>,
        lookup: &Lookup,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<&'n Arc<Node>> {
        let name = &declared.model.value;
        let mut versions: Vec<&Arc<Node>> = lookup
            .named(name)
            .filter_map(|id| nodes.get(id))
            .filter(|node| node.resource_type == ResourceType::Model && node.package == *package)
            .collect();
        versions.retain(|node| {
            let version = node.version.as_deref().unwrap_or_default();
            let has = |list: &[Spanned<String>]| list.iter().any(|known| known.value == version);
            match &declared.versions {
                Some(UnitTestVersions::Include(list)) => has(list),
                Some(UnitTestVersions::Exclude(list)) => !has(list),
                None => true,
            }
        });
        if versions.is_empty() && !lookup.is_disabled(name) && !lookup.is_unread(name) {
            let models = nodes.values().filter(|node| node.resource_type == ResourceType::Model);
            diagnostics.push(
                Diagnostic::error(
                    "unknown-model",
                    format!(
                        "unit test `{}` is of a model `{name}` that there is not",
                        declared.name.value
                    ),
                )
                .at(declared.model.span.clone(), "")
                .maybe_help(did_you_mean(name, models.map(|node| node.name.as_str()))),
            );
        }
        versions
    }

    fn input(
        &self,
        package: &Arc<str>,
        given: &crate::project::properties::GivenProperties,
        model: &UniqueId,
        lookup: &Lookup,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<UniqueId> {
        let text = given.input.value.trim();
        if text == "this" {
            return Some(model.clone());
        }
        let span = Some(given.input.span.clone());
        let found = match parse_reference(text) {
            Some(Reference::Ref { package: named, name, version }) => {
                let call = RefCall { package: named, name, version, span };
                lookup.find_ref(package, &call)
            }
            Some(Reference::Source { source, table }) => {
                lookup.find_source(package, &SourceCall { source, table, span })
            }
            None => {
                diagnostics.push(
                    Diagnostic::error(
                        "unit-test-input",
                        "an input is `ref('…')`, `source('…', '…')` or `this`",
                    )
                    .at(given.input.span.clone(), ""),
                );
                return None;
            }
        };
        match found {
            Found::Enabled(id) => Some(id),
            Found::Disabled(id) => {
                diagnostics.push(
                    Diagnostic::error("disabled-ref", format!("the input `{text}` is disabled"))
                        .at(given.input.span.clone(), format!("this is `{id}`")),
                );
                None
            }
            Found::Nothing => {
                let names = lookup.names();
                let name = text.trim_end_matches(')').rsplit(['(', ',']).next().unwrap_or(text);
                let name = name.trim().trim_matches(['\'', '"']);
                if lookup.is_unread(name) {
                    return None;
                }
                diagnostics.push(
                    Diagnostic::error("unknown-ref", format!("there is no `{text}`"))
                        .at(given.input.span.clone(), "")
                        .maybe_help(did_you_mean(name, names)),
                );
                None
            }
        }
    }

    /// The rows of a fixture; those of a seed where none are given for one, as in dbt.
    fn fixture(
        &self,
        at: usize,
        file: &PropertiesFile,
        declared: &FixtureProperties,
        input: Option<&Arc<Node>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Fixture {
        if let Some(name) = &declared.fixture {
            let fixtures = &self.project.packages[at].files.fixtures;
            let Some(found) = fixtures.iter().find(|file| file.path.stem() == name.value) else {
                let known = fixtures.iter().map(|file| file.path.stem());
                diagnostics.push(
                    Diagnostic::error(
                        "unknown-fixture",
                        format!("no fixture file is named `{}`", name.value),
                    )
                    .at(name.span.clone(), "")
                    .maybe_help(did_you_mean(&name.value, known))
                    .help("fixtures are `.csv` and `.sql` files in `tests/fixtures`"),
                );
                return Fixture::Rows(Vec::new());
            };
            let text = found.source.text().to_owned();
            return match declared.format {
                FixtureFormat::Sql => Fixture::Sql(text),
                FixtureFormat::Csv | FixtureFormat::Dict => Fixture::Csv(text),
            };
        }
        let text = || {
            let text = declared.rows.as_ref().and_then(Yaml::as_str);
            text.unwrap_or_default().to_owned()
        };
        match (declared.format, &declared.rows) {
            (FixtureFormat::Csv, _) => Fixture::Csv(text()),
            (FixtureFormat::Sql, _) => Fixture::Sql(text()),
            (FixtureFormat::Dict, Some(rows)) => {
                Fixture::Rows(rows.items().iter().map(Yaml::to_json_map).collect())
            }
            (FixtureFormat::Dict, None) => {
                let seed = input.and_then(|node| node.seed_path.as_ref());
                match seed.map(|path| crate::project::read_text(path, file.source.path())) {
                    Some(Ok(text)) => Fixture::Csv(text.text().to_owned()),
                    Some(Err(diagnostic)) => {
                        diagnostics.push(diagnostic);
                        Fixture::Rows(Vec::new())
                    }
                    None => Fixture::Rows(Vec::new()),
                }
            }
        }
    }
}

/// The fixture file that rows are in.
fn named(declared: &FixtureProperties) -> Option<String> {
    declared.fixture.as_ref().map(|name| name.value.clone())
}

/// Rows as a checksum has them.
fn hashed<'r>(input: Option<&'r str>, fixture: &Fixture, file: Option<&'r str>) -> HashedRows<'r> {
    let list = |rows: Vec<Map<String, Value>>| rows.into_iter().map(Value::Object).collect();
    let (rows, format) = match fixture {
        Fixture::Rows(rows) => (list(rows.clone()), "dict"),
        Fixture::Csv(text) => (list(csv_rows(text)), "csv"),
        Fixture::Sql(text) => (Value::String(text.clone()), "sql"),
    };
    HashedRows { input, rows, format, file }
}

/// `versions` as dbt's manifest has it.
fn versions_json(versions: &UnitTestVersions) -> Value {
    let list = |list: &[Spanned<String>]| {
        let version = |text: &Spanned<String>| match serde_json::from_str::<serde_json::Number>(
            &text.value,
        ) {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text.value.clone()),
        };
        Value::Array(list.iter().map(version).collect())
    };
    match versions {
        UnitTestVersions::Include(names) => json!({"include": list(names), "exclude": null}),
        UnitTestVersions::Exclude(names) => json!({"include": null, "exclude": list(names)}),
    }
}

/// Rows of CSV text as dbt's manifest has them: text, empty fields null.
pub fn csv_rows(text: &str) -> Vec<Map<String, Value>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let Ok(header) = reader.headers().cloned() else { return Vec::new() };
    reader
        .records()
        .filter_map(Result::ok)
        .map(|record| {
            header
                .iter()
                .zip(&record)
                .map(|(name, field)| {
                    let value = match field {
                        "" => Value::Null,
                        text => Value::String(text.to_owned()),
                    };
                    (name.to_owned(), value)
                })
                .collect()
        })
        .collect()
}
