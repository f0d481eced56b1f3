//! `publish: audited`: a table is built beside the old one and put in its place when its tests pass.

use super::{
    Engine, Observed, Plan, PlanInput, Step,
    materialize::{self, table_options},
    planner::{is_incremental, plan},
    replace::same_layout,
};
use crate::{
    diagnostic::Diagnostic,
    manifest::Node,
    relation::{Relation, RelationKind},
};

/// What the name of a table ends with while it is not published.
const SUFFIX: &str = "__unpublished";
/// BigQuery's longest table name
/// (<https://cloud.google.com/bigquery/docs/tables#table_naming>).
const MAX_NAME_CHARS: usize = 1024;

/// The two plans of an audited node.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    /// Builds the new table beside the old one.
    pub build: Plan,
    /// Puts it in the old one's place.
    pub publish: Plan,
}

/// The table that is built beside a node's relation: where a rejected one stays until the next build.
pub fn unpublished(relation: &Relation) -> Relation {
    let kept = MAX_NAME_CHARS - SUFFIX.len();
    let name: String = relation.identifier.chars().take(kept).collect();
    let beside = relation.with_identifier(format!("{name}{SUFFIX}"));
    Relation { kind: Some(RelationKind::Table), ..beside }
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
    let mut steps = vec![Step::CreateSchema {
        database: beside.database.clone(),
        schema: beside.schema.clone(),
    }];
    steps.extend(rejected.map(|old| Step::DropRelation { relation: old.clone() }));
    let options = table_options(input)?;
    if adds {
        let kept = input.observed.existing_columns.iter().flatten();
        let promised = options.contract.iter().flatten().filter(|column| column.not_null);
        let promised: Vec<&str> = promised.map(|column| column.column.name.as_str()).collect();
        let is_promised = |name: &str| promised.iter().any(|one| one.eq_ignore_ascii_case(name));
        let not_null = kept.map(|column| column.name.clone()).filter(|name| is_promised(name));
        let not_null = not_null.collect();
        steps.push(Step::CloneTable { from: node.relation.clone(), to: beside.clone(), not_null });
    }
    // Readers are given access to what is published.
    let own = |step: &Step| !matches!(step, Step::CreateSchema { .. } | Step::Grant { .. });
    steps.extend(planned.steps.into_iter().filter(own));
    let mut publish = match &input.observed.existing {
        Some(old) if old.kind != Some(RelationKind::Table) || !same_layout(input, &options) => {
            let to = node.relation.identifier.clone();
            vec![
                Step::DropRelation { relation: old.clone() },
                Step::RenameRelation { from: beside.clone(), to },
            ]
        }
        _ => vec![Step::Publish { candidate: beside.clone(), target: node.relation.clone() }],
    };
    if input.options.engine == Engine::BigQuery {
        publish.extend(materialize::grants::steps(input)?);
    }
    let of = |steps: Vec<Step>, relation: &Relation| Plan {
        context: Default::default(),
        unique_id: node.unique_id.clone(),
        materialization: planned.materialization.clone(),
        steps,
        relation: Some(relation.clone()),
    };
    Ok(Audited { build: of(steps, &beside), publish: of(publish, &node.relation) })
}
