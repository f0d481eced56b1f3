//! Variables: from the command line, `vars.yml` and `dbt_project.yml`.

use std::sync::Arc;

use indexmap::IndexMap;

use super::yaml::{Yaml, YamlValue};

/// What `var()` finds for one package, first hit wins: the command line, the root project's
/// variables for that package, the root project's own, the package's for itself, the package's own
/// (<https://docs.getdbt.com/docs/build/project-variables>).
#[derive(Clone, Debug, Default)]
pub struct Vars {
    values: Arc<IndexMap<String, Yaml>>,
}

impl Vars {
    /// Only the command line's, as `dbt_project.yml` itself sees them: the entries of a mapping.
    pub fn of_command_line(cli: &Yaml) -> Self {
        let entries = cli.entries().iter();
        let values = entries.map(|(key, value)| (key.text.clone(), value.clone())).collect();
        Self { values: Arc::new(values) }
    }

    /// What package `name` sees. `root` and `own` are the `vars` of the root project and of the
    /// package; for the root project they are the same.
    pub fn of_package(name: &str, root: &Yaml, own: &Yaml, cli: &Self) -> Self {
        let mut values = IndexMap::new();
        for vars in [own, root] {
            for (key, value) in vars.entries() {
                // A mapping under a package's name holds that package's variables; it is also a
                // variable of that name, as in dbt.
                values.insert(key.text.clone(), value.clone());
            }
            if let Some(Yaml { value: YamlValue::Map(scoped), .. }) = vars.get(name) {
                for (key, value) in scoped {
                    values.insert(key.text.clone(), value.clone());
                }
            }
        }
        for (key, value) in cli.values.iter() {
            values.insert(key.clone(), value.clone());
        }
        Self { values: Arc::new(values) }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&Yaml> {
        self.values.get(name)
    }

    /// The names of all variables, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_command_line_then_the_root_then_the_package() {
        let yaml = |json: Value| Yaml::from_json(json, Default::default());
        let root = yaml(serde_json::json!({"a": "root", "c": 1, "pkg": {"b": "root for pkg"}}));
        let own = yaml(
            serde_json::json!({"a": "own", "b": "own", "d": "own", "pkg": {"d": "own for pkg"}}),
        );
        let cli = Vars::of_command_line(&yaml(serde_json::json!({"c": 2})));
        let vars = Vars::of_package("pkg", &root, &own, &cli);
        let get = |name: &str| vars.get(name).map(Yaml::to_json).unwrap_or_default();
        assert_eq!(get("a"), "root");
        assert_eq!(get("b"), "root for pkg");
        assert_eq!(get("c"), 2);
        assert_eq!(get("d"), "own for pkg");
    }
}
