//! A small project with feeds, and the program serving it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// A project whose source `web` has these tables, each with a feed.
pub fn project(tables: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut sources = String::from("sources:\n  - name: web\n    schema: bronze\n    tables:\n");
    for (name, feed) in tables {
        let line = format!("      - name: {name}\n        config: {{meta: {{ingest: {feed}}}}}\n");
        sources.push_str(&line);
    }
    write(folder.path(), "dbt_project.yml", "name: shop\nversion: \"1.0.0\"\n");
    write(folder.path(), "models/_sources.yml", &sources);
    folder
}

/// A project whose source `web` has a stream `events` that these tables share: what is behind a table's
/// name is its keys under `ingest`, and its columns.
pub fn shared(stream: &str, tables: &[(&str, &str, &str)]) -> TempDir {
    let folder = project(&[]);
    write_shared(folder.path(), stream, tables);
    folder
}

/// Writes the sources of [`shared`].
pub fn write_shared(project: &Path, stream: &str, tables: &[(&str, &str, &str)]) {
    let mut sources = format!(
        "sources:\n  - name: web\n    schema: bronze\n    config: {{meta: {{streams: {{events: {stream}}}}}}}\n    tables:\n"
    );
    for (name, keys, columns) in tables {
        sources.push_str(&format!(
            "      - name: {name}\n        config: {{meta: {{ingest: {{stream: events, {keys}}}}}}}\n        columns: [{columns}]\n"
        ));
    }
    write(project, "models/_sources.yml", &sources);
}

/// Writes a file of a project.
pub fn write(project: &Path, name: &str, text: &str) {
    let file = project.join(name);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
    std::fs::write(file, text).expect("the file can be written");
}

/// The program in a project, with only what it needs.
pub fn program(project: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elt"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", project).env("NO_COLOR", "1");
    if let Some(libraries) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command.current_dir(project);
    command
}

/// Runs the program to its end: whether it succeeded, and what it said.
pub fn run(project: &Path, env: &[(&str, &str)], arguments: &[&str]) -> (bool, String) {
    let mut command = program(project);
    command.envs(env.iter().copied()).args(arguments);
    let output = command.output().expect("the program runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// Rows of a query on the project's warehouse, as JSON.
pub fn query(project: &Path, sql: &str) -> Vec<Value> {
    let mut command = program(project);
    command.args(["sql", sql, "--output", "json", "--quiet", "--limit", "-1"]);
    let output = command.output().expect("the program runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{sql}: {told}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("the answer is JSON");
    match found {
        Value::Array(rows) => rows,
        other => panic!("expected rows, found {other}"),
    }
}

/// One number.
pub fn count(project: &Path, sql: &str) -> u64 {
    let rows = query(project, sql);
    let row = rows.first().and_then(Value::as_object).expect("a row");
    row.values().next().and_then(Value::as_u64).expect("a number")
}

/// The program serving; it is killed where the test ends before.
pub struct Served {
    child: Child,
    /// Where it listens: `http://…`.
    pub base: String,
}

impl Served {
    /// Starts it and waits until it listens.
    pub fn start(project: &Path, env: &[(&str, &str)]) -> Self {
        let mut command = program(project);
        command.envs(env.iter().copied()).args(["ingest", "serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let told = child.stderr.take().expect("its words are read");
        let mut lines = BufReader::new(told).lines();
        let mut said = String::new();
        let base = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {said}"));
            let line = line.expect("its words are text");
            if let Some(at) = line.find("http://") {
                break line[at..].trim().to_owned();
            }
            said.push_str(&line);
        };
        // Its further words must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base }
    }

    /// Ends it at once, as a power failure would.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Asks it to stop and waits: its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().expect("`kill` runs");
        assert!(told.success());
        self.child.wait().expect("it ends").code()
    }

    /// How much memory it holds, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        resident_bytes(self.child.id())
    }
}

/// How much memory a process holds, in bytes; 0 where that cannot be known.
pub fn resident_bytes(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/statm")).unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended already, where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that waits for answers.
pub fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build();
    client.expect("an HTTP client can be made")
}

/// Runs asynchronous work.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().expect("a runtime starts");
    runtime.block_on(work)
}

/// An answer's status and body.
pub async fn told(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer comes");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("it is text");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
