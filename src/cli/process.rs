//! The process: threads, one command, an exit code.

use clap::Parser;

use super::{
    args::{Cli, Command, SourceCommand},
    backfill, clean, compile, completions, debug, docs, freshness, ingest, init, list, nodes,
    operation, retry, session, show, sql,
    time_args::TimeArgs,
};
use crate::{
    report::data_lost,
    run::{ExitCode, RunCommand},
};

/// Stack of every thread that renders, parses or translates: these go as deep as what people write,
/// bounded by limits that fit into this many bytes.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Runs the command line of this process.
pub fn main() -> std::process::ExitCode {
    // The default stack of the first thread is the system's choice; this one is ours.
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    let code = worker.map(std::thread::JoinHandle::join);
    match code {
        Ok(Ok(code)) => code.into(),
        // A panic has said its own words already.
        _ => ExitCode::Usage.into(),
    }
}

fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Success };
            // Nothing is left to be told where even this cannot be printed.
            let _ = error.print();
            return code;
        }
    };
    // Fails only where a pool exists already, which then serves as well.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let problem = crate::diagnostic::Diagnostic::error("no-runtime", error.to_string());
            session::report(&cli.global, "elt").diagnostics(&[problem]);
            return ExitCode::Usage;
        }
    };
    let global = &cli.global;
    let no_times = TimeArgs::default();
    let handle = runtime.handle().clone();
    let outcome = match &cli.command {
        Command::Build(args) => {
            nodes::run(global, RunCommand::Build, &args.run, &args.time, &handle)
        }
        Command::Run(args) => nodes::run(global, RunCommand::Run, &args.run, &args.time, &handle),
        Command::Test(args) => nodes::run(global, RunCommand::Test, args, &no_times, &handle),
        Command::Seed(args) => nodes::run(global, RunCommand::Seed, args, &no_times, &handle),
        Command::Snapshot(args) => {
            nodes::run(global, RunCommand::Snapshot, args, &no_times, &handle)
        }
        Command::Backfill(args) => backfill::run(global, args, &handle),
        Command::Retry => retry::run(global, &handle),
        Command::Ingest(args) => ingest::run(global, args, &handle),
        Command::Source(SourceCommand::Freshness(args)) => freshness::run(global, args, &handle),
        Command::Compile(args) => compile::run(global, args, &handle),
        Command::Show(args) => show::run(global, args, &handle),
        Command::Sql(args) => sql::run(global, args, &handle),
        Command::Ls(args) => list::run(global, args),
        Command::Parse => compile::parse(global),
        Command::RunOperation(args) => operation::run(global, args, &handle),
        Command::Docs(command) => docs::run(global, command, &handle),
        Command::Debug => debug::run(global, &handle),
        Command::Init(args) => init::run(global, args),
        Command::Clean => clean::run(global),
        Command::Completions { shell } => completions::completions(*shell),
        Command::Man { out_dir } => completions::man(global, out_dir.as_deref()),
    };
    // Interrupted statements must not hold the process.
    runtime.shutdown_background();
    let code = outcome.unwrap_or_else(|code| code);
    if data_lost() { code.worst(ExitCode::Usage) } else { code }
}
