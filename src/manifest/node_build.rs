//! Building one node of SQL or CSV: parse, merge its configuration, name it.

use std::{ops::Range, path::PathBuf, sync::Arc};

use minijinja::Value;
use serde_json::json;

use super::{
    Access, HookText, Node, NodeConfig, NodeDetails, ResourceType, TestNode, UniqueId,
    builder::{Builder, OwnConfig},
    columns::{build_columns, constraint},
    model_value::ModelValue,
    names::{Part, PlainName, default_custom_schema},
    parse_host::ParseHost,
    patches::Patch,
    unrendered::OwnCode,
};
use crate::{
    diagnostic::{Diagnostic, Parsed, SourceFile, Span},
    jinja::{Caller, Captured, Marks, Phase, RefCall, Scope, SourceCall},
    relation::{Relation, RelationKind},
};

/// What is known of a node before anything is rendered.
pub(super) struct NodeSpec<'s> {
    pub kind: ResourceType,
    /// The place of its package in the project.
    pub package: usize,
    pub name: String,
    pub fqn: Vec<String>,
    pub path: String,
    pub original_file_path: String,
    pub source: Arc<SourceFile>,
    pub code_range: Range<usize>,
    pub generated_code: Option<Arc<str>>,
    pub patch: Option<&'s Patch<'s>>,
    pub checksum: String,
    pub seed_path: Option<PathBuf>,
    /// Tags besides the configured ones (hooks).
    pub tags: Vec<String>,
    pub hook_index: Option<usize>,
}

impl NodeSpec<'_> {
    fn unique_id(&self, package: &str) -> String {
        match self.patch.and_then(|patch| patch.version.as_ref().map(|version| (patch, version))) {
            Some((patch, version)) => format!(
                "{}.{package}.{}.v{}",
                self.kind, patch.name.value, version.properties.v.value
            ),
            None => format!("{}.{package}.{}", self.kind, self.name),
        }
    }
}

impl Builder<'_> {
    /// Builds the node; its references are not resolved yet.
    pub fn build_node(&self, mut spec: NodeSpec<'_>) -> Parsed<Node> {
        let mut diagnostics = Vec::new();
        let package = Arc::clone(&self.project.packages[spec.package].name);
        let unique_id = spec.unique_id(&package);
        let version = spec.patch.and_then(|patch| patch.version.as_ref());
        let version_text = version.map(|version| version.properties.v.value.clone());
        if let (Some(patch), Some(v)) = (spec.patch, &version_text) {
            spec.name.clone_from(&patch.name.value);
            spec.fqn.pop();
            spec.fqn.push(patch.name.value.clone());
            spec.fqn.push(format!("v{v}"));
        }
        let captured = self.parse_code(&spec, &package, &unique_id, &mut diagnostics);
        let own = OwnConfig {
            patch: spec.patch,
            calls: &captured.configs,
            code: Some((&spec.source, spec.code_range.clone())),
        };
        let mut config =
            self.node_config(spec.kind, spec.package, &spec.fqn, &own, &mut diagnostics);
        let code = OwnCode::Calls(&captured.configs, &spec.source, spec.code_range.clone());
        let written = (spec.patch, code);
        let unrendered = self.unrendered(spec.kind, spec.package, &spec.fqn, written, &config);
        if !spec.tags.is_empty() {
            super::config_merge::merge_key(&mut config.0, "tags", &json!(spec.tags));
        }
        let mut captured = captured;
        let hooks =
            self.parse_hooks(&spec, &package, &unique_id, &config, &mut captured, &mut diagnostics);
        let model_value = || ModelValue {
            unique_id: unique_id.clone(),
            name: spec.name.clone(),
            package: Arc::clone(&package),
            kind: spec.kind,
            fqn: spec.fqn.clone(),
            path: spec.path.clone(),
            original_file_path: spec.original_file_path.clone(),
            version: version_text.clone(),
            raw_code: None,
            config: config.with_defaults(spec.kind),
        };
        let name = PlainName { name: &spec.name, version: version_text.as_deref() };
        let relation =
            self.relation(spec.kind, &package, &config, name, model_value, &mut diagnostics);
        finish_config(spec.kind, &mut config);
        let columns = spec.patch.map(|patch| &patch.columns[..]).unwrap_or_default();
        let columns = build_columns(&package, columns.iter().copied(), &self.docs);
        diagnostics.extend(columns.diagnostics);
        let (description, doc_blocks) = self.docs.describe(
            &package,
            spec.patch.and_then(|patch| patch.description),
            &mut diagnostics,
        );
        let rules = spec.patch.map(|patch| patch.constraints).unwrap_or_default();
        add_foreign_keys(spec.patch, &mut captured, &mut diagnostics);
        let function = self.function_of(&spec, &package, &mut diagnostics);
        let access = match config.text("access") {
            Some("private") => Access::Private,
            Some("public") => Access::Public,
            _ => Access::Protected,
        };
        let node = Node {
            unique_id: UniqueId::new(unique_id),
            resource_type: spec.kind,
            group: config.text("group").map(str::to_owned),
            access,
            test: (spec.kind == ResourceType::Test).then(TestNode::default),
            name: spec.name,
            fqn: spec.fqn,
            path: spec.path,
            original_file_path: spec.original_file_path,
            source: spec.source,
            code_range: spec.code_range,
            generated_code: spec.generated_code,
            properties: spec.patch.map(Patch::span),
            relation,
            config,
            description,
            columns: columns.value,
            refs: captured.refs,
            sources: captured.sources,
            functions: captured.functions,
            function,
            depends_on_nodes: Vec::new(),
            depends_on_macros: captured.macros.iter().map(ToString::to_string).collect(),
            version: version_text,
            latest_version: version.map(|version| version.latest.clone()),
            constraints: rules.iter().map(|rule| constraint(rule, true)).collect(),
            checksum: spec.checksum,
            details: NodeDetails {
                patch_path: spec.patch.map(Patch::patch_path),
                doc_blocks,
                deprecation_date: spec.patch.and_then(|patch| patch.deprecation_date.cloned()),
                time_spine: spec
                    .patch
                    .and_then(|patch| patch.time_spine.map(|yaml| yaml.to_json())),
                unrendered,
                primary_key: Vec::new(),
                hook_index: spec.hook_index,
                hooks,
                root_path: spec
                    .seed_path
                    .as_ref()
                    .map(|_| self.project.packages[spec.package].root.display().to_string()),
            },
            seed_path: spec.seed_path,
            package,
        };
        super::check_together::check_together(&node, &mut diagnostics);
        Parsed { value: node, diagnostics }
    }

    /// What a template sees while it is parsed.
    pub fn parse_scope(
        &self,
        package: &Arc<str>,
        unique_id: &str,
        name: &str,
        model: Value,
    ) -> Arc<Scope> {
        let globals = &self.globals;
        Arc::new(Scope {
            phase: Phase::Parse,
            host: Arc::new(ParseHost { dialect: self.dialect }),
            globals: Arc::clone(globals),
            caller: Caller {
                package: Arc::clone(package),
                unique_id: Some(unique_id.to_owned()),
                name: name.to_owned(),
            },
            this: Some(Relation {
                quoting: self.quoting,
                ..Relation::new(
                    self.dialect,
                    globals.database.clone(),
                    globals.schema.as_str(),
                    name,
                )
            }),
            config: Arc::default(),
            model,
            extra: Default::default(),
            var_overrides: None,
            is_incremental: false,
        })
    }

    fn parse_code(
        &self,
        spec: &NodeSpec<'_>,
        package: &Arc<str>,
        unique_id: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Captured {
        if spec.kind == ResourceType::Seed {
            return Captured::default();
        }
        let (file, range) = match &spec.generated_code {
            Some(code) if spec.kind == ResourceType::Operation => {
                let written = Span::new(&spec.source, spec.code_range.clone());
                (SourceFile::excerpt(&written, code.as_ref()), 0..code.len())
            }
            Some(code) => (SourceFile::new(spec.source.path(), code.as_ref()), 0..code.len()),
            None => (Arc::clone(&spec.source), spec.code_range.clone()),
        };
        if !file.text()[range.clone()].contains('{') {
            return Captured::default();
        }
        let model = Value::from_object(ModelValue {
            unique_id: unique_id.to_owned(),
            name: spec.name.clone(),
            package: Arc::clone(package),
            kind: spec.kind,
            fqn: spec.fqn.clone(),
            path: spec.path.clone(),
            original_file_path: spec.original_file_path.clone(),
            version: None,
            raw_code: None,
            config: Default::default(),
        });
        let scope = self.parse_scope(package, unique_id, &spec.name, model);
        let mut captured = match self.engine.render(&file, range, &scope, Marks::None) {
            Ok(rendered) => {
                for warning in &rendered.captured.warnings {
                    diagnostics.push(template_warning(&spec.source, &spec.code_range, warning));
                }
                rendered.captured
            }
            Err(error) => {
                diagnostics.push(error.diagnostic);
                error.captured
            }
        };
        if spec.generated_code.is_some() && spec.kind != ResourceType::Operation {
            forget_spans(&mut captured, &file);
        }
        captured
    }

    /// Hooks are rendered for their references, as dbt does; gives where they are written.
    fn parse_hooks(
        &self,
        spec: &NodeSpec<'_>,
        package: &Arc<str>,
        unique_id: &str,
        config: &NodeConfig,
        captured: &mut Captured,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<HookText> {
        let mut texts = Vec::new();
        for key in ["pre-hook", "post-hook"] {
            let hooks = config.get(key).and_then(|hooks| hooks.as_array()).into_iter().flatten();
            for sql in hooks.filter_map(|hook| hook.get("sql")?.as_str()) {
                let hook = self.hook_text(spec, key, sql);
                if sql.contains('{') {
                    let scope = self.parse_scope(package, unique_id, &spec.name, Value::from(()));
                    let range = hook.range.clone();
                    match self.engine.render(&hook.file, range, &scope, Marks::None) {
                        Ok(rendered) => {
                            let found = rendered.captured;
                            captured.refs.extend(found.refs);
                            captured.sources.extend(found.sources);
                            captured.functions.extend(found.functions);
                            captured.macros.extend(found.macros);
                        }
                        Err(error) => diagnostics.push(error.diagnostic),
                    }
                }
                texts.push(hook);
            }
        }
        texts
    }

    /// Where a node ends up.
    pub fn relation(
        &self,
        kind: ResourceType,
        package: &Arc<str>,
        config: &NodeConfig,
        name: PlainName<'_>,
        node: impl Fn() -> ModelValue,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Relation {
        let mut part = |part: Part, key: &str, default: Option<&str>| {
            let custom = config.text(key).or(default.filter(|_| !config.0.contains_key(key)));
            match self.names.generate(part, package, custom, name, &node) {
                Ok(name) => name,
                Err(diagnostic) => {
                    diagnostics.push(*diagnostic);
                    None
                }
            }
        };
        let mut database = part(Part::Database, "database", None);
        let mut schema = part(Part::Schema, "schema", default_custom_schema(kind));
        let alias = part(Part::Alias, "alias", None).unwrap_or_else(|| name.name.to_owned());
        if kind == ResourceType::Snapshot {
            // The older keys go past the macros, as in dbt.
            database = config.text("target_database").map(str::to_owned).or(database);
            schema = config.text("target_schema").map(str::to_owned).or(schema);
        }
        let mut quoting = self.quoting;
        if let Some(own) = config.get("quoting") {
            let flag = |key: &str| own.get(key).and_then(serde_json::Value::as_bool);
            quoting.database = flag("database").or(flag("project")).unwrap_or(quoting.database);
            quoting.schema = flag("schema").or(flag("dataset")).unwrap_or(quoting.schema);
            quoting.identifier = flag("identifier").unwrap_or(quoting.identifier);
        }
        let materialized = match kind {
            ResourceType::Model => config.materialized(),
            ResourceType::Seed | ResourceType::Snapshot => "table",
            _ => "",
        };
        Relation {
            database: database.filter(|name| !name.is_empty()),
            schema: schema.unwrap_or_default(),
            identifier: alias,
            kind: match materialized {
                "table" | "incremental" => Some(RelationKind::Table),
                "view" => Some(RelationKind::View),
                "materialized_view" => Some(RelationKind::MaterializedView),
                _ => None,
            },
            quoting,
            dialect: self.dialect,
        }
    }
}

/// What `exceptions.warn` says, where the code calls it, or else at the code's first line.
fn template_warning(file: &Arc<SourceFile>, range: &Range<usize>, message: &str) -> Diagnostic {
    const CALL: &str = "exceptions.warn";
    let code = file.text().get(range.clone()).unwrap_or_default();
    let span = match code.find(CALL).map(|at| range.start + at) {
        Some(at) => Span::new(file, at..at + CALL.len()),
        None => Span::of_line(file, file.line_column(range.start as u32).0),
    };
    Diagnostic::warning("template-warning", message).at(span, "")
}

/// Takes away the places of calls in a text of our own.
fn forget_spans(captured: &mut Captured, text: &Arc<SourceFile>) {
    let refs = captured.refs.iter_mut().map(|call| &mut call.span);
    let sources = captured.sources.iter_mut().map(|call| &mut call.span);
    let functions = captured.functions.iter_mut().map(|call| &mut call.span);
    for span in refs.chain(sources).chain(functions) {
        if span.as_ref().is_some_and(|span| Arc::ptr_eq(&span.file, text)) {
            *span = None;
        }
    }
}

/// What dbt derives from other keys: `store_failures` and `store_failures_as` follow each other.
pub(super) fn finish_config(kind: ResourceType, config: &mut NodeConfig) {
    if kind != ResourceType::Test {
        return;
    }
    match config.text("store_failures_as").map(str::to_owned) {
        Some(kept_as) => {
            config.0.insert("store_failures".to_owned(), json!(kept_as != "ephemeral"));
        }
        None => {
            if let Some(kept) = config.flag("store_failures") {
                let kept_as = if kept { "table" } else { "ephemeral" };
                config.0.insert("store_failures_as".to_owned(), json!(kept_as));
            }
        }
    }
}

/// A foreign key's `to` is a reference of the model.
fn add_foreign_keys(
    patch: Option<&Patch<'_>>,
    captured: &mut Captured,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(patch) = patch else { return };
    let of_columns = patch.columns.iter().flat_map(|column| &column.constraints);
    for rule in patch.constraints.iter().chain(of_columns) {
        let Some(to) = rule.to.as_ref().filter(|_| rule.kind.value == "foreign_key") else {
            continue;
        };
        match super::call_text::parse_reference(&to.value) {
            Some(super::call_text::Reference::Ref { package, name, version }) => {
                captured.refs.push(RefCall { package, name, version, span: Some(to.span.clone()) });
            }
            Some(super::call_text::Reference::Source { source, table }) => {
                captured.sources.push(SourceCall { source, table, span: Some(to.span.clone()) });
            }
            None => diagnostics.push(
                Diagnostic::error(
                    "constraint-reference",
                    "`to` of a foreign key is a `ref(…)` or a `source(…)`",
                )
                .at(to.span.clone(), ""),
            ),
        }
    }
}
