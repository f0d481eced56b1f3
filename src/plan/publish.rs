//! `publish: audited`: a table is built beside the old one and put in its place when its tests pass.

use super::{
    Engine, Observed, Plan, PlanInput, Step,
    materialize::{self, table_options},
    planner::{is_incremental, plan},
    replace::same_layout,
};
use crate::{
    diagnostic::Diagnostic,
    manifest::{Node, unpublished},
    relation::{Relation, RelationKind},
};

/// The two plans of an audited node.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    /// Builds the new table beside the old one.
    pub build: Plan,
    /// Puts it in the old one's place.
    pub publish: Plan,
}

/// Plans an audited table or incremental model. `rejected` is what an earlier build has left beside
/// it, its kind known.
///
/// An incremental model adds to a copy of its table: on BigQuery a clone, which is billed for what
/// differs only.
///
/// # Errors
/// What in the node's configuration cannot be done, at the user's line.
pub fn plan_audited(
    input: &PlanInput<'_>,
    rejected: Option<&Relation>,
) -> Result<Audited, Vec<Diagnostic>> {
    let node = input.node;
    let beside = unpublished(&node.relation);
    let adds = is_incremental(node, input.observed, input.options);
    let twin = Node { relation: beside.clone(), ..node.clone() };
    let observed = Observed {
        existing: adds.then(|| beside.clone()),
        details: None,
        ..input.observed.clone()
    };
    let planned = plan(&PlanInput { node: &twin, observed: &observed, ..*input })?;
    let mut steps = beside_steps(input, rejected, adds)?;
    // Readers are given access to what is published.
    let own = |step: &Step| !matches!(step, Step::CreateSchema { .. } | Step::Grant { .. });
    steps.extend(planned.steps.into_iter().filter(own));
    Ok(Audited { build: plan_of(node, steps, &beside), publish: plan_publish(input)? })
}

/// Clears the place beside a node's relation, and with `adds` puts a copy of the published table
/// there, for batches to be added to.
///
/// # Errors
/// What in the node's configuration cannot be done, at the user's line.
pub fn plan_beside(
    input: &PlanInput<'_>,
    rejected: Option<&Relation>,
    adds: bool,
) -> Result<Plan, Vec<Diagnostic>> {
    let steps = beside_steps(input, rejected, adds)?;
    Ok(plan_of(input.node, steps, &unpublished(&input.node.relation)))
}

/// Puts the table that was built beside a node's relation in its place.
///
/// # Errors
/// What in the node's configuration cannot be done, at the user's line.
pub fn plan_publish(input: &PlanInput<'_>) -> Result<Plan, Vec<Diagnostic>> {
    let node = input.node;
    let candidate = unpublished(&node.relation);
    let options = table_options(input)?;
    let mut steps = match &input.observed.existing {
        Some(old) if old.kind != Some(RelationKind::Table) || !same_layout(input, &options) => {
            let to = node.relation.identifier.clone();
            vec![
                Step::DropRelation { relation: old.clone() },
                Step::RenameRelation { from: candidate, to },
            ]
        }
        _ => {
            let adds = is_incremental(node, input.observed, input.options);
            vec![Step::Publish { candidate, target: node.relation.clone(), adds }]
        }
    };
    if input.options.engine == Engine::BigQuery {
        steps.extend(materialize::grants::steps(input)?);
    }
    Ok(plan_of(node, steps, &node.relation))
}

fn beside_steps(
    input: &PlanInput<'_>,
    rejected: Option<&Relation>,
    adds: bool,
) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let beside = unpublished(&input.node.relation);
    let mut steps = vec![Step::CreateSchema {
        database: beside.database.clone(),
        schema: beside.schema.clone(),
    }];
    steps.extend(rejected.map(|old| Step::DropRelation { relation: old.clone() }));
    if adds {
        let options = table_options(input)?;
        let promised = options.contract.iter().flatten().filter(|column| column.not_null);
        let promised: Vec<&str> = promised.map(|column| column.column.name.as_str()).collect();
        let is_promised = |name: &str| promised.iter().any(|one| one.eq_ignore_ascii_case(name));
        let kept = input.observed.existing_columns.iter().flatten();
        let not_null = kept.map(|column| column.name.clone()).filter(|name| is_promised(name));
        let (from, not_null) = (input.node.relation.clone(), not_null.collect());
        steps.push(Step::CloneTable { from, to: beside, not_null });
    }
    Ok(steps)
}

fn plan_of(node: &Node, steps: Vec<Step>, relation: &Relation) -> Plan {
    Plan {
        context: Default::default(),
        unique_id: node.unique_id.clone(),
        materialization: node.config.materialized().to_owned(),
        steps,
        relation: Some(relation.clone()),
    }
}
