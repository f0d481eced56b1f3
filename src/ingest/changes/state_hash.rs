//! What a record's state comes to.

use serde_json::Value;

use super::ChangeRules;
#[cfg(test)]
use crate::ingest::RecordPath;
use crate::ingest::{canonical::write_canonical, record_path::Step};

impl ChangeRules {
    /// A hash of the record's state: the order of its fields does not count, nor that of unordered
    /// lists, nor ignored fields.
    ///
    /// # Errors
    /// What is no JSON.
    pub fn state_hash(&self, record: &str) -> Result<String, String> {
        let mut value: Value = serde_json::from_str(record).map_err(|error| error.to_string())?;
        for path in &self.ignore {
            remove(&mut value, path.steps());
        }
        for path in &self.unordered {
            sort(&mut value, path.steps());
        }
        let mut canonical = String::new();
        write_canonical(&value, &mut canonical);
        Ok(blake3::hash(canonical.as_bytes()).to_hex()[..32].to_owned())
    }
}

/// The values that a step leads to. A list on the way is stepped into by itself.
fn below<'v>(value: &'v mut Value, step: &Step) -> Vec<&'v mut Value> {
    match (value, step) {
        (Value::Object(map), Step::Key(key)) => map.get_mut(key).into_iter().collect(),
        (Value::Object(map), Step::Members) => map.values_mut().collect(),
        (Value::Array(items), Step::Each) => items.iter_mut().collect(),
        (Value::Array(items), step) => {
            items.iter_mut().flat_map(|item| below(item, step)).collect()
        }
        _ => Vec::new(),
    }
}

fn remove(value: &mut Value, steps: &[Step]) {
    match (value, steps) {
        (Value::Object(map), [Step::Key(key)]) => {
            map.shift_remove(key);
        }
        (Value::Array(items), [Step::Key(_)]) => {
            for item in items {
                remove(item, steps);
            }
        }
        (value, [step, rest @ ..]) if !rest.is_empty() => {
            for value in below(value, step) {
                remove(value, rest);
            }
        }
        _ => {}
    }
}

fn sort(value: &mut Value, steps: &[Step]) {
    match steps {
        [step, rest @ ..] => {
            for value in below(value, step) {
                sort(value, rest);
            }
        }
        [] => {
            if let Value::Array(items) = value {
                items.sort_by_cached_key(|item| {
                    let mut canonical = String::new();
                    write_canonical(item, &mut canonical);
                    canonical
                });
            }
        }
    }
}

/// Rules from paths.
#[cfg(test)]
pub(super) fn rules(unordered: &[&str], ignore: &[&str]) -> ChangeRules {
    let paths = |texts: &[&str]| -> Vec<RecordPath> {
        texts.iter().map(|text| RecordPath::parse(text).expect("a path")).collect()
    };
    ChangeRules { unordered: paths(unordered), ignore: paths(ignore), ..ChangeRules::default() }
}

#[cfg(test)]
mod tests {
    use super::rules;

    #[test]
    fn order_counts_only_where_it_says_something() {
        let same = |rules: &super::ChangeRules, one: &str, other: &str| {
            rules.state_hash(one).expect("JSON") == rules.state_hash(other).expect("JSON")
        };
        let (one, other) = (
            r#"{"id":1,"__v":0,"user":{"id":1,"seen":1},"lines":[{"p":1,"q":2,"at":1},{"p":2,"q":1}]}"#,
            r#"{"lines":[{"q":1,"p":2},{"q":2,"p":1,"at":2}],"id":1,"__v":3,"user":{"seen":2,"id":1}}"#,
        );
        let all = rules(&["lines"], &["__v", "user.seen", "lines[*].at"]);
        assert!(same(&all, one, other));
        assert!(same(&rules(&["$.lines"], &["__v", "user.seen", "lines.at"]), one, other));
        assert!(!same(&rules(&[], &["__v", "user.seen", "lines.at"]), one, other));
        assert!(!same(&rules(&["lines"], &["__v", "user.seen"]), one, other));
        assert!(!same(&all, one, &other.replace("\"seen\":2,\"id\":1", "\"seen\":2,\"id\":2")));
    }
}
