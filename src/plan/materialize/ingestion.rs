//! `partition_by: {time_ingestion_partitioning: true}`: partitions by the time that rows are loaded
//! at, which is here what a column of the query says. The column itself is not in the table: its
//! partition's time is in the pseudo column `_PARTITIONTIME`
//! (<https://docs.getdbt.com/reference/resource-configs/bigquery-configs#partitioning-by-an-ingestion-date-or-timestamp>,
//! <https://cloud.google.com/bigquery/docs/querying-partitioned-tables#query_an_ingestion-time_partitioned_table>).

use super::{
    options::{partition_by, wrong},
    staging,
};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::{Microbatch, Node, ResourceType},
    plan::{
        Engine, Observed, PartitionBy, PlanInput, RowSource, Step, TableOptions, contract,
        replace::same_layout,
    },
    relation::{Column, Dialect, PARTITION_DATE, PARTITION_TIME, Relation, RelationKind},
};

/// A table partitioned by ingestion time.
#[derive(Clone, Debug)]
pub(in crate::plan) struct IngestionTime {
    by: PartitionBy,
    engine: Engine,
}

impl IngestionTime {
    /// Of a node's table, where it is partitioned so.
    ///
    /// # Errors
    /// What does not go together with it.
    pub fn of(node: &Node, engine: Engine) -> Result<Option<Self>, Vec<Diagnostic>> {
        if node.relation.dialect != Dialect::GoogleSql || !makes_a_table(node) {
            return Ok(None);
        }
        let Some(by) = partition_by(node)?.filter(|by| by.time_ingestion) else { return Ok(None) };
        let refused = |what: &str, help: &str| {
            let message = format!("`time_ingestion_partitioning` does not work with {what}");
            Err(wrong(node, &message).into_iter().map(|one| one.help(help)).collect())
        };
        let by_column = "partition by the column itself: the same partitions are read";
        if node.resource_type == ResourceType::Snapshot {
            return refused("snapshots", by_column);
        }
        if node.config.materialized() == "materialized_view" {
            return refused("materialized views", by_column);
        }
        if Microbatch::is_strategy_of(node) {
            return refused("the strategy `microbatch`", by_column);
        }
        if contract::is_enforced(node) {
            return refused("an enforced contract", by_column);
        }
        if by.data_type == "int64" {
            return refused("ranges of integers", "name a column of dates or times");
        }
        let strategy = node.config.text("incremental_strategy").unwrap_or_default();
        if node.config.materialized() == "incremental" && strategy.starts_with("delete") {
            let help = "use `merge`, `insert_overwrite` or `append`";
            return refused("the strategy `delete+insert`", help);
        }
        let keys = node.config.texts("unique_key").unwrap_or_default();
        if keys.iter().any(|key| key.eq_ignore_ascii_case(&by.field)) {
            let what = format!("the key `{}`, which the table does not have", by.field);
            return refused(&what, by_column);
        }
        Ok(Some(Self { by, engine }))
    }

    /// What is observed, of the columns that the table has: the partition's is none of them.
    ///
    /// # Errors
    /// A query that does not give it.
    pub fn narrowed(&self, input: &PlanInput<'_>) -> Result<Observed, Vec<Diagnostic>> {
        let mut observed = input.observed.clone();
        if let Some(columns) = &mut observed.query_columns {
            let all = columns.len();
            columns.retain(|column| !column.name.eq_ignore_ascii_case(&self.by.field));
            if columns.len() == all {
                let field = &self.by.field;
                let message =
                    format!("`partition_by` names `{field}`, which the query does not give");
                let hint = did_you_mean(field, columns.iter().map(|column| column.name.as_str()));
                let problems = wrong(input.node, &message).into_iter();
                return Err(problems.map(|one| one.maybe_help(hint.clone())).collect());
            }
        }
        Ok(observed)
    }

    /// The columns that say a row's partition, besides those of the query.
    pub fn own_columns(&self) -> Vec<String> {
        let all = match self.engine {
            Engine::BigQuery => &[PARTITION_TIME][..],
            // Where they are columns like others, which `*` leaves out.
            Engine::Embedded => &[PARTITION_TIME, PARTITION_DATE],
        };
        all.iter().map(|name| (*name).to_owned()).collect()
    }

    /// The rows as they are written. BigQuery takes the start of a partition only.
    pub fn rows(&self, rows: &RowSource) -> RowSource {
        RowSource::Query(match rows {
            RowSource::Relation(relation) => format!("{} {relation}", self.head()),
            RowSource::Query(query) => self.query(query),
        })
    }

    /// The rows of a query as they are written. It begins on the first line, so that its lines are the
    /// user's.
    fn query(&self, query: &str) -> String {
        let query = query.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
        format!("{} ({query}\n)", self.head())
    }

    fn head(&self) -> String {
        let field = Dialect::GoogleSql.quote(&self.by.field);
        let time = format!("timestamp_trunc(timestamp({field}), {})", self.by.granularity);
        let date = match self.engine {
            Engine::BigQuery => String::new(),
            Engine::Embedded => format!(" date({time}) as {PARTITION_DATE},"),
        };
        format!("select {time} as {PARTITION_TIME},{date} * except ({field}) from")
    }

    /// How the rows of a partition are found in the table.
    pub fn partition(&self, are_named: bool) -> PartitionBy {
        let is_date = are_named && self.by.data_type == "date";
        let (field, data_type) = match is_date {
            true => (PARTITION_DATE, "date"),
            false => (PARTITION_TIME, "timestamp"),
        };
        PartitionBy {
            field: field.to_owned(),
            data_type: data_type.to_owned(),
            time_ingestion: false,
            ..self.by.clone()
        }
    }

    /// Partitions that the user names by values of the column, as the table has them.
    pub fn named(&self, partitions: Vec<String>) -> Vec<String> {
        match self.by.data_type.as_str() {
            "datetime" => partitions.iter().map(|value| format!("timestamp({value})")).collect(),
            _ => partitions,
        }
    }

    /// An empty table like the node's, and its rows: it cannot be made of a query.
    pub fn filled(
        &self,
        input: &PlanInput<'_>,
        relation: &Relation,
        options: TableOptions,
        temporary: bool,
    ) -> [Step; 2] {
        let columns: Vec<Column> = input.observed.query_columns.clone().unwrap_or_default();
        let mut names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        names.extend(self.own_columns());
        let create =
            Step::CreateEmptyTable { relation: relation.clone(), columns, options, temporary };
        let rows = self.rows(&RowSource::Query(input.sql.to_owned()));
        [create, Step::Insert { target: relation.clone(), columns: names, rows }]
    }

    /// The node's table, made beside whatever is there: that goes when the rows are in.
    pub fn table(&self, input: &PlanInput<'_>, options: &TableOptions) -> Vec<Step> {
        let node = input.node;
        let relation = &node.relation;
        let beside = Relation { kind: Some(RelationKind::Table), ..staging(input) };
        let mut steps = vec![Step::CreateSchema {
            database: relation.database.clone(),
            schema: relation.schema.clone(),
        }];
        steps.extend(self.filled(input, &beside, options.clone(), false));
        match &input.observed.existing {
            Some(old) if old.kind == Some(RelationKind::Table) && same_layout(input, options) => {
                steps.push(Step::Publish {
                    candidate: beside,
                    target: relation.clone(),
                    adds: false,
                });
            }
            existing => {
                let drop = |old: &Relation| Step::DropRelation { relation: old.clone() };
                steps.extend(existing.as_ref().map(drop));
                steps.push(Step::RenameRelation { from: beside, to: relation.identifier.clone() });
            }
        }
        steps
    }

    /// The query of a table on the embedded engine, where the pseudo columns are columns.
    pub fn table_query(&self, sql: &str) -> String {
        self.query(sql)
    }
}

/// Whether a node's partitioning means something.
fn makes_a_table(node: &Node) -> bool {
    node.resource_type == ResourceType::Snapshot
        || node.resource_type == ResourceType::Model
            && matches!(node.config.materialized(), "table" | "incremental" | "materialized_view")
}

/// Whether the columns of a node's query must be known to make its table.
pub(in crate::plan) fn needs_columns(node: &Node, engine: Engine) -> bool {
    engine == Engine::BigQuery && IngestionTime::of(node, engine).is_ok_and(|found| found.is_some())
}
