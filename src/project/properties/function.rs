//! User-defined functions.

use super::node::{NodeKeys, NodeProperties, moved_to_config, read_node};
use crate::{
    diagnostic::Diagnostic,
    project::{
        fields::{Fields, Unknown},
        spanned::Spanned,
    },
};

/// A function (<https://docs.getdbt.com/reference/function-properties>).
#[derive(Clone, Debug)]
pub struct FunctionProperties {
    /// What all nodes have.
    pub node: NodeProperties,
    /// `arguments`, in order.
    pub arguments: Vec<FunctionArgument>,
    /// `returns`.
    pub returns: FunctionReturns,
}

/// An argument of a function.
#[derive(Clone, Debug)]
pub struct FunctionArgument {
    /// `name`.
    pub name: Spanned<String>,
    /// `data_type`, in the warehouse's words.
    pub data_type: Spanned<String>,
    /// `description`.
    pub description: Option<Spanned<String>>,
}

/// What a function gives.
#[derive(Clone, Debug)]
pub struct FunctionReturns {
    /// `data_type`, in the warehouse's words.
    pub data_type: Spanned<String>,
    /// `description`.
    pub description: Option<Spanned<String>>,
}

pub(super) fn read_function(mut fields: Fields<'_>) -> Option<FunctionProperties> {
    let source = fields.source().clone();
    let node = read_node(&mut fields, NodeKeys::Grouped);
    let items = fields.list("arguments").unwrap_or_default();
    let mut arguments = Vec::with_capacity(items.len());
    for item in items {
        if let Some(fields) = Fields::new(item, "an argument", &source, fields.diagnostics()) {
            arguments.extend(read_argument(fields));
        }
    }
    let returns = match fields.map("returns") {
        Some(given) => {
            Fields::new(given, "`returns`", &source, fields.diagnostics()).and_then(read_returns)
        }
        None => {
            fields.missing("returns");
            None
        }
    };
    if let Some((key, overloads)) = fields.take_entry("overloads")
        && !overloads.items().is_empty()
    {
        let message = "`overloads` of a function: BigQuery has one function of a name";
        let diagnostic = Diagnostic::error("not-supported", message).at(key.span(&source), "");
        fields.diagnostics().push(diagnostic.help("give each its own name"));
    }
    // dbt reads these of every node and gives them no meaning here.
    for key in ["columns", "data_tests", "tests", "access", "constraints"] {
        fields.take(key);
    }
    fields.finish_with(Unknown::Warn, |key| match key {
        "type" | "volatility" | "runtime_version" | "entry_point" => {
            Some(format!("move `{key}` under `config`"))
        }
        _ => moved_to_config(key),
    });
    Some(FunctionProperties { node: node?, arguments, returns: returns? })
}

fn read_argument(mut fields: Fields<'_>) -> Option<FunctionArgument> {
    let source = fields.source().clone();
    let name = fields.required_text("name");
    let data_type = fields.required_text("data_type");
    let description = fields.scalar("description");
    if let Some((key, _)) = fields.take_entry("default_value") {
        let message = "`default_value` of an argument: BigQuery's functions have none";
        let diagnostic = Diagnostic::error("not-supported", message).at(key.span(&source), "");
        fields.diagnostics().push(diagnostic.help("give the argument in every call"));
    }
    fields.finish(Unknown::Refuse);
    Some(FunctionArgument { name: name?, data_type: data_type?, description })
}

fn read_returns(mut fields: Fields<'_>) -> Option<FunctionReturns> {
    let data_type = fields.required_text("data_type");
    let description = fields.scalar("description");
    fields.finish(Unknown::Refuse);
    Some(FunctionReturns { data_type: data_type?, description })
}
