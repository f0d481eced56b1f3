//! `materialized: materialized_view`
//! (<https://docs.getdbt.com/reference/resource-configs/bigquery-configs#materialized-views>).

use super::{
    options::{materialized_view_options, wrong},
    table,
};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::Node,
    plan::{Engine, PlanInput, Step, TableOptions, planner, replace},
    relation::RelationKind,
};

const MINUTE_MS: f64 = 60_000.0;
/// BigQuery's own interval where none is set
/// (<https://cloud.google.com/bigquery/docs/materialized-views-manage#frequency_cap>).
const DEFAULT_REFRESH_MINUTES: f64 = 30.0;

/// What is done where the definition is another than that of the existing view.
enum OnChange {
    Apply,
    Continue,
    Fail,
}

/// Creates the view, refreshes one that is as it should be, and does as `on_configuration_change`
/// says where it is not. The embedded engine has none: a table stands for it, made anew by each build.
///
/// # Errors
/// Configuration that cannot be meant; a change under `on_configuration_change: fail`.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    if input.options.engine == Engine::Embedded {
        return table::steps(input);
    }
    let node = input.node;
    let options = materialized_view_options(input)?;
    let on_change = on_change(node)?;
    let existing = input.observed.existing.as_ref().and_then(|existing| existing.kind);
    let is_there = existing == Some(RelationKind::MaterializedView)
        && !planner::should_full_refresh(node, input.options);
    let refresh = vec![Step::RefreshMaterializedView { relation: node.relation.clone() }];
    if is_there {
        match (differences(input, &options).as_slice(), on_change) {
            ([], _) | (_, OnChange::Continue) => return Ok(refresh),
            (_, OnChange::Apply) => {}
            (differences, OnChange::Fail) => {
                let what = differences.join(", ");
                return Err(wrong(
                    node,
                    &format!(
                        "the materialized view exists with another {what}, and `on_configuration_change` is `fail`"
                    ),
                ));
            }
        }
    }
    Ok(replace::replace(input, RelationKind::MaterializedView, &options, |relation| {
        let query = input.sql.to_owned();
        Step::CreateMaterializedView { relation, query, options: options.clone() }
    }))
}

/// What of the existing view is not as configured.
fn differences(input: &PlanInput<'_>, options: &TableOptions) -> Vec<&'static str> {
    let Some(details) = &input.observed.details else { return vec!["definition"] };
    let config = &input.node.config;
    let mut found = Vec::new();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if details.query.as_deref().is_some_and(|query| words(query) != words(input.sql)) {
        found.push("query");
    }
    if !replace::same_layout(input, options) {
        found.push("partitioning or clustering");
    }
    let refreshes = config.flag("enable_refresh").unwrap_or(true);
    if details.enable_refresh.is_some_and(|is| is != refreshes) {
        found.push("`enable_refresh`");
    }
    let minutes = config.get("refresh_interval_minutes").and_then(serde_json::Value::as_f64);
    let wanted_ms = (minutes.unwrap_or(DEFAULT_REFRESH_MINUTES) * MINUTE_MS) as u64;
    if refreshes && details.refresh_interval_ms.is_some_and(|is| is != wanted_ms) {
        found.push("`refresh_interval_minutes`");
    }
    found
}

fn on_change(node: &Node) -> Result<OnChange, Vec<Diagnostic>> {
    match node.config.text("on_configuration_change").unwrap_or("apply") {
        "apply" => Ok(OnChange::Apply),
        "continue" => Ok(OnChange::Continue),
        "fail" => Ok(OnChange::Fail),
        other => {
            let message = format!("`on_configuration_change` cannot be `{other}`");
            let near = did_you_mean(other, ["apply", "continue", "fail"]);
            let help = "use one of `apply`, `continue`, `fail`".to_owned();
            let all = wrong(node, &message).into_iter();
            Err(all.map(|one| one.help(near.clone().unwrap_or_else(|| help.clone()))).collect())
        }
    }
}
