//! `elt sql`: GoogleSQL from the command line on the target.

use std::{io::Read, path::Path};

use serde_json::Map;
use tokio::runtime::Handle;

use super::{
    args::SqlArgs,
    global_args::GlobalArgs,
    session::{self, Session},
    show::{refused, table_format},
    sql_batch,
};
use crate::{
    adapter::{AdapterError, Cancel},
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
    let source = source(args).map_err(|problem| session.fail(&[problem]))?;
    let adapter = session.adapter()?;
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    let mut code = MappedText::default();
    let lines: Vec<u32> = (1..=source.text().split('\n').count() as u32).collect();
    code.push_rendered(source.text(), &source, &lines);
    let failed = |error: AdapterError| refused(session, &error, Some(&code));
    if args.explain {
        let text = handle.block_on(adapter.explain(source.text())).map_err(failed)?;
        session.report.data(&text);
        return Ok(ExitCode::Success);
    }
    let limit = usize::try_from(args.limit).ok();
    let table = handle.block_on(adapter.query(source.text(), limit, &cancel)).map_err(failed)?;
    if !table.columns.is_empty() {
        session.report.data(&render_table(&table, table_format(args.output)));
    }
    Ok(ExitCode::Success)
}

/// The statements, from where the command line says.
fn source(args: &SqlArgs) -> Result<std::sync::Arc<SourceFile>, Diagnostic> {
    let Some(path) = &args.file else {
        return Ok(SourceFile::new("sql", args.sql.clone().unwrap_or_default()));
    };
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
