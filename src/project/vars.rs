//! Variables: from the command line, `vars.yml` and `dbt_project.yml`.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::yaml::{Yaml, YamlValue};

/// What `var()` finds for one package, first hit wins: the command line, the root project's
/// variables for that package, the root project's own, the package's for itself, the package's own
/// (<https://docs.getdbt.com/docs/build/project-variables>).
#[derive(Clone, Debug, Default)]
pub struct Vars {
    values: Arc<Map<String, Value>>,
}

impl Vars {
    /// Only the command line's, as `dbt_project.yml` itself sees them.
    pub fn of_command_line(cli: &Map<String, Value>) -> Self {
        Self { values: Arc::new(cli.clone()) }
    }

    /// What package `name` sees. `root` and `own` are the `vars` of the root project and of the
    /// package; for the root project they are the same.
    pub fn of_package(name: &str, root: &Yaml, own: &Yaml, cli: &Map<String, Value>) -> Self {
        let mut values = Map::new();
        for vars in [own, root] {
            for (key, value) in vars.entries() {
                // A mapping under a package's name holds that package's variables; it is also a
                // variable of that name, as in dbt.
                values.insert(key.text.clone(), value.to_json());
            }
            if let Some(Yaml { value: YamlValue::Map(scoped), .. }) = vars.get(name) {
                for (key, value) in scoped {
                    values.insert(key.text.clone(), value.to_json());
                }
            }
        }
        for (key, value) in cli {
            values.insert(key.clone(), value.clone());
        }
        Self { values: Arc::new(values) }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// All variables, for suggestions and `--vars` overrides.
    pub fn all(&self) -> &Map<String, Value> {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_then_the_root_then_the_package() {
        let yaml = |json: Value| Yaml::from_json(json, Default::default());
        let root = yaml(serde_json::json!({"a": "root", "c": 1, "pkg": {"b": "root for pkg"}}));
        let own = yaml(
            serde_json::json!({"a": "own", "b": "own", "d": "own", "pkg": {"d": "own for pkg"}}),
        );
        let cli = Map::from_iter([("c".to_owned(), Value::from(2))]);
        let vars = Vars::of_package("pkg", &root, &own, &cli);
        let get = |name: &str| vars.get(name).cloned().unwrap_or_default();
        assert_eq!(get("a"), "root");
        assert_eq!(get("b"), "root for pkg");
        assert_eq!(get("c"), 2);
        assert_eq!(get("d"), "own for pkg");
    }
}
