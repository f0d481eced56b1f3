//! What each materialization and each setting is on the wire: a project in a folder of
//! `tests/cases/bigquery_wire` is built by the real program, and the requests of its last command are
//! the snapshot.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    program::{copy_tree, elt, profile, write},
    server::{Behaviour, Server, brief},
};

/// A case as it is told in its `case.json`.
struct Case {
    told: Value,
    server: Server,
    folder: TempDir,
}

impl Case {
    fn of(path: &Path) -> Self {
        let told = std::fs::read_to_string(path).expect("the case");
        let told: Value = serde_json::from_str(&told).expect("JSON");
        let server = Server::with_rows("shop");
        for dataset in told["datasets"].as_array().into_iter().flatten() {
            let dataset = dataset.as_str().expect("a name");
            let mut state = server.state();
            state.catalog.dataset("shop", dataset);
            state.database.as_ref().expect("it has rows").make_dataset(dataset);
        }
        for (statement, answer) in told["answers"].as_object().into_iter().flatten() {
            let (fields, rows) = (answer["fields"].clone(), answer["rows"].clone());
            server.on(statement, Behaviour::gives(fields, rows));
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy_tree(path.parent().expect("its folder"), folder.path());
        let settings = told["profile"].as_object().into_iter().flatten();
        let settings: String =
            settings.map(|(key, value)| format!("      {key}: {value}\n")).collect();
        write(folder.path(), "profiles.yml", &profile(&server, &settings));
        if !folder.path().join("dbt_project.yml").exists() {
            write(folder.path(), "dbt_project.yml", "name: shop\nprofile: shop\n");
        }
        Self { told, server, folder }
    }

    /// Runs the commands of the case; gives the requests of the last.
    fn run(&self) -> String {
        let default = [Value::from("build --threads 1")];
        let commands = self.told["commands"].as_array().map_or(default.as_slice(), Vec::as_slice);
        let mut before = 0;
        for command in commands {
            let (line, files) = match command {
                Value::String(line) => (line.as_str(), None),
                other => (other["run"].as_str().expect("a command"), other["files"].as_object()),
            };
            for (file, text) in files.into_iter().flatten() {
                write(self.folder.path(), file, text.as_str().expect("a text"));
            }
            before = self.server.requests("");
            let args: Vec<&str> = line.split_whitespace().collect();
            let output = elt(self.folder.path(), &args);
            let (told, said) =
                (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
            let code = self.told["exit"].as_i64().filter(|_| Some(command) == commands.last());
            let code = code.unwrap_or(0) as i32;
            let wire = self.server.wire();
            assert_eq!(output.status.code(), Some(code), "{line}: {told}\n{said}\n{wire}");
        }
        self.server.told_since(before, brief)
    }
}

/// What differs from run to run, hidden.
pub fn steady(text: &str) -> String {
    let mut text = text.replace(env!("CARGO_PKG_VERSION"), "[version]");
    for (pattern, shown) in [
        ("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[invocation]"),
        ("\\b[0-9a-f]{32}\\b", "[hash]"),
        ("_[0-9a-f]{8}\\b", "_[run]"),
        ("_stage_[0-9a-f]{12}\\b", "_stage_[load]"),
        ("20(2[6-9]|[3-9][0-9])-[0-9]{2}-[0-9]{2}[T ][0-9:.]+", "[now]"),
        ("etag-[0-9]+", "[etag]"),
    ] {
        let pattern = regex::Regex::new(pattern).expect("it is one");
        text = pattern.replace_all(&text, shown).into_owned();
    }
    text
}

#[test]
fn each_materialization_and_setting_is_on_the_wire() {
    let mut wrong = BTreeMap::new();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/bigquery_wire");
    let mut folders: Vec<_> = std::fs::read_dir(cases)
        .expect("the cases")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        // All cases are tried: one that is wrong does not hide the others.
        let tried = std::panic::catch_unwind(|| {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(&folder);
            settings.set_omit_expression(true);
            settings.set_prepend_module_to_snapshot(false);
            settings.bind(|| {
                let wire = Case::of(&folder.join("case.json")).run();
                insta::assert_snapshot!("wire", steady(&wire));
            });
        });
        if let Err(problem) = tried {
            let told = problem.downcast_ref::<String>().cloned().unwrap_or_default();
            wrong.insert(name, told);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
