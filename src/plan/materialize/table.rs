//! `materialized: table`.

use super::options::table_options;
use crate::{
    diagnostic::Diagnostic,
    plan::{PlanInput, Step, planner::make_room},
    relation::RelationKind,
};

/// Replaces whatever is there by a table.
///
/// # Errors
/// Configuration that cannot be meant, and a broken contract.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let mut steps = make_room(input, RelationKind::Table);
    steps.push(Step::CreateTable {
        relation: input.node.relation.clone(),
        query: input.sql.to_owned(),
        options: table_options(input)?,
        temporary: false,
    });
    Ok(steps)
}
