//! Macros.

use crate::project::{
    fields::{Fields, Unknown},
    spanned::Spanned,
    yaml::Yaml,
};

/// A macro (<https://docs.getdbt.com/reference/macro-properties>).
#[derive(Clone, Debug)]
pub struct MacroProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `arguments`.
    pub arguments: Vec<MacroArgument>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `docs` beside `config`, a mapping.
    pub docs: Option<Yaml>,
    /// `config`, a mapping (`meta`, `docs`).
    pub config: Option<Yaml>,
}

/// An argument of a macro.
#[derive(Clone, Debug)]
pub struct MacroArgument {
    /// `name`.
    pub name: Spanned<String>,
    /// `type`.
    pub kind: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
}

pub(super) fn read_macro(mut fields: Fields<'_>) -> Option<MacroProperties> {
    let source = fields.source().clone();
    let name = fields.required_text("name");
    let description = fields.scalar("description");
    let meta = fields.map("meta");
    let docs = fields.map("docs");
    let config = fields.map("config");
    let items = fields.list("arguments").unwrap_or_default();
    let diagnostics = fields.diagnostics();
    let mut arguments = Vec::with_capacity(items.len());
    for item in items {
        let Some(mut fields) = Fields::new(item, "an argument", &source, diagnostics) else {
            continue;
        };
        let name = fields.required_text("name");
        let kind = fields.scalar("type");
        let description = fields.scalar("description");
        fields.finish(Unknown::Refuse);
        arguments.extend(name.map(|name| MacroArgument { name, kind, description }));
    }
    fields.finish(Unknown::Warn);
    Some(MacroProperties { name: name?, description, arguments, meta, docs, config })
}
