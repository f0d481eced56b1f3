//! Environment variables, and which of them are secret.

use std::{collections::BTreeMap, sync::Arc};

use crate::secret::is_secret_name;

/// What stands for a secret wherever text is shown or written.
pub const SCRUBBED: &str = "*****";

/// A snapshot of the environment, so that one run sees one state and tests bring their own.
#[derive(Clone, Default)]
pub struct Env {
    variables: Arc<BTreeMap<String, String>>,
}

impl Env {
    /// The process's environment; variables that are not UTF-8 are left out.
    pub fn from_process() -> Self {
        let pairs = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self { variables: Arc::new(pairs.collect()) }
    }

    /// An environment of its own.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { variables: Arc::new(pairs.collect()) }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The names of all variables, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// Whether a variable of that name is secret: usable in `profiles.yml` and `packages.yml`
    /// only, shown nowhere.
    pub fn is_secret(name: &str) -> bool {
        is_secret_name(name)
    }

    /// What replaces this environment's secrets in text.
    pub fn scrubber(&self) -> Scrubber {
        let mut secrets: Vec<String> = self
            .variables
            .iter()
            .filter(|(name, value)| {
                Self::is_secret(name) && value.trim().chars().count() >= SHORTEST_SECRET
            })
            .map(|(_, value)| value.clone())
            .collect();
        // The longest first: a secret may hold another one.
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        secrets.dedup();
        Scrubber { secrets: secrets.into() }
    }
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Env({} variables)", self.variables.len())
    }
}

/// Characters of the shortest value that is masked. Shorter ones (`1`, `on`) are parts of nearly every
/// text, which would be unreadable, and no secret worth the name.
const SHORTEST_SECRET: usize = 4;

/// Replaces the values of secret variables in any text by [`SCRUBBED`].
#[derive(Clone, Default)]
pub struct Scrubber {
    secrets: Arc<[String]>,
}

impl Scrubber {
    /// Whether there is nothing to replace.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The text without secrets; borrowed where there was none.
    pub fn scrub<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        let mut scrubbed = std::borrow::Cow::Borrowed(text);
        for secret in self.secrets.iter() {
            if scrubbed.contains(secret.as_str()) {
                scrubbed = scrubbed.replace(secret.as_str(), SCRUBBED).into();
            }
        }
        scrubbed
    }

    /// The JSON value with all its texts scrubbed. Keys are names of ours and of the project's, which
    /// no secret can be in, and which readers of the file look for.
    pub fn scrub_json(&self, value: &mut serde_json::Value) {
        use serde_json::Value;
        if self.secrets.is_empty() {
            return;
        }
        match value {
            Value::String(text) => {
                if let std::borrow::Cow::Owned(scrubbed) = self.scrub(text) {
                    *text = scrubbed;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.scrub_json(item)),
            Value::Object(entries) => {
                entries.values_mut().for_each(|value| self.scrub_json(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl std::fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scrubber({} secrets)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_the_longest_first_and_nothing_else_is() {
        let env = Env::from_pairs([
            ("DBT_ENV_SECRET_A", "pass"),
            ("ELT_SECRET_B", "password"),
            ("ELT_SECRET_EMPTY", ""),
            ("ELT_SECRET_SHORT", "you"),
            ("DBT_ENV_OTHER", "other"),
        ]);
        let scrubber = env.scrubber();
        assert_eq!(scrubber.scrub("my password, your pass, other"), "my *****, your *****, other");
        let mut json = serde_json::json!({"a": ["xpassx", 1], "pass": null});
        scrubber.scrub_json(&mut json);
        assert_eq!(json, serde_json::json!({"a": ["x*****x", 1], "pass": null}));
    }
}
