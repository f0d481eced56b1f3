//! How close the scheduler comes to what a graph needs: generated projects of views, built by the real
//! program over HTTP on a server that answers as BigQuery does and takes a fixed time for each job.
//!
//! `cargo bench --bench scheduler`; the figures are in README.md beside this.

mod graph;
mod memory;
#[path = "../../tests/bigquery_protocol/server/mod.rs"]
#[allow(dead_code, unused_imports, reason = "a part of it is used")]
mod server;

use std::{
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use graph::Graph;
use memory::Memory;
use server::{Behaviour, Server};

const THREADS: usize = 64;
/// How long each job takes.
const JOB: Duration = Duration::from_millis(200);
/// Runs of each graph; the quickest counts, since others work on the machine too.
const REPETITIONS: usize = 3;

fn main() -> ExitCode {
    // Cargo's own arguments (`--bench`) begin with a dash; what is left selects graphs by name.
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let case = |graph, materialized, allowed| Case { graph, materialized, allowed };
    let cases = [
        case(Graph::independent(1_000), "view", 1.1),
        case(Graph::independent(1_000), "table", 1.1),
        case(Graph::chains(2_000), "view", 1.15),
        case(Graph::chains(2_000), "table", 1.15),
        // What memory does over eight times as many.
        case(Graph::independent(8_000), "view", 1.1),
    ];
    let mut missed = false;
    for case in cases {
        let name = format!("{}, {}s", case.graph.name, case.materialized);
        if !wanted.is_empty() && !wanted.iter().any(|part| name.contains(part.as_str())) {
            continue;
        }
        let runs: Vec<Run> = (0..REPETITIONS).map(|_| case.run()).collect();
        let ideal = case.graph.ideal(THREADS, JOB);
        let quickest = runs.iter().min_by_key(|run| run.wall).expect("there are repetitions");
        let ratio = quickest.wall.as_secs_f64() / ideal.as_secs_f64();
        let is_missed = ratio > case.allowed;
        missed |= is_missed;
        let verdict = if is_missed { "MISSED: " } else { "" };
        let (ideal, allowed) = (ideal.as_secs_f64(), case.allowed);
        println!("{name}: {ratio:.3} times the ideal {ideal:.2} s ({verdict}{allowed} wanted)");
        for run in &runs {
            println!("  {run}");
        }
    }
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct Case {
    graph: Graph,
    materialized: &'static str,
    /// The most that wall time may be of the ideal.
    allowed: f64,
}

/// What a run took.
struct Run {
    wall: Duration,
    cpu_secs: f64,
    memory: Memory,
    requests: usize,
    most_running: usize,
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { wall, cpu_secs, memory, requests, most_running } = self;
        let wall = wall.as_secs_f64();
        write!(f, "wall {wall:.3} s, cpu {cpu_secs:.2} s, {memory}, ")?;
        write!(f, "{requests} requests, {most_running} jobs at a time")
    }
}

impl Case {
    /// Builds the graph once, from an empty `target/`.
    fn run(&self) -> Run {
        let server = Server::start();
        server.on("", Behaviour::takes(JOB.as_millis().try_into().expect("it is short")));
        server.state().catalog.dataset("bench", "bench");
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.graph.write(folder.path(), self.materialized);
        write_profile(folder.path(), &server.url());
        let begun = Instant::now();
        let mut elt = Command::new(env!("CARGO_BIN_EXE_elt"))
            .args(["run", "--threads", &THREADS.to_string()])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let watched = memory::watch(elt.id());
        let told = std::io::read_to_string(elt.stderr.take().expect("it is piped"));
        let status = elt.wait().expect("the program ends");
        let wall = begun.elapsed();
        let (memory, cpu_secs) = watched.end();
        assert!(status.success(), "{}", told.unwrap_or_default());
        self.graph.assert_built(&server.effects());
        let most_running = server.state().jobs.most_running;
        Run { wall, cpu_secs, memory, requests: server.requests(""), most_running }
    }
}

fn write_profile(project: &Path, url: &str) {
    let profile = format!(
        "bench:\n  target: it\n  outputs:\n    it:\n      type: bigquery\n      \
         method: oauth-secrets\n      token: token-1\n      project: bench\n      dataset: bench\n      \
         location: EU\n      api_endpoint: {url}\n"
    );
    std::fs::write(project.join("profiles.yml"), profile).expect("the profile");
}
