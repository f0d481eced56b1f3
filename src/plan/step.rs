//! Plans: what to do to a warehouse, as plain data.

use std::{path::PathBuf, sync::Arc};

use super::{
    function::FunctionDefinition,
    landing::{LandTable, RowStream},
};
use crate::{
    manifest::{TimeSpan, UniqueId},
    project::JobContext,
    relation::{Cell, Column, PartitionLayout, Relation},
};

/// The steps that build one node, run in order. An adapter applies them all or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The node.
    pub unique_id: UniqueId,
    /// The materialization as the user named it (`incremental`, `snapshot`, …).
    pub materialization: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// The relation that exists when the plan has run; none for tests and hooks.
    pub relation: Option<Relation>,
    /// What the warehouse is told about the plan's jobs.
    pub context: JobContext,
}

/// One step. SQL texts are in the target's dialect.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Creates the schema where it does not exist.
    CreateSchema {
        /// The database (BigQuery: project).
        database: Option<String>,
        /// The schema (BigQuery: dataset).
        schema: String,
    },
    /// Drops a schema with everything in it.
    DropSchema {
        /// The database (BigQuery: project).
        database: Option<String>,
        /// The schema (BigQuery: dataset).
        schema: String,
    },
    /// Gives a relation another name in its schema.
    RenameRelation {
        /// The relation, its kind known.
        from: Relation,
        /// The new identifier.
        to: String,
    },
    /// Creates or replaces a view over a query.
    CreateView {
        /// The view.
        relation: Relation,
        /// The query.
        query: String,
        /// Descriptions and other options.
        options: TableOptions,
    },
    /// Creates or replaces a table from a query.
    CreateTable {
        /// The table.
        relation: Relation,
        /// The query.
        query: String,
        /// Partitioning, clustering, descriptions.
        options: TableOptions,
        /// Whether it lives for this plan only (a staging table).
        temporary: bool,
    },
    /// Creates or replaces a table without rows, which lives for this plan only under the name it has.
    CreateEmptyTable {
        /// The table.
        relation: Relation,
        /// Its columns.
        columns: Vec<Column>,
        /// Partitioning, clustering and other options.
        options: TableOptions,
        /// Whether it lives for this plan only under any name.
        temporary: bool,
    },
    /// Creates a table without rows where there is none of the name; one that is there stays.
    CreateMissingTable {
        /// The table.
        relation: Relation,
        /// Its columns.
        columns: Vec<Column>,
        /// Partitioning, clustering and other options.
        options: TableOptions,
    },
    /// Writes descriptions to a table that exists.
    Describe {
        /// The table.
        relation: Relation,
        /// The descriptions.
        options: TableOptions,
    },
    /// Drops what `relation.kind` says, if it exists.
    DropRelation {
        /// The relation, its kind known.
        relation: Relation,
    },
    /// Creates or replaces a table as a copy of another.
    CloneTable {
        /// The table that is copied.
        from: Relation,
        /// The copy.
        to: Relation,
        /// Columns that refuse NULL, which a copy on the embedded engine forgets.
        not_null: Vec<String>,
    },
    /// Puts a table in the place of another one, or of none, at once. The candidate is gone then.
    Publish {
        /// The new table.
        candidate: Relation,
        /// Its place.
        target: Relation,
        /// Whether the candidate began as a copy of what is there: what is said of that table, beside
        /// its rows, stays.
        adds: bool,
    },
    /// Adds, drops and retypes columns.
    AlterColumns {
        /// The table.
        relation: Relation,
        /// Columns to add, nullable.
        add: Vec<Column>,
        /// Columns to drop.
        drop: Vec<String>,
        /// Columns whose type changes.
        retype: Vec<Column>,
        /// Columns whose STRUCT gets further fields, with the new type: no row is rewritten.
        extend: Vec<Column>,
    },
    /// Lets a column be NULL that refused it.
    AllowNull {
        /// The table.
        relation: Relation,
        /// The column.
        column: String,
    },
    /// Inserts all rows of a staging relation or query.
    Insert {
        /// The table.
        target: Relation,
        /// The columns, named on both sides.
        columns: Vec<String>,
        /// The rows.
        rows: RowSource,
    },
    /// Deletes the target's rows whose key is among the source's.
    DeleteMatching {
        /// The table.
        target: Relation,
        /// The new rows.
        rows: RowSource,
        /// The key columns.
        keys: Vec<String>,
        /// Further conditions on the target (`DBT_INTERNAL_DEST`).
        predicates: Vec<String>,
    },
    /// Deletes the target's rows whose key is among the new rows', then inserts those: both or
    /// neither.
    DeleteInsert {
        /// The table (`DBT_INTERNAL_DEST`).
        target: Relation,
        /// The staging relation of the new rows (`DBT_INTERNAL_SOURCE`).
        staging: Relation,
        /// The key columns.
        keys: Vec<String>,
        /// Further conditions on the target.
        predicates: Vec<String>,
        /// The columns inserted.
        columns: Vec<String>,
    },
    /// Updates the rows whose key matches and inserts the others.
    Merge {
        /// The table (`DBT_INTERNAL_DEST`).
        target: Relation,
        /// The new rows (`DBT_INTERNAL_SOURCE`).
        rows: RowSource,
        /// The key columns; none makes it insert only.
        keys: Vec<String>,
        /// Further conditions of the match.
        predicates: Vec<String>,
        /// Columns updated on a match.
        update: Vec<String>,
        /// Columns inserted otherwise.
        insert: Vec<String>,
        /// The partitioning, where its column is among the keys: only the partitions between the
        /// least and the greatest of the new rows are read.
        prune: Option<PartitionBy>,
    },
    /// Replaces the target's partitions that the source has rows for (or the static list).
    InsertOverwrite {
        /// The table.
        target: Relation,
        /// The new rows.
        rows: RowSource,
        /// The partitioning.
        partition_by: PartitionBy,
        /// The partitions to replace, as SQL literals; none: those found in the rows.
        partitions: Option<Vec<String>>,
        /// The columns.
        columns: Vec<String>,
    },
    /// Replaces partitions by jobs that copy them from a staging table of the same layout: no bytes
    /// are billed.
    CopyPartitions {
        /// The table.
        target: Relation,
        /// The staging table.
        staging: Relation,
        /// The partitioning of both.
        partition_by: PartitionBy,
        /// The partitions to replace, as SQL literals; none: those of the staging table.
        partitions: Option<Vec<String>>,
    },
    /// Copies whole tables into one, by a job that bills nothing.
    CopyTables {
        /// What is copied.
        sources: Vec<Relation>,
        /// Where to.
        target: Relation,
        /// Whether what is there stays.
        adds: bool,
        /// The key that the new table is encrypted by, where it is not the dataset's.
        kms_key: Option<String>,
    },
    /// Creates or replaces a materialized view.
    CreateMaterializedView {
        /// The view.
        relation: Relation,
        /// The query.
        query: String,
        /// Partitioning, clustering, description, `enable_refresh`, …
        options: TableOptions,
    },
    /// Brings a materialized view up to date.
    RefreshMaterializedView {
        /// The view.
        relation: Relation,
    },
    /// Creates or replaces a user-defined function.
    CreateFunction {
        /// Its name.
        relation: Relation,
        /// What it is.
        function: FunctionDefinition,
    },
    /// Gives roles on a relation to those named and takes them from all others.
    Grant {
        /// The relation.
        relation: Relation,
        /// Roles, each with its members (`user:someone@example.com`).
        roles: Vec<(String, Vec<String>)>,
    },
    /// Lets a view read the tables of other datasets in its readers' place.
    AuthorizeView {
        /// The view.
        view: Relation,
        /// The datasets, each a project (none: the view's) and a name.
        datasets: Vec<(Option<String>, String)>,
    },
    /// Replaces the target's rows of a span of time by those of the new rows that are in it.
    ReplaceTimeSpan {
        /// The table.
        target: Relation,
        /// The new rows; others of them are left out.
        rows: RowSource,
        /// The column that tells a row's time, on both sides, and the span.
        time: ColumnTimeSpan,
        /// The columns.
        columns: Vec<String>,
    },
    /// Applies a snapshot's staged changes (`dbt_change_type` insert, update, delete).
    SnapshotMerge {
        /// The snapshot table.
        target: Relation,
        /// The staging relation.
        staging: Relation,
        /// The names of the snapshot's own columns.
        meta_columns: crate::plan::SnapshotColumns,
        /// The columns inserted.
        insert: Vec<String>,
    },
    /// Loads a CSV file into a new table, replacing it.
    LoadSeed {
        /// The table.
        relation: Relation,
        /// The file.
        file: PathBuf,
        /// The columns in the file's order with their types.
        columns: Vec<Column>,
        /// The separator.
        delimiter: u8,
        /// Descriptions and other options.
        options: TableOptions,
    },
    /// Appends rows to a table, creating it where missing. Several in one plan are all or nothing:
    /// records together with the state that says they were read.
    Append {
        /// The table.
        relation: Relation,
        /// Its columns in the order of the rows' values.
        columns: Vec<Column>,
        /// The rows.
        rows: Rows,
    },
    /// Appends rows that come in batches to tables that exist, and to staging tables whose rows are
    /// passed on. All or nothing, on BigQuery too: one job with that id writes them.
    Land {
        /// The tables.
        tables: Vec<LandTable>,
        /// The rows.
        rows: RowStream,
        /// The id of the job that writes: whoever has the same id has the same predecessor, and only one
        /// of them succeeds.
        commit: String,
    },
    /// Statements of the user (`sql_header`) that the queries after them need: they run in the same
    /// session, on BigQuery in the same job.
    Header {
        /// The text.
        sql: String,
    },
    /// Any statement: hooks, custom materializations.
    Statement {
        /// The text.
        sql: String,
    },
    /// A query whose rows the caller wants: tests.
    Query {
        /// The text.
        sql: String,
    },
}

/// Rows to append.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// Held in memory.
    Held(Arc<Vec<Vec<Cell>>>),
    /// Kept in a file, each a line: a JSON list of texts and nulls, one for each column.
    Spooled {
        /// The file.
        file: PathBuf,
        /// How many there are.
        count: u64,
    },
}

impl Rows {
    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Held(rows) => rows.len() as u64,
            Self::Spooled { count, .. } => *count,
        }
    }
}

/// Where new rows come from.
#[derive(Clone, Debug, PartialEq)]
pub enum RowSource {
    /// A staging relation made by an earlier step.
    Relation(Relation),
    /// A query.
    Query(String),
}

/// What a table is created with besides its rows. The embedded engine has no partitions and keeps
/// what it can (descriptions).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableOptions {
    /// Partitioning.
    pub partition_by: Option<PartitionBy>,
    /// Clustering columns.
    pub cluster_by: Vec<String>,
    /// The relation's description, where `persist_docs` asks for it.
    pub description: Option<String>,
    /// Column descriptions, where `persist_docs` asks for them.
    pub column_descriptions: Vec<(String, String)>,
    /// Labels.
    pub labels: Vec<(String, String)>,
    /// Policy tags by column; fields of a STRUCT are named by their path (`address.city`).
    pub policy_tags: Vec<(String, Vec<String>)>,
    /// Column list with types and constraints, where a contract is enforced.
    pub contract: Option<Vec<ContractColumn>>,
    /// Constraints of the table as BigQuery writes them (`primary key (…) not enforced`).
    pub constraints: Vec<String>,
    /// Other BigQuery options as `name = literal`.
    pub other: Vec<(String, String)>,
}

impl TableOptions {
    /// The key that the table is encrypted by.
    pub fn kms_key(&self) -> Option<&str> {
        let (_, literal) = self.other.iter().find(|(name, _)| name == "kms_key_name")?;
        Some(literal.trim_matches('"'))
    }
}

/// A column under an enforced contract.
#[derive(Clone, Debug, PartialEq)]
pub struct ContractColumn {
    /// The column.
    pub column: Column,
    /// Its type with what is promised of its fields, as BigQuery's definitions of tables have it.
    pub definition: String,
    /// Whether NULL is refused.
    pub not_null: bool,
}

/// The rows whose time is in a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnTimeSpan {
    /// The column.
    pub column: String,
    /// What its values are.
    pub values: TimeValues,
    /// The span, in UTC.
    pub span: TimeSpan,
}

/// What the values of a column of times are, and so what they are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeValues {
    /// Days. Only for spans of whole days.
    Dates,
    /// Dates and times without a zone.
    Datetimes,
    /// Moments.
    Timestamps,
    /// Not known: each is cast to a timestamp.
    Any,
    /// Not known, and compared with a text that the engine takes for a value of the column's type:
    /// what dbt-duckdb does.
    AsText,
}

/// BigQuery partitioning as dbt configures it
/// (<https://docs.getdbt.com/reference/resource-configs/bigquery-configs#partition-clause>).
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionBy {
    /// The column.
    pub field: String,
    /// `date`, `timestamp`, `datetime` or `int64`.
    pub data_type: String,
    /// `hour`, `day`, `month` or `year`; unused for `int64`.
    pub granularity: String,
    /// Start, end and interval for `int64`.
    pub range: Option<(i64, i64, i64)>,
    /// Whether partitions are by ingestion time.
    pub time_ingestion: bool,
    /// Whether to replace partitions by copy jobs.
    pub copy_partitions: bool,
}

impl PartitionBy {
    /// How a table partitioned so is kept.
    pub fn layout(&self) -> PartitionLayout {
        let field = self.field.clone();
        match self.range {
            Some((start, end, interval)) if self.data_type == "int64" => {
                PartitionLayout::Range { field, start, end, interval }
            }
            _ => PartitionLayout::Time {
                field: (!self.time_ingestion).then_some(field),
                unit: self.granularity.to_ascii_uppercase(),
            },
        }
    }
}
