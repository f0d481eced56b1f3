//! `materialized: table`.

use super::options::table_options;
use crate::{
    diagnostic::Diagnostic,
    plan::{PlanInput, Step, replace::replace},
    relation::RelationKind,
};

/// Replaces whatever is there by a table.
///
/// # Errors
/// Configuration that cannot be meant, and a broken contract.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let options = table_options(input)?;
    Ok(replace(input, RelationKind::Table, &options, |relation| Step::CreateTable {
        relation,
        query: input.sql.to_owned(),
        options: options.clone(),
        temporary: false,
    }))
}
