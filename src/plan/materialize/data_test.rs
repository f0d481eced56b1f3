//! Data tests: a query of failing rows, counted.

use crate::{
    manifest::NodeConfig,
    plan::{PlanInput, Step, TableOptions, planner::make_room},
    relation::RelationKind,
};

/// Counts the failing rows by `fail_calc`, storing them before where asked
/// (<https://docs.getdbt.com/reference/resource-configs/store_failures>).
pub fn steps(input: &PlanInput<'_>) -> Vec<Step> {
    let node = input.node;
    let Some(kind) = stored_as(&node.config, input.options.store_failures) else {
        return vec![Step::Query { sql: counting(&node.config, input.sql) }];
    };
    let mut steps = make_room(input, kind);
    let (relation, query) = (node.relation.clone(), input.sql.to_owned());
    let options = TableOptions::default();
    let stored = format!("select *\nfrom {relation}");
    steps.push(match kind {
        RelationKind::View => Step::CreateView { relation, query, options },
        _ => Step::CreateTable { relation, query, options, temporary: false },
    });
    steps.push(Step::Query { sql: counting(&node.config, &stored) });
    steps
}

/// How failures are stored, if they are: `store_failures_as` goes before `store_failures`, a
/// node's own before the option.
pub fn stored_as(config: &NodeConfig, option: bool) -> Option<RelationKind> {
    match config.text("store_failures_as") {
        Some("ephemeral") => return None,
        Some("view") => return Some(RelationKind::View),
        Some(_) => return Some(RelationKind::Table),
        None => {}
    }
    config.flag("store_failures").unwrap_or(option).then_some(RelationKind::Table)
}

/// The one-row query with `failures`, `should_warn` and `should_error`. The test's own lines stay
/// lines of their own.
fn counting(config: &NodeConfig, sql: &str) -> String {
    let fail_calc = config.text("fail_calc").unwrap_or("count(*)");
    let warn_if = config.text("warn_if").unwrap_or("!= 0");
    let error_if = config.text("error_if").unwrap_or("!= 0");
    let limit = config.integer("limit").map_or(String::new(), |limit| format!("\nlimit {limit}"));
    format!(
        "select\n  {fail_calc} as failures,\n  {fail_calc} {warn_if} as should_warn,\n  \
         {fail_calc} {error_if} as should_error\nfrom (\n{sql}{limit}\n) dbt_internal_test"
    )
}
