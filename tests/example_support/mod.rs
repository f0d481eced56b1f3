//! The repository's own project in a folder of its own, and the real program on it.

#![allow(dead_code, reason = "each test program uses a part")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

/// What depends on when it was landed or built, and on which of two feeds was the faster.
pub const TIMES_OF_THE_RUN: [&str; 12] = [
    "origin",
    "loaded_at",
    "first_loaded_at",
    "fetched_at",
    "happened_at",
    "first_seen_at",
    "changed_at",
    "valid_from",
    "valid_to",
    "dbt_scd_id",
    "dbt_updated_at",
    "dbt_valid_from",
];

/// A copy of the example project in a folder of its own.
pub fn example() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::copy(root.join("dbt_project.yml"), folder.path().join("dbt_project.yml"))
        .expect("the project file");
    for part in ["models", "macros", "seeds", "snapshots", "samples", "tests/data"] {
        copy_tree(&root.join(part), &folder.path().join(part));
    }
    folder
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.path().strip_prefix(from).expect("below the folder"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).expect("a new folder");
        } else {
            fs::copy(entry.path(), target).expect("a copied file");
        }
    }
}

/// The program, run in the project's folder.
pub fn elt(project: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elt"));
    command.args(args).current_dir(project).env("NO_COLOR", "1");
    for name in ["DBT_PROFILES_DIR", "DBT_TARGET", "DBT_PROFILE", "GITHUB_ACTIONS"] {
        command.env_remove(name);
    }
    command.output().expect("the program starts")
}
