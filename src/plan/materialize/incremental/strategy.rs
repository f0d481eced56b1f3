//! `incremental_strategy`
//! (<https://docs.getdbt.com/docs/build/incremental-strategy>).

use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::Node,
    plan::materialize::options::place,
    relation::Dialect,
};

/// How new rows come into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    Append,
    Merge,
    DeleteInsert,
    InsertOverwrite,
}

/// The strategy of a node: its own, or the dialect's default as its dbt adapter has it.
pub(super) fn strategy(node: &Node, keys: &[String]) -> Result<Strategy, Vec<Diagnostic>> {
    let dialect = node.relation.dialect;
    let valid: &[&str] = match dialect {
        Dialect::GoogleSql => {
            &["merge", "insert_overwrite", "append", "delete+insert", "microbatch"]
        }
        Dialect::DuckDb => &["append", "delete+insert", "merge", "microbatch"],
    };
    let named = node.config.text("incremental_strategy").filter(|name| *name != "default");
    let Some(name) = named else {
        return Ok(match dialect {
            Dialect::GoogleSql => Strategy::Merge,
            Dialect::DuckDb if keys.is_empty() => Strategy::Append,
            Dialect::DuckDb => Strategy::DeleteInsert,
        });
    };
    let name = name.replace("delete_insert", "delete+insert");
    if name != "microbatch" && valid.contains(&name.as_str()) {
        return Ok(match name.as_str() {
            "append" => Strategy::Append,
            "merge" => Strategy::Merge,
            "insert_overwrite" => Strategy::InsertOverwrite,
            _ => Strategy::DeleteInsert,
        });
    }
    let message = match name.as_str() {
        "microbatch" => {
            // Whoever runs it asks for the plan of a batch.
            format!(
                "the microbatch model `{}` has a plan for each batch, none as a whole",
                node.name
            )
        }
        "insert_overwrite" => {
            format!(
                "the strategy `insert_overwrite` of `{}` needs partitions, DuckDB has none",
                node.name
            )
        }
        other => format!("incremental strategy `{other}` of `{}` does not exist", node.name),
    };
    Err(vec![
        Diagnostic::error("incremental-strategy", message)
            .at(place(node), "")
            .maybe_help(did_you_mean(&name, valid.iter().copied()))
            .help(format!("use one of `{}`", valid.join("`, `"))),
    ])
}
