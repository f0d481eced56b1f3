//! What a data test's one row says, and the status it means.

use super::Status;
use crate::relation::{Cell, Table};

/// The row of a compiled data test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestCounts {
    /// The failures as `fail_calc` counts them.
    pub failures: u64,
    /// Whether `warn_if` holds.
    pub should_warn: bool,
    /// Whether `error_if` holds.
    pub should_error: bool,
}

impl TestCounts {
    /// Reads the columns `failures`, `should_warn`, `should_error`.
    ///
    /// # Errors
    /// In words, when the result is of another shape: a `fail_calc` may give anything.
    pub fn read(table: &Table) -> Result<Self, String> {
        let [row] = table.rows.as_slice() else {
            return Err(format!("the test gave {} rows where one was expected", table.rows.len()));
        };
        let cell = |name: &str| {
            let at = table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
            at.and_then(|at| row.get(at)).ok_or_else(|| format!("the test gave no column `{name}`"))
        };
        let flag = |name: &str| match cell(name)? {
            Cell::Bool(value) => Ok(*value),
            Cell::Int(value) => Ok(*value != 0),
            Cell::Null => Ok(false),
            other => Err(format!("the test's `{name}` is no boolean but {other:?}")),
        };
        let failures = match cell("failures")? {
            Cell::Int(value) => u64::try_from(*value).unwrap_or(0),
            Cell::Float(value) => value.max(0.0) as u64,
            Cell::Decimal(text) | Cell::Text(text) => text
                .parse::<f64>()
                .map(|value| value.max(0.0) as u64)
                .map_err(|_| format!("`fail_calc` gave `{text}`, which is no number"))?,
            Cell::Null => {
                let advice = "write `coalesce(…, 0)` where there may be no rows";
                return Err(format!("`fail_calc` gave NULL: {advice}"));
            }
            other => return Err(format!("`fail_calc` gave no number but {other:?}")),
        };
        Ok(Self {
            failures,
            should_warn: flag("should_warn")?,
            should_error: flag("should_error")?,
        })
    }

    /// The status under a severity (`error` or `warn`)
    /// (<https://docs.getdbt.com/reference/resource-configs/severity>).
    pub fn status(self, severity_is_error: bool, warn_error: bool) -> Status {
        if severity_is_error && self.should_error {
            Status::Fail
        } else if self.should_warn {
            if warn_error { Status::Fail } else { Status::Warn }
        } else {
            Status::Pass
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::Column;

    fn counts(cells: [Cell; 3]) -> Result<TestCounts, String> {
        let names = ["failures", "should_warn", "should_error"];
        let column = |name: &str| Column { name: name.to_owned(), data_type: "BOOL".to_owned() };
        TestCounts::read(&Table {
            columns: names.iter().map(|name| column(name)).collect(),
            rows: vec![cells.to_vec()],
        })
    }

    #[test]
    fn severity_decides() {
        let both = TestCounts { failures: 2, should_warn: true, should_error: true };
        assert_eq!(both.status(true, false), Status::Fail);
        assert_eq!(both.status(false, false), Status::Warn);
        assert_eq!(both.status(false, true), Status::Fail);
        let warn = TestCounts { should_error: false, ..both };
        assert_eq!(warn.status(true, false), Status::Warn);
        let none = TestCounts { should_warn: false, ..warn };
        assert_eq!(none.status(true, true), Status::Pass);
    }

    #[test]
    fn any_number_counts_and_null_is_no_number() {
        let read = counts([Cell::Decimal("3.0".to_owned()), Cell::Int(1), Cell::Null]);
        let wanted = TestCounts { failures: 3, should_warn: true, should_error: false };
        assert_eq!(read, Ok(wanted));
        let null = counts([Cell::Null, Cell::Null, Cell::Null]).expect_err("an error");
        assert!(null.starts_with("`fail_calc` gave NULL"), "{null}");
        let text = counts([Cell::Text("many".to_owned()), Cell::Null, Cell::Null]);
        assert_eq!(text, Err("`fail_calc` gave `many`, which is no number".to_owned()));
    }
}
