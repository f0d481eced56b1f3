//! Batches planned and built on the embedded engine: in any order and as often as one likes, the
//! table is the same.

use chrono::DateTime;
use elt::{
    adapter::Adapter,
    manifest::{Batch, BatchSize, Node, ResourceType, TimeSpan, parse_utc},
    plan::{self, BatchInput, Engine, Observed, PlanInput, PlanOptions},
    relation::{Dialect, Relation, RelationKind},
};
use proptest::prelude::*;
use serde_json::json;

use crate::{DIALECTS, Failure, SCHEMA, Warehouse, node_support::node};

/// A microbatch model by day.
struct Model {
    warehouse: Warehouse,
    node: Node,
    plans: String,
}

impl Model {
    fn new(dialect: Dialect, size: &str, more: serde_json::Value) -> Self {
        let warehouse = Warehouse::in_memory(dialect);
        let mut config = json!({
            "materialized": "incremental", "incremental_strategy": "microbatch",
            "event_time": "happened_at", "begin": "2024-01-01", "batch_size": size,
        });
        if dialect == Dialect::GoogleSql {
            config["partition_by"] =
                json!({"field": "happened_at", "data_type": "timestamp", "granularity": size});
        }
        for (key, value) in more.as_object().expect("a mapping") {
            config[key] = value.clone();
        }
        let node = node(ResourceType::Model, warehouse.relation("m"), "select", config);
        Self { warehouse, node, plans: String::new() }
    }

    /// Builds the batch that starts at a time, as a run does.
    fn build(&mut self, start: &str, size: BatchSize, sql: &str) -> Result<Option<u64>, Failure> {
        let start = parse_utc(start).expect("a time");
        let batch = Batch { span: TimeSpan { start, end: size.after(start, 1) }, size };
        self.build_batch(batch, sql, false)
    }

    fn build_batch(
        &mut self,
        batch: Batch,
        sql: &str,
        empty: bool,
    ) -> Result<Option<u64>, Failure> {
        let (warehouse, node) = (&self.warehouse, &self.node);
        let listed =
            warehouse.wait(warehouse.adapter.relations(Some("db"), SCHEMA)).expect("a list");
        let found = listed.into_iter().find(|known| known.identifier == "m");
        let is_incremental =
            found.as_ref().and_then(|found| found.kind) == Some(RelationKind::Table);
        let existing = found.map(|found| Relation { kind: found.kind, ..node.relation.clone() });
        let mut observed = Observed { existing, ..Observed::default() };
        let options = PlanOptions {
            full_refresh: false,
            empty,
            run_started_at: DateTime::UNIX_EPOCH,
            engine: Engine::Embedded,
            staging_suffix: String::new(),
        };
        let needs = plan::batch_needs(node, &observed, &options, is_incremental);
        if needs.existing_columns {
            let columns = warehouse.wait(warehouse.adapter.columns(&node.relation));
            observed.existing_columns = columns.expect("the table's columns");
        }
        if needs.query_columns {
            let columns = warehouse.wait(warehouse.adapter.describe("", sql));
            observed.query_columns = Some(columns.map_err(Failure::Adapter)?);
        }
        let input = PlanInput { node, sql, observed: &observed, options: &options };
        let batch = BatchInput { batch, is_incremental, is_first: false };
        let plan = plan::plan_batch(&input, &batch).map_err(Failure::Plan)?;
        self.plans.push_str(&format!("{plan}\n"));
        Ok(self.warehouse.apply(&plan).map_err(Failure::Adapter)?.rows_affected)
    }

    fn rows(&self) -> String {
        self.warehouse.rows("select id, happened_at from {m} order by 1, 2")
    }
}

fn timestamp(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::GoogleSql => "timestamp",
        Dialect::DuckDb => "timestamptz",
    }
}

/// Rows as a query: `(id, time)`.
fn query(rows: &[(u32, String)], data_type: &str) -> String {
    let one = |(id, time): &(u32, String)| {
        format!("select {id} as id, cast('{time}' as {data_type}) as happened_at")
    };
    let rows: Vec<String> = rows.iter().map(one).collect();
    format!("{} -- the last line may be a comment", rows.join(" union all "))
}

#[test]
fn a_batch_replaces_the_rows_of_its_time_and_no_others() {
    for dialect in DIALECTS {
        let mut model = Model::new(dialect, "day", json!({}));
        let rows = |ids: &[u32]| -> Vec<(u32, String)> {
            ids.iter().map(|id| (*id, format!("2024-01-0{} 23:59:59", id / 10))).collect()
        };
        let all = query(&rows(&[10, 20, 21, 30]), timestamp(dialect));
        let built = model.build("2024-01-02", BatchSize::Day, &all);
        let built = built.unwrap_or_else(|error| panic!("{dialect:?}: {}", error.text()));
        assert_eq!(built, Some(2), "{dialect:?}");
        assert_eq!(model.build("2024-01-01", BatchSize::Day, &all).expect("built"), Some(1));
        // A row of the second day has gone, one has come; the first day has others too, not asked for.
        let later = query(&rows(&[11, 20, 22, 23]), timestamp(dialect));
        assert_eq!(model.build("2024-01-02", BatchSize::Day, &later).expect("built"), Some(3));
        let none = query(&rows(&[30]), timestamp(dialect));
        assert_eq!(model.build("2024-01-04", BatchSize::Day, &none).expect("built"), Some(0));
        let ids = model.warehouse.rows("select id from {m} order by 1");
        assert_eq!(ids, "10, 20, 22, 23", "{dialect:?}");
        insta::assert_snapshot!(format!("replaced_{}", dialect.adapter_type()), model.plans);
    }
}

#[test]
fn times_of_every_type_are_compared_as_they_are() {
    let cases = [
        (Dialect::GoogleSql, "date"),
        (Dialect::GoogleSql, "datetime"),
        (Dialect::GoogleSql, "timestamp"),
        (Dialect::GoogleSql, "string"),
        (Dialect::DuckDb, "date"),
        (Dialect::DuckDb, "timestamp"),
        (Dialect::DuckDb, "timestamptz"),
    ];
    for (dialect, data_type) in cases {
        let mut model = Model::new(dialect, "day", json!({}));
        let rows: Vec<(u32, String)> =
            (1..=3).map(|day| (day, format!("2024-01-0{day}"))).collect();
        let all = query(&rows, data_type);
        for day in ["2024-01-02", "2024-01-03", "2024-01-02"] {
            let built = model.build(day, BatchSize::Day, &all);
            built.unwrap_or_else(|error| panic!("{dialect:?} {data_type}: {}", error.text()));
        }
        let ids = model.warehouse.rows("select id from {m} order by 1");
        assert_eq!(ids, "2, 3", "{dialect:?} {data_type}");
    }
}

#[test]
fn a_date_is_in_one_hour_of_its_day() {
    for dialect in DIALECTS {
        let mut model = Model::new(dialect, "hour", json!({}));
        let all = query(&[(1, "2024-01-01".to_owned()), (2, "2024-01-02".to_owned())], "date");
        for hour in 0..24 {
            let start = format!("2024-01-02 {hour:02}:00:00");
            let built = model.build(&start, BatchSize::Hour, &all);
            built.unwrap_or_else(|error| panic!("{dialect:?} {hour}: {}", error.text()));
        }
        assert_eq!(model.warehouse.rows("select id from {m}"), "2", "{dialect:?}");
    }
}

#[test]
fn a_table_that_is_read_is_read_before_its_rows_go() {
    for dialect in DIALECTS {
        let mut model = Model::new(dialect, "day", json!({}));
        let time = timestamp(dialect);
        let first = query(&[(1, "2024-01-01 10:00:00".to_owned())], time);
        model.build("2024-01-01", BatchSize::Day, &first).expect("built");
        let again = format!("select id + 1 as id, happened_at from {}", model.node.relation);
        model.build("2024-01-01", BatchSize::Day, &again).expect("built");
        assert_eq!(model.warehouse.rows("select id from {m}"), "2", "{dialect:?}");
    }
}

#[test]
fn without_rows_nothing_goes() {
    let mut model = Model::new(Dialect::GoogleSql, "day", json!({}));
    let all = query(&[(1, "2024-01-01 10:00:00".to_owned())], "timestamp");
    model.build("2024-01-01", BatchSize::Day, &all).expect("built");
    let start = parse_utc("2024-01-01").expect("a time");
    let size = BatchSize::Day;
    let batch = Batch { span: TimeSpan { start, end: size.after(start, 1) }, size };
    let none = format!("select * from ({all}\n) where false");
    assert_eq!(model.build_batch(batch, &none, true).expect("built"), Some(0));
    assert_eq!(model.warehouse.rows("select id from {m}"), "1");
}

#[test]
fn changes_of_the_columns_come_with_a_batch() {
    for dialect in DIALECTS {
        let mut model =
            Model::new(dialect, "day", json!({"on_schema_change": "append_new_columns"}));
        let time = timestamp(dialect);
        let first = query(&[(1, "2024-01-01 10:00:00".to_owned())], time);
        model.build("2024-01-01", BatchSize::Day, &first).expect("built");
        let more = format!(
            "select 2 as id, cast('2024-01-02 10:00:00' as {time}) as happened_at, 'x' as name"
        );
        model.build("2024-01-02", BatchSize::Day, &more).expect("built");
        let rows = model.warehouse.rows("select id, name from {m} order by 1");
        assert_eq!(rows, "1 null, 2 x", "{dialect:?}");
    }
}

#[test]
fn an_event_time_that_is_no_column_or_no_time_is_told() {
    let mut model = Model::new(Dialect::GoogleSql, "day", json!({"event_time": "happend_at"}));
    let all = query(&[(1, "2024-01-01 10:00:00".to_owned())], "timestamp");
    let told = model.build("2024-01-01", BatchSize::Day, &all).expect_err("refused").text();
    assert!(told.contains("`event_time` of `m` is `happend_at`, which is no column"), "{told}");
    let mut model = Model::new(Dialect::GoogleSql, "day", json!({"event_time": "id"}));
    let told = model.build("2024-01-01", BatchSize::Day, &all).expect_err("refused").text();
    assert!(told.contains("is of type INT64, no time"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rows of six days; batches in any order, some more than once: the table holds the rows of the
    /// days that were built, each once.
    #[test]
    fn batches_in_any_order_give_the_same_table(
        hours in prop::collection::vec(0u32..144, 1..30),
        order in prop::collection::vec(1u32..7, 1..14),
        duckdb in any::<bool>(),
    ) {
        let dialect = if duckdb { Dialect::DuckDb } else { Dialect::GoogleSql };
        let rows: Vec<(u32, String)> = hours
            .iter()
            .enumerate()
            .map(|(id, hour)| {
                (id as u32, format!("2024-01-{:02} {:02}:30:00", 1 + hour / 24, hour % 24))
            })
            .collect();
        let all = query(&rows, timestamp(dialect));
        let mut model = Model::new(dialect, "day", json!({}));
        for day in &order {
            let built = model.build(&format!("2024-01-{day:02}"), BatchSize::Day, &all);
            prop_assert!(built.is_ok(), "{}", built.expect_err("it failed").text());
        }
        let mut shuffled = Model::new(dialect, "day", json!({}));
        let mut days = order.clone();
        days.sort_unstable();
        days.dedup();
        for day in &days {
            let built = shuffled.build(&format!("2024-01-{day:02}"), BatchSize::Day, &all);
            prop_assert!(built.is_ok(), "{}", built.expect_err("it failed").text());
        }
        prop_assert_eq!(model.rows(), shuffled.rows());
        let mut wanted: Vec<u32> = hours
            .iter()
            .enumerate()
            .filter(|(_, hour)| days.contains(&(1 + *hour / 24)))
            .map(|(id, _)| id as u32)
            .collect();
        wanted.sort_unstable();
        let wanted: Vec<String> = wanted.iter().map(u32::to_string).collect();
        prop_assert_eq!(model.warehouse.rows("select id from {m} order by 1"), wanted.join(", "));
    }
}
