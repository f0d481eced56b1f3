//! A query behind the statements that it needs.

use super::{Adapter, AdapterError, Cancel, PlanOutcome};
use crate::{
    manifest::UniqueId,
    plan::{Plan, Step},
    project::JobContext,
};

/// Runs a query in the same session as the statements of `header`, which are not kept beyond it, and
/// takes at most `limit` rows. An error of the header has the step 0.
///
/// # Errors
/// What the warehouse says of either.
pub async fn query_behind(
    adapter: &dyn Adapter,
    header: Option<&str>,
    sql: &str,
    limit: Option<usize>,
    (context, cancel): (&JobContext, &Cancel),
) -> Result<PlanOutcome, AdapterError> {
    let Some(header) = header else {
        return adapter.query_telling(sql, limit, context, cancel).await;
    };
    let plan = Plan {
        context: context.clone(),
        unique_id: UniqueId::new("query"),
        materialization: "query".to_owned(),
        steps: vec![Step::Header { sql: header.to_owned() }, Step::Query { sql: sql.to_owned() }],
        relation: None,
    };
    let mut outcome = adapter.apply(&plan, cancel).await?;
    if let Some(table) = &mut outcome.table {
        table.rows.truncate(limit.unwrap_or(usize::MAX));
    }
    Ok(outcome)
}
