//! Column types as the API's schemas say them, and as GoogleSQL does
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema>).

use serde_json::json;

use crate::{
    adapter::{AdapterError, AdapterErrorKind, bigquery::Field},
    relation::Column,
};

/// Types in types at most.
const MAX_DEPTH: usize = 32;

/// A column as a field of a schema.
///
/// # Errors
/// What in the type cannot be read.
pub(super) fn field(column: &Column) -> Result<Field, AdapterError> {
    read(column).map_err(|message| AdapterError {
        kind: AdapterErrorKind::Sql,
        code: "data-type",
        message,
        position: None,
        step: None,
        help: Some(
            "write it as BigQuery does: `INT64`, `NUMERIC(10, 2)`, `ARRAY<STRUCT<…>>`".into(),
        ),
    })
}

fn read(column: &Column) -> Result<Field, String> {
    let mut reader = Reader { text: &column.data_type, depth: 0 };
    let field = reader.field(&column.name)?;
    reader.skip_space();
    match reader.text.is_empty() {
        true => Ok(field),
        false => Err(format!("`{}` cannot be read as a type", column.data_type)),
    }
}

/// Takes over what `old` says of its fields beside their types: descriptions, policy tags, modes.
pub(super) fn keep_what_is_said(old: &Field, new: &mut Field) {
    new.mode.clone_from(&old.mode);
    new.description.clone_from(&old.description);
    for (key, value) in &old.other {
        new.other.insert(key.clone(), value.clone());
    }
    for new in &mut new.fields {
        let old = old.fields.iter().find(|old| old.name.eq_ignore_ascii_case(&new.name));
        if let Some(old) = old {
            keep_what_is_said(old, new);
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// A type, as the field of a name.
    fn field(&mut self, name: &str) -> Result<Field, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("the type of `{name}` is too deep"));
        }
        let word = self.word().to_ascii_uppercase();
        let mut field = Field::new(name, api_name(&word));
        match word.as_str() {
            "ARRAY" => {
                self.expect('<')?;
                field = self.field(name)?;
                self.expect('>')?;
                if field.is_repeated() {
                    return Err(format!("`{name}` is an ARRAY of ARRAYs, which no table has"));
                }
                field.mode = Some("REPEATED".to_owned());
            }
            "STRUCT" => {
                self.expect('<')?;
                while !self.takes('>') {
                    let name = self.word().to_owned();
                    field.fields.push(self.field(&name)?);
                    self.takes(',');
                }
            }
            "RANGE" => {
                self.expect('<')?;
                let element = self.word().to_ascii_uppercase();
                self.expect('>')?;
                field.other.insert("rangeElementType".to_owned(), json!({"type": element}));
            }
            "" => return Err(format!("a type is missing at `{}`", self.text)),
            _ => {
                let sizes = self.sizes()?;
                match (field.field_type.as_str(), sizes.as_slice()) {
                    (_, []) => {}
                    ("STRING" | "BYTES", [length]) => {
                        field.other.insert("maxLength".to_owned(), json!(length));
                    }
                    (_, [precision, scale @ ..]) => {
                        field.other.insert("precision".to_owned(), json!(precision));
                        if let [scale] = scale {
                            field.other.insert("scale".to_owned(), json!(scale));
                        }
                    }
                }
            }
        }
        self.depth -= 1;
        Ok(field)
    }

    /// `(10, 2)`, as texts: the API takes them so.
    fn sizes(&mut self) -> Result<Vec<String>, String> {
        let mut sizes = Vec::new();
        if !self.takes('(') {
            return Ok(sizes);
        }
        while !self.takes(')') {
            let size = self.word().to_owned();
            if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format!("a number is missing at `{}`", self.text));
            }
            sizes.push(size);
            self.takes(',');
        }
        Ok(sizes)
    }

    /// A name, backticks taken off.
    fn word(&mut self) -> &'a str {
        self.skip_space();
        if let Some(rest) = self.text.strip_prefix('`')
            && let Some(end) = rest.find('`')
        {
            self.text = &rest[end + 1..];
            return &rest[..end];
        }
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let end = self.text.find(|c| !is_part(c)).unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        word
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        match self.takes(wanted) {
            true => Ok(()),
            false => Err(format!("`{wanted}` is missing at `{}`", self.text)),
        }
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.skip_space();
        self.text.strip_prefix(wanted).map(|rest| self.text = rest).is_some()
    }

    fn skip_space(&mut self) {
        self.text = self.text.trim_start();
    }
}

/// GoogleSQL's synonyms and names as the API has them.
fn api_name(word: &str) -> &str {
    match word {
        "INT64" | "INT" | "SMALLINT" | "BIGINT" | "TINYINT" | "BYTEINT" => "INTEGER",
        "FLOAT64" => "FLOAT",
        "BOOL" => "BOOLEAN",
        "DECIMAL" => "NUMERIC",
        "BIGDECIMAL" => "BIGNUMERIC",
        "STRUCT" => "RECORD",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(data_type: &str) -> String {
        let column = Column { name: "c".to_owned(), data_type: data_type.to_owned() };
        read(&column).map_or_else(|error| error, |field| field.data_type())
    }

    #[test]
    fn types_are_read_and_written() {
        for (written, meant) in [
            ("int64", "INT64"),
            ("numeric(10,2)", "NUMERIC(10, 2)"),
            ("string( 3 )", "STRING(3)"),
            (
                "ARRAY<STRUCT<`a b` STRING(3), r RANGE<date>, s STRUCT<x BOOL>>>",
                "ARRAY<STRUCT<`a b` STRING(3), r RANGE<DATE>, s STRUCT<x BOOL>>>",
            ),
            ("ARRAY<ARRAY<INT64>>", "`c` is an ARRAY of ARRAYs, which no table has"),
            ("STRUCT<a", "a type is missing at ``"),
            ("INT64 x", "`INT64 x` cannot be read as a type"),
        ] {
            assert_eq!(shown(written), meant, "{written}");
        }
    }

    #[test]
    fn what_was_said_of_fields_is_kept() {
        let old: Field = serde_json::from_value(json!({"name": "a", "type": "RECORD",
            "description": "of a",
            "fields": [{"name": "x", "type": "INTEGER", "policyTags": {"names": ["t"]}}]}))
        .expect("a field");
        let column =
            Column { name: "a".to_owned(), data_type: "STRUCT<y DATE, X INT64>".to_owned() };
        let mut new = read(&column).expect("a type");
        keep_what_is_said(&old, &mut new);
        assert_eq!(new.description.as_deref(), Some("of a"));
        assert_eq!(new.fields[1].other["policyTags"]["names"][0], "t");
        assert_eq!((new.fields[0].name.as_str(), new.fields[0].other.len()), ("y", 0));
    }
}
