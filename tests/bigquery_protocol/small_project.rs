//! Small projects, written by the tests, whose target is the server.

use std::path::Path;

use tempfile::TempDir;

use crate::{
    program::{self, profile, write},
    server::Server,
};

/// A project of these files, with a profile of the server; without a `dbt_project.yml` it gets the
/// smallest one.
pub fn shop(server: &Server, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "profiles.yml", &profile(server, ""));
    write(folder.path(), "dbt_project.yml", "name: shop\nversion: \"1.0.0\"\nprofile: shop\n");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

/// What the program said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs the program in the project's folder.
pub fn elt(folder: &Path, args: &[&str]) -> Said {
    let output = program::command(folder, args).env("COLUMNS", "160").output();
    let output = output.expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
