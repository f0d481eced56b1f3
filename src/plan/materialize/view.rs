//! `materialized: view`.

use super::options::{view_options, wrong};
use crate::{
    diagnostic::Diagnostic,
    plan::{PlanInput, Step, replace::replace},
    relation::RelationKind,
};

/// Replaces whatever is there by a view.
///
/// # Errors
/// A broken contract.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let options = view_options(input)?;
    let node = input.node;
    if node.config.flag("enable_change_history") == Some(true) {
        // As in dbt-bigquery.
        let problems = wrong(node, "`enable_change_history` is for tables, and this is a view");
        return Err(problems);
    }
    Ok(replace(input, RelationKind::View, &options, |relation| Step::CreateView {
        relation,
        query: input.sql.to_owned(),
        options: options.clone(),
    }))
}
