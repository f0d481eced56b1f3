//! From calls to ids: who may read whom, and what to say where nothing is found.

use super::{
    Access, Node, ResourceType, UniqueId,
    lookup::{Found, Lookup},
};
use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    jinja::{FunctionCall, RefCall, SourceCall},
};

/// What resolving looks things up in.
pub struct Resolver<'r> {
    /// Names to ids.
    pub lookup: &'r Lookup,
    /// A node by its id, disabled ones too.
    pub node: &'r (dyn Fn(&UniqueId) -> Option<&'r Node> + Sync),
    /// Packages whose access rules hold for others (`restrict-access`).
    pub restricted: &'r [String],
}

/// Who calls: a node, an exposure or another reader.
pub struct Reader<'c> {
    /// Its unique id, or what it is called in messages.
    pub id: &'c str,
    /// Its package.
    pub package: &'c str,
    /// Its group.
    pub group: Option<&'c str>,
    /// Tests of what is not there warn and are left out, as in dbt.
    pub is_test: bool,
    /// A query typed at the command line reads private models too, as in dbt.
    pub is_ad_hoc: bool,
    /// The node itself, where it is one.
    pub node: Option<&'c Node>,
}

/// What a reader reads.
#[derive(Default)]
pub struct Resolved {
    /// The ids, without doubles.
    pub nodes: Vec<UniqueId>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether something it reads is missing or disabled.
    pub broken: bool,
}

impl Resolver<'_> {
    /// All that a reader reads.
    pub fn resolve(
        &self,
        reader: &Reader<'_>,
        refs: &[RefCall],
        sources: &[SourceCall],
        functions: &[FunctionCall],
    ) -> Resolved {
        let mut resolved = Resolved::default();
        for call in refs {
            match self.lookup.find_ref(reader.package, call) {
                Found::Enabled(id) => {
                    resolved.diagnostics.extend(self.refused(reader, &id, call));
                    if !resolved.nodes.contains(&id) {
                        resolved.nodes.push(id);
                    }
                }
                found => {
                    resolved.broken = true;
                    resolved.diagnostics.extend(self.no_ref(reader, call, &found));
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
                found => {
                    resolved.broken = true;
                    resolved.diagnostics.extend(self.no_source(reader, call, &found));
                }
            }
        }
        for call in functions {
            match self.lookup.find_function(reader.package, call) {
                Found::Enabled(id) => {
                    if !resolved.nodes.contains(&id) {
                        resolved.nodes.push(id);
                    }
                }
                found => {
                    resolved.broken = true;
                    resolved.diagnostics.extend(self.no_function(reader, call, &found));
                }
            }
        }
        resolved
    }

    /// The node that one `ref()` means.
    ///
    /// # Errors
    /// It is not there, disabled, or not for this reader.
    pub fn resolve_ref(
        &self,
        reader: &Reader<'_>,
        call: &RefCall,
    ) -> Result<UniqueId, Box<Diagnostic>> {
        let found = self.lookup.find_ref(reader.package, call);
        let problem = match &found {
            Found::Enabled(id) => self.refused(reader, id, call),
            found => self.no_ref(reader, call, found),
        };
        match (problem, found) {
            (None, Found::Enabled(id)) => Ok(id),
            (Some(problem), _) => Err(Box::new(problem)),
            (None, _) => Err(Box::new(self.unknown_ref(reader, call))),
        }
    }

    /// The source table that one `source()` means.
    ///
    /// # Errors
    /// It is not there or disabled.
    pub fn resolve_source(
        &self,
        reader: &Reader<'_>,
        call: &SourceCall,
    ) -> Result<UniqueId, Box<Diagnostic>> {
        match self.lookup.find_source(reader.package, call) {
            Found::Enabled(id) => Ok(id),
            found => {
                let problem = self.no_source(reader, call, &found);
                Err(Box::new(problem.unwrap_or_else(|| self.unknown_source(reader, call))))
            }
        }
    }

    /// The function that one `function()` means.
    ///
    /// # Errors
    /// It is not there or disabled.
    pub fn resolve_function(
        &self,
        reader: &Reader<'_>,
        call: &FunctionCall,
    ) -> Result<UniqueId, Box<Diagnostic>> {
        match self.lookup.find_function(reader.package, call) {
            Found::Enabled(id) => Ok(id),
            found => {
                let problem = self.no_function(reader, call, &found);
                Err(Box::new(problem.unwrap_or_else(|| self.unknown_function(reader, call))))
            }
        }
    }

    /// What to say of a `function()` of nothing that is enabled.
    fn no_function(
        &self,
        reader: &Reader<'_>,
        call: &FunctionCall,
        found: &Found,
    ) -> Option<Diagnostic> {
        match found {
            Found::Disabled(_) if reader.is_test => None,
            Found::Disabled(_) => {
                let message = format!(
                    "`{}` calls function `{}`, which is disabled",
                    short(reader.id),
                    call.name
                );
                let place = place(reader, call.span.as_ref(), &call.name);
                let diagnostic = at(Diagnostic::error("disabled-function", message), place);
                Some(diagnostic.help("enable it, or take the `function` out"))
            }
            Found::Nothing if self.lookup.is_unread(&call.name) => None,
            _ => Some(self.unknown_function(reader, call)),
        }
    }

    fn unknown_function(&self, reader: &Reader<'_>, call: &FunctionCall) -> Diagnostic {
        let message =
            format!("`{}` calls function `{}`, which does not exist", short(reader.id), call.name);
        let diagnostic = match reader.is_test {
            true => Diagnostic::warning("unknown-function", message),
            false => Diagnostic::error("unknown-function", message),
        };
        let near = did_you_mean(&call.name, self.lookup.function_names());
        let diagnostic = match self.lookup.function_names().next() {
            None => diagnostic.help("functions are files in the folder `functions`"),
            Some(_) => diagnostic.maybe_help(near),
        };
        at(diagnostic, place(reader, call.span.as_ref(), &call.name))
    }

    /// What to say of a `ref()` of nothing that is enabled.
    fn no_ref(&self, reader: &Reader<'_>, call: &RefCall, found: &Found) -> Option<Diagnostic> {
        match found {
            Found::Disabled(_) if reader.is_test => None,
            Found::Disabled(id) => Some(self.disabled(reader, call, id)),
            Found::Nothing if self.lookup.is_unread(&call.name) => None,
            _ => Some(self.unknown_ref(reader, call)),
        }
    }

    /// What to say of a `source()` of nothing that is enabled.
    fn no_source(
        &self,
        reader: &Reader<'_>,
        call: &SourceCall,
        found: &Found,
    ) -> Option<Diagnostic> {
        match found {
            Found::Disabled(_) if reader.is_test => None,
            Found::Disabled(_) => {
                let name = format!("{}.{}", call.source, call.table);
                let diagnostic = Diagnostic::error(
                    "disabled-source",
                    format!(
                        "`{}` reads source table `{name}`, which is disabled",
                        short(reader.id)
                    ),
                );
                let place = place(reader, call.span.as_ref(), &call.table);
                Some(at(diagnostic, place).help("enable it, or take the `source` out"))
            }
            _ => Some(self.unknown_source(reader, call)),
        }
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
        if let Some(node) = (self.node)(id) {
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
        let target = (self.node)(id)?;
        if target.resource_type != ResourceType::Model || reader.is_ad_hoc {
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
