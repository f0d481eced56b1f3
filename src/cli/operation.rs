//! `elt run-operation`.

use std::collections::BTreeSet;

use serde_json::Map;
use tokio::runtime::Handle;

use super::{
    args::OperationArgs, compile::compiler_with, global_args::GlobalArgs, session::Session,
    show::refused,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile, did_you_mean},
    jinja::{MacroInfo, MacroKind, convert::from_yaml},
    project::{YamlFile, read_cli_mapping},
    run::ExitCode,
};

/// Calls a macro with arguments.
///
/// # Errors
/// The exit code, where there is no such macro or it fails.
pub fn run(
    global: &GlobalArgs,
    args: &OperationArgs,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "run-operation", Map::new())?;
    let Some(macro_name) = &args.macro_name else {
        return run_sql(session, args.sql.as_deref().unwrap_or_default(), handle);
    };
    let given = read_cli_mapping("--args", &args.args);
    if given.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(session.fail(&given.diagnostics));
    }
    let root = session.project.root_package().name.clone();
    let found = match macro_name.split_once('.') {
        Some((package, name)) => session.engine.macro_in(package, name),
        // As in dbt, a package's macro is found by its name alone too.
        None => session.engine.find_macro(&root, macro_name).or_else(|| {
            session.engine.macros().iter().find(|info| info.name == *macro_name).cloned()
        }),
    };
    let found = found.filter(|info| info.kind == MacroKind::Macro);
    let Some(info) = found else {
        let names = session.engine.macros().iter().filter(|info| info.kind == MacroKind::Macro);
        let help = did_you_mean(macro_name, names.map(|info| info.name.as_str()));
        let message = format!("there is no macro `{macro_name}`");
        return Err(session.fail(&[Diagnostic::error("unknown-macro", message).maybe_help(help)]));
    };
    let problems = unknown_arguments(&info, &given.value);
    if !problems.is_empty() {
        return Err(session.fail(&problems));
    }
    let entries = given.value.root.entries().iter();
    let named = entries.map(|(key, value)| (key.text.clone(), from_yaml(value))).collect();
    // As in dbt, an operation does not defer.
    let compiler = compiler_with(session, &BTreeSet::new(), handle, None);
    match compiler.run_macro(&info, named) {
        Ok(_) => Ok(ExitCode::Success),
        Err(problem) => {
            session.report.diagnostics(&[*problem]);
            Ok(session.unless_stopped(ExitCode::NodeFailure))
        }
    }
}

/// Runs a statement with templates.
fn run_sql(session: &Session, sql: &str, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let compiler = compiler_with(session, &BTreeSet::new(), handle, None);
    let file = SourceFile::new("--sql", sql);
    let compiled = compiler.compile_inline(&file).map_err(|problems| session.fail(&problems))?;
    let adapter = session.adapter()?;
    let context = compiler.job_context(None).map_err(|problems| session.fail(&problems))?;
    let cancel = session.stop.listen();
    let done = handle.block_on(adapter.query_telling(compiled.text(), Some(0), &context, cancel));
    match done {
        Ok(_) => Ok(ExitCode::Success),
        Err(error) => Ok(refused(session, &error, Some(&compiled))),
    }
}

/// Arguments that a macro does not take.
fn unknown_arguments(info: &MacroInfo, given: &YamlFile) -> Vec<Diagnostic> {
    let takes_any = info.hidden[1];
    let known = || info.parameters.iter().map(String::as_str);
    let wrong = given
        .root
        .entries()
        .iter()
        .filter(|(key, _)| !takes_any && known().all(|name| name != key.text));
    wrong
        .map(|(key, _)| {
            Diagnostic::error(
                "unknown-argument",
                format!("the macro `{}` takes no argument `{}`", info.name, key.text),
            )
            .at(key.span(&given.source), "")
            .note(format!("it is `{}` ({})", info.signature(), info.file.path()))
            .maybe_help(did_you_mean(&key.text, known()))
        })
        .collect()
}
