//! From a node to its plan.

use super::{
    BatchInput, Engine, Needs, Observed, Plan, PlanInput, PlanOptions, contract, describe,
    materialize::{self, ingestion::IngestionTime},
};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::{Node, ResourceType},
    relation::RelationKind,
};

/// The materializations of models that need no macro of the user's.
const BUILT_IN: [&str; 6] =
    ["view", "table", "incremental", "materialized_view", "copy", "ephemeral"];

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
    let has_query = !matches!(node.resource_type, ResourceType::Seed | ResourceType::Function);
    let documents_columns = node
        .config
        .get("persist_docs")
        .and_then(|persist| persist.get("columns"))
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false);
    let compares =
        is_incremental(node, observed, options) && materialize::incremental::compares_columns(node);
    let kind = observed.existing.as_ref().and_then(|existing| existing.kind);
    let replaces =
        !exists && matches!(kind, Some(RelationKind::Table | RelationKind::MaterializedView));
    let is_copy = node.resource_type == ResourceType::Model && node.config.materialized() == "copy";
    if is_copy {
        // Its code is no query.
        return Needs {
            existing_columns: kind == Some(RelationKind::Table) && materialize::copy::adds(node),
            copied: true,
            ..Needs::default()
        };
    }
    Needs {
        copied: false,
        existing_columns: exists,
        details: replaces && options.engine == Engine::BigQuery,
        query_columns: has_query
            && (materialize::ingestion::needs_columns(node, options.engine)
                || node.resource_type == ResourceType::Snapshot
                || contract::is_enforced(node)
                || documents_columns
                || compares),
    }
}

/// Plans a model, seed, snapshot or function.
///
/// # Errors
/// What in the node's configuration cannot be done, at the user's line.
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, Vec<Diagnostic>> {
    let node = input.node;
    if node.resource_type == ResourceType::Function {
        return Ok(Plan {
            context: Default::default(),
            unique_id: node.unique_id.clone(),
            materialization: "function".to_owned(),
            steps: materialize::function::steps(input)?,
            relation: Some(node.relation.clone()),
        });
    }
    let narrowed = match IngestionTime::of(node, input.options.engine)? {
        Some(ingestion) => Some(ingestion.narrowed(input)?),
        None => None,
    };
    let observed = narrowed.as_ref().unwrap_or(input.observed);
    let input = &PlanInput { observed, ..*input };
    let mut steps = match node.resource_type {
        ResourceType::Seed => materialize::seed::steps(input)?,
        ResourceType::Snapshot => materialize::snapshot::steps(input)?,
        _ => match node.config.materialized() {
            "view" => materialize::view::steps(input)?,
            "incremental" => materialize::incremental::steps(input)?,
            "table" => materialize::table::steps(input)?,
            "materialized_view" => materialize::materialized_view::steps(input)?,
            "copy" => materialize::copy::steps(input)?,
            other => return Err(vec![unknown(node, other)]),
        },
    };
    describe::describe(input, &mut steps)?;
    materialize::encrypt(input, &mut steps);
    if input.options.engine == Engine::BigQuery {
        steps.extend(materialize::grants::steps(input)?);
    }
    Ok(Plan {
        context: Default::default(),
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

/// What must be observed before a batch of a microbatch model can be planned.
pub fn batch_needs(
    node: &Node,
    observed: &Observed,
    options: &PlanOptions,
    is_incremental: bool,
) -> Needs {
    let replaces = !is_incremental && observed.existing.is_some();
    let compares = materialize::incremental::compares_columns(node);
    Needs {
        copied: false,
        existing_columns: is_incremental,
        // A table that is created is filtered by one of them.
        query_columns: !is_incremental || contract::is_enforced(node) || compares,
        details: replaces && options.engine == Engine::BigQuery,
    }
}

/// Plans one batch of a microbatch model. Building it again changes nothing, and batches in any order
/// give the same table: each replaces all rows of its time and no others.
///
/// # Errors
/// What in the node's configuration cannot be done, at the user's line.
pub fn plan_batch(input: &PlanInput<'_>, batch: &BatchInput) -> Result<Plan, Vec<Diagnostic>> {
    let node = input.node;
    IngestionTime::of(node, input.options.engine)?;
    let mut steps =
        materialize::incremental::batch_steps(input, &batch.batch, batch.is_incremental)?;
    materialize::encrypt(input, &mut steps);
    if batch.is_first {
        describe::describe(input, &mut steps)?;
        if input.options.engine == Engine::BigQuery {
            steps.extend(materialize::grants::steps(input)?);
        }
    }
    Ok(Plan {
        context: Default::default(),
        unique_id: node.unique_id.clone(),
        materialization: node.config.materialized().to_owned(),
        steps,
        relation: Some(node.relation.clone()),
    })
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
