//! Tables that stand for others, and tables as they were.

use elt::{
    jinja::Reading,
    manifest::ResourceType,
    plan::{Observed, PlanInput, plan_clone},
    relation::{Relation, RelationKind},
};
use serde_json::json;

use crate::{
    analyzer::Case,
    assert_right, node_support,
    nodes::{self, describe},
};

#[test]
fn clones() {
    let mut cases = Vec::new();
    for source in [RelationKind::Table, RelationKind::View] {
        for existing in [None, Some("table"), Some("view")] {
            let config = json!({"persist_docs": {"relation": true, "columns": true},
                "grants": {"roles/bigquery.dataViewer": ["user:ann@example.com"]}});
            let model = ResourceType::Model;
            let mut node = node_support::node(model, nodes::relation("m"), "", config);
            describe(&mut node);
            let kind = match existing {
                Some("view") => RelationKind::View,
                _ => RelationKind::Table,
            };
            let old = existing.map(|_| Relation { kind: Some(kind), ..node.relation.clone() });
            let observed = Observed { existing: old, ..Observed::default() };
            let options = nodes::options(false);
            let input = PlanInput { node: &node, sql: "", observed: &observed, options: &options };
            let from = Relation { kind: Some(source), ..nodes::relation("source") };
            let plan = plan_clone(&input, &from).expect("a plan");
            let made = existing.map(|kind| match kind {
                "view" => format!("create view {} as select 1 as a", node.relation),
                _ => format!("create table {} (a INT64) partition by range_bucket(a, generate_array(0, 9, 1))", node.relation),
            });
            let given = std::iter::once(nodes::source()).chain(made).collect();
            let name = format!("{source:?} over {existing:?}");
            cases.push(Case { name, given, statements: nodes::statements(&plan) });
        }
    }
    assert_right(&cases);
}

/// As a source with `as_of` stands in a query.
#[test]
fn tables_as_they_were() {
    let reading =
        Reading { as_of: Some("2024-02-01 06:30:00+00:00".to_owned()), ..Reading::default() };
    let filtered = Reading { condition: Some("id > 1".to_owned()), ..reading.clone() };
    let empty = Reading { without_rows: true, ..filtered.clone() };
    let cases = [reading, filtered, empty].map(|reading| {
        let text = reading.of(&nodes::relation("source"));
        let statements = vec![
            format!("select o.id from {text} as o"),
            format!("select id from {text} join {text} using (id)"),
        ];
        Case { name: text, given: vec![nodes::source()], statements }
    });
    assert_right(&cases);
}
