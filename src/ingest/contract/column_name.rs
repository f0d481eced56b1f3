//! The column of a field's name.

use std::borrow::Cow;

use crate::ingest::BRONZE_COLUMNS;

/// Characters of a column's name at most
/// (<https://cloud.google.com/bigquery/docs/schemas#column_names>).
const MAX_LENGTH: usize = 300;
/// Beginnings of names that BigQuery keeps for itself.
const RESERVED: [&str; 7] =
    ["_table_", "_file_", "_partition", "_row_timestamp", "__root__", "_colidentifier", "_change_"];

/// The name of the column that holds a field: letters, digits and underscores. What is none of these
/// becomes an underscore; names of the common columns, those that begin with a digit and those that
/// BigQuery keeps for itself get the word `field` before them.
pub(super) fn column_name(field: &str, top_level: bool) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts_plain = field.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if starts_plain
        && field.len() < MAX_LENGTH - "field_".len()
        && field.bytes().all(is_plain)
        && !(top_level && field.eq_ignore_ascii_case("payload"))
    {
        return Cow::Borrowed(field);
    }
    let mut name: String =
        field.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    name.truncate(MAX_LENGTH - "field_".len());
    let lower = name.to_ascii_lowercase();
    let common = top_level && BRONZE_COLUMNS.iter().any(|(column, _)| *column == lower);
    if common || RESERVED.iter().any(|reserved| lower.starts_with(reserved)) {
        let glue = if name.starts_with('_') { "" } else { "_" };
        return Cow::Owned(format!("field{glue}{name}"));
    }
    Cow::Owned(match name.chars().next() {
        None => "field".to_owned(),
        Some('0'..='9') => format!("field_{name}"),
        Some(_) => name,
    })
}

#[cfg(test)]
mod tests {
    use super::column_name;

    #[test]
    fn fields_have_names_that_bigquery_takes() {
        for (field, column) in [
            ("userId", "userId"),
            ("@id", "_id"),
            ("a-b c", "a_b_c"),
            ("1st", "field_1st"),
            ("", "field"),
            ("payload", "field_payload"),
            ("_Source", "field_Source"),
            ("_PARTITIONDATE", "field_PARTITIONDATE"),
            ("__v", "__v"),
        ] {
            assert_eq!(column_name(field, true), column, "{field}");
        }
        assert_eq!(column_name("payload", false), "payload");
    }
}
