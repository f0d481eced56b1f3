//! From a node to its plan.

use super::{Needs, Observed, Plan, PlanInput, PlanOptions, Step, contract, materialize};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::{Node, ResourceType},
    relation::RelationKind,
};

/// The materializations of models that need no macro of the user's.
const BUILT_IN: [&str; 5] = ["view", "table", "incremental", "materialized_view", "ephemeral"];

/// Whether a node is rebuilt from scratch: its own `full_refresh` goes before the option
/// (<https://docs.getdbt.com/reference/resource-configs/full_refresh>).
pub fn should_full_refresh(node: &Node, options: &PlanOptions) -> bool {
    node.config.flag("full_refresh").unwrap_or(options.full_refresh)
}

/// What `is_incremental()` answers in a node: an incremental model whose table exists and is not
/// rebuilt (<https://docs.getdbt.com/docs/build/incremental-models#understand-the-is_incremental-macro>).
pub fn is_incremental(node: &Node, observed: &Observed, options: &PlanOptions) -> bool {
    node.resource_type == ResourceType::Model
        && node.config.materialized() == "incremental"
        && observed.existing.as_ref().and_then(|relation| relation.kind)
            == Some(RelationKind::Table)
        && !should_full_refresh(node, options)
}

/// What must be observed besides whether the node's relation exists.
pub fn needs(node: &Node, observed: &Observed, options: &PlanOptions) -> Needs {
    let exists = is_incremental(node, observed, options)
        || (node.resource_type == ResourceType::Snapshot
            && observed.existing.as_ref().and_then(|relation| relation.kind)
                == Some(RelationKind::Table));
    let has_query = node.resource_type != ResourceType::Seed;
    let documents_columns = node
        .config
        .get("persist_docs")
        .and_then(|persist| persist.get("columns"))
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false);
    let compares =
        is_incremental(node, observed, options) && materialize::incremental::compares_columns(node);
    Needs {
        existing_columns: exists,
        query_columns: has_query
            && (node.resource_type == ResourceType::Snapshot
                || contract::is_enforced(node)
                || documents_columns
                || compares),
    }
}

/// Plans a model, seed or snapshot.
///
/// # Errors
/// What in the node's configuration cannot be done, at the user's line.
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, Vec<Diagnostic>> {
    let node = input.node;
    let mut steps = match node.resource_type {
        ResourceType::Seed => materialize::seed::steps(input)?,
        ResourceType::Snapshot => materialize::snapshot::steps(input)?,
        _ => match node.config.materialized() {
            "view" => materialize::view::steps(input)?,
            "incremental" => materialize::incremental::steps(input)?,
            // The embedded engine has no materialized views: a table refreshed by every build.
            "table" | "materialized_view" => materialize::table::steps(input)?,
            other => return Err(vec![unknown(node, other)]),
        },
    };
    steps.extend(described_again(input, &steps)?);
    Ok(Plan {
        unique_id: node.unique_id.clone(),
        materialization: match node.resource_type {
            ResourceType::Seed => "seed".to_owned(),
            ResourceType::Snapshot => "snapshot".to_owned(),
            _ => node.config.materialized().to_owned(),
        },
        steps,
        relation: Some(node.relation.clone()),
    })
}

/// A table that is added to keeps the descriptions it was created with: those of now are written
/// after each run, as in dbt (<https://docs.getdbt.com/reference/resource-configs/persist_docs>).
fn described_again(input: &PlanInput<'_>, steps: &[Step]) -> Result<Option<Step>, Vec<Diagnostic>> {
    let creates = |step: &Step| {
        matches!(
            step,
            Step::CreateTable { temporary: false, .. }
                | Step::CreateView { .. }
                | Step::LoadSeed { .. }
        )
    };
    if steps.iter().any(creates) {
        return Ok(None);
    }
    let mut columns: Vec<String> = Vec::new();
    for column in input.observed.existing_columns.iter().flatten() {
        columns.push(column.name.to_ascii_lowercase());
    }
    for step in steps {
        if let Step::AlterColumns { add, drop, .. } = step {
            columns.extend(add.iter().map(|column| column.name.to_ascii_lowercase()));
            columns.retain(|name| !drop.iter().any(|gone| gone.eq_ignore_ascii_case(name)));
        }
    }
    let mut options = materialize::view_options(input)?;
    options.column_descriptions.retain(|(name, _)| columns.contains(&name.to_ascii_lowercase()));
    let none = options.description.is_none() && options.column_descriptions.is_empty();
    let relation = input.node.relation.clone();
    Ok((!none).then_some(Step::Describe { relation, options }))
}

/// The steps that make room for a relation of another kind: engines replace only like with like.
pub(super) fn make_room(input: &PlanInput<'_>, wanted: RelationKind) -> Vec<Step> {
    let relation = &input.node.relation;
    let mut steps = vec![Step::CreateSchema {
        database: relation.database.clone(),
        schema: relation.schema.clone(),
    }];
    if let Some(existing) = &input.observed.existing
        && existing.kind != Some(wanted)
    {
        steps.push(Step::DropRelation { relation: existing.clone() });
    }
    steps
}

fn unknown(node: &Node, name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "unknown-materialization",
        format!("materialization `{name}` of `{}` does not exist", node.name),
    );
    let span = crate::diagnostic::Span::of_line(&node.source, 1);
    diagnostic
        .at(span, "")
        .maybe_help(did_you_mean(name, BUILT_IN))
        .help("write a `{% materialization %}` block of that name, or use one of dbt's")
}
