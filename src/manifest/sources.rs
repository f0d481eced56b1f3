//! Source tables (<https://docs.getdbt.com/reference/source-properties>).

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    NodeConfig, ResourceType, Source, UniqueId,
    builder::{Builder, OwnConfig},
    call_text::Reference,
    columns::{build_columns, texts},
    config_merge::{canonical_key, merge_key},
    generic_tests::Tested,
    node::SharedNode,
    unrendered::written_text,
};
use crate::{
    diagnostic::{Diagnostic, Parsed},
    project::{
        PropertiesFile, Spanned, Yaml,
        properties::{ColumnProperties, SourceProperties, SourceTableProperties},
    },
    relation::{Quoting, Relation},
};

/// A source table with the source of another package's project that changes it, where one does.
pub(super) struct DeclaredTable<'p> {
    pub package: usize,
    pub file: &'p PropertiesFile,
    pub source: &'p SourceProperties,
    pub table: &'p SourceTableProperties,
    overriding: Option<Overriding<'p>>,
}

struct Overriding<'p> {
    package: &'p str,
    file: &'p PropertiesFile,
    source: &'p SourceProperties,
    table: Option<&'p SourceTableProperties>,
}

impl Builder<'_> {
    /// Every declared source table; sources that override another package's are applied to it.
    pub fn declared_tables(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<DeclaredTable<'_>> {
        let packages = &self.project.packages;
        let mut overrides = HashMap::new();
        let mut tables = Vec::new();
        for package in packages {
            for file in &package.files.properties {
                for source in &file.sources {
                    if let Some(of) = &source.overrides {
                        overrides.insert(
                            (of.value.as_str(), source.name.value.as_str()),
                            (&*package.name, file, source),
                        );
                    }
                }
            }
        }
        let mut used = Vec::new();
        for (at, package) in packages.iter().enumerate() {
            for file in &package.files.properties {
                for source in file.sources.iter().filter(|source| source.overrides.is_none()) {
                    let key = (&*package.name, source.name.value.as_str());
                    let over = overrides.get(&key);
                    if over.is_some() {
                        used.push(key);
                    }
                    for table in &source.tables {
                        let overriding = over.map(|(package, file, source)| Overriding {
                            package,
                            file,
                            source,
                            table: source
                                .tables
                                .iter()
                                .find(|other| other.name.value == table.name.value),
                        });
                        tables.push(DeclaredTable { package: at, file, source, table, overriding });
                    }
                }
            }
        }
        for (key, (_, _, source)) in &overrides {
            if !used.contains(key) {
                diagnostics.push(
                    Diagnostic::warning(
                        "unused-source-override",
                        format!("package `{}` has no source `{}` to override", key.0, key.1),
                    )
                    .at(source.name.span.clone(), ""),
                );
            }
        }
        tables
    }

    /// Builds a source table and its tests.
    pub fn build_source(&self, declared: &DeclaredTable<'_>) -> Parsed<(Source, Vec<SharedNode>)> {
        let mut diagnostics = Vec::new();
        let DeclaredTable { package: at, file, source, table, overriding } = declared;
        let package = Arc::clone(&self.project.packages[*at].name);
        let over_source = overriding.as_ref().map(|over| over.source);
        let over_table = overriding.as_ref().and_then(|over| over.table);
        let mut fqn = vec![package.to_string()];
        fqn.extend(file.path.folders().map(str::to_owned));
        fqn.extend([source.name.value.clone(), table.name.value.clone()]);
        // Later layers over earlier ones.
        let sources: Vec<&SourceProperties> = std::iter::once(*source).chain(over_source).collect();
        let tables: Vec<&SourceTableProperties> =
            std::iter::once(*table).chain(over_table).collect();
        let last = |pick: fn(&SourceProperties) -> Option<&Spanned<String>>| {
            sources.iter().rev().find_map(|source| pick(source)).map(|text| text.value.clone())
        };
        let written = |pick: fn(&SourceProperties) -> Option<&Spanned<String>>| {
            sources.iter().rev().find_map(|source| pick(source)).map(written_text)
        };
        let last_table = |pick: fn(&SourceTableProperties) -> Option<&Spanned<String>>| {
            tables.iter().rev().find_map(|table| pick(table)).map(|text| text.value.clone())
        };
        let unique_id =
            UniqueId::new(format!("source.{package}.{}.{}", source.name.value, table.name.value));
        let kind = ResourceType::Source;
        let of_project = self.node_config(kind, *at, &fqn, &OwnConfig::default(), &mut diagnostics);
        let config = self.source_config(of_project, file, &sources, &tables, &mut diagnostics);
        // What is wrong was told just now.
        let own =
            self.source_config(NodeConfig::default(), file, &sources, &tables, &mut Vec::new());
        let mut unrendered = self.unrendered_tree(kind, *at, &fqn);
        unrendered.extend(own.0);
        if *at != 0 {
            unrendered.extend(self.unrendered_tree(kind, 0, &fqn));
        }
        let mut quoting_declared = Map::new();
        for yaml in sources
            .iter()
            .map(|source| &source.quoting)
            .chain(tables.iter().map(|table| &table.quoting))
            .flatten()
        {
            for (key, value) in yaml.to_json_map() {
                let name = match key.as_str() {
                    "project" => "database",
                    "dataset" => "schema",
                    other => other,
                };
                quoting_declared.insert(name.to_owned(), value);
            }
        }
        let flag = |key: &str| quoting_declared.get(key).and_then(Value::as_bool);
        let over = |base: Quoting| Quoting {
            database: flag("database").unwrap_or(base.database),
            schema: flag("schema").unwrap_or(base.schema),
            identifier: flag("identifier").unwrap_or(base.identifier),
        };
        // `quoting` of dbt_project.yml is not for sources
        // (<https://docs.getdbt.com/reference/project-configs/quoting>).
        let relation = Relation {
            quoting: over(Quoting::default()),
            ..Relation::new(
                self.dialect,
                last(|source| source.database.as_ref()).or(self.globals.database.clone()),
                last(|source| source.schema.as_ref()).unwrap_or(source.name.value.clone()),
                last_table(|table| table.identifier.as_ref()).unwrap_or(table.name.value.clone()),
            )
        };
        let relation_name =
            Relation { quoting: over(self.quoting), ..relation.clone() }.to_string();
        let declared_columns: &[ColumnProperties] = tables
            .iter()
            .rev()
            .map(|table| &table.columns[..])
            .find(|columns| !columns.is_empty())
            .unwrap_or_default();
        let columns = build_columns(&package, declared_columns, &self.docs);
        diagnostics.extend(columns.diagnostics);
        let description = tables.iter().rev().find_map(|table| table.description.as_ref());
        let (description, doc_blocks) = self.docs.describe(&package, description, &mut diagnostics);
        let source_description =
            sources.iter().rev().find_map(|source| source.description.as_ref());
        let (source_description, _) =
            self.docs.describe(&package, source_description, &mut diagnostics);
        let mut source_meta = Map::new();
        for source in &sources {
            extend_meta(&mut source_meta, source.meta.as_ref(), source.config.as_ref());
        }
        let loader = last_table(|table| table.loader.as_ref())
            .or_else(|| last(|source| source.loader.as_ref()))
            .unwrap_or_default();
        let patch_path = overriding
            .as_ref()
            .map(|over| format!("{}://{}", over.package, over.file.path.original_file_path));
        let (loaded_at_field, loaded_at_query) =
            (config.text("loaded_at_field"), config.text("loaded_at_query"));
        let built = Source {
            unique_id: unique_id.clone(),
            package: Arc::clone(&package),
            source_name: source.name.value.clone(),
            name: table.name.value.clone(),
            fqn,
            path: file.path.original_file_path.clone(),
            original_file_path: file.path.original_file_path.clone(),
            declared: table.name.span.clone(),
            source_declared: source.name.span.clone(),
            relation,
            relation_name,
            description,
            source_description,
            written_database: written(|source| source.database.as_ref()),
            written_schema: written(|source| source.schema.as_ref())
                .unwrap_or_else(|| source.name.value.clone()),
            loader,
            columns: columns.value,
            loaded_at_field: loaded_at_field.map(str::to_owned),
            loaded_at_query: loaded_at_query.map(str::to_owned),
            freshness: config.get("freshness").cloned(),
            external: tables
                .iter()
                .rev()
                .find_map(|table| table.external.as_ref())
                .map(Yaml::to_json),
            source_meta,
            quoting: quoting_declared,
            doc_blocks,
            patch_path,
            unrendered,
            config,
        };
        let mut tags: Vec<String> = Vec::new();
        tags.extend(source.tags.iter().map(|tag| tag.value.clone()));
        tags.extend(table.tags.iter().map(|tag| tag.value.clone()));
        let tested = Tested {
            package: *at,
            file,
            file_key_name: format!("sources.{}", source.name.value),
            display: format!("{}_{}", source.name.value, table.name.value),
            call: Reference::Source {
                source: source.name.value.clone(),
                table: table.name.value.clone(),
            },
            is_source: true,
            unique_id,
            group: None,
            tags,
            quote_columns: false,
        };
        let columns: Vec<&ColumnProperties> = declared_columns.iter().collect();
        let tests = tables.iter().rev().find(|table| !table.data_tests.is_empty());
        let tests: Vec<_> = tests.iter().flat_map(|table| &table.data_tests).collect();
        let tests = self.build_tests(&tested, &columns, &tests);
        diagnostics.extend(tests.diagnostics);
        Parsed { value: (built, tests.value), diagnostics }
    }

    /// The source's config, the table's over it; `meta` and `tags` of all places joined;
    /// `freshness` merged field by field, null turning it off.
    fn source_config(
        &self,
        mut config: NodeConfig,
        file: &PropertiesFile,
        sources: &[&SourceProperties],
        tables: &[&SourceTableProperties],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> NodeConfig {
        let layers: Vec<SourceLayer<'_>> = sources
            .iter()
            .map(|source| SourceLayer {
                config: source.config.as_ref(),
                meta: source.meta.as_ref(),
                tags: &source.tags,
                freshness: source.freshness.as_ref(),
                loaded_at_field: source.loaded_at_field.as_ref(),
                loaded_at_query: source.loaded_at_query.as_ref(),
            })
            .chain(tables.iter().map(|table| SourceLayer {
                config: table.config.as_ref(),
                meta: table.meta.as_ref(),
                tags: &table.tags,
                freshness: table.freshness.as_ref(),
                loaded_at_field: table.loaded_at_field.as_ref(),
                loaded_at_query: table.loaded_at_query.as_ref(),
            }))
            .collect();
        let mut meta = Map::new();
        let mut tags: Vec<String> = Vec::new();
        let mut freshness = Freshness::Unset;
        for layer in &layers {
            for (key, value) in layer.config.map(Yaml::entries).unwrap_or_default() {
                let name = canonical_key(&key.text, self.dialect);
                let json = value.to_json();
                let span = || value.span(&file.source);
                self.checker.check(ResourceType::Source, name, &json, span, diagnostics);
                match name {
                    "meta" | "tags" => {}
                    "freshness" => freshness.set(&json),
                    _ => merge_key(&mut config.0, name, &json),
                }
            }
            extend_meta(&mut meta, layer.meta, layer.config);
            tags.extend(layer.tags.iter().map(|tag| tag.value.clone()));
            let configured = layer.config.and_then(|config| config.get("tags"));
            tags.extend(texts(configured.map(Yaml::to_json)));
            if let Some(yaml) = layer.freshness {
                freshness.set(&yaml.to_json());
            }
            if let Some(field) = layer.loaded_at_field {
                config.0.insert("loaded_at_field".to_owned(), json!(field.value));
            }
            if let Some(query) = layer.loaded_at_query {
                config.0.insert("loaded_at_query".to_owned(), json!(query.value));
            }
        }
        match freshness {
            Freshness::Unset => {}
            Freshness::Off => {
                config.0.insert("freshness".to_owned(), Value::Null);
            }
            Freshness::Set(rules) => {
                config.0.insert("freshness".to_owned(), Value::Object(rules));
            }
        }
        if !meta.is_empty() {
            merge_key(&mut config.0, "meta", &Value::Object(meta));
        }
        if !tags.is_empty() {
            tags.sort();
            tags.dedup();
            merge_key(&mut config.0, "tags", &json!(tags));
        }
        config
    }
}

struct SourceLayer<'p> {
    config: Option<&'p Yaml>,
    meta: Option<&'p Yaml>,
    tags: &'p [Spanned<String>],
    freshness: Option<&'p Yaml>,
    loaded_at_field: Option<&'p Spanned<Option<String>>>,
    loaded_at_query: Option<&'p Spanned<String>>,
}

/// `freshness` over several layers.
enum Freshness {
    Unset,
    Off,
    Set(Map<String, Value>),
}

impl Freshness {
    /// A null rule turns it off, a mapping is merged into what is there.
    fn set(&mut self, rules: &Value) {
        let Value::Object(rules) = rules else {
            *self = Self::Off;
            return;
        };
        if !matches!(self, Self::Set(_)) {
            *self = Self::Set(Map::new());
        }
        let Self::Set(known) = self else { return };
        for (key, value) in rules {
            match (known.get_mut(key), value) {
                (Some(Value::Object(old)), Value::Object(new)) => old.extend(new.clone()),
                _ => {
                    known.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

fn extend_meta(meta: &mut Map<String, Value>, beside: Option<&Yaml>, config: Option<&Yaml>) {
    meta.extend(beside.map(Yaml::to_json_map).unwrap_or_default());
    let configured = config.and_then(|config| config.get("meta"));
    meta.extend(configured.map(Yaml::to_json_map).unwrap_or_default());
}
