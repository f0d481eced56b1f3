//! `selectors.yml` (<https://docs.getdbt.com/reference/node-selection/yaml-selectors>).

use std::sync::Arc;

use super::{
    parse::{parse_criterion, parse_method},
    spec::{Criterion, Depth, IndirectSelection, SetOperation, Spec},
};
use crate::{
    diagnostic::{Diagnostic, Parsed, SourceFile, Span, did_you_mean},
    project::{Yaml, YamlFile, YamlValue},
};

/// Keys of a selector.
const SELECTOR_KEYS: [&str; 4] = ["name", "description", "definition", "default"];
/// Keys of a criterion written in full.
const CRITERION_KEYS: [&str; 9] = [
    "method",
    "value",
    "parents",
    "parents_depth",
    "children",
    "children_depth",
    "childrens_parents",
    "indirect_selection",
    "exclude",
];

/// The selectors of a project.
#[derive(Clone, Debug, Default)]
pub struct Selectors {
    /// In the order written.
    pub selectors: Vec<NamedSelector>,
}

/// A selector with a name.
#[derive(Clone, Debug)]
pub struct NamedSelector {
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
    /// Whether it is used where nothing is selected.
    pub default: bool,
    /// What it selects.
    pub spec: Spec,
    /// Where its name is written.
    pub span: Span,
}

impl Selectors {
    /// Reads the file. `indirect` is what criteria that say nothing of it take
    /// (`--indirect-selection`).
    pub fn read(file: &YamlFile, indirect: IndirectSelection) -> Parsed<Self> {
        let mut reader = Reader { source: &file.source, indirect, diagnostics: Vec::new() };
        let mut value = Self::default();
        for (key, _) in file.root.entries() {
            reader.check_key(&key.text, key.span(&file.source), &["selectors", "version"]);
        }
        let list = file.root.get("selectors");
        if let Some(list) = list.filter(|list| !list.is_null() && list.items().is_empty()) {
            let at = list.span(&file.source);
            reader.error("`selectors` is a list", at, "start each selector with `- name:`");
        }
        for item in list.map(Yaml::items).unwrap_or_default() {
            if let Some(selector) = reader.selector(item, &value) {
                value.selectors.push(selector);
            }
        }
        Parsed { value, diagnostics: reader.diagnostics }
    }

    /// The selector of that name.
    pub fn get(&self, name: &str) -> Option<&NamedSelector> {
        self.selectors.iter().find(|selector| selector.name == name)
    }

    /// The selector marked `default: true`.
    pub fn default_selector(&self) -> Option<&NamedSelector> {
        self.selectors.iter().find(|selector| selector.default)
    }

    /// What to say of a name that no selector has.
    pub fn unknown(&self, name: &str) -> Diagnostic {
        let names = self.selectors.iter().map(|selector| selector.name.as_str());
        let known = names.clone().collect::<Vec<_>>().join(", ");
        let help = did_you_mean(name, names).unwrap_or_else(|| match known.as_str() {
            "" => "define it in `selectors.yml` next to `dbt_project.yml`".to_owned(),
            known => format!("the selectors are {known}"),
        });
        Diagnostic::error("unknown-selector", format!("no selector is called `{name}`")).help(help)
    }
}

struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    indirect: IndirectSelection,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn error(&mut self, message: impl Into<String>, at: Span, help: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::error("invalid-selectors-file", message).at(at, "").help(help));
    }

    fn check_key(&mut self, key: &str, at: Span, known: &[&str]) {
        if !known.contains(&key) {
            let help = did_you_mean(key, known.iter().copied())
                .unwrap_or_else(|| format!("the keys are {}", known.join(", ")));
            self.error(format!("no key `{key}` here"), at, help);
        }
    }

    fn selector(&mut self, item: &Yaml, before: &Selectors) -> Option<NamedSelector> {
        for (key, _) in item.entries() {
            self.check_key(&key.text, key.span(self.source), &SELECTOR_KEYS);
        }
        let here = item.span(self.source);
        let Some(name) = item.get("name") else {
            self.error("a selector needs a name", here, "add `name:`");
            return None;
        };
        let span = name.span(self.source);
        let name = name.scalar_text().unwrap_or_default();
        if before.get(&name).is_some() {
            self.error(format!("two selectors are called `{name}`"), span.clone(), "rename one");
        }
        let default = match item.get("default") {
            None => false,
            Some(value) => value.as_bool().unwrap_or_else(|| {
                let at = value.span(self.source);
                self.error("`default` is true or false", at, "write `default: true`");
                false
            }),
        };
        if let (true, Some(first)) = (default, before.default_selector()) {
            let message = format!("`{}` and `{name}` are both the default", first.name);
            self.error(message, span.clone(), "keep `default: true` on one of them");
        }
        let Some(definition) = item.get("definition") else {
            self.error(format!("selector `{name}` has no definition"), span, "add `definition:`");
            return None;
        };
        let joins = ["union", "intersection"];
        if definition.entries().len() > 1 && joins.iter().any(|key| definition.get(key).is_some()) {
            let at = definition.span(self.source);
            self.error(
                "a definition has one `union` or `intersection`, and nothing beside it",
                at,
                "put `exclude` into its list, and nest other joins there",
            );
        }
        let spec = self.definition(definition)?;
        let description = item.get("description").and_then(Yaml::scalar_text).unwrap_or_default();
        Some(NamedSelector { name, description, default, spec, span })
    }

    fn definition(&mut self, definition: &Yaml) -> Option<Spec> {
        let at = definition.span(self.source);
        match &definition.value {
            YamlValue::String(text) => {
                let text = text.trim();
                if text.contains([' ', ',']) {
                    self.error(
                        "a criterion stands alone in `selectors.yml`",
                        at,
                        "write blanks as `union:` and commas as `intersection:`, one criterion a line",
                    );
                    return None;
                }
                // Quotes and line breaks of YAML shift the text.
                let text_span = Span::new(&SourceFile::excerpt(&at, text), 0..text.len());
                self.keep(parse_criterion(text, text_span, self.indirect))
                    .map(|criterion| Spec::Criterion(Box::new(criterion)))
            }
            YamlValue::Map(_) => {
                if let Some(parts) = definition.get("union") {
                    self.join(SetOperation::Union, parts)
                } else if let Some(parts) = definition.get("intersection") {
                    self.join(SetOperation::Intersection, parts)
                } else {
                    self.criterion(definition)
                }
            }
            _ => {
                let message =
                    format!("a definition is text or a mapping, not {}", definition.kind());
                self.error(message, at, "for instance `tag: nightly`");
                None
            }
        }
    }

    fn keep<T>(&mut self, result: Result<T, Box<Diagnostic>>) -> Option<T> {
        result.map_err(|diagnostic| self.diagnostics.push(*diagnostic)).ok()
    }

    /// A list of definitions; an item `exclude` takes away from the others.
    fn join(&mut self, operation: SetOperation, list: &Yaml) -> Option<Spec> {
        let at = list.span(self.source);
        if !matches!(list.value, YamlValue::List(_)) {
            self.error("this is a list of definitions", at, "start each with `- `");
            return None;
        }
        let mut parts = Vec::new();
        let mut excluded: Option<Option<Spec>> = None;
        for item in list.items() {
            match item.get("exclude").filter(|_| item.get("method").is_none()) {
                Some(exclude) if excluded.is_none() => excluded = Some(self.exclusion(exclude)),
                Some(exclude) => {
                    let at = exclude.span(self.source);
                    self.error("one `exclude` is allowed here", at, "put all into one list");
                }
                None => parts.extend(self.definition(item)),
            }
        }
        let joined = Spec::group(operation, parts);
        Some(match excluded.flatten() {
            Some(excluded) => Spec::group(SetOperation::Difference, vec![joined, excluded]),
            None => joined,
        })
    }

    fn exclusion(&mut self, list: &Yaml) -> Option<Spec> {
        if !matches!(list.value, YamlValue::List(_)) {
            let at = list.span(self.source);
            self.error("`exclude` is a list of definitions", at, "start each with `- `");
            return None;
        }
        let mut parts: Vec<Spec> =
            list.items().iter().filter_map(|item| self.definition(item)).collect();
        match parts.len() {
            0 => None,
            1 => parts.pop(),
            _ => Some(Spec::group(SetOperation::Union, parts)),
        }
    }

    /// `{tag: nightly}`, or `{method: tag, value: nightly, …}`.
    fn criterion(&mut self, definition: &Yaml) -> Option<Spec> {
        let at = definition.span(self.source);
        let full = definition.get("method").zip(definition.get("value"));
        let (method, method_at, value) = match (full, definition.entries()) {
            (Some((method, value)), entries) => {
                for (key, _) in entries {
                    self.check_key(&key.text, key.span(self.source), &CRITERION_KEYS);
                }
                (method.scalar_text().unwrap_or_default(), method.span(self.source), value)
            }
            (None, [(key, value)]) => (key.text.clone(), key.span(self.source), value),
            (None, _) => {
                self.error(
                    "this is neither one method with its value nor `method` and `value`",
                    at,
                    "write `tag: nightly`, or `method: tag` and `value: nightly`",
                );
                return None;
            }
        };
        let value_span = value.span(self.source);
        let Some(value) = value.scalar_text() else {
            let at = value.span(self.source);
            self.error(format!("the value of `{method}` is a text"), at, "name one thing");
            return None;
        };
        let (method, arguments) = self.keep(parse_method(&method, method_at))?;
        let indirect = match definition.get("indirect_selection") {
            None => self.indirect,
            Some(mode) => {
                let name = mode.scalar_text().unwrap_or_default();
                IndirectSelection::from_name(&name).unwrap_or_else(|| {
                    let at = mode.span(self.source);
                    let names = IndirectSelection::NAMES;
                    let help = format!("the modes are {}", names.join(", "));
                    self.error(format!("no indirect selection mode `{name}`"), at, help);
                    self.indirect
                })
            }
        };
        let childrens_parents = self.flag(definition, "childrens_parents");
        let parents = self.reach(definition, "parents", "parents_depth");
        let children = self.reach(definition, "children", "children_depth");
        if childrens_parents && children.is_some() {
            self.error(
                "`childrens_parents` and `children` cannot be combined",
                at.clone(),
                "`childrens_parents` takes all descendants already",
            );
        }
        let raw = format!("{}:{value}", method.as_str());
        let criterion = Spec::Criterion(Box::new(Criterion {
            raw,
            value_span,
            span: at,
            method,
            arguments,
            value,
            childrens_parents,
            parents,
            children,
            indirect,
        }));
        Some(match definition.get("exclude").and_then(|list| self.exclusion(list)) {
            Some(excluded) => Spec::group(SetOperation::Difference, vec![criterion, excluded]),
            None => criterion,
        })
    }

    /// A switch; dbt takes any text for true.
    fn flag(&mut self, definition: &Yaml, key: &str) -> bool {
        let Some(value) = definition.get(key) else { return false };
        match &value.value {
            YamlValue::Bool(flag) => *flag,
            YamlValue::String(text) if text.eq_ignore_ascii_case("true") => true,
            YamlValue::String(text) if text.eq_ignore_ascii_case("false") => false,
            _ => {
                let at = value.span(self.source);
                self.error(format!("`{key}` is true or false"), at, "write `true`");
                false
            }
        }
    }

    fn reach(&mut self, definition: &Yaml, key: &str, depth_key: &str) -> Option<Depth> {
        let wanted = self.flag(definition, key);
        let steps = definition.get(depth_key).map(|value| {
            let text = value.scalar_text().unwrap_or_default();
            text.parse::<u32>().unwrap_or_else(|_| {
                let at = value.span(self.source);
                self.error(format!("`{depth_key}` is a number of steps"), at, "write `1`");
                0
            })
        });
        wanted.then_some(steps.map_or(Depth::All, Depth::Steps))
    }
}
