//! `elt sql`: GoogleSQL from the command line on the target.

use std::{
    io::{IsTerminal, Read},
    path::Path,
    sync::Arc,
};

use serde_json::Map;
use tokio::runtime::Handle;

use super::{
    global_args::GlobalArgs,
    session::{self, Session},
    show::{refused, table_format},
    sql_args::SqlArgs,
    sql_batch, sql_prompt,
};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    compile::MappedText,
    diagnostic::{Diagnostic, SourceFile},
    report::render_table,
    run::{ExitCode, stop_on_signals},
};

/// Runs, and prints the rows of the last statement.
///
/// # Errors
/// The exit code, where something is wrong.
pub fn run(global: &GlobalArgs, args: &SqlArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    if args.batch {
        return sql_batch::run(&session::report(global, "sql"), handle);
    }
    let session = Session::open(global, "sql", Map::new())?;
    if args.sql.is_none() && args.file.is_none() && std::io::stdin().is_terminal() {
        return sql_prompt::run(session, args, handle);
    }
    let source = source(args).map_err(|problem| session.fail(&[problem]))?;
    let adapter = session.adapter()?;
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    answer(session, adapter.as_ref(), args, &source, (handle, &cancel))?;
    Ok(ExitCode::Success)
}

/// Runs the statements and prints what comes out, or what they become.
///
/// # Errors
/// The exit code, where they fail, which is told.
pub fn answer(
    session: &Session,
    adapter: &dyn Adapter,
    args: &SqlArgs,
    source: &Arc<SourceFile>,
    (handle, cancel): (&Handle, &Cancel),
) -> Result<(), ExitCode> {
    let mut code = MappedText::default();
    let lines: Vec<u32> = (1..=source.text().split('\n').count() as u32).collect();
    code.push_rendered(source.text(), source, &lines);
    let failed = |error: AdapterError| refused(session, &error, Some(&code));
    if args.explain {
        let text = handle.block_on(adapter.explain(source.text())).map_err(failed)?;
        session.report.data(&text);
        return Ok(());
    }
    let limit = usize::try_from(args.limit).ok();
    let table = handle.block_on(adapter.query(source.text(), limit, cancel)).map_err(failed)?;
    if !table.columns.is_empty() {
        session.report.data(&render_table(&table, table_format(args.output)));
    }
    Ok(())
}

/// The statements, from where the command line says; without a word, from stdin.
fn source(args: &SqlArgs) -> Result<Arc<SourceFile>, Diagnostic> {
    if let Some(sql) = &args.sql {
        return Ok(SourceFile::new("sql", sql.clone()));
    }
    let path = args.file.as_deref().unwrap_or(Path::new("-"));
    let (name, text) = if path == Path::new("-") {
        let mut text = String::new();
        ("stdin".to_owned(), std::io::stdin().read_to_string(&mut text).map(|_| text))
    } else {
        (path.display().to_string(), std::fs::read_to_string(path))
    };
    match text {
        Ok(text) => Ok(SourceFile::new(name, text)),
        Err(error) => {
            let message = format!("`{name}` cannot be read: {error}");
            Err(Diagnostic::error("cannot-read", message))
        }
    }
}
