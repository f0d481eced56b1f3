//! The process: threads, one command, an exit code.

use clap::{Arg, CommandFactory, FromArgMatches, builder::Resettable};

use super::{
    args::{Cli, Command, RunArgs, SchemaCommand, SourceCommand},
    backfill, check, clean, compile, completions, debug, docs, freshness, impact, ingest, init,
    list, nodes, operation, plan, retry, schema, session, show, sql,
    time_args::TimeArgs,
};
use crate::{
    report::data_lost,
    run::{ExitCode, RunCommand},
    sql::STACK_BYTES,
};

/// Runs the command line of this process.
pub fn main() -> std::process::ExitCode {
    // Every thread that renders, parses or translates goes as deep as what people write. The default
    // stack of the first thread is the system's choice; this one is ours.
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    let code = worker.map(std::thread::JoinHandle::join);
    match code {
        Ok(Ok(code)) => code.into(),
        // A panic has said its own words already.
        _ => ExitCode::Usage.into(),
    }
}

fn run() -> ExitCode {
    let parsed = command_line(Cli::command())
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Success };
            // Nothing is left to be told where even this cannot be printed.
            let _ = error.print();
            return code;
        }
    };
    let problems = cli.refused();
    if !problems.is_empty() {
        session::report(&cli.global, "elt").diagnostics(&problems);
        return ExitCode::Usage;
    }
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
        Command::Plan(args) => plan::run(global, args, &handle),
        Command::Run(args) => nodes::run(global, RunCommand::Run, &args.run, &args.time, &handle),
        Command::Test(args) => nodes::run(global, RunCommand::Test, args, &no_times, &handle),
        Command::Seed(args) => nodes::run(global, RunCommand::Seed, args, &no_times, &handle),
        Command::Snapshot(args) => {
            nodes::run(global, RunCommand::Snapshot, args, &no_times, &handle)
        }
        Command::Backfill(args) => backfill::run(global, args, &handle),
        Command::Clone(args) => {
            let run = RunArgs {
                selection: args.selection.clone(),
                full_refresh: args.full_refresh,
                ..RunArgs::default()
            };
            nodes::run(global, RunCommand::Clone, &run, &no_times, &handle)
        }
        Command::Retry(args) => retry::run(global, args, &handle),
        Command::Ingest(args) => ingest::run(global, args, &handle),
        Command::Source(SourceCommand::Freshness(args)) => freshness::run(global, args, &handle),
        Command::Compile(args) => compile::run(global, args, &handle),
        Command::Show(args) => show::run(global, args, &handle),
        Command::Sql(args) => sql::run(global, args, &handle),
        Command::Ls(args) => list::run(global, args),
        Command::Parse => compile::parse(global),
        Command::Schema(SchemaCommand::Pull(args)) => schema::pull(global, args, &handle),
        Command::Impact(args) => impact::run(global, args, &handle),
        Command::Check(args) => check::run(global, args, &handle),
        Command::RunOperation(args) => operation::run(global, args, &handle),
        Command::Docs(command) => docs::run(global, command, &handle),
        Command::Debug(_) => debug::run(global, &handle),
        Command::Init(args) => init::run(global, args),
        Command::Clean(_) => clean::run(global),
        Command::Completions { shell } => completions::completions(*shell),
        Command::Deps(_) => unreachable!("refused above"),
        Command::Man { out_dir } => completions::man(global, out_dir.as_deref()),
    };
    // Interrupted statements must not hold the process.
    runtime.shutdown_background();
    let code = outcome.unwrap_or_else(|code| code);
    if data_lost() { code.worst(ExitCode::Usage) } else { code }
}

/// The command line, with variables of the environment under dbt's newer names too
/// (`DBT_ENGINE_QUIET` before `DBT_QUIET`). One that is set to nothing is not set.
fn command_line(command: clap::Command) -> clap::Command {
    command.mut_args(by_environment).mut_subcommands(command_line)
}

fn by_environment(arg: Arg) -> Arg {
    let Some(name) = arg.get_env().and_then(|name| name.to_str()).map(str::to_owned) else {
        return arg;
    };
    let value = |name: &str| std::env::var_os(name);
    let newer = name.replacen("DBT_", "DBT_ENGINE_", 1);
    if value(&newer).is_some_and(|value| !value.is_empty()) {
        return arg.env(newer);
    }
    match value(&name).is_some_and(|value| value.is_empty()) {
        true => arg.env(Resettable::Reset),
        false => arg,
    }
}
