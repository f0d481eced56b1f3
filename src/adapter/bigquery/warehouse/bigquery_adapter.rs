//! The adapter.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    apply::{Applying, in_query},
    catalog, checks, estimate,
    names::{dataset_id, details, relation, table_id},
    partition_times,
    tally::Tally,
};
use crate::{
    adapter::{
        Adapter, AdapterError, BoxFuture, Cancel, CatalogEntry, Check, PlanEstimate, PlanOutcome,
        bigquery::{BigQueryClient, DatasetId, JobOptions, NewDataset, QueryJob},
    },
    plan::{Plan, Rendered},
    project::JobContext,
    relation::{Column, Dialect, PartitionState, Relation, RelationDetails, Table},
    sql::without_lasting_statements,
};

/// The label of each job that names the invocation it is of.
pub const INVOCATION_LABEL: &str = "elt_invocation_id";

/// BigQuery behind the trait of all warehouses.
pub struct BigQueryAdapter {
    pub(super) client: BigQueryClient,
    /// Datasets that are known to exist: each is asked for once.
    datasets: Mutex<HashSet<DatasetId>>,
}

impl std::fmt::Debug for BigQueryAdapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BigQueryAdapter({:?})", self.client)
    }
}

impl BigQueryAdapter {
    /// The warehouse that a client reaches.
    pub fn new(client: BigQueryClient) -> Self {
        Self { client, datasets: Mutex::default() }
    }

    /// Creates a dataset where it does not exist.
    pub(super) async fn create_dataset(
        &self,
        database: Option<&str>,
        schema: &str,
    ) -> Result<(), AdapterError> {
        let id = dataset_id(&self.client, database, schema);
        if self.known().contains(&id) {
            return Ok(());
        }
        // Whoever may build in a dataset need not be allowed to make one.
        if self.client.get_dataset(&id).await?.is_none() {
            self.client.insert_dataset(&id, &NewDataset::default()).await?;
        }
        self.known().insert(id);
        Ok(())
    }

    pub(super) fn forget_dataset(&self, id: &DatasetId) {
        self.known().remove(id);
    }

    fn known(&self) -> MutexGuard<'_, HashSet<DatasetId>> {
        // Every change is one step: a panic elsewhere leaves a set that is true.
        self.datasets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Adapter for BigQueryAdapter {
    fn dialect(&self) -> Dialect {
        Dialect::GoogleSql
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn relations<'a>(
        &'a self,
        database: Option<&'a str>,
        schema: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Relation>, AdapterError>> {
        Box::pin(async move {
            let id = dataset_id(&self.client, database, schema);
            let Some(entries) = self.client.list_tables(&id).await? else { return Ok(Vec::new()) };
            if !entries.is_empty() {
                self.known().insert(id);
            }
            Ok(entries.into_iter().map(relation).collect())
        })
    }

    fn find<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<Relation>, AdapterError>> {
        // One table is asked for, however many the dataset has.
        Box::pin(async move {
            let table = self.client.get_table(&table_id(&self.client, relation)).await?;
            Ok(table.map(|table| Relation { kind: table.kind, ..relation.clone() }))
        })
    }

    fn columns<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<Vec<Column>>, AdapterError>> {
        Box::pin(async move {
            let table = self.client.get_table(&table_id(&self.client, relation)).await?;
            Ok(table.map(|table| table.columns()))
        })
    }

    fn required_columns<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Vec<String>, AdapterError>> {
        Box::pin(async move {
            let table = self.client.get_table(&table_id(&self.client, relation)).await?;
            let fields = table.map(|table| table.fields).unwrap_or_default();
            let required = fields.into_iter().filter(|field| field.is_required());
            Ok(required.map(|field| field.name).collect())
        })
    }

    fn catalog_entry<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<CatalogEntry>, AdapterError>> {
        Box::pin(async move {
            let table = self.client.get_table(&table_id(&self.client, relation)).await?;
            Ok(table.map(|table| catalog::entry(&table)))
        })
    }

    fn details<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<RelationDetails>, AdapterError>> {
        Box::pin(async move {
            let table = self.client.get_table(&table_id(&self.client, relation)).await?;
            Ok(table.map(|table| details(&table)))
        })
    }

    fn partitions<'a>(
        &'a self,
        database: Option<&'a str>,
        schema: &'a str,
        tables: &'a [String],
    ) -> BoxFuture<'a, Result<Option<Vec<PartitionState>>, AdapterError>> {
        let id = dataset_id(&self.client, database, schema);
        Box::pin(async move { partition_times::of(self, &id, tables).await.map(Some) })
    }

    fn estimate<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Option<PlanEstimate>, AdapterError>> {
        Box::pin(async move { estimate::estimate(self, plan).await.map(Some) })
    }

    fn describe<'a>(
        &'a self,
        header: &'a str,
        sql: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Column>, AdapterError>> {
        Box::pin(async move {
            if header.trim().is_empty() {
                return Ok(self.client.dry_run(&QueryJob::new(sql)).await?.columns());
            }
            let script = Rendered::behind(header, &Rendered::plain(sql));
            let run = self.client.dry_run(&QueryJob::new(&script.sql)).await;
            let run = run.map_err(|error| in_query(error.into(), &script, 0, Some(0)))?;
            let columns = run.columns();
            if !columns.is_empty() {
                return Ok(columns);
            }
            // The dry run of a script tells no columns: it runs, without rows, as in dbt; and without
            // what would be written twice, or by a command that only looks.
            let header = without_lasting_statements(header);
            let query = sql.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
            let no_rows = Rendered::around("select * from (", query, ") where false limit 0");
            let script = Rendered::behind(&header, &no_rows);
            let job = QueryJob::new(&script.sql);
            let ran = self.client.query_rows(&job, None, &Cancel::default()).await;
            let (_, table) = ran.map_err(|error| in_query(error.into(), &script, 0, Some(0)))?;
            Ok(table.columns)
        })
    }

    fn explain<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<String, AdapterError>> {
        // BigQuery runs what it is given.
        Box::pin(async move { Ok(sql.to_owned()) })
    }

    fn apply<'a>(
        &'a self,
        plan: &'a Plan,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<PlanOutcome, AdapterError>> {
        Box::pin(Applying::new(self, plan, cancel).run())
    }

    fn query<'a>(
        &'a self,
        sql: &'a str,
        limit: Option<usize>,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<Table, AdapterError>> {
        Box::pin(async move {
            let rows = self.client.query_rows(&QueryJob::new(sql), limit, cancel).await;
            Ok(rows.map(|(_, table)| table)?)
        })
    }

    fn query_telling<'a>(
        &'a self,
        sql: &'a str,
        limit: Option<usize>,
        context: &'a JobContext,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<PlanOutcome, AdapterError>> {
        Box::pin(async move {
            let (text, lines) = context.with_comment(sql);
            let options = JobOptions {
                labels: context.labels.clone(),
                timeout: context.timeout,
                reservation: context.reservation.clone(),
                ..JobOptions::default()
            };
            let job = QueryJob { options, ..QueryJob::new(text) };
            let rows = self.client.query_rows(&job, limit, cancel).await;
            let (outcome, table) =
                rows.map_err(|error| in_query(error.into(), &Rendered::plain(sql), lines, None))?;
            let mut tally = Tally::default();
            tally.add(&outcome);
            let response = tally.response();
            Ok(PlanOutcome { table: Some(table), response, ..PlanOutcome::default() })
        })
    }

    fn stop_all<'a>(&'a self) -> BoxFuture<'a, usize> {
        Box::pin(self.client.cancel_running())
    }

    fn stop_left_by<'a>(
        &'a self,
        invocation: &'a str,
    ) -> BoxFuture<'a, Result<usize, AdapterError>> {
        Box::pin(async move {
            let labels = [(INVOCATION_LABEL.to_owned(), invocation.to_owned())];
            let left = self.client.running_jobs(&labels).await?;
            self.client.cancel_all(&left).await;
            Ok(left.len())
        })
    }

    fn checks<'a>(
        &'a self,
        database: Option<&'a str>,
        schema: &'a str,
    ) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(checks::checks(self, database, schema))
    }
}
