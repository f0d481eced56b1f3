//! The types of a seed's columns.

use std::io::BufRead;

use chrono::{NaiveDate, NaiveDateTime};

use super::{CsvError, Field, Reader};
use crate::relation::Dialect;

/// What all values of a column are. As dbt finds it (agate): the first of integer, number, date,
/// timestamp and boolean that every value is; text otherwise
/// (<https://docs.getdbt.com/reference/resource-configs/column_types>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedType {
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Dates.
    Date,
    /// Dates with times.
    Timestamp,
    /// `true` and `false`.
    Boolean,
    /// Anything.
    Text,
}

const IN_ORDER: [SeedType; 5] =
    [SeedType::Integer, SeedType::Number, SeedType::Date, SeedType::Timestamp, SeedType::Boolean];

impl SeedType {
    /// The type's name in a dialect, as dbt's adapters choose it.
    pub fn name(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::Integer, Dialect::GoogleSql) => "INT64",
            (Self::Integer, Dialect::DuckDb) => "BIGINT",
            (Self::Number, Dialect::GoogleSql) => "FLOAT64",
            (Self::Number, Dialect::DuckDb) => "DOUBLE",
            (Self::Date, _) => "DATE",
            (Self::Timestamp, Dialect::GoogleSql) => "DATETIME",
            (Self::Timestamp, Dialect::DuckDb) => "TIMESTAMP",
            (Self::Boolean, Dialect::GoogleSql) => "BOOL",
            (Self::Boolean, Dialect::DuckDb) => "BOOLEAN",
            (Self::Text, Dialect::GoogleSql) => "STRING",
            (Self::Text, Dialect::DuckDb) => "VARCHAR",
        }
    }

    fn takes(self, text: &str) -> bool {
        let text = text.trim();
        match self {
            Self::Integer => text.parse::<i64>().is_ok(),
            // A whole number beyond 64 bits would lose digits as a float: such a column is text.
            Self::Number => {
                let whole = text.trim_start_matches(['+', '-']);
                let is_whole = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
                (!is_whole || text.parse::<i64>().is_ok())
                    && text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
                    && !text.ends_with(|c: char| c.is_ascii_alphabetic())
                    && text.parse::<f64>().is_ok()
            }
            Self::Date => text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok(),
            Self::Timestamp => ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
                .iter()
                .any(|format| NaiveDateTime::parse_from_str(text, format).is_ok()),
            Self::Boolean => {
                text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
            }
            Self::Text => true,
        }
    }
}

/// Whether a value is NULL: an unquoted empty one always; in columns that are not text also a quoted
/// empty one and the word `null`.
pub fn is_null(field: &Field, is_text: bool) -> bool {
    match is_text {
        true => field.text.is_empty() && !field.quoted,
        false => field.text.trim().is_empty() || field.text.trim().eq_ignore_ascii_case("null"),
    }
}

/// Reads a whole file and finds its columns: the header's values and the type of each. Columns
/// that `declared` names are not looked at.
///
/// # Errors
/// What is wrong with the file, all of a kind at once: names that are empty or come twice, rows
/// with more or fewer values than the header.
pub fn read_columns<R: BufRead>(
    input: R,
    delimiter: u8,
    declared: impl Fn(&str) -> bool,
) -> Result<Vec<(Field, SeedType)>, Vec<CsvError>> {
    let mut reader = Reader::new(input, delimiter);
    let header = match reader.next_row().map_err(|error| vec![error])? {
        Some(row) => row.fields().to_vec(),
        None => {
            let message = "the file has no header".to_owned();
            return Err(vec![CsvError { message, line: 1, column: 1 }]);
        }
    };
    let mut errors = wrong_names(&header);
    let mut found: Vec<Column> =
        header.iter().map(|field| Column::new(declared(&field.text))).collect();
    loop {
        let row = match reader.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => {
                errors.push(error);
                break;
            }
        };
        let fields = row.fields();
        if fields.len() != header.len() {
            if errors.len() < MAX_ERRORS {
                let (has, wanted) = (fields.len(), header.len());
                let values = if has == 1 { "value" } else { "values" };
                let message = format!("the row has {has} {values}, the header {wanted}");
                let odd = fields.get(header.len());
                let column = odd.map_or(1, |field| field.column);
                let line = odd.map_or(row.line, |field| field.line);
                errors.push(CsvError { message, line, column });
            }
            continue;
        }
        for (column, field) in found.iter_mut().zip(fields) {
            column.see(field);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(header.into_iter().zip(found).map(|(field, column)| (field, column.kind())).collect())
}

/// Rows told about at most: a file with a wrong delimiter has as many as it has lines.
const MAX_ERRORS: usize = 20;

fn wrong_names(header: &[Field]) -> Vec<CsvError> {
    let mut errors = Vec::new();
    for (at, field) in header.iter().enumerate() {
        let message = if field.text.trim().is_empty() {
            "the column has no name".to_owned()
        } else if header[..at].iter().any(|other| other.text.eq_ignore_ascii_case(&field.text)) {
            format!("column `{}` comes twice", field.text)
        } else {
            continue;
        };
        errors.push(CsvError { message, line: field.line, column: field.column });
    }
    errors
}

/// What is still possible for a column: the types from `first` on, if any value was seen.
struct Column {
    first: usize,
    seen: bool,
    /// The values are whole numbers or numbers so far; a later type must take these too.
    possible: [bool; IN_ORDER.len()],
}

impl Column {
    fn new(declared: bool) -> Self {
        let first = if declared { IN_ORDER.len() } else { 0 };
        Self { first, seen: false, possible: [!declared; IN_ORDER.len()] }
    }

    fn see(&mut self, field: &Field) {
        if self.first == IN_ORDER.len() || is_null(field, false) {
            return;
        }
        self.seen = true;
        for (possible, kind) in self.possible.iter_mut().zip(IN_ORDER) {
            *possible = *possible && kind.takes(&field.text);
        }
        self.first = self.possible.iter().position(|possible| *possible).unwrap_or(IN_ORDER.len());
    }

    fn kind(&self) -> SeedType {
        match self.seen {
            // dbt: a column without values is of whole numbers.
            false if self.first == 0 => SeedType::Integer,
            _ => IN_ORDER.get(self.first).copied().unwrap_or(SeedType::Text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(text: &str) -> Result<Vec<SeedType>, Vec<String>> {
        let found = read_columns(text.as_bytes(), b',', |name| name == "code");
        let found =
            found.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        Ok(found.into_iter().map(|(_, kind)| kind).collect())
    }

    #[test]
    fn the_first_type_that_takes_all_values() {
        let text = "i,n,d,t,b,x,code\n1,1,2024-01-31,2024-01-31 10:00:00,true,a,007\n\
                    ,2.5,null,2024-02-01T11:00:00.5,False,2024-01-01,8\n";
        use SeedType::*;
        assert_eq!(types(text), Ok(vec![Integer, Number, Date, Timestamp, Boolean, Text, Text]));
    }

    #[test]
    fn empty_and_mixed_columns() {
        use SeedType::*;
        assert_eq!(types("a,b\n,1\n,2024-01-31\n"), Ok(vec![Integer, Text]));
    }

    #[test]
    fn all_mistakes_at_once() {
        let errors = types("a,A,\n1\n1,2,3,4\n").expect_err("four mistakes");
        assert_eq!(
            errors,
            [
                "column `A` comes twice (line 1, column 3)",
                "the column has no name (line 1, column 5)",
                "the row has 1 value, the header 3 (line 2, column 1)",
                "the row has 4 values, the header 3 (line 3, column 7)",
            ]
        );
    }
}
