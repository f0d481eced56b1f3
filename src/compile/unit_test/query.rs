//! The query that gives a unit test's actual and expected rows, and its result taken apart.

use super::{
    columns::KnownColumns,
    fixture::{Rows, rows_query},
    literal::quoted,
    unit_compiler::CompiledUnitTest,
};
use crate::{
    compile::MappedText,
    diagnostic::Diagnostic,
    manifest::Fixture,
    relation::{Cell, Column, Table},
};

/// The column that tells actual rows from expected ones.
const SIDE: &str = "actual_or_expected";

/// The query of a unit test.
#[derive(Clone, Debug)]
pub struct UnitTestQuery {
    /// The SQL: the compared columns and `actual_or_expected`.
    pub sql: MappedText,
    /// The compared columns.
    pub columns: Vec<String>,
}

/// The rows of a unit test's result.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitTestRows {
    /// The compared columns.
    pub columns: Vec<String>,
    /// What the test expects.
    pub expected: Vec<Vec<Cell>>,
    /// What the model gave.
    pub actual: Vec<Vec<Cell>>,
}

impl CompiledUnitTest {
    /// The query, given the columns that [`CompiledUnitTest::actual`] gives (the adapter's
    /// `describe`): expected values take the types of the model's columns. As in dbt only the
    /// columns named in the expected rows are compared, and all where none is named.
    pub fn query(&self, actual: &[Column]) -> Result<UnitTestQuery, Vec<Diagnostic>> {
        let dialect = self.dialect;
        let known = KnownColumns::of_relation(dialect, actual);
        let rows = Rows::read(&self.expect, &self.declared).map_err(|found| vec![*found])?;
        let all = || actual.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let (columns, expected) = match (&rows, &self.expect) {
            (Some(rows), _) if rows.rows.is_empty() => {
                (all(), "select * from dbt_internal_unit_test_actual\n    limit 0".to_owned())
            }
            (Some(rows), _) => {
                let whose = format!("`{}`", self.model);
                let query = rows_query(rows, &known, true, &whose, &self.declared, dialect)?;
                let own_case = |name: String| {
                    known.position(&name).map_or(name, |at| known.columns[at].0.clone())
                };
                (rows.names().into_iter().map(own_case).collect(), query)
            }
            (None, Fixture::Sql(sql)) => (all(), sql.trim().to_owned()),
            (None, _) => unreachable!("only SQL fixtures have no rows"),
        };
        let list = columns.iter().map(|name| dialect.quote(name)).collect::<Vec<_>>().join(", ");
        let side = |which: &str| {
            format!(
                "  select\n    {list}, {} as {}\n  from (\n",
                quoted(which, dialect),
                dialect.quote(SIDE)
            )
        };
        let mut sql = MappedText::default();
        sql.push("-- Build actual result given inputs\nwith dbt_internal_unit_test_actual as (\n");
        sql.push(&side("actual"));
        sql.push_mapped(&self.actual);
        sql.push("\n  ) _dbt_internal_unit_test_actual\n),\n-- Build expected result\n");
        sql.push("dbt_internal_unit_test_expected as (\n");
        // The made-up `select *` of an empty expectation has the side already.
        let no_rows = rows.is_some_and(|rows| rows.rows.is_empty());
        if !no_rows {
            sql.push(&side("expected"));
        }
        let line = self.declared.line_column().0;
        sql.push_rendered(&expected, &self.declared.file, &[line]);
        sql.push(if no_rows { "\n" } else { "\n  ) _dbt_internal_unit_test_expected\n" });
        sql.push(")\n-- Union actual and expected results\n");
        sql.push("select * from dbt_internal_unit_test_actual\nunion all\n");
        sql.push("select * from dbt_internal_unit_test_expected");
        Ok(UnitTestQuery { sql, columns })
    }
}

impl UnitTestQuery {
    /// Takes the result apart.
    ///
    /// # Errors
    /// In words, where the result is of another shape.
    pub fn rows(&self, table: &Table) -> Result<UnitTestRows, String> {
        let side = table
            .columns
            .iter()
            .position(|column| column.name.eq_ignore_ascii_case(SIDE))
            .ok_or_else(|| format!("the unit test's result has no column `{SIDE}`"))?;
        let mut rows = UnitTestRows {
            columns: self.columns.clone(),
            expected: Vec::new(),
            actual: Vec::new(),
        };
        for row in &table.rows {
            let mut cells = row.clone();
            match cells.remove(side) {
                Cell::Text(which) if which == "actual" => rows.actual.push(cells),
                Cell::Text(which) if which == "expected" => rows.expected.push(cells),
                other => return Err(format!("a row of the unit test is of no side: {other:?}")),
            }
        }
        Ok(rows)
    }
}
