//! Tables as text, as agate prints them.

use super::{
    python_text::text,
    query_result::{cell_value, is_moment},
};
use crate::relation::{Cell, Table};

/// How much of a table is printed; none is all.
#[derive(Clone, Copy, Debug)]
pub struct PrintLimits {
    /// Rows.
    pub rows: Option<usize>,
    /// Columns.
    pub columns: Option<usize>,
    /// Characters of a column.
    pub width: Option<usize>,
    /// Digits after the point.
    pub precision: Option<usize>,
}

/// What stands for what is left out.
const ELLIPSIS: &str = "...";

/// How the cells of a column are written.
enum Form {
    Text,
    /// With so many digits after the point; whether more of them are cut off.
    Number(usize, bool),
    Other,
}

/// The digits of a number's text after its point, without zeros at the end.
fn fraction(number: &str) -> &str {
    number.split_once('.').map_or("", |(_, digits)| digits.trim_end_matches('0'))
}

fn number(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Int(value) => Some(value.to_string()),
        Cell::Float(value) if value.is_finite() => Some(value.to_string()),
        Cell::Decimal(text) => Some(text.clone()),
        _ => None,
    }
}

impl Form {
    fn of(table: &Table, at: usize, limits: PrintLimits) -> Self {
        let shown = limits.rows.unwrap_or(table.rows.len());
        let cells = || table.rows.iter().map(|row| &row[at]).filter(|cell| **cell != Cell::Null);
        let Some(first) = cells().next() else { return Self::Other };
        match first {
            Cell::Text(_) if is_moment(&table.columns[at].data_type) => Self::Other,
            Cell::Text(_) | Cell::Bytes(_) | Cell::List(_) | Cell::Struct(_) => Self::Text,
            Cell::Bool(_) | Cell::Null => Self::Other,
            Cell::Int(_) | Cell::Float(_) | Cell::Decimal(_) => {
                let shown = table.rows.iter().take(shown).filter_map(|row| number(&row[at]));
                let digits = shown.map(|number| fraction(&number).len()).max().unwrap_or(0);
                let most = limits.precision.unwrap_or(usize::MAX);
                Self::Number(digits.min(most), digits > most)
            }
        }
    }

    fn write(&self, cell: &Cell, data_type: &str) -> String {
        if *cell == Cell::Null {
            return String::new();
        }
        match (self, number(cell)) {
            (Self::Number(digits, is_cut), Some(number)) => grouped(&number, *digits, *is_cut),
            _ => text(&cell_value(cell, data_type)),
        }
    }
}

/// A number with its thousands apart and so many digits after its point.
fn grouped(number: &str, digits: usize, is_cut: bool) -> String {
    let rounded = match fraction(number).len() > digits {
        true => number
            .parse()
            .map_or_else(|_| number.to_owned(), |value: f64| format!("{value:.digits$}")),
        false => number.to_owned(),
    };
    let (sign, rounded) = match rounded.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", rounded.as_str()),
    };
    let (whole, rest) = rounded.split_once('.').unwrap_or((rounded, ""));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    let mut rest: String = rest.chars().take(digits).collect();
    rest.extend(std::iter::repeat_n('0', digits - rest.len()));
    let point = if digits > 0 { "." } else { "" };
    let cut = if is_cut { "…" } else { "" };
    format!("{sign}{text}{point}{rest}{cut}")
}

/// A text within the width of a column.
fn shortened(text: String, width: Option<usize>) -> String {
    match width {
        Some(width) if text.chars().count() > width => {
            let kept = width.saturating_sub(ELLIPSIS.len());
            text.chars().take(kept).chain(ELLIPSIS.chars()).collect()
        }
        _ => text,
    }
}

/// The table in Markdown.
pub fn markdown(table: &Table, limits: PrintLimits) -> String {
    let count = table.columns.len();
    let shown = limits.columns.map_or(count, |most| most.min(count));
    let forms: Vec<Form> = (0..shown).map(|at| Form::of(table, at, limits)).collect();
    let mut lines: Vec<Vec<String>> = Vec::new();
    let names =
        table.columns[..shown].iter().map(|column| shortened(column.name.clone(), limits.width));
    lines.push(names.collect());
    let most = limits.rows.unwrap_or(table.rows.len());
    for row in table.rows.iter().take(most) {
        let cells = forms.iter().zip(row).zip(&table.columns);
        let cells = cells.map(|((form, cell), column)| {
            shortened(form.write(cell, &column.data_type), limits.width)
        });
        lines.push(cells.collect());
    }
    if shown < count {
        lines.iter_mut().for_each(|line| line.push(ELLIPSIS.to_owned()));
    }
    let columns = lines[0].len();
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let is_left = |at: usize| match forms.get(at) {
        Some(form) => matches!(form, Form::Text),
        // The column after the last one that is shown.
        None => matches!(Form::of(table, at, limits), Form::Text),
    };
    let written = |line: &[String]| {
        let cells = line.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            let blank = " ".repeat(width - cell.chars().count().min(*width));
            match is_left(at) {
                true => format!(" {cell}{blank} "),
                false => format!(" {blank}{cell} "),
            }
        });
        format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = written(&lines[0]);
    text.push_str(&format!("| {} |\n", rule.join(" | ")));
    lines[1..].iter().for_each(|line| text.push_str(&written(line)));
    if most < table.rows.len() {
        text.push_str(&written(&vec![ELLIPSIS.to_owned(); columns]));
    }
    text
}

/// The table as CSV.
pub fn csv(table: &Table) -> String {
    let field = |value: String| match value.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value,
    };
    let line = |cells: Vec<String>| {
        format!("{}\n", cells.into_iter().map(field).collect::<Vec<_>>().join(","))
    };
    let mut text = line(table.columns.iter().map(|column| column.name.clone()).collect());
    for row in &table.rows {
        let cells =
            row.iter().zip(&table.columns).map(|(cell, column)| match (cell, number(cell)) {
                (Cell::Null, _) => String::new(),
                (_, Some(number)) => number,
                _ => self::text(&cell_value(cell, &column.data_type)),
            });
        text.push_str(&line(cells.collect()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::Column;

    fn sample() -> Table {
        let column =
            |name: &str, data_type: &str| Column { name: name.into(), data_type: data_type.into() };
        let row = |id, name: Option<&str>, price: &str| {
            let name = name.map_or(Cell::Null, |name| Cell::Text(name.to_owned()));
            vec![Cell::Int(id), name, Cell::Decimal(price.to_owned())]
        };
        Table {
            columns: vec![
                column("id", "INT64"),
                column("name", "STRING"),
                column("price", "NUMERIC"),
            ],
            rows: vec![
                row(1, Some("a, \"b\""), "1.500000000"),
                row(12345, None, "-1234567.1234"),
                row(3, Some("a name that is longer than a column"), "2"),
            ],
        }
    }

    #[test]
    fn tables_are_printed_as_agate_prints_them() {
        let limits =
            PrintLimits { rows: Some(2), columns: Some(6), width: Some(20), precision: Some(3) };
        assert_eq!(
            markdown(&sample(), limits),
            "|     id | name   |           price |\n\
             | ------ | ------ | --------------- |\n\
             |      1 | a, \"b\" |          1.500… |\n\
             | 12,345 |        | -1,234,567.123… |\n\
             |    ... | ...    |             ... |\n"
        );
        let all = PrintLimits { rows: None, columns: Some(1), width: None, precision: None };
        assert_eq!(
            markdown(&sample(), all),
            "|     id | ... |\n\
             | ------ | --- |\n\
             |      1 | ... |\n\
             | 12,345 | ... |\n\
             |      3 | ... |\n"
        );
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        assert_eq!(
            csv(&sample()),
            "id,name,price\n1,\"a, \"\"b\"\"\",1.500000000\n12345,,-1234567.1234\n\
             3,a name that is longer than a column,2\n"
        );
    }
}
