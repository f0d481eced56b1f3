//! What people and machines see, as snapshots.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use chrono::DateTime;

use super::*;
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span},
    jinja::Whither,
    manifest::{ResourceType, UniqueId},
    relation::{Cell, Column, Table},
    run::{Event, NodeLabel, NodeResult, Prices, Status},
};

fn result(
    id: &str,
    kind: ResourceType,
    materialization: &str,
    display: &str,
    status: Status,
) -> NodeResult {
    let label = NodeLabel {
        unique_id: UniqueId::new(id),
        resource_type: kind,
        materialization: materialization.to_owned(),
        display: display.to_owned(),
        path: "models/silver/orders.sql".to_owned(),
    };
    NodeResult { elapsed_secs: 0.25, thread: 1, ..NodeResult::new(label, status) }
}

fn a_run() -> Vec<Arc<NodeResult>> {
    let source = SourceFile::new(
        "models/silver/orders.sql",
        "select\n  order_id,\n  amuont\nfrom {{ ref('raw_orders') }}\n",
    );
    let mut results = vec![
        NodeResult {
            rows_affected: Some(12_345),
            elapsed_secs: 1.5,
            ..result(
                "seed.shop.raw_orders",
                ResourceType::Seed,
                "seed",
                "reference.raw_orders",
                Status::Success,
            )
        },
        NodeResult {
            diagnostics: vec![
                Diagnostic::error("unknown-column", "column `amuont` does not exist")
                    .at(Span::of_line(&source, 3), "not a column of `raw_orders`")
                    .note("compiled code: target/compiled/shop/models/silver/orders.sql")
                    .help("did you mean `amount`?"),
            ],
            message: Some("column `amuont` does not exist".to_owned()),
            ..result(
                "model.shop.orders",
                ResourceType::Model,
                "incremental",
                "silver.orders",
                Status::Error,
            )
        },
        NodeResult {
            message: Some("skipped because silver.orders failed".to_owned()),
            ..result(
                "model.shop.sales",
                ResourceType::Model,
                "table",
                "gold.sales",
                Status::Skipped,
            )
        },
        NodeResult {
            failures: Some(3),
            diagnostics: vec![Diagnostic::warning(
                "test-failed",
                "test `unique_raw_orders_id` found 3 failing rows",
            )],
            ..result(
                "test.shop.unique_raw_orders_id.0123456789",
                ResourceType::Test,
                "test",
                "unique_raw_orders_id",
                Status::Warn,
            )
        },
    ];
    for name in ["not_null_raw_orders_id", "not_null_raw_orders_amount"] {
        results.push(result(
            &format!("test.shop.{name}.0123456789"),
            ResourceType::Test,
            "test",
            name,
            Status::Pass,
        ));
    }
    results.into_iter().map(Arc::new).collect()
}

fn plain(width: usize) -> SummaryOptions {
    SummaryOptions {
        width,
        color: false,
        command: "build".to_owned(),
        quiet: false,
        prices: Prices::default(),
    }
}

#[test]
fn what_was_billed_is_shown_where_something_was() {
    let mut results = a_run();
    for (at, result) in results.iter_mut().enumerate().take(2) {
        let mut billed = NodeResult::clone(result);
        for (key, value) in [
            ("bytes_processed", 3_000_000_000_u64 << at),
            ("bytes_billed", 3_000_500_000 << at),
            ("slot_ms", 12_345),
            ("cache_hits", at as u64),
        ] {
            billed.response.insert(key.to_owned(), value.into());
        }
        *result = Arc::new(billed);
    }
    insta::assert_snapshot!(render_summary(&results, 2.5, false, &plain(120)));
    let slots = Prices { per_slot_hour: Some(0.04), ..Prices::default() };
    let options = SummaryOptions { prices: slots, ..plain(60) };
    insta::assert_snapshot!("narrow_and_by_slots", render_summary(&results, 2.5, false, &options));
}

#[test]
fn a_summary_with_failures() {
    insta::assert_snapshot!(render_summary(&a_run(), 2.5, false, &plain(100)));
}

#[test]
fn thousands_of_skipped_nodes_are_told_in_a_few_lines() {
    let skipped = |at: usize| {
        let name = format!("silver.n{at}");
        Arc::new(NodeResult {
            message: Some(format!("skipped because bronze.b{at} failed")),
            ..result("model.shop.n", ResourceType::Model, "table", &name, Status::Skipped)
        })
    };
    let results: Vec<Arc<NodeResult>> = (0..3000).map(skipped).collect();
    let summary = render_summary(&results, 1.0, false, &plain(100));
    assert_eq!(summary.matches("skipped because").count(), 12);
    assert!(summary.contains("… and 2,988 nodes more skipped"), "{summary}");
}

#[test]
fn a_quiet_summary_tells_failures_only() {
    let options = SummaryOptions { quiet: true, ..plain(100) };
    insta::assert_snapshot!(render_summary(&a_run(), 2.5, false, &options));
}

#[test]
fn a_narrow_terminal_cuts_names_not_numbers() {
    let results = &a_run()[..1];
    insta::assert_snapshot!(render_summary(results, 75.0, true, &plain(58)), @r#"
    node               materialization    rows   time  status
    referenc…w_orders  seed             12,345  1.50s  success

    1 built in 1m 15s (interrupted)
    "#);
}

#[test]
fn a_very_narrow_terminal_loses_columns_not_lines() {
    let summary = render_summary(&a_run()[..2], 75.0, false, &plain(40));
    let table: Vec<&str> = summary.lines().take(3).collect();
    insta::assert_snapshot!(table.join("\n"), @r#"
    node                rows   time  status
    referenc…_orders  12,345  1.50s  success
    silver.orders             0.25s  error
    "#);
}

#[test]
fn only_tests_are_shown_one_by_one() {
    let results = &a_run()[4..];
    insta::assert_snapshot!(render_summary(results, 0.5, false, &plain(100)), @r#"
    node                        materialization  rows   time  status
    not_null_raw_orders_id      test                   0.25s  pass
    not_null_raw_orders_amount  test                   0.25s  pass

    2 passed in 0.50s
    "#);
}

#[test]
fn nothing_selected() {
    insta::assert_snapshot!(render_summary(&[], 0.0, false, &plain(100)), @r#"
    nothing to do in 0.00s
    "#);
}

#[test]
fn colour_changes_no_text() {
    let colored =
        render_summary(&a_run()[..1], 2.5, false, &SummaryOptions { color: true, ..plain(100) });
    assert!(colored.contains("\u{1b}[32msuccess\u{1b}[0m"), "{colored:?}");
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, render_summary(&a_run()[..1], 2.5, false, &plain(100)));
}

#[test]
fn many_nodes_show_the_failed_and_the_slow() {
    let mut results = Vec::new();
    for at in 0..150 {
        let mut each = result(
            &format!("model.shop.m{at}"),
            ResourceType::Model,
            "view",
            &format!("silver.m{at}"),
            Status::Success,
        );
        each.elapsed_secs = f64::from(at);
        results.push(Arc::new(each));
    }
    let text = render_summary(&results, 9.0, false, &plain(100));
    assert!(!text.contains("silver.m49 "), "{text}");
    assert!(text.contains("silver.m50 "), "{text}");
    assert!(text.contains("… and 50 nodes more"), "{text}");
}

#[test]
fn json_lines() {
    let results = a_run();
    let events = [
        Event::RunStarted { total: 6, threads: 4, target: "shop.local".to_owned() },
        Event::NodeStarted { node: results[1].node.clone() },
        Event::NodeFinished { result: Arc::clone(&results[1]) },
        Event::Log { message: "hello".to_owned(), whither: Whither::People },
        Event::Interrupted,
        Event::RunFinished { elapsed_secs: 2.5 },
    ];
    let time = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let lines: Vec<String> =
        events.iter().map(|event| event_json(event, time, &results).to_string()).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn junit() {
    insta::assert_snapshot!(render_junit(&a_run(), 2.5));
}

#[test]
fn github_annotations() {
    let lines: Vec<String> =
        a_run().iter().flat_map(|result| super::github::annotations(result)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ::error file=models/silver/orders.sql,line=3,col=3,title=unknown-column::column `amuont` does not exist
    ::warning title=test-failed::test `unique_raw_orders_id` found 3 failing rows
    "#);
}

#[test]
fn diagnostics_end_with_a_count() {
    let list = [
        Diagnostic::error("unknown-ref", "model `a` does not exist"),
        Diagnostic::warning("unused-config", "nothing matches `shop.silvr`"),
        Diagnostic::error("unknown-ref", "model `b` does not exist"),
    ];
    insta::assert_snapshot!(render_diagnostics(&list, false), @r#"
    warning[unused-config]: nothing matches `shop.silvr`

    error[unknown-ref]: model `a` does not exist

    error[unknown-ref]: model `b` does not exist

    error: 2 errors, 1 warning
    "#);
}

#[test]
fn repeated_diagnostics_are_cut_short() {
    let many: Vec<_> = (0..30)
        .map(|at| Diagnostic::error("unknown-ref", format!("model `m{at}` does not exist")))
        .collect();
    let text = render_diagnostics(&many, false);
    assert!(text.contains("`m19`") && !text.contains("`m20`"), "{text}");
    assert!(text.ends_with("… and 10 more of `unknown-ref`\n\nerror: 30 errors"), "{text}");
}

fn preview() -> Table {
    let column = |name: &str, data_type: &str| Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
    };
    Table {
        columns: vec![column("id", "INT64"), column("name", "STRING"), column("tags", "ARRAY")],
        rows: vec![
            vec![
                Cell::Int(7),
                Cell::Text("a, \"b\"\nc".to_owned()),
                Cell::List(vec![Cell::Text("x".to_owned()), Cell::Null]),
            ],
            vec![Cell::Int(12), Cell::Null, Cell::List(Vec::new())],
        ],
    }
}

#[test]
fn a_preview_as_table_json_and_csv() {
    let forms = [TableFormat::Text, TableFormat::Json, TableFormat::Csv];
    let text: Vec<String> = forms.iter().map(|form| render_table(&preview(), *form)).collect();
    insta::assert_snapshot!(text.join("\n\n"));
}

#[test]
fn listings() {
    let fields = serde_json::json!({
        "name": "orders", "resource_type": "model", "config": {"materialized": "table"},
    });
    let node = Listed {
        selector: "shop.silver.orders".to_owned(),
        name: "orders".to_owned(),
        path: "models/silver/orders.sql".to_owned(),
        fields: fields.as_object().unwrap().clone(),
    };
    let nodes = [node.clone(), node];
    let keys = ["name".to_owned(), "config.materialized".to_owned()];
    let text = [
        render_listing(&nodes, ListOutput::Selector, None),
        render_listing(&nodes, ListOutput::Path, None),
        render_listing(&nodes[..1], ListOutput::Json, Some(&keys)),
    ];
    insta::assert_snapshot!(text.join("\n--\n"), @r#"
    shop.silver.orders
    shop.silver.orders
    --
    models/silver/orders.sql
    --
    {"name":"orders","config.materialized":"table"}
    "#);
}
