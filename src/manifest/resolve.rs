//! From calls to ids: who may read whom, and what to say where nothing is found.

use std::collections::HashMap;

use super::{
    Access, Node, ResourceType, UniqueId,
    lookup::{Found, Lookup},
};
use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    jinja::{RefCall, SourceCall},
};

/// What resolving looks things up in.
pub(super) struct Resolver<'r> {
    pub lookup: &'r Lookup,
    /// Every node, disabled ones too.
    pub nodes: &'r HashMap<UniqueId, &'r Node>,
    /// Packages whose access rules hold for others (`restrict-access`).
    pub restricted: &'r [String],
}

/// The calls of one node, exposure or other reader.
pub(super) struct Reader<'c> {
    pub id: &'c str,
    pub package: &'c str,
    pub group: Option<&'c str>,
    /// Tests of what is not there warn and are left out, as in dbt.
    pub is_test: bool,
    pub node: Option<&'c Node>,
}

/// What a reader reads.
#[derive(Default)]
pub(super) struct Resolved {
    pub nodes: Vec<UniqueId>,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether something it reads is missing or disabled.
    pub broken: bool,
}

impl Resolver<'_> {
    pub fn resolve(
        &self,
        reader: &Reader<'_>,
        refs: &[RefCall],
        sources: &[SourceCall],
    ) -> Resolved {
        let mut resolved = Resolved::default();
        for call in refs {
            match self.lookup.find_ref(reader.package, call) {
                Found::Enabled(id) => {
                    if let Some(refused) = self.refused(reader, &id, call) {
                        resolved.diagnostics.push(refused);
                    }
                    if !resolved.nodes.contains(&id) {
                        resolved.nodes.push(id);
                    }
                }
                Found::Disabled(id) => {
                    resolved.broken = true;
                    if !reader.is_test {
                        resolved.diagnostics.push(self.disabled(reader, call, &id));
                    }
                }
                Found::Nothing => {
                    resolved.broken = true;
                    resolved.diagnostics.push(self.unknown_ref(reader, call));
                }
            }
        }
        for call in sources {
            match self.lookup.find_source(reader.package, call) {
                Found::Enabled(id) => {
                    if !resolved.nodes.contains(&id) {
                        resolved.nodes.push(id);
                    }
                }
                Found::Disabled(_) if reader.is_test => resolved.broken = true,
                Found::Disabled(_) => {
                    resolved.broken = true;
                    let message =
                        format!("source table `{}.{}` is disabled", call.source, call.table);
                    let diagnostic = Diagnostic::error("disabled-source", message);
                    resolved
                        .diagnostics
                        .push(at(diagnostic, place(reader, call.span.as_ref(), &call.table)));
                }
                Found::Nothing => {
                    resolved.broken = true;
                    resolved.diagnostics.push(self.unknown_source(reader, call));
                }
            }
        }
        resolved
    }

    fn unknown_ref(&self, reader: &Reader<'_>, call: &RefCall) -> Diagnostic {
        let versions = self.lookup.versions(&call.name);
        let shown = shown(call);
        let message = format!("`{}` refers to `{shown}`, which does not exist", short(reader.id));
        let mut diagnostic = if reader.is_test {
            Diagnostic::warning("unknown-ref", message)
        } else {
            Diagnostic::error("unknown-ref", message)
        };
        diagnostic = match (&call.version, versions.as_slice()) {
            (Some(_), []) if self.lookup.named(&call.name).next().is_some() => {
                diagnostic.help(format!("`{}` has no versions: leave `version` out", call.name))
            }
            (_, [_, ..]) => diagnostic.help(format!("its versions are {}", versions.join(", "))),
            _ => match self.lookup.named(&call.name).next() {
                Some(id) => diagnostic.help(format!("there is `{id}`")),
                None => diagnostic.maybe_help(did_you_mean(&call.name, self.lookup.names())),
            },
        };
        at(diagnostic, place(reader, call.span.as_ref(), &call.name))
    }

    fn unknown_source(&self, reader: &Reader<'_>, call: &SourceCall) -> Diagnostic {
        let name = format!("{}.{}", call.source, call.table);
        let message = format!("`{}` reads source `{name}`, which does not exist", short(reader.id));
        let diagnostic = if reader.is_test {
            Diagnostic::warning("unknown-source", message)
        } else {
            Diagnostic::error("unknown-source", message)
        };
        let known: Vec<String> = self.lookup.source_names().collect();
        let diagnostic =
            diagnostic.maybe_help(did_you_mean(&name, known.iter().map(String::as_str)));
        at(diagnostic, place(reader, call.span.as_ref(), &call.table))
    }

    fn disabled(&self, reader: &Reader<'_>, call: &RefCall, id: &UniqueId) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            "disabled-ref",
            format!("`{}` refers to `{}`, which is disabled", short(reader.id), shown(call)),
        );
        let mut diagnostic = at(diagnostic, place(reader, call.span.as_ref(), &call.name));
        if let Some(node) = self.nodes.get(id) {
            let key =
                super::builder::config_call_span(&node.source, node.code_range.clone(), "enabled");
            let in_code = key.file.text().get(key.start as usize..key.end as usize);
            diagnostic = match (&node.properties, in_code) {
                (_, Some("enabled")) => diagnostic.at(key, "disabled here"),
                (Some(span), _) => diagnostic.at(span.clone(), "its properties"),
                _ => diagnostic
                    .note(format!("`{}` is disabled in dbt_project.yml", node.original_file_path)),
            };
        }
        diagnostic.help("enable it, or take the `ref` out")
    }

    /// Private and protected models (<https://docs.getdbt.com/reference/resource-configs/access>).
    fn refused(&self, reader: &Reader<'_>, id: &UniqueId, call: &RefCall) -> Option<Diagnostic> {
        let target = self.nodes.get(id)?;
        if target.resource_type != ResourceType::Model {
            return None;
        }
        let foreign = *target.package != *reader.package
            && self.restricted.iter().any(|package| **package == *target.package);
        let diagnostic = match target.access {
            Access::Private => {
                let same_group = reader.group.is_some() && reader.group == target.group.as_deref();
                if same_group && !foreign {
                    return None;
                }
                let group = match &target.group {
                    Some(group) => format!("the group `{group}`"),
                    None => "no group".to_owned(),
                };
                Diagnostic::error(
                    "private-ref",
                    format!(
                        "`{}` refers to `{}`, which is private to {group}",
                        short(reader.id),
                        target.name
                    ),
                )
                .help("put both into one group, or make it `protected` or `public`")
            }
            Access::Protected if foreign => Diagnostic::error(
                "protected-ref",
                format!(
                    "`{}` refers to `{}`, which is protected in package `{}`",
                    short(reader.id),
                    target.name,
                    target.package
                ),
            )
            .help("make it `public` in its package"),
            _ => return None,
        };
        Some(at(diagnostic, place(reader, call.span.as_ref(), &call.name)))
    }
}

fn at(diagnostic: Diagnostic, span: Option<Span>) -> Diagnostic {
    match span {
        Some(span) => diagnostic.at(span, ""),
        None => diagnostic,
    }
}

/// Where a call is written: its span, else the name in quotes in the reader's code, else the code.
fn place(reader: &Reader<'_>, span: Option<&Span>, name: &str) -> Option<Span> {
    if let Some(span) = span {
        return Some(span.clone());
    }
    let node = reader.node?;
    let code = node.source.text().get(node.code_range.clone())?;
    for quote in ['\'', '"'] {
        if let Some(at) = code.find(&format!("{quote}{name}{quote}")) {
            let start = node.code_range.start + at + 1;
            return Some(Span::new(&node.source, start..start + name.len()));
        }
    }
    let line = node.source.line_column(node.code_range.start as u32).0;
    Some(Span::of_line(&node.source, line))
}

fn shown(call: &RefCall) -> String {
    let package = call.package.as_ref().map(|package| format!("{package}.")).unwrap_or_default();
    let version = call.version.as_ref().map(|version| format!(".v{version}")).unwrap_or_default();
    format!("{package}{}{version}", call.name)
}

/// An id without its kind and package.
fn short(id: &str) -> &str {
    id.splitn(3, '.').nth(2).unwrap_or(id)
}
