//! `query-comment`: what is written beside each statement
//! (<https://docs.getdbt.com/reference/project-configs/query-comment>).

use super::yaml::{Yaml, YamlValue};

/// What is written beside each statement that a warehouse is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryComment {
    /// The text, a template; none for the default, an empty one for none at all.
    pub text: Option<String>,
    /// Whether it goes behind the statement.
    pub append: bool,
    /// Whether the keys of a comment that is a JSON object become labels of the job.
    pub job_label: bool,
}

impl QueryComment {
    /// The setting of a project; `written` is null where it is turned off.
    pub fn of(written: Option<&Yaml>) -> Self {
        let text = |yaml: &Yaml| match &yaml.value {
            YamlValue::String(text) => Some(text.clone()),
            _ => Some(String::new()),
        };
        match written {
            None => Self { text: None, append: false, job_label: false },
            Some(yaml) => match &yaml.value {
                YamlValue::Map(_) => {
                    let flag = |key: &str| yaml.get(key).and_then(Yaml::as_bool).unwrap_or(false);
                    Self {
                        text: yaml.get("comment").and_then(text),
                        append: flag("append"),
                        job_label: flag("job-label"),
                    }
                }
                _ => Self { text: text(yaml), append: false, job_label: false },
            },
        }
    }
}
