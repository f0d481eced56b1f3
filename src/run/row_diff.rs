//! How the rows a model gave differ from the rows a unit test expects.

use tabled::{builder::Builder, settings::Style};

use crate::relation::Cell;

/// Rows of a difference shown at most: a unit test is small, a broken join is not.
const MAX_ROWS: usize = 40;

/// The difference as a table with one line per row, or nothing where the rows are the same in any
/// order. Cells that differ show `expected → actual`.
pub fn diff_rows(
    columns: &[String],
    expected: &[Vec<Cell>],
    actual: &[Vec<Cell>],
) -> Option<String> {
    let mut missing: Vec<&Vec<Cell>> = Vec::new();
    let mut unexpected: Vec<&Vec<Cell>> = actual.iter().collect();
    let mut same: Vec<&Vec<Cell>> = Vec::new();
    for row in expected {
        match unexpected.iter().position(|other| rows_equal(row, other)) {
            Some(at) => {
                unexpected.remove(at);
                same.push(row);
            }
            None => missing.push(row),
        }
    }
    if missing.is_empty() && unexpected.is_empty() {
        return None;
    }
    let mut lines: Vec<Vec<String>> = Vec::new();
    for row in missing {
        let alike = |other: &&Vec<Cell>| {
            row.iter().zip(other.iter()).filter(|(a, b)| cells_equal(a, b)).count()
        };
        let nearest = unexpected
            .iter()
            .enumerate()
            .map(|(at, other)| (alike(other), std::cmp::Reverse(at)))
            .max()
            .filter(|(alike, _)| *alike > 0);
        match nearest {
            Some((_, std::cmp::Reverse(at))) => {
                let other = unexpected.remove(at);
                let cells = row.iter().zip(other.iter()).map(|(a, b)| match cells_equal(a, b) {
                    true => text(a),
                    false => format!("{} → {}", text(a), text(b)),
                });
                lines.push(line("differs", cells));
            }
            None => lines.push(line("missing", row.iter().map(text))),
        }
    }
    lines.extend(unexpected.into_iter().map(|row| line("unexpected", row.iter().map(text))));
    lines.extend(same.into_iter().map(|row| line("", row.iter().map(text))));
    let more = lines.len().saturating_sub(MAX_ROWS);
    lines.truncate(MAX_ROWS);
    let mut builder = Builder::default();
    builder.push_record(line("", columns.iter().cloned()));
    lines.into_iter().for_each(|line| builder.push_record(line));
    let table = builder.build().with(Style::psql()).to_string();
    let mut shown: Vec<&str> = table.lines().map(str::trim_end).collect();
    let rest = format!("… and {more} more rows");
    if more > 0 {
        shown.push(&rest);
    }
    Some(shown.join("\n"))
}

fn line(what: &str, cells: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(what.to_owned()).chain(cells).collect()
}

fn rows_equal(a: &[Cell], b: &[Cell]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| cells_equal(a, b))
}

/// Equal as values: a fixture's `1` is the model's `1.0`, and a NaN is a NaN.
fn cells_equal(a: &Cell, b: &Cell) -> bool {
    match (a, b) {
        (Cell::Float(a), Cell::Float(b)) => a == b || (a.is_nan() && b.is_nan()),
        (Cell::Int(a), Cell::Float(b)) | (Cell::Float(b), Cell::Int(a)) => *a as f64 == *b,
        (Cell::Decimal(a), Cell::Decimal(b)) => trimmed(a) == trimmed(b),
        (Cell::Decimal(a), Cell::Int(b)) | (Cell::Int(b), Cell::Decimal(a)) => {
            trimmed(a) == b.to_string()
        }
        (Cell::List(a), Cell::List(b)) => rows_equal(a, b),
        (Cell::Struct(a), Cell::Struct(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| cells_equal(&a.1, &b.1))
        }
        _ => a == b,
    }
}

/// A decimal without the zeros that say nothing.
fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.')
    } else {
        decimal
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Int(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Text(value) => value.replace('\n', "⏎"),
        Cell::Decimal(value) => value.clone(),
        Cell::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Cell::List(cells) => {
            format!("[{}]", cells.iter().map(text).collect::<Vec<_>>().join(", "))
        }
        Cell::Struct(fields) => {
            let field = |(name, cell): &(String, Cell)| format!("{name}: {}", text(cell));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, name: &str) -> Vec<Cell> {
        vec![Cell::Int(id), Cell::Text(name.to_owned())]
    }

    fn columns() -> Vec<String> {
        vec!["id".to_owned(), "name".to_owned()]
    }

    #[test]
    fn the_same_rows_in_another_order_do_not_differ() {
        let expected = [row(1, "a"), row(2, "b")];
        let actual = [row(2, "b"), row(1, "a")];
        assert_eq!(diff_rows(&columns(), &expected, &actual), None);
    }

    #[test]
    fn doubles_count() {
        let expected = [row(1, "a"), row(1, "a")];
        assert!(diff_rows(&columns(), &expected, &expected[..1]).is_some());
    }

    #[test]
    fn numbers_are_compared_as_values() {
        let expected = [vec![Cell::Int(1), Cell::Decimal("2.50".to_owned())]];
        let actual = [vec![Cell::Float(1.0), Cell::Decimal("2.5".to_owned())]];
        assert_eq!(diff_rows(&columns(), &expected, &actual), None);
    }

    #[test]
    fn a_difference_as_a_table() {
        let expected = [row(1, "a"), row(2, "b"), row(3, "c")];
        let actual = [row(1, "a"), row(2, "bb"), row(7, "x")];
        let diff = diff_rows(&columns(), &expected, &actual).unwrap_or_default();
        insta::assert_snapshot!(diff, @r#"
                | id | name
    ------------+----+--------
     differs    | 2  | b → bb
     missing    | 3  | c
     unexpected | 7  | x
                | 1  | a
    "#);
    }
}
