//! The adapter: async at its face, one blocking task per call behind it.

use std::{sync::Arc, time::Duration};

use duckdb::Connection;

use super::{
    DuckDbOptions, apply,
    errors::{cancelled, engine_error, warehouse_error},
    explained::explained,
    lower::in_engine,
    open,
    session::Session,
    shared::Shared,
    steady::Steady,
    wording::in_words_of,
};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, BoxFuture, Cancel, OnText, PlanOutcome},
    plan::Plan,
    relation::{Column, Dialect, Relation, RelationKind, Table, is_pseudo_column},
};

/// Between two interrupts of a statement: one that comes between two statements has no effect.
const INTERRUPT_EVERY: Duration = Duration::from_millis(20);

/// The embedded engine.
pub struct DuckDbAdapter {
    shared: Arc<Shared>,
    /// Where it is written for long, a little at a time.
    steady: Option<Arc<Steady>>,
}

impl std::fmt::Debug for DuckDbAdapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DuckDbAdapter({})", self.shared.database)
    }
}

impl DuckDbAdapter {
    /// Opens the database, waiting a bounded time while another process holds it.
    ///
    /// # Errors
    /// When it cannot be opened: `database-locked` where somebody else holds it.
    pub fn open(options: DuckDbOptions) -> Result<Self, AdapterError> {
        let (connection, setup) = open::open(&options)?;
        let steady = match options.is_written_steadily {
            true => {
                let steady = Steady::of(&connection);
                Some(Arc::new(steady.map_err(|error| engine_error(&error, options.dialect, 0))?))
            }
            false => None,
        };
        let shared = Shared::new(options.dialect, options.database, connection, setup);
        Ok(Self { shared: Arc::new(shared), steady })
    }

    /// Runs blocking work on a connection of the pool; a raised `cancel` interrupts it.
    async fn work<T: Send + 'static>(
        &self,
        cancel: &Cancel,
        work: impl FnOnce(&Shared, &Connection) -> Result<T, AdapterError> + Send + 'static,
    ) -> Result<T, AdapterError> {
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let connection = self.shared.take()?;
        let interrupt = connection.interrupt_handle();
        let shared = Arc::clone(&self.shared);
        let mut task = tokio::task::spawn_blocking(move || {
            let result = work(&shared, &connection);
            // After a failure a transaction may be open still: an interrupt stops a rollback too.
            if result.is_ok() {
                shared.give_back(connection);
            }
            result
        });
        let ended = tokio::select! {
            ended = &mut task => ended,
            () = cancel.cancelled() => loop {
                interrupt.interrupt();
                if let Ok(ended) = tokio::time::timeout(INTERRUPT_EVERY, &mut task).await {
                    break ended;
                }
            },
        };
        let dialect = self.shared.dialect;
        match ended {
            Ok(Err(error))
                if cancel.is_cancelled() && error.kind != AdapterErrorKind::Cancelled =>
            {
                Err(AdapterError { step: error.step, ..cancelled() })
            }
            Ok(result) => result.map_err(|error| in_words_of(error, dialect)),
            Err(panic) => Err(warehouse_error("internal-error", panic.to_string())),
        }
    }
}

impl Adapter for DuckDbAdapter {
    fn dialect(&self) -> Dialect {
        self.shared.dialect
    }

    fn relations<'a>(
        &'a self,
        database: Option<&'a str>,
        schema: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Relation>, AdapterError>> {
        Box::pin(async move {
            let database = database.filter(|name| !name.is_empty()).map(str::to_owned);
            let schema = schema.to_owned();
            self.work(&Cancel::default(), move |shared, connection| {
                relations(&Session::new(shared, connection), database, &schema)
            })
            .await
        })
    }

    fn columns<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<Vec<Column>>, AdapterError>> {
        Box::pin(async move {
            let relation = in_engine(relation);
            self.work(&Cancel::default(), move |shared, connection| {
                let session = Session::new(shared, connection);
                let found = session.table_columns(&relation.to_string())?;
                Ok(found.map(|mut columns| {
                    columns.retain(|(name, _)| !is_pseudo_column(name));
                    session.in_dialect(columns)
                }))
            })
            .await
        })
    }

    fn required_columns<'a>(
        &'a self,
        relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Vec<String>, AdapterError>> {
        Box::pin(async move {
            let relation = in_engine(relation);
            self.work(&Cancel::default(), move |shared, connection| {
                let session = Session::new(shared, connection);
                let name = relation.to_string();
                if session.table_columns(&name)?.is_none() {
                    return Ok(Vec::new());
                }
                let name = name.replace('\'', "''");
                let sql = format!("select name from pragma_table_info('{name}') where \"notnull\"");
                let found = session.rows(&sql, None)?;
                Ok(found.rows.into_iter().flatten().filter_map(|cell| cell.as_text()).collect())
            })
            .await
        })
    }

    fn describe<'a>(
        &'a self,
        header: &'a str,
        sql: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Column>, AdapterError>> {
        Box::pin(async move {
            let (header, sql) = (header.to_owned(), sql.to_owned());
            self.work(&Cancel::default(), move |shared, connection| {
                let session = Session::new(shared, connection);
                let columns = session.describe_behind(&header, &sql)?;
                Ok(session.in_dialect(columns))
            })
            .await
        })
    }

    fn explain<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<String, AdapterError>> {
        Box::pin(async move {
            let sql = sql.to_owned();
            self.work(&Cancel::default(), move |shared, connection| {
                let session = Session::new(shared, connection);
                if session.script(&sql)?.is_some() {
                    let message = "a script has no translation of its own: each statement is \
                                   translated when its turn comes";
                    return Err(warehouse_error("unsupported-syntax", message));
                }
                let statements = session.statements(&sql)?;
                let texts: Vec<String> = statements.iter().map(explained).collect();
                Ok(texts.join(";\n"))
            })
            .await
        })
    }

    fn apply<'a>(
        &'a self,
        plan: &'a Plan,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<PlanOutcome, AdapterError>> {
        Box::pin(async move {
            let (plan, stop, steady) = (plan.clone(), cancel.clone(), self.steady.clone());
            self.work(cancel, move |shared, connection| {
                let outcome = apply::apply(shared, connection, &plan, &stop)?;
                if let Some(steady) = steady {
                    steady.committed(connection);
                }
                Ok(outcome)
            })
            .await
        })
    }

    fn each_text<'a>(
        &'a self,
        relation: &'a Relation,
        column: &'a str,
        mut on: OnText,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<bool, AdapterError>> {
        Box::pin(async move {
            let relation = in_engine(relation);
            let sql = format!("select {} from {relation}", Dialect::DuckDb.quote(column));
            self.work(cancel, move |shared, connection| {
                Session::new(shared, connection).each_text(&sql, &mut on).map(|()| true)
            })
            .await
        })
    }

    fn query<'a>(
        &'a self,
        sql: &'a str,
        limit: Option<usize>,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<Table, AdapterError>> {
        Box::pin(async move {
            let sql = sql.to_owned();
            self.work(cancel, move |shared, connection| {
                Session::new(shared, connection).answer(&sql, limit)
            })
            .await
        })
    }
}

fn relations(
    session: &Session<'_>,
    database: Option<String>,
    schema: &str,
) -> Result<Vec<Relation>, AdapterError> {
    let quoted = |text: &str| open::quoted(&text.to_ascii_lowercase());
    let wanted = quoted(database.as_deref().unwrap_or(&session.shared.database));
    let of = format!(
        "where lower(database_name) = {wanted} and lower(schema_name) = {}",
        quoted(schema)
    );
    let sql = format!(
        "select table_name, 'table' from duckdb_tables() {of} \
         union all select view_name, 'view' from duckdb_views() {of} order by 1"
    );
    let failed = |error: duckdb::Error| super::errors::engine_error(&error, Dialect::GoogleSql, 0);
    let mut statement = session.connection.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let (name, kind): (String, String) =
            (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
        let kind = if kind == "view" { RelationKind::View } else { RelationKind::Table };
        let relation = Relation::new(session.shared.dialect, database.clone(), schema, name);
        found.push(Relation { kind: Some(kind), ..relation });
    }
    Ok(found)
}
