//! `materialized: view`.

use crate::{
    plan::{PlanInput, Step, TableOptions, planner::make_room},
    relation::RelationKind,
};

/// Replaces whatever is there by a view.
pub fn steps(input: &PlanInput<'_>) -> Vec<Step> {
    let mut steps = make_room(input, RelationKind::View);
    steps.push(Step::CreateView {
        relation: input.node.relation.clone(),
        query: input.sql.to_owned(),
        options: TableOptions::default(),
    });
    steps
}
