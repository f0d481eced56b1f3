//! Applying a plan: one transaction, tried again when another one was in the way.

use std::time::Duration;

use duckdb::Connection;

use super::{
    append,
    errors::{cancelled, engine_error, is_conflict, warehouse_error},
    land, load_seed,
    lower::Lowering,
    session::Session,
    shared::Shared,
};
use crate::{
    adapter::{AdapterError, AdapterErrorKind, Cancel, PlanOutcome},
    plan::{Plan, RowSource, Step, duckdb_statements},
    relation::{Dialect, Relation},
};

/// Tries of a transaction that conflicts with another. Nodes write their own tables, so a conflict
/// is on the catalog and short.
const MAX_TRIES: u32 = 10;
/// The wait after the first conflict; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_millis(2);

/// Applies a plan, all or nothing.
pub(super) fn apply(
    shared: &Shared,
    connection: &Connection,
    plan: &Plan,
    cancel: &Cancel,
) -> Result<PlanOutcome, AdapterError> {
    let mut wait = FIRST_WAIT;
    for attempt in 1.. {
        match apply_once(shared, connection, plan, cancel) {
            Err(error) if is_conflict(&error) && attempt < MAX_TRIES => {
                std::thread::sleep(wait);
                wait *= 2;
            }
            Err(error) if cancel.is_cancelled() && error.kind != AdapterErrorKind::Cancelled => {
                return Err(AdapterError { step: error.step, ..cancelled() });
            }
            result => return result,
        }
    }
    unreachable!("the last try returns")
}

fn apply_once(
    shared: &Shared,
    connection: &Connection,
    plan: &Plan,
    cancel: &Cancel,
) -> Result<PlanOutcome, AdapterError> {
    for (at, step) in plan.steps.iter().enumerate() {
        if let Step::CreateSchema { database, schema } = step {
            shared
                .create_schema(database.as_deref(), schema)
                .map_err(|error| AdapterError { step: Some(at), ..error })?;
        }
    }
    let session = Session::new(shared, connection);
    let writes = plan.steps.iter().any(|step| !matches!(step, Step::Query { .. }));
    let control = |sql: &str| {
        connection.execute_batch(sql).map_err(|error| engine_error(&error, Dialect::GoogleSql, 0))
    };
    if writes {
        control("BEGIN TRANSACTION")?;
    }
    let mut outcome = PlanOutcome::default();
    let done = run_steps(&session, plan, cancel, &mut outcome);
    if !writes {
        return done.map(|()| outcome);
    }
    match done.and_then(|()| control("COMMIT")) {
        Ok(()) => {
            forget_written(shared, plan);
            Ok(outcome)
        }
        Err(error) => {
            // A statement may have ended the transaction already; then there is nothing to undo.
            let _ = control("ROLLBACK");
            // Columns that were asked for inside the transaction may be of tables that are gone.
            shared.forget_all();
            Err(error)
        }
    }
}

fn run_steps(
    session: &Session<'_>,
    plan: &Plan,
    cancel: &Cancel,
    outcome: &mut PlanOutcome,
) -> Result<(), AdapterError> {
    let mut lowering = Lowering { session, staged: Vec::new() };
    let mut temporary: Vec<Relation> = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        let failed = |error: AdapterError| AdapterError { step: Some(at), ..error };
        if cancel.is_cancelled() {
            return Err(failed(cancelled()));
        }
        if let Step::Land { tables, rows, .. } = step {
            let apply = |step: &Step| {
                let mut outcome = PlanOutcome::default();
                for step in lowering.lower(step)? {
                    run_step(session, &step, &mut outcome)?;
                }
                if let Some(written) = written(step) {
                    session.shared.forget(written);
                }
                Ok(outcome.rows_affected.unwrap_or(0))
            };
            let landed = land::land(session, tables, rows, cancel, apply);
            outcome.landed = landed.map_err(failed)?;
            continue;
        }
        for step in lowering.lower(step).map_err(failed)? {
            if let Step::CreateTable { relation, temporary: true, .. } = &step {
                temporary.push(relation.clone());
            }
            run_step(session, &step, outcome).map_err(failed)?;
        }
        if let Some(written) = written(step) {
            session.shared.forget(written);
        }
    }
    for relation in temporary {
        session.run(&format!("drop table if exists {relation}"), 0)?;
    }
    Ok(())
}

fn run_step(
    session: &Session<'_>,
    step: &Step,
    outcome: &mut PlanOutcome,
) -> Result<(), AdapterError> {
    match step {
        // Carried out before it comes here.
        Step::CreateSchema { .. } | Step::Land { .. } => {}
        Step::Query { sql } => {
            outcome.table = Some(session.answer(sql, None)?);
        }
        Step::Header { sql } => {
            session.run_header(sql)?;
            session.shared.forget_all();
        }
        Step::Statement { sql } => {
            session.run_script(sql)?;
            session.shared.forget_all();
        }
        Step::LoadSeed { file, columns, delimiter, relation, .. } => {
            let rows = load_seed::load(session, relation, file, columns, *delimiter)?;
            for statement in duckdb_statements(step).iter().skip(1) {
                session.run(&statement.sql, 0)?;
            }
            outcome.rows_affected = Some(rows);
        }
        Step::Append { relation, columns, rows } => {
            for statement in duckdb_statements(step) {
                session.run(&statement.sql, 0)?;
            }
            append::append(session, relation, columns, rows)?;
            outcome.rows_affected = Some(outcome.rows_affected.unwrap_or(0) + rows.count());
        }
        _ => {
            if let Step::Merge { target, rows: RowSource::Relation(rows), keys, update, .. } = step
                && session.shared.dialect == Dialect::GoogleSql
                && !update.is_empty()
                && !keys.is_empty()
            {
                refuse_doubles(session, target, rows, keys)?;
            }
            let counted = counts_rows(step);
            let mut affected = 0;
            for statement in duckdb_statements(step) {
                let rows = session.run(&statement.sql, statement.lines_before)?;
                affected = match step {
                    // Each statement writes rows of its own.
                    Step::InsertOverwrite { .. } => affected + rows,
                    // The rows that are there now, not those that went.
                    Step::ReplaceTimeSpan { .. } => rows,
                    _ => affected.max(rows),
                };
            }
            if counted {
                outcome.rows_affected = Some(affected);
            }
        }
    }
    Ok(())
}

/// BigQuery refuses a merge in which several new rows match one row; DuckDB takes any of them.
fn refuse_doubles(
    session: &Session<'_>,
    target: &Relation,
    rows: &Relation,
    keys: &[String],
) -> Result<(), AdapterError> {
    let quote = |name: &String| Dialect::DuckDb.quote(name);
    let names = keys.iter().map(quote).collect::<Vec<_>>().join(", ");
    let same: Vec<String> =
        keys.iter().map(quote).map(|key| format!("new_rows.{key} = old_rows.{key}")).collect();
    let sql = format!(
        "select {names} from {rows} as new_rows where exists (select 1 from {target} as old_rows \
         where {}) group by {names} having count(*) > 1 limit 1",
        same.join(" and ")
    );
    if session.rows(&sql, Some(1))?.rows.is_empty() {
        return Ok(());
    }
    Err(AdapterError {
        kind: AdapterErrorKind::Sql,
        help: Some(format!("make `{}` unique in the model's rows", keys.join("`, `"))),
        ..warehouse_error(
            "merge-duplicates",
            "merge must match at most one new row for each row of the table",
        )
    })
}

/// The steps whose rows are the plan's: not staging tables.
fn counts_rows(step: &Step) -> bool {
    matches!(
        step,
        Step::CreateTable { temporary: false, .. }
            | Step::Insert { .. }
            | Step::Merge { .. }
            | Step::InsertOverwrite { .. }
            | Step::ReplaceTimeSpan { .. }
            | Step::SnapshotMerge { .. }
    )
}

fn forget_written(shared: &Shared, plan: &Plan) {
    for step in &plan.steps {
        if let Some(relation) = written(step) {
            shared.forget(relation);
        }
        if matches!(
            step,
            Step::DropSchema { .. }
                | Step::RenameRelation { .. }
                | Step::Publish { .. }
                // Views that call it have other columns now.
                | Step::CreateFunction { .. }
        ) {
            shared.forget_all();
        }
    }
}

fn written(step: &Step) -> Option<&Relation> {
    match step {
        Step::CreateView { relation, .. }
        | Step::CreateTable { relation, .. }
        | Step::DropRelation { relation }
        | Step::CloneTable { to: relation, .. }
        | Step::AlterColumns { relation, .. }
        | Step::LoadSeed { relation, .. }
        | Step::CreateMissingTable { relation, .. }
        | Step::Append { relation, .. } => Some(relation),
        _ => None,
    }
}
