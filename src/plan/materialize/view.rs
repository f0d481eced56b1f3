//! `materialized: view`.

use super::options::view_options;
use crate::{
    diagnostic::Diagnostic,
    plan::{PlanInput, Step, planner::make_room},
    relation::RelationKind,
};

/// Replaces whatever is there by a view.
///
/// # Errors
/// A broken contract.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let mut steps = make_room(input, RelationKind::View);
    steps.push(Step::CreateView {
        relation: input.node.relation.clone(),
        query: input.sql.to_owned(),
        options: view_options(input)?,
    });
    Ok(steps)
}
