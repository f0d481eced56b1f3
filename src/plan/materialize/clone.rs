//! `elt clone`: a node's relation as a copy of the one that an earlier run built elsewhere
//! (<https://docs.getdbt.com/reference/commands/clone>).

use super::{grants, staging, view_options};
use crate::{
    diagnostic::Diagnostic,
    plan::{Engine, Plan, PlanInput, Step, TableOptions, replace::replace},
    relation::{Relation, RelationKind},
};

/// Clones a table on BigQuery, where that bills for what is changed later only; everything else, and
/// everything on the embedded engine, becomes a view of the other relation, as in dbt.
///
/// What is there goes when the clone has worked, and a clone takes the layout of its source with it:
/// so it is made beside a table and put in its place.
///
/// # Errors
/// Shapes of `grants` and options that dbt does not know.
pub fn plan_clone(input: &PlanInput<'_>, source: &Relation) -> Result<Plan, Vec<Diagnostic>> {
    let node = input.node;
    let on_bigquery = input.options.engine == Engine::BigQuery;
    let kind = match source.kind {
        Some(RelationKind::Table) if on_bigquery => RelationKind::Table,
        _ => RelationKind::View,
    };
    let described = view_options(input)?;
    let options = TableOptions { description: described.description, ..TableOptions::default() };
    let mut steps = if kind == RelationKind::Table {
        clone_table(input, source)
    } else {
        replace(input, RelationKind::View, &options, |relation| Step::CreateView {
            relation,
            query: format!("select * from {source}"),
            options: options.clone(),
        })
    };
    if on_bigquery {
        let relation = Relation { kind: Some(kind), ..node.relation.clone() };
        let options = TableOptions {
            column_descriptions: described.column_descriptions,
            policy_tags: described.policy_tags,
            ..options
        };
        if options != TableOptions::default() {
            steps.push(Step::Describe { relation, options });
        }
        // Of what the clone is, not of what the node's materialization would make.
        steps.extend(grants::steps(input)?.into_iter().map(|mut step| {
            if let Step::Grant { relation, .. } = &mut step {
                relation.kind = Some(kind);
            }
            step
        }));
    }
    Ok(Plan {
        context: Default::default(),
        unique_id: node.unique_id.clone(),
        materialization: "clone".to_owned(),
        steps,
        relation: Some(node.relation.clone()),
    })
}

fn clone_table(input: &PlanInput<'_>, source: &Relation) -> Vec<Step> {
    let relation = &input.node.relation;
    let clone = |to: Relation| Step::CloneTable { from: source.clone(), to, not_null: Vec::new() };
    let mut steps = vec![Step::CreateSchema {
        database: relation.database.clone(),
        schema: relation.schema.clone(),
    }];
    match &input.observed.existing {
        None => steps.push(clone(relation.clone())),
        Some(old) => {
            let beside = staging(input);
            let from = Relation { kind: Some(RelationKind::Table), ..beside.clone() };
            steps.extend([
                clone(beside),
                Step::DropRelation { relation: old.clone() },
                Step::RenameRelation { from, to: relation.identifier.clone() },
            ]);
        }
    }
    steps
}
