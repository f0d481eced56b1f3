//! Where the records, keys and times are in a JSON document.

use super::{
    json_record::Record,
    raw_json::{key_text, members},
};

/// A path of object keys from the document's root: `$`, `$.data.items`, `$.records[*].fields`.
///
/// `[*]` steps into every element of an array, `.*` into every member of an object whose keys are
/// data (`$.*`); an array at the path's end is stepped into by itself, so `$` on a document that is
/// an array gives its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPath {
    steps: Vec<Step>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To a member of an object.
    Key(String),
    /// To every element of an array.
    Each,
    /// To the value of every member of an object.
    Members,
}

impl RecordPath {
    /// Parses a path; the error says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let rest = trimmed.strip_prefix('$').unwrap_or(trimmed);
        let mut steps = Vec::new();
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            let (key, mut brackets) = part.split_at(part.find('[').unwrap_or(part.len()));
            if key == "*" {
                steps.push(Step::Members);
            } else if !key.is_empty() {
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

    /// Whether it is `$`, the document itself.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps from the document's root.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The one value at the path as text (strings without quotes); none where missing or null.
    pub fn scalar(&self, record: &str) -> Option<String> {
        scalar_below(record, &self.steps)
    }

    /// The same of a record that was read.
    pub(super) fn scalar_of(&self, record: &Record<'_>) -> Option<String> {
        match self.steps.split_first() {
            Some((Step::Key(key), rest)) => scalar_below(record.member(key)?, rest),
            _ => None,
        }
    }
}

fn scalar_below(value: &str, steps: &[Step]) -> Option<String> {
    let mut current = value;
    for step in steps {
        match step {
            Step::Key(key) => current = member(current, key)?,
            Step::Each | Step::Members => return None,
        }
    }
    match current {
        "null" => None,
        text if text.starts_with('"') => match text.contains('\\') {
            false => Some(text[1..text.len() - 1].to_owned()),
            true => serde_json::from_str(text).ok(),
        },
        text => Some(text.to_owned()),
    }
}

fn member<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    let found = members(object)?.into_iter().find(|(name, _)| key_text(name) == key);
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_found_below_objects() {
        let path = RecordPath::parse("$.fields.id").expect("a path");
        assert_eq!(path.scalar(r#"{"fields":{"id":"a\u0062"}}"#).as_deref(), Some("ab"));
        assert_eq!(path.scalar(r#"{"fields":{"id":null}}"#), None);
        assert_eq!(path.scalar("{}"), None);
    }

    #[test]
    fn brackets_are_for_every_element() {
        let steps = RecordPath::parse("$.data[*].fields").map(|path| path.steps);
        let key = |name: &str| Step::Key(name.to_owned());
        assert_eq!(steps, Ok(vec![key("data"), Step::Each, key("fields")]));
        assert!(RecordPath::parse("$.data[0]").is_err());
        let members = RecordPath::parse("$.*.state").map(|path| path.steps);
        assert_eq!(members, Ok(vec![Step::Members, key("state")]));
    }
}
