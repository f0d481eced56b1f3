//! Exposures, groups and documented macros.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    Exposure, Group, MacroProperties, ResourceType, UniqueId,
    builder::{Builder, OwnConfig},
    call_text::{Reference, parse_reference},
    config_merge::{canonical_key, merge_key},
    macro_arguments::check_arguments,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile, did_you_mean},
    jinja::{MacroKind, RefCall, SourceCall},
    project::{
        PropertiesFile, Yaml,
        properties::{self, ExposureProperties, GroupProperties},
    },
};

impl Builder<'_> {
    /// Builds an exposure; its references are not resolved yet.
    pub fn build_exposure(
        &self,
        at: usize,
        file: &PropertiesFile,
        declared: &ExposureProperties,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Exposure {
        let package = Arc::clone(&self.project.packages[at].name);
        let name = declared.name.value.clone();
        let mut fqn = vec![package.to_string()];
        fqn.extend(file.path.folders().map(str::to_owned));
        fqn.push(name.clone());
        let own = OwnConfig::default();
        let mut config = self.node_config(ResourceType::Exposure, at, &fqn, &own, diagnostics);
        let mut unrendered = self.unrendered_tree(ResourceType::Exposure, at, &fqn);
        if let Some(meta) = &declared.meta {
            merge_key(&mut config.0, "meta", &meta.to_json());
            unrendered.insert("meta".to_owned(), meta.to_json());
        }
        for tag in &declared.tags {
            merge_key(&mut config.0, "tags", &json!(tag.value));
        }
        for (key, value) in declared.config.as_ref().map(Yaml::entries).unwrap_or_default() {
            let key = canonical_key(&key.text, self.dialect);
            let json = value.to_json();
            let span = || value.span(&file.source);
            self.checker.check(ResourceType::Exposure, key, &json, span, diagnostics);
            merge_key(&mut config.0, key, &json);
            unrendered.insert(key.to_owned(), json);
        }
        if !declared.tags.is_empty() {
            unrendered.insert("tags".to_owned(), json!(config.tags()));
        }
        let mut refs = Vec::new();
        let mut sources = Vec::new();
        for text in &declared.depends_on {
            let span = Some(text.span.clone());
            match parse_reference(&text.value) {
                Some(Reference::Ref { package, name, version }) => {
                    refs.push(RefCall { package, name, version, span });
                }
                Some(Reference::Source { source, table }) => {
                    sources.push(SourceCall { source, table, span });
                }
                None => diagnostics.push(
                    Diagnostic::error(
                        "exposure-reference",
                        "an exposure depends on `ref('…')` or `source('…', '…')`",
                    )
                    .at(text.span.clone(), ""),
                ),
            }
        }
        let text = |text: &Option<crate::project::Spanned<String>>| {
            text.as_ref().map(|text| text.value.clone())
        };
        Exposure {
            unique_id: UniqueId::new(format!("exposure.{package}.{name}")),
            name,
            fqn,
            path: file.path.path.clone(),
            original_file_path: file.path.original_file_path.clone(),
            declared: declared.name.span.clone(),
            kind: text(&declared.kind).unwrap_or_default(),
            label: text(&declared.label),
            maturity: text(&declared.maturity),
            url: text(&declared.url),
            description: self.docs.describe(&package, declared.description.as_ref(), diagnostics).0,
            owner: declared.owner.as_ref().map(|owner| owner.all.clone()).unwrap_or_default(),
            config,
            unrendered,
            refs,
            sources,
            depends_on_nodes: Vec::new(),
            package,
        }
    }

    /// Builds a group.
    pub fn build_group(
        &self,
        at: usize,
        file: &PropertiesFile,
        declared: &GroupProperties,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Group {
        let package = Arc::clone(&self.project.packages[at].name);
        let meta = declared.config.as_ref().and_then(|config| config.get("meta"));
        Group {
            unique_id: UniqueId::new(format!("group.{package}.{}", declared.name.value)),
            name: declared.name.value.clone(),
            path: file.path.path.clone(),
            original_file_path: file.path.original_file_path.clone(),
            owner: declared.owner.as_ref().map(|owner| owner.all.clone()).unwrap_or_default(),
            description: self.docs.describe(&package, declared.description.as_ref(), diagnostics).0,
            declared: declared.name.span.clone(),
            meta: meta.map(Yaml::to_json_map).unwrap_or_default(),
            package,
        }
    }

    /// Every macro with what properties say about it.
    pub fn build_macros(
        &self,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> std::collections::BTreeMap<String, MacroProperties> {
        let mut originals: HashMap<*const SourceFile, &str> = HashMap::new();
        for package in &self.project.packages {
            let files = package.files.macros.iter().chain(&package.files.generic_tests);
            for file in files {
                originals.insert(Arc::as_ptr(&file.source), &file.path.original_file_path);
            }
        }
        let mut macros: std::collections::BTreeMap<String, MacroProperties> = self
            .engine
            .macros()
            .iter()
            .map(|info| {
                let original = originals.get(&Arc::as_ptr(&info.file)).copied();
                let built = MacroProperties {
                    unique_id: info.unique_id.to_string(),
                    name: info.name.clone(),
                    package: Arc::clone(&info.package),
                    original_file_path: original.unwrap_or(info.file.path()).to_owned(),
                    macro_sql: Arc::from(info.text()),
                    description: String::new(),
                    // As in dbt: of tests only what properties say.
                    arguments: match info.kind {
                        MacroKind::Test => Vec::new(),
                        _ => info.parameters.iter().map(|name| argument(name)).collect(),
                    },
                    meta: Map::new(),
                    depends_on_macros: self
                        .engine
                        .macro_dependencies(info)
                        .iter()
                        .map(ToString::to_string)
                        .collect(),
                    patch_path: None,
                    show: true,
                };
                (built.unique_id.clone(), built)
            })
            .collect();
        for package in &self.project.packages {
            for file in &package.files.properties {
                for declared in &file.macros {
                    self.patch_macro(&package.name, file, declared, &mut macros, diagnostics);
                }
            }
        }
        macros
    }

    fn patch_macro(
        &self,
        package: &Arc<str>,
        file: &PropertiesFile,
        declared: &properties::MacroProperties,
        macros: &mut std::collections::BTreeMap<String, MacroProperties>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let id = format!("macro.{package}.{}", declared.name.value);
        let description = self.docs.describe(package, declared.description.as_ref(), diagnostics).0;
        let Some(found) = macros.get_mut(&id) else {
            let known = self.engine.macros().iter().filter(|info| info.package == *package);
            diagnostics.push(
                Diagnostic::warning(
                    "properties-without-macro",
                    format!("no macro is named `{}`", declared.name.value),
                )
                .at(declared.name.span.clone(), "these properties apply to nothing")
                .maybe_help(did_you_mean(
                    &declared.name.value,
                    known.map(|info| info.name.as_str()),
                )),
            );
            return;
        };
        if let Some(info) = self.engine.macro_in(package, &declared.name.value) {
            check_arguments(&info, declared, diagnostics);
        }
        found.description = description;
        found.patch_path = Some(format!("{package}://{}", file.path.original_file_path));
        let arguments = declared
            .arguments
            .iter()
            .map(|argument| {
                json!({
                    "name": argument.name.value,
                    "type": argument.kind.as_ref().map(|kind| &kind.value),
                    "description": argument.description.as_ref().map_or("", |text| &text.value),
                })
            })
            .collect::<Vec<_>>();
        if !arguments.is_empty() {
            found.arguments = arguments;
        }
        let config = declared.config.as_ref();
        found.meta = declared.meta.as_ref().map(Yaml::to_json_map).unwrap_or_default();
        let meta = config.and_then(|config| config.get("meta"));
        found.meta.extend(meta.map(Yaml::to_json_map).unwrap_or_default());
        let docs = config.and_then(|config| config.get("docs")).or(declared.docs.as_ref());
        let show = docs.and_then(|docs| docs.get("show")).map(Yaml::to_json);
        found.show = show.as_ref().and_then(Value::as_bool).unwrap_or(true);
    }
}

/// A macro's parameter that nothing is said of.
fn argument(name: &str) -> Value {
    json!({"name": name, "type": null, "description": ""})
}
