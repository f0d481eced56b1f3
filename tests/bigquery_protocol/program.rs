//! The real program on a project whose target is the server.

use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::server::Server;

/// A profile of a server with further keys.
pub fn profile(server: &Server, more: &str) -> String {
    let url = server.url();
    format!(
        "shop:\n  target: it\n  outputs:\n    it:\n      type: bigquery\n      method: oauth-secrets\n      \
         token: token-1\n      api_endpoint: {url}\n      project: shop\n      dataset: gold\n      \
         threads: 4\n{more}"
    )
}

/// A project of a folder of `tests/cases`, in a folder of its own, with a profile.
pub fn project(case: &str, server: &Server) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case);
    copy_tree(&from, folder.path());
    write(folder.path(), "profiles.yml", &profile(server, ""));
    folder
}

pub fn copy_tree(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.path().strip_prefix(from).expect("below the folder"));
        match entry.file_type().is_dir() {
            true => std::fs::create_dir_all(target).expect("a new folder"),
            false => drop(std::fs::copy(entry.path(), target).expect("a copied file")),
        }
    }
}

/// Writes a file of a project.
pub fn write(project: &Path, file: &str, text: &str) {
    let path = project.join(file);
    std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
    std::fs::write(path, text).expect("a written file");
}

/// The program, to be run in the project's folder.
pub fn command(project: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elt"));
    command.args(args).current_dir(project).env("NO_COLOR", "1");
    for name in [
        "DBT_PROFILES_DIR",
        "DBT_TARGET",
        "DBT_PROFILE",
        "GITHUB_ACTIONS",
        "GOOGLE_CLOUD_PROJECT",
        "GOOGLE_CLOUD_QUOTA_PROJECT",
        "BIGQUERY_EMULATOR_HOST",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs the program to its end.
pub fn elt(project: &Path, args: &[&str]) -> Output {
    command(project, args).output().expect("the program starts")
}

/// Runs the program, which ends well.
pub fn elt_well(project: &Path, args: &[&str]) {
    let output = elt(project, args);
    let told = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {told}\n{said}");
}

/// Starts the program.
pub fn start(project: &Path, args: &[&str]) -> Child {
    let mut command = command(project, args);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    child.expect("the program starts")
}

/// Sends a signal (`-INT`) to a child.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}
