//! `materialized: table`.

use super::{ingestion::IngestionTime, options::table_options};
use crate::{
    diagnostic::Diagnostic,
    plan::{Engine, PlanInput, Step, replace::replace},
    relation::RelationKind,
};

/// Replaces whatever is there by a table.
///
/// # Errors
/// Configuration that cannot be meant, and a broken contract.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let options = table_options(input)?;
    let ingestion = IngestionTime::of(input.node, input.options.engine)?;
    let query = match (ingestion, input.options.engine) {
        (Some(ingestion), Engine::BigQuery) => return Ok(ingestion.table(input, &options)),
        (Some(ingestion), Engine::Embedded) => ingestion.table_query(input.sql),
        (None, _) => input.sql.to_owned(),
    };
    Ok(replace(input, RelationKind::Table, &options, |relation| Step::CreateTable {
        relation,
        query: query.clone(),
        options: options.clone(),
        temporary: false,
    }))
}
