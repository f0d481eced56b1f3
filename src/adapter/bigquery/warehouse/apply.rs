//! A plan as jobs and changes of metadata, one after the other.

use serde_json::json;

use super::{
    access,
    bigquery_adapter::BigQueryAdapter,
    columns, land,
    names::{dataset_id, table_id},
    partitions, publish, schema, spool,
    tally::Tally,
};
use crate::{
    adapter::{
        AdapterError, AdapterErrorKind, Cancel, PlanOutcome,
        bigquery::{
            CopyJob, CopyOperation, Destination, JobOptions, JobOutcome, LoadFormat, LoadJob,
            LoadSource, QueryJob, TableId, WriteDisposition,
        },
    },
    plan::{Plan, Rendered, Step, TableOptions, google_sql_statements},
    relation::{Column, Relation, Table},
};

/// The name of plans that templates have carried out.
const OPERATION: &str = "operation";

/// A plan on its way.
pub(super) struct Applying<'a> {
    pub adapter: &'a BigQueryAdapter,
    pub plan: &'a Plan,
    pub cancel: &'a Cancel,
    pub tally: Tally,
    /// Staging tables that exist, or may.
    staged: Vec<TableId>,
    table: Option<Table>,
    /// Rows of a landing, by table.
    landed: Vec<u64>,
    /// Whether the job of a landing was there already.
    pub(super) reattached: bool,
    /// The plan's header, and which step it is.
    header: Option<(usize, &'a str)>,
}

impl<'a> Applying<'a> {
    pub fn new(adapter: &'a BigQueryAdapter, plan: &'a Plan, cancel: &'a Cancel) -> Self {
        let (tally, staged) = (Tally::default(), Vec::new());
        Self {
            adapter,
            plan,
            cancel,
            tally,
            staged,
            table: None,
            landed: Vec::new(),
            reattached: false,
            header: None,
        }
    }

    /// Carries the plan out.
    pub async fn run(mut self) -> Result<PlanOutcome, AdapterError> {
        let mut done = Ok(());
        for (at, step) in self.plan.steps.iter().enumerate() {
            done = match self.cancel.is_cancelled() {
                true => Err(cancelled()),
                false => self.step(at, step).await,
            };
            done = done.map_err(|error| AdapterError { step: error.step.or(Some(at)), ..error });
            if done.is_err() {
                break;
            }
        }
        for table in &self.staged {
            // One that stays drops itself: there is nothing to tell the user.
            let _ = self.adapter.client.delete_table(table).await;
        }
        done?;
        Ok(PlanOutcome {
            rows_affected: self.tally.rows,
            landed: self.landed,
            reattached: self.reattached,
            table: self.table,
            response: self.tally.response(),
        })
    }

    /// Changes a table's columns.
    pub async fn change(&mut self, step: &Step) -> Result<(), AdapterError> {
        match step {
            Step::AlterColumns { relation, extend, .. } => {
                columns::alter(self, step).await?;
                match extend.is_empty() {
                    true => Ok(()),
                    false => columns::extend(self, relation, extend).await,
                }
            }
            _ => self.statements(step, false).await,
        }
    }

    async fn step(&mut self, at: usize, step: &'a Step) -> Result<(), AdapterError> {
        let client = &self.adapter.client;
        match step {
            Step::CreateSchema { database, schema } => {
                self.adapter.create_dataset(database.as_deref(), schema).await
            }
            Step::DropSchema { database, schema } => {
                let id = dataset_id(client, database.as_deref(), schema);
                self.adapter.forget_dataset(&id);
                client.delete_dataset(&id, true).await?;
                Ok(())
            }
            Step::DropRelation { relation } => {
                client.delete_table(&table_id(client, relation)).await?;
                Ok(())
            }
            Step::Describe { relation, options } => {
                columns::describe(self, relation, options).await
            }
            Step::AlterColumns { .. } => self.change(step).await,
            Step::CopyPartitions { target, staging, partition_by, partitions } => {
                let partitions = partitions.as_deref();
                partitions::copy(self, target, staging, partition_by, partitions).await
            }
            Step::CopyTables { sources, target, adds, kms_key } => {
                let mut destination = Destination::replace(table_id(client, target));
                if *adds {
                    destination.write = WriteDisposition::Append;
                }
                if let Some(key) = kms_key {
                    encrypt(&mut destination, key);
                }
                self.copy_tables(sources, destination).await
            }
            Step::Publish { candidate, target, adds } => {
                publish::publish(self, candidate, target, *adds).await
            }
            Step::Grant { relation, roles } => access::grant(self, relation, roles).await,
            Step::AuthorizeView { view, datasets } => {
                access::authorize_view(self, view, datasets).await
            }
            Step::LoadSeed { relation, file, columns, delimiter, options } => {
                let spool = spool::seed(file, columns, *delimiter)?;
                let mut destination = Destination::replace(table_id(client, relation));
                if let Some(key) = options.kms_key() {
                    encrypt(&mut destination, key);
                }
                self.load(destination, columns, &spool).await?;
                self.describe_loaded(relation, options).await
            }
            Step::Append { relation, columns, rows } => {
                let spool = spool::rows(columns, rows)?;
                let mut destination = Destination::replace(table_id(client, relation));
                destination.write = WriteDisposition::Append;
                self.load(destination, columns, &spool).await
            }
            Step::Land { tables, rows, commit } => {
                self.landed = land::land(self, tables, rows, commit).await?;
                Ok(())
            }
            Step::Header { sql } => {
                self.header = Some((at, sql));
                Ok(())
            }
            Step::Query { sql } => {
                let query = self.behind_header(step, Rendered::plain(sql));
                let (text, lines) = self.plan.context.with_comment(&query.sql);
                let job = QueryJob { options: self.job_options(), ..QueryJob::new(text) };
                let answer = client.query_rows(&job, None, self.cancel).await;
                let (outcome, table) =
                    answer.map_err(|error| self.placed(error.into(), &query, lines))?;
                self.tally.add(&outcome);
                self.table = Some(table);
                Ok(())
            }
            Step::CreateTable { relation, temporary, .. } => {
                if *temporary {
                    self.staged.push(table_id(client, relation));
                }
                self.statements(step, false).await?;
                if !*temporary {
                    // A query's job does not say how many rows its table got; the table does.
                    let id = table_id(client, relation);
                    self.tally.add_rows(client.row_count_at_once(&id, self.cancel).await);
                }
                Ok(())
            }
            Step::CreateEmptyTable { relation, .. } => {
                self.staged.push(table_id(client, relation));
                self.statements(step, false).await
            }
            Step::Insert { .. }
            | Step::DeleteInsert { .. }
            | Step::Merge { .. }
            | Step::InsertOverwrite { .. }
            | Step::ReplaceTimeSpan { .. }
            | Step::SnapshotMerge { .. } => self.statements(step, true).await,
            Step::CreateView { .. }
            | Step::CreateMissingTable { .. }
            | Step::AllowNull { .. }
            | Step::CreateMaterializedView { .. }
            | Step::RefreshMaterializedView { .. }
            | Step::RenameRelation { .. }
            | Step::CloneTable { .. }
            | Step::CreateFunction { .. }
            | Step::DeleteMatching { .. }
            | Step::Statement { .. } => self.statements(step, false).await,
        }
    }

    /// Makes a staging table, which goes when the plan ends.
    pub async fn create_staging(
        &mut self,
        create: &Step,
        relation: &Relation,
    ) -> Result<(), AdapterError> {
        self.staged.push(table_id(&self.adapter.client, relation));
        self.statements(create, false).await
    }

    /// Runs a step's statements, each as a job.
    pub async fn statements(&mut self, step: &Step, counts: bool) -> Result<(), AdapterError> {
        let mut rows = None;
        for statement in google_sql_statements(step) {
            if says_nothing(&statement.sql) {
                continue;
            }
            let statement = self.behind_header(step, statement);
            let outcome = self.query(&statement).await?;
            let written = outcome.statistics.rows_written();
            rows = written.map(|written| rows.unwrap_or(0) + written).or(rows);
        }
        if counts {
            // What came into a staging table before is not what the node's own table got.
            self.tally.rows = rows.and_then(|rows| u64::try_from(rows).ok());
        }
        Ok(())
    }

    /// A statement behind the plan's header, where its step needs it.
    fn behind_header(&self, step: &Step, statement: Rendered) -> Rendered {
        match self.header.filter(|_| step.needs_header()) {
            Some((_, header)) => Rendered::behind(header, &statement),
            None => statement,
        }
    }

    /// An error of a statement at its place: in the plan's header, else in the user's query. `comment`
    /// lines were before the statement.
    fn placed(&self, error: AdapterError, statement: &Rendered, comment: u32) -> AdapterError {
        let (header, _) = self.header.unzip();
        in_query(error, statement, comment, header)
    }

    /// Runs a statement as a job; an error is at its place in the user's query.
    pub async fn query(&mut self, statement: &Rendered) -> Result<JobOutcome, AdapterError> {
        let (sql, lines) = self.plan.context.with_comment(&statement.sql);
        let job = QueryJob { options: self.job_options(), ..QueryJob::new(sql) };
        let outcome = self.adapter.client.query_job(&job, self.cancel).await;
        let outcome = outcome.map_err(|error| self.placed(error.into(), statement, lines))?;
        self.tally.add(&outcome);
        Ok(outcome)
    }

    /// Copies whole tables, all of them or none.
    async fn copy_tables(
        &mut self,
        sources: &[Relation],
        destination: Destination,
    ) -> Result<(), AdapterError> {
        let client = &self.adapter.client;
        let job = CopyJob {
            sources: sources.iter().map(|source| table_id(client, source)).collect(),
            destination,
            operation: CopyOperation::Copy,
            options: self.job_options(),
        };
        let outcome = client.copy_job(&job, self.cancel).await?;
        self.tally.add(&outcome);
        self.tally.add_rows(outcome.statistics.rows_written());
        Ok(())
    }

    /// Labels and limits of the node's jobs.
    pub fn job_options(&self) -> JobOptions {
        // The user's come first: there are at most 64, and the last of a key counts.
        let mut labels = self.plan.context.labels.clone();
        for (key, value) in [
            ("elt_node", self.plan.unique_id.as_str()),
            ("elt_materialization", &self.plan.materialization),
        ] {
            // What a template does is done for its node.
            let is_told = labels.iter().any(|(known, _)| known == key);
            if !is_told || self.plan.unique_id.as_str() != OPERATION {
                labels.push((key.to_owned(), value.to_owned()));
            }
        }
        JobOptions {
            labels,
            timeout: self.plan.context.timeout,
            reservation: self.plan.context.reservation.clone(),
            ..JobOptions::default()
        }
    }

    /// Loads rows into a table.
    pub async fn load(
        &mut self,
        destination: Destination,
        columns: &[Column],
        spool: &spool::Spool,
    ) -> Result<(), AdapterError> {
        let fields = columns.iter().map(schema::field).collect::<Result<Vec<_>, _>>()?;
        let source = LoadSource::File(spool.path.clone());
        let job = LoadJob {
            fields,
            options: self.job_options(),
            ..LoadJob::replace(source, LoadFormat::NewlineJson, destination)
        };
        let outcome = self.adapter.client.load_job(&job, self.cancel).await?;
        self.tally.add(&outcome);
        self.tally.add_rows(outcome.statistics.rows_written().or(Some(spool.rows as i64)));
        Ok(())
    }

    /// A load job describes no table that was there.
    async fn describe_loaded(
        &mut self,
        relation: &Relation,
        options: &TableOptions,
    ) -> Result<(), AdapterError> {
        // The load has been told the key.
        let other = options.other.iter().filter(|(name, _)| name != "kms_key_name");
        let other: Vec<String> = other.map(|(name, value)| format!("{name} = {value}")).collect();
        if !other.is_empty() {
            let list = other.join(", ");
            let statement = format!("alter table {relation} set options ({list})");
            self.query(&Rendered::plain(statement)).await?;
        }
        let says_nothing = options.description.is_none()
            && options.labels.is_empty()
            && options.column_descriptions.is_empty()
            && options.policy_tags.is_empty();
        match says_nothing {
            true => Ok(()),
            false => columns::describe_and_label(self, relation, options).await,
        }
    }
}

fn encrypt(destination: &mut Destination, key: &str) {
    let key = json!({ "kmsKeyName": key });
    destination.properties.insert("destinationEncryptionConfiguration".to_owned(), key);
}

/// Whether a text holds nothing but comments on lines of their own: what has no statement is said so.
fn says_nothing(sql: &str) -> bool {
    sql.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with("--"))
}

/// An error of a statement as one of the user's query in it, or of the step `header`, whose lines are at
/// its begin. Lines of ours before the query are none of the user's.
pub(super) fn in_query(
    error: AdapterError,
    statement: &Rendered,
    comment: u32,
    header: Option<usize>,
) -> AdapterError {
    let Some((line, column)) = error.position else { return error };
    let line = line.saturating_sub(comment);
    if header.is_some() && (1..=statement.header_lines).contains(&line) {
        return AdapterError { position: Some((line, column)), step: header, ..error };
    }
    let position = match line.checked_sub(statement.lines_before) {
        Some(line) if line > 0 => (line, column),
        _ => (1, 1),
    };
    AdapterError { position: Some(position), ..error }
}

pub(super) fn cancelled() -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Cancelled,
        code: "cancelled",
        message: "cancelled".to_owned(),
        position: None,
        step: None,
        help: None,
    }
}
