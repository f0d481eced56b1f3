//! One model, seed or snapshot with any configuration, planned run after run, without a warehouse:
//! what exists before a run is what the plan before it made.

use std::path::Path;

use chrono::{DateTime, TimeZone as _, Utc};
use elt::{
    manifest::{Batch, ColumnProperties, Microbatch, Node, ResourceType, TimeSpan, is_audited},
    plan::{
        BatchInput, Engine, Observed, Plan, PlanInput, PlanOptions, Rendered, Step, TableOptions,
        google_sql_statements, plan, plan_audited, plan_batch,
    },
    relation::{Column, Dialect, Relation, RelationDetails, RelationKind},
};
use serde_json::Value;

use crate::{analyzer::Case, node_support};

/// A project with a dash, as most have.
pub const DATASET: [&str; 2] = ["a-project", "a_dataset"];

/// The columns of the table that queries read: one of each type that a plan's own SQL touches.
pub const COLUMNS: [(&str, &str); 9] = [
    ("id", "INT64"),
    ("name", "STRING"),
    ("day", "DATE"),
    ("moment", "TIMESTAMP"),
    ("local", "DATETIME"),
    ("price", "NUMERIC"),
    ("tags", "ARRAY<STRING>"),
    ("order", "STRUCT<number INT64, lines ARRAY<STRUCT<sku STRING, count INT64>>>"),
    ("group", "BOOL"),
];

/// A table or view of the dataset.
pub fn relation(name: &str) -> Relation {
    let [project, dataset] = DATASET;
    Relation::new(Dialect::GoogleSql, Some(project.to_owned()), dataset, name)
}

/// A statement that makes the table `source`.
pub fn source() -> String {
    let columns = COLUMNS.iter().map(|(name, data_type)| format!("`{name}` {data_type}"));
    let columns = columns.collect::<Vec<_>>().join(", ");
    format!("create table {} ({columns})", relation("source"))
}

/// All of `source`.
pub fn query() -> String {
    format!("select * from {}", relation("source"))
}

/// The columns of [`query`].
pub fn columns() -> Vec<Column> {
    let column = |(name, data_type): &(&str, &str)| Column {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
    };
    COLUMNS.iter().map(column).collect()
}

/// A run of the node: its query, and what that gives.
#[derive(Clone, Debug)]
pub struct Run {
    pub kind: ResourceType,
    pub config: Value,
    pub sql: String,
    pub columns: Vec<Column>,
    /// Changes the node beyond its configuration.
    pub change: fn(&mut Node),
    pub full_refresh: bool,
}

impl Run {
    /// A model over all of `source`.
    pub fn model(config: Value) -> Self {
        Self {
            kind: ResourceType::Model,
            config,
            sql: query(),
            columns: columns(),
            change: |_| {},
            full_refresh: false,
        }
    }

    /// A snapshot of all of `source`.
    pub fn snapshot(config: Value) -> Self {
        Self { kind: ResourceType::Snapshot, ..Self::model(config) }
    }

    /// The same with another query.
    pub fn of(mut self, sql: &str, columns: &[(&str, &str)]) -> Self {
        self.sql = format!("{sql} from {}", relation("source"));
        let column = |(name, data_type): &(&str, &str)| Column {
            name: (*name).to_owned(),
            data_type: (*data_type).to_owned(),
        };
        self.columns = columns.iter().map(column).collect();
        self
    }

    /// The same, changed beyond its configuration.
    pub fn with(mut self, change: fn(&mut Node)) -> Self {
        self.change = change;
        self
    }

    fn node(&self) -> Node {
        let mut node = node_support::node(self.kind, relation("m"), &self.sql, self.config.clone());
        (self.change)(&mut node);
        node
    }
}

/// The statements of the runs, one after the other.
///
/// # Panics
/// Where a plan cannot be made: what is refused is not judged here.
pub fn runs(name: &str, runs: &[Run]) -> Case {
    seed_runs(name, runs, Path::new(""))
}

/// The options of a run on BigQuery.
pub fn options(full_refresh: bool) -> PlanOptions {
    PlanOptions {
        full_refresh,
        empty: false,
        run_started_at: moment(),
        engine: Engine::BigQuery,
        staging_suffix: "_1a2b3c4d".to_owned(),
    }
}

/// The same of a seed with its file.
pub fn seed_runs(name: &str, runs: &[Run], file: &Path) -> Case {
    let mut case = Case { name: name.to_owned(), given: vec![source()], statements: Vec::new() };
    let mut existing: Option<Existing> = None;
    let mut now = moment();
    for run in runs {
        let mut built: Option<Plan> = None;
        let mut node = run.node();
        if run.kind == ResourceType::Seed {
            node.seed_path = Some(file.to_owned());
        }
        let known = existing.as_ref();
        let observed = Observed {
            existing: known
                .map(|known| Relation { kind: Some(known.kind), ..node.relation.clone() }),
            existing_columns: known.map(|known| known.columns.clone()),
            query_columns: Some(run.columns.clone()),
            details: known.map(|known| known.details.clone()),
            copied: Vec::new(),
        };
        let options = PlanOptions { run_started_at: now, ..options(run.full_refresh) };
        let input =
            PlanInput { node: &node, sql: &run.sql, observed: &observed, options: &options };
        let planned = if is_audited(&node) {
            plan_audited(&input, None).map(|audited| {
                case.statements.extend(statements(&audited.build));
                built = Some(audited.build);
                audited.publish
            })
        } else if Microbatch::is_strategy_of(&node) {
            plan_batch(&input, &batch(&node, known.is_some()))
        } else {
            plan(&input)
        };
        let plan = planned.unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        case.statements.extend(statements(&plan));
        // A function leaves no table.
        if run.kind != ResourceType::Function {
            let creates = built.as_ref().unwrap_or(&plan);
            existing = Some(after(&node, creates, &run.columns, existing));
        }
        now += chrono::Duration::hours(1);
    }
    case
}

/// The first batch of a microbatch model.
fn batch(node: &Node, is_incremental: bool) -> BatchInput {
    let model = Microbatch::of(node).expect("a microbatch model");
    let (start, size) = (model.begin, model.batch_size);
    let span = TimeSpan { start, end: size.after(start, 1) };
    BatchInput { batch: Batch { span, size }, is_incremental, is_first: true }
}

/// A plan as scripts, one for each step. What is no SQL is said in comments; what of it makes tables,
/// puts them in the place of others or changes columns is done by other statements here.
pub fn statements(plan: &Plan) -> Vec<String> {
    let is_comment = |sql: &str| sql.lines().all(|line| line.starts_with("--"));
    let header = plan.steps.iter().find_map(|step| match step {
        Step::Header { sql } => Some(sql),
        _ => None,
    });
    let of_step = |step: &Step| {
        let header = header.filter(|_| step.needs_header());
        let statements = google_sql_statements(step).into_iter();
        let statements = statements.map(|own| match header {
            Some(header) => Rendered::behind(header, &own).sql,
            None => own.sql,
        });
        let mut statements: Vec<String> = statements.filter(|sql| !is_comment(sql)).collect();
        if let Step::AlterColumns { relation, extend, .. } = step {
            for Column { name, data_type } in extend {
                statements.push(format!("alter table {relation} drop column `{name}`"));
                statements.push(format!("alter table {relation} add column `{name}` {data_type}"));
            }
        }
        if let Step::CopyTables { sources, target, adds: false, .. } = step {
            statements.push(format!("create or replace table {target}\ncopy {}", sources[0]));
        }
        if let Step::Publish { candidate, target, .. } = step {
            // What the copy job does.
            statements.push(format!("create or replace table {target} copy {candidate}"));
            statements.push(format!("drop table {candidate}"));
        }
        statements.join(";\n")
    };
    plan.steps.iter().map(of_step).filter(|sql| !sql.is_empty()).collect()
}

/// The node's relation, as an adapter would describe it.
struct Existing {
    kind: RelationKind,
    columns: Vec<Column>,
    details: RelationDetails,
}

/// What exists after a run.
fn after(node: &Node, plan: &Plan, query: &[Column], before: Option<Existing>) -> Existing {
    let details = |options: &TableOptions, query: Option<&String>| RelationDetails {
        partition: options.partition_by.as_ref().map(|by| by.layout()),
        cluster_by: options.cluster_by.clone(),
        query: query.cloned(),
        ..RelationDetails::default()
    };
    let created = plan.steps.iter().rev().find_map(|step| match step {
        Step::CreateTable { options, temporary: false, .. } | Step::LoadSeed { options, .. } => {
            Some((RelationKind::Table, details(options, None)))
        }
        Step::CreateEmptyTable { options, temporary: false, .. } => {
            Some((RelationKind::Table, details(options, None)))
        }
        Step::CreateView { relation, query, options } if *relation == node.relation => {
            Some((RelationKind::View, details(options, Some(query))))
        }
        Step::CreateMaterializedView { query, options, .. } => {
            Some((RelationKind::MaterializedView, details(options, Some(query))))
        }
        _ => None,
    });
    let (kind, details, mut columns) = match (created, before) {
        (Some((kind, details)), _) => (kind, details, query.to_vec()),
        (None, before) => {
            let before = before.expect("a plan creates what does not exist");
            (before.kind, before.details, before.columns)
        }
    };
    // A table that is partitioned by ingestion time lacks the column that says it.
    let ingestion = node
        .config
        .get("partition_by")
        .filter(|by| by.get("time_ingestion_partitioning").and_then(Value::as_bool) == Some(true));
    let field = ingestion.and_then(|by| by.get("field")?.as_str());
    let query: Vec<Column> =
        query.iter().filter(|column| Some(column.name.as_str()) != field).cloned().collect();
    let query = query.as_slice();
    columns.retain(|column| Some(column.name.as_str()) != field);
    match node.config.text("on_schema_change") {
        Some("append_new_columns") => add(&mut columns, query),
        Some("sync_all_columns") => columns = query.to_vec(),
        _ => {}
    }
    if node.resource_type == ResourceType::Snapshot {
        add(&mut columns, query);
        let own = node.config.get("snapshot_meta_column_names");
        let updated_at = node.config.text("updated_at").and_then(|name| {
            query.iter().find(|column| column.name == name).map(|found| found.data_type.clone())
        });
        let time = updated_at.unwrap_or_else(|| "TIMESTAMP".to_owned());
        let deleted = node.config.text("hard_deletes") == Some("new_record");
        let own_columns = [
            ("dbt_scd_id", "STRING"),
            ("dbt_updated_at", &time),
            ("dbt_valid_from", &time),
            ("dbt_valid_to", &time),
            ("dbt_is_deleted", "STRING"),
        ];
        let own_columns =
            own_columns.into_iter().filter(|own| own.0 != "dbt_is_deleted" || deleted);
        let own_columns: Vec<Column> = own_columns
            .map(|(name, data_type)| Column {
                name: own.and_then(|own| own[name].as_str()).unwrap_or(name).to_owned(),
                data_type: data_type.to_owned(),
            })
            .collect();
        add(&mut columns, &own_columns);
    }
    Existing { kind, columns, details }
}

fn add(columns: &mut Vec<Column>, more: &[Column]) {
    for column in more {
        if !columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
            columns.push(column.clone());
        }
    }
}

fn moment() -> DateTime<Utc> {
    Utc.timestamp_opt(1_700_000_000, 0).single().expect("a time")
}

/// Descriptions that need escaping, of the node and of columns.
pub fn describe(node: &mut Node) {
    node.description = "it's \"a\" table\\of two\nlines; `quoted` \u{e9}".to_owned();
    for (name, data_type) in COLUMNS {
        let column = ColumnProperties {
            name: name.to_owned(),
            description: format!("the node's `{name}`\nin \\ full"),
            data_type: Some(data_type.to_owned()),
            ..Default::default()
        };
        node.columns.insert(name.to_owned(), column);
    }
}

/// The same, under constraints of every type.
pub fn constrain(node: &mut Node) {
    describe(node);
    node.columns["id"].constraints =
        vec![serde_json::json!({"type": "not_null"}), serde_json::json!({"type": "primary_key"})];
    node.constraints = vec![
        serde_json::json!({"type": "not_null", "columns": ["name", "day"]}),
        serde_json::json!({"type": "foreign_key", "columns": ["id"],
            "to": relation("source").to_string(), "to_columns": ["id"]}),
    ];
}

/// The same, the STRUCT declared by its fields.
pub fn declare_fields(node: &mut Node) {
    constrain(node);
    node.columns.shift_remove("order");
    let fields =
        [("order.number", "int64"), ("order.lines", "array<struct<sku string, count int64>>")];
    for (name, data_type) in fields {
        let column = ColumnProperties {
            name: name.to_owned(),
            description: format!("it's {name}"),
            data_type: Some(data_type.to_owned()),
            constraints: vec![serde_json::json!({"type": "not_null"})],
            ..Default::default()
        };
        node.columns.insert(name.to_owned(), column);
    }
}
