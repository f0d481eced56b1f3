//! `materialized: view`.

use super::options::view_options;
use crate::{
    diagnostic::Diagnostic,
    plan::{PlanInput, Step, replace::replace},
    relation::RelationKind,
};

/// Replaces whatever is there by a view.
///
/// # Errors
/// A broken contract.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let options = view_options(input)?;
    Ok(replace(input, RelationKind::View, &options, |relation| Step::CreateView {
        relation,
        query: input.sql.to_owned(),
        options: options.clone(),
    }))
}
