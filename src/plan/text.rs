//! A plan as SQL text: what `target/run` holds and what snapshots show.

use std::fmt::{self, Display, Formatter};

use super::{Plan, Rendered, Step, duckdb_statements, google_sql_statements};
use crate::relation::{Dialect, Relation};

impl Display for Plan {
    /// The statements in the project's dialect, parted by empty lines.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // Steps without a relation (schemas) are said as the others are.
        let dialect = self.steps.iter().find_map(|step| relation(step).map(|found| found.dialect));
        let dialect = dialect.unwrap_or(Dialect::GoogleSql);
        let (mut header, mut is_first) = (None, true);
        for step in &self.steps {
            if let (Step::Header { sql }, Dialect::GoogleSql) = (step, dialect) {
                // It is part of the scripts of other steps.
                header = Some(sql.as_str());
                continue;
            }
            if !std::mem::take(&mut is_first) {
                f.write_str("\n")?;
            }
            write_step(f, step, dialect, header.filter(|_| step.needs_header()))?;
            f.write_str("\n")?;
        }
        Ok(())
    }
}

impl Display for Step {
    /// The step's statements.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let dialect = relation(self).map_or(Dialect::GoogleSql, |relation| relation.dialect);
        write_step(f, self, dialect, None)
    }
}

fn write_step(
    f: &mut Formatter<'_>,
    step: &Step,
    dialect: Dialect,
    header: Option<&str>,
) -> fmt::Result {
    match step {
        Step::LoadSeed { file, .. } => {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            writeln!(f, "-- loads {name}")?;
        }
        Step::Land { tables, .. } => {
            for table in tables {
                writeln!(f, "-- lands rows in {}", table.relation)?;
            }
        }
        Step::Append { rows, .. } => writeln!(f, "-- appends {} rows", rows.count())?,
        _ => {}
    }
    let statements = match dialect {
        Dialect::GoogleSql => google_sql_statements(step),
        Dialect::DuckDb => duckdb_statements(step),
    };
    for (at, statement) in statements.iter().enumerate() {
        if at > 0 {
            f.write_str("\n\n")?;
        }
        let behind = header.map(|header| Rendered::behind(header, statement));
        let sql = &behind.as_ref().unwrap_or(statement).sql;
        write!(f, "{};", sql.trim_end().trim_end_matches(';'))?;
    }
    Ok(())
}

fn relation(step: &Step) -> Option<&Relation> {
    match step {
        Step::CreateView { relation, .. }
        | Step::CreateTable { relation, .. }
        | Step::CreateEmptyTable { relation, .. }
        | Step::CreateMissingTable { relation, .. }
        | Step::DropRelation { relation }
        | Step::CloneTable { to: relation, .. }
        | Step::Publish { target: relation, .. }
        | Step::Describe { relation, .. }
        | Step::AllowNull { relation, .. }
        | Step::AlterColumns { relation, .. }
        | Step::LoadSeed { relation, .. }
        | Step::Append { relation, .. }
        | Step::RenameRelation { from: relation, .. }
        | Step::Insert { target: relation, .. }
        | Step::DeleteMatching { target: relation, .. }
        | Step::DeleteInsert { target: relation, .. }
        | Step::CopyTables { target: relation, .. }
        | Step::CopyPartitions { target: relation, .. }
        | Step::CreateMaterializedView { relation, .. }
        | Step::RefreshMaterializedView { relation }
        | Step::CreateFunction { relation, .. }
        | Step::Grant { relation, .. }
        | Step::AuthorizeView { view: relation, .. }
        | Step::Merge { target: relation, .. }
        | Step::InsertOverwrite { target: relation, .. }
        | Step::ReplaceTimeSpan { target: relation, .. }
        | Step::SnapshotMerge { target: relation, .. } => Some(relation),
        Step::Land { .. }
        | Step::CreateSchema { .. }
        | Step::DropSchema { .. }
        | Step::Header { .. }
        | Step::Statement { .. }
        | Step::Query { .. } => None,
    }
}
