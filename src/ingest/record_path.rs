//! Where the records, keys and times are in a JSON document.

use super::raw_json::{elements, key_text, members};

/// A path of object keys from the document's root: `$`, `$.data.items`, `$.records[*].fields`.
///
/// `[*]` steps into every element of an array; an array at the path's end is stepped into by
/// itself, so `$` on a document that is an array gives its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPath {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Each,
}

impl RecordPath {
    /// Parses a path; the error says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let rest = trimmed.strip_prefix('$').unwrap_or(trimmed);
        let mut steps = Vec::new();
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            let (key, mut brackets) = part.split_at(part.find('[').unwrap_or(part.len()));
            if !key.is_empty() {
                steps.push(Step::Key(key.to_owned()));
            }
            while !brackets.is_empty() {
                brackets = brackets.strip_prefix("[*]").ok_or_else(|| {
                    format!("expected keys separated by dots and `[*]`, found `{brackets}`")
                })?;
                steps.push(Step::Each);
            }
        }
        Ok(Self { steps })
    }

    /// The raw text of every value at the path, arrays at its end stepped into.
    ///
    /// # Errors
    /// A sentence naming the key that is missing or is no object.
    pub fn records<'a>(&self, document: &'a str) -> Result<Vec<&'a str>, String> {
        let not_array = || "the record path expects an array, found another value".to_owned();
        let mut current = vec![document.trim()];
        for step in &self.steps {
            let mut next = Vec::with_capacity(current.len());
            for value in current {
                match step {
                    Step::Each => next.extend(elements(value).ok_or_else(not_array)?),
                    Step::Key(key) => next.push(member(value, key).ok_or_else(|| {
                        format!("the document has no `{key}` where the record path expects it")
                    })?),
                }
            }
            current = next;
        }
        let mut records = Vec::with_capacity(current.len());
        for value in current {
            match elements(value) {
                Some(inner) => records.extend(inner),
                None => records.push(value),
            }
        }
        Ok(records)
    }

    /// The one value at the path as text (strings without quotes); none where missing or null.
    pub fn scalar(&self, record: &str) -> Option<String> {
        let mut current = record;
        for step in &self.steps {
            match step {
                Step::Key(key) => current = member(current, key)?,
                Step::Each => return None,
            }
        }
        match current {
            "null" => None,
            text if text.starts_with('"') => serde_json::from_str(text).ok(),
            text => Some(text.to_owned()),
        }
    }
}

fn member<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    let found = members(object)?.into_iter().find(|(name, _)| key_text(name) == key);
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records<'a>(path: &str, document: &'a str) -> Result<Vec<&'a str>, String> {
        RecordPath::parse(path)?.records(document)
    }

    #[test]
    fn the_root_of_an_array_is_its_elements() {
        assert_eq!(records("$", r#"[{"id":1},{"id":2}]"#), Ok(vec![r#"{"id":1}"#, r#"{"id":2}"#]));
    }

    #[test]
    fn a_path_goes_through_objects_and_arrays() {
        let document = r#"{"records":[{"fields":{"n":1}},{"fields":{"n":2.50}}]}"#;
        assert_eq!(
            records("$.records[*].fields", document),
            Ok(vec![r#"{"n":1}"#, r#"{"n":2.50}"#])
        );
    }

    #[test]
    fn a_missing_key_is_named() {
        assert_eq!(
            records("$.data", "{}"),
            Err("the document has no `data` where the record path expects it".to_owned())
        );
    }
}
