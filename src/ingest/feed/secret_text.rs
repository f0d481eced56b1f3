//! Texts that are kept out of the project's files.

use std::path::Path;

/// The environment: what a variable holds.
pub type EnvLookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A text that may be a secret kept elsewhere.
#[derive(Clone)]
pub enum SecretText {
    /// The text itself.
    Plain(String),
    /// The name of an environment variable.
    Env(String),
    /// The path of a file that holds it.
    File(String),
}

impl SecretText {
    /// The text.
    ///
    /// # Errors
    /// A sentence with the name of the variable or file, never with a value.
    pub fn value(&self, root: &Path, env: &EnvLookup) -> Result<String, String> {
        match self {
            Self::Plain(text) => Ok(text.clone()),
            Self::Env(name) => {
                env(name).ok_or_else(|| format!("environment variable `{name}` is not set"))
            }
            Self::File(path) => std::fs::read_to_string(root.join(path))
                .map(|text| text.trim_end().to_owned())
                .map_err(|error| format!("file `{path}` of a header cannot be read: {error}")),
        }
    }
}

impl std::fmt::Debug for SecretText {
    /// Never shows a value: a plain header may be a secret too.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(_) => f.write_str("Plain(…)"),
            Self::Env(name) => write!(f, "Env({name})"),
            Self::File(path) => write!(f, "File({path})"),
        }
    }
}
