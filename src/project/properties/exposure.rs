//! Exposures and groups.

use crate::{
    diagnostic::Diagnostic,
    project::{
        fields::{Fields, Unknown},
        spanned::Spanned,
        yaml::Yaml,
    },
};

/// An exposure (<https://docs.getdbt.com/reference/exposure-properties>).
#[derive(Clone, Debug)]
pub struct ExposureProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `type`.
    pub kind: Option<Spanned<String>>,
    /// `owner`.
    pub owner: Option<OwnerProperties>,
    /// `label`.
    pub label: Option<Spanned<String>>,
    /// `maturity`: `high`, `medium` or `low`.
    pub maturity: Option<Spanned<String>>,
    /// `url`.
    pub url: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `depends_on`: `ref('…')`, `source('…', '…')`, as written.
    pub depends_on: Vec<Spanned<String>>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `tags` beside `config`.
    pub tags: Vec<Spanned<String>>,
    /// `config`, a mapping.
    pub config: Option<Yaml>,
}

/// Who answers for an exposure or a group.
#[derive(Clone, Debug)]
pub struct OwnerProperties {
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `email`: one address or several.
    pub email: Option<Yaml>,
    /// All keys, those included.
    pub all: serde_json::Map<String, serde_json::Value>,
}

/// A group (<https://docs.getdbt.com/docs/build/groups>).
#[derive(Clone, Debug)]
pub struct GroupProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `owner`.
    pub owner: Option<OwnerProperties>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `config`, a mapping (`meta`).
    pub config: Option<Yaml>,
}

const EXPOSURE_KINDS: [&str; 5] = ["dashboard", "notebook", "analysis", "ml", "application"];

pub(super) fn read_exposure(mut fields: Fields<'_>) -> Option<ExposureProperties> {
    let name = fields.required_text("name");
    if !fields.has("type") {
        fields.missing("type");
    }
    let kind = fields.word("type", &EXPOSURE_KINDS);
    let owner = read_owner(&mut fields);
    let label = fields.scalar("label");
    let maturity = fields.word("maturity", &["high", "medium", "low"]);
    let url = fields.text("url");
    let description = fields.scalar("description");
    let depends_on = fields.texts("depends_on", false).unwrap_or_default();
    let meta = fields.map("meta");
    let tags = fields.texts("tags", true).unwrap_or_default();
    let config = fields.map("config");
    fields.finish_with(Unknown::Refuse, |key| {
        (key == "enabled").then(|| "move `enabled` under `config`".to_owned())
    });
    Some(ExposureProperties {
        name: name?,
        kind,
        owner,
        label,
        maturity,
        url,
        description,
        depends_on,
        meta,
        tags,
        config,
    })
}

pub(super) fn read_group(mut fields: Fields<'_>) -> Option<GroupProperties> {
    let name = fields.required_text("name");
    let owner = read_owner(&mut fields);
    let description = fields.scalar("description");
    let config = fields.map("config");
    fields.finish_with(Unknown::Refuse, |key| {
        (key == "meta").then(|| "move `meta` under `config`".to_owned())
    });
    Some(GroupProperties { name: name?, owner, description, config })
}

/// An owner has a name or an email at least.
fn read_owner(fields: &mut Fields<'_>) -> Option<OwnerProperties> {
    let source = fields.source().clone();
    if !fields.has("owner") {
        fields.missing("owner");
    }
    let owner = fields.map("owner")?;
    let all = owner.to_json_map();
    let mut owner = Fields::new(owner, "an owner", &source, fields.diagnostics())?;
    let name = owner.scalar("name");
    let email = owner.take("email");
    if name.is_none() && email.is_none() {
        let span = owner.span();
        owner.diagnostics().push(
            Diagnostic::error("missing-key", "an owner has a `name` or an `email` at least")
                .at(span, ""),
        );
    }
    // Further keys (`slack`, …) are free.
    Some(OwnerProperties { name, email, all })
}
