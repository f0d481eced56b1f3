//! `elt show`: the first rows of a node or a query.

use std::collections::BTreeSet;

use serde_json::{Map, json};
use tokio::runtime::Handle;

use super::{
    args::{ShowArgs, TableArg},
    compile::compiler,
    global_args::GlobalArgs,
    selection::selected,
    session::Session,
};
use crate::{
    adapter::{AdapterError, AdapterErrorKind, Cancel, query_behind},
    compile::MappedText,
    diagnostic::{Diagnostic, SourceFile},
    manifest::ResourceType,
    report::{TableFormat, render_table},
    run::{ExitCode, blame, stop_on_signals},
};

/// Compiles, runs and prints.
///
/// # Errors
/// The exit code, where something is wrong.
pub fn run(global: &GlobalArgs, args: &ShowArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let typed = Map::from_iter([("full_refresh".to_owned(), json!(args.full_refresh))]);
    let session = Session::open(global, "show", typed)?;
    let (text, place, header, context) = match &args.inline {
        Some(inline) => {
            let file = SourceFile::new("--inline", inline.as_str());
            let compiler = compiler(session, &BTreeSet::new(), handle)?;
            let compiled = compiler.compile_inline(&file);
            let compiled = compiled.map_err(|problems| session.fail(&problems))?;
            (compiled.text().to_owned(), Some(compiled), None, compiler.job_context(None))
        }
        None => {
            let ids = selected(session, &args.selection)?;
            let nodes: Vec<_> = ids
                .iter()
                .filter_map(|id| session.manifest.nodes.get(id))
                .filter(|node| {
                    use ResourceType::{Analysis, Model, Seed, Snapshot};
                    matches!(node.resource_type, Model | Seed | Snapshot | Analysis)
                })
                .collect();
            let [node] = nodes.as_slice() else {
                let message = format!("`show` takes one node, and {} are selected", nodes.len());
                let problem = Diagnostic::error("not-one-node", message);
                return Err(
                    session.fail(&[problem.help("name one with --select, or give --inline")])
                );
            };
            let own = BTreeSet::from([node.unique_id.clone()]);
            let compiler = compiler(session, &own, handle)?;
            let context = compiler.job_context(Some(node));
            match node.resource_type {
                ResourceType::Seed => {
                    (format!("select * from {}", node.relation), None, None, context)
                }
                _ => {
                    let compiled = compiler.compile(&node.unique_id, false);
                    let compiled = compiled.map_err(|problems| session.fail(&problems))?;
                    let text = compiled.code.text().to_owned();
                    (text, Some(compiled.code), compiled.header, context)
                }
            }
        }
    };
    let context = context.map_err(|problems| session.fail(&problems))?;
    let adapter = session.adapter()?;
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    let limit = usize::try_from(args.limit).ok();
    let header_text = header.as_ref().map(MappedText::text);
    let table = handle.block_on(query_behind(
        adapter.as_ref(),
        header_text,
        &text,
        limit,
        (&context, &cancel),
    ));
    let table = table.map(|outcome| outcome.table.unwrap_or_default()).map_err(|error| {
        let code = header.as_ref().filter(|_| error.step == Some(0)).or(place.as_ref());
        refused(session, &error, code)
    })?;
    session.report.data(&render_table(&table, table_format(args.output)));
    Ok(ExitCode::Success)
}

/// What `--output` means.
pub fn table_format(output: TableArg) -> TableFormat {
    match output {
        TableArg::Text => TableFormat::Text,
        TableArg::Json => TableFormat::Json,
        TableArg::Csv => TableFormat::Csv,
    }
}

/// Prints why a query did not run, at its place in `code`.
pub fn refused(session: &Session, error: &AdapterError, code: Option<&MappedText>) -> ExitCode {
    if error.kind == AdapterErrorKind::Cancelled {
        session.report.note("interrupted");
        return ExitCode::Interrupted;
    }
    let problem = match code {
        Some(code) => blame(error, code),
        None => Diagnostic::error(error.code, &error.message).maybe_help(error.help.clone()),
    };
    session.report.diagnostics(&[problem]);
    ExitCode::NodeFailure
}
