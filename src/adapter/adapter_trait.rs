//! What a warehouse must be able to do.

use std::{future::Future, pin::Pin};

use super::{AdapterError, Cancel, CatalogEntry, Check, PlanEstimate, PlanOutcome};
use crate::{
    plan::Plan,
    project::JobContext,
    relation::{Column, Dialect, PartitionState, Relation, RelationDetails, Table},
};

/// A boxed future, so that the trait can be used as an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Takes the texts of a column.
pub type OnText = Box<dyn FnMut(&str) + Send>;

/// A warehouse. All SQL given to it is in its dialect; translating for the engine is its business.
pub trait Adapter: Send + Sync {
    /// The dialect of the SQL it takes.
    fn dialect(&self) -> Dialect;

    /// Whether other processes may write to its tables while this one does. The file of an embedded
    /// database is one process's.
    fn is_shared(&self) -> bool {
        false
    }

    /// The tables and views of a schema, kinds filled; empty where the schema does not exist.
    fn relations<'a>(
        &'a self,
        database: Option<&'a str>,
        schema: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Relation>, AdapterError>>;

    /// A table or view as it exists, its kind filled; none where it does not exist.
    fn find<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<Relation>, AdapterError>> {
        Box::pin(async move {
            let all = self.relations(relation.database.as_deref(), &relation.schema).await?;
            // Listed relations may leave the database out.
            let same = |known: &Relation| {
                let known = Relation { database: relation.database.clone(), ..known.clone() };
                known.same_place(relation)
            };
            let kind = all.iter().find(|known| same(known)).map(|known| known.kind);
            Ok(kind.map(|kind| Relation { kind, ..relation.clone() }))
        })
    }

    /// The columns of a relation, in order; none where it does not exist.
    fn columns<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<Vec<Column>>, AdapterError>>;

    /// The columns of a table that refuse NULL; none where it does not exist, or where the warehouse
    /// lets every column be NULL.
    fn required_columns<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Vec<String>, AdapterError>> {
        let _ = relation;
        Box::pin(async { Ok(Vec::new()) })
    }

    /// What a catalogue tells of a relation; none where it does not exist.
    fn catalog_entry<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<CatalogEntry>, AdapterError>> {
        Box::pin(async move { Ok(self.columns(relation).await?.map(CatalogEntry::of_columns)) })
    }

    /// How an existing relation is kept; none where that has no meaning in this warehouse.
    fn details<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<RelationDetails>, AdapterError>> {
        let _ = relation;
        Box::pin(async { Ok(None) })
    }

    /// The partitions by time of tables of a schema, each with when it changed last; none where the
    /// warehouse keeps no such account. Tables that do not exist have none.
    fn partitions<'a>(
        &'a self,
        database: Option<&'a str>,
        schema: &'a str,
        tables: &'a [String],
    ) -> BoxFuture<'a, Result<Option<Vec<PartitionState>>, AdapterError>> {
        let _ = (database, schema, tables);
        Box::pin(async { Ok(None) })
    }

    /// What a plan would read, each statement of it checked by the warehouse and nothing changed; none
    /// where the warehouse bills nothing.
    fn estimate<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Option<PlanEstimate>, AdapterError>> {
        let _ = plan;
        Box::pin(async { Ok(None) })
    }

    /// The columns a query would give behind the statements of `header`, without running it (BigQuery: a
    /// dry run). An error of the header has the step 0.
    fn describe<'a>(
        &'a self,
        header: &'a str,
        sql: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Column>, AdapterError>>;

    /// What the warehouse would run for these statements, as text.
    fn explain<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<String, AdapterError>>;

    /// Applies a plan, all or nothing.
    fn apply<'a>(
        &'a self,
        plan: &'a Plan,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<PlanOutcome, AdapterError>>;

    /// Runs a query and returns at most `limit` rows (all, where none), or a statement and returns
    /// an empty table.
    fn query<'a>(
        &'a self,
        sql: &'a str,
        limit: Option<usize>,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<Table, AdapterError>>;

    /// The same, telling the warehouse what the job is for, where it has a use for that, and with its
    /// report.
    fn query_telling<'a>(
        &'a self,
        sql: &'a str,
        limit: Option<usize>,
        context: &'a JobContext,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<PlanOutcome, AdapterError>> {
        let _ = context;
        Box::pin(async move {
            let table = self.query(sql, limit, cancel).await?;
            Ok(PlanOutcome { table: Some(table), ..PlanOutcome::default() })
        })
    }

    /// Gives every text of a table's column to `on`, as it comes; whether it did. A warehouse from which
    /// that would take long does not.
    fn each_text<'a>(
        &'a self,
        relation: &'a Relation,
        column: &'a str,
        on: OnText,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<bool, AdapterError>> {
        let _ = (relation, column, on, cancel);
        Box::pin(async { Ok(false) })
    }

    /// Stops whatever is still under way in the warehouse and waits for its end: how much it was. The
    /// last call of a run that is over.
    fn stop_all<'a>(&'a self) -> BoxFuture<'a, usize> {
        Box::pin(async { 0 })
    }

    /// Stops what another invocation left running, which was killed, and waits for its end: how much it
    /// was. None where nothing runs on without its process.
    fn stop_left_by<'a>(
        &'a self,
        invocation: &'a str,
    ) -> BoxFuture<'a, Result<usize, AdapterError>> {
        let _ = invocation;
        Box::pin(async { Ok(0) })
    }

    /// Tries whether plans for a schema can be carried out, and changes nothing.
    fn checks<'a>(
        &'a self,
        database: Option<&'a str>,
        schema: &'a str,
    ) -> BoxFuture<'a, Vec<Check>> {
        let _ = (database, schema);
        Box::pin(async {
            let tried = self.query("select 1 as ok", Some(1), &Cancel::default()).await;
            vec![Check { what: "connection", found: tried.map(|_| "ok".to_owned()) }]
        })
    }
}
