//! `elt impact`.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::{
    column_args::{ImpactArgs, ImpactOutputArg},
    column_lineage::{column_of, whole_project},
    global_args::GlobalArgs,
    session::Session,
};
use crate::{
    analysis::Type,
    check::{Change, ColumnGraph, ColumnId, Impact, impact},
    diagnostic::{Diagnostic, render_json, render_terminal},
    run::ExitCode,
};

/// Says what breaks where a column is renamed, retyped or dropped. Nothing is changed.
///
/// # Errors
/// The exit code, where the column is not there or a template is wrong.
pub fn run(global: &GlobalArgs, args: &ImpactArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "impact", Map::new())?;
    let change = change(args).map_err(|problem| session.fail(&[*problem]))?;
    let project = whole_project(session, handle)?;
    let column = column_of(session, &project, &args.column)?;
    if column.column.contains('.') {
        let message = format!("`{}` is a field of a struct", args.column);
        let problem = Diagnostic::error("not-supported", message);
        let help = "name the column that it is in; `elt docs lineage --column` follows fields";
        return Err(session.fail(&[problem.help(help)]));
    }
    let graph = ColumnGraph::of(&project);
    let found = impact(&project, &graph, &column, &change);
    let text = match args.output {
        ImpactOutputArg::Json => as_json(&column, &change, &found),
        ImpactOutputArg::Text => as_text(session, &args.column, &change, &found),
    };
    session.report.data(&text);
    Ok(if found.broken.is_empty() { ExitCode::Success } else { ExitCode::NodeFailure })
}

fn change(args: &ImpactArgs) -> Result<Change, Box<Diagnostic>> {
    match (&args.rename, &args.retype) {
        (Some(name), _) => Ok(Change::Rename(name.clone())),
        (_, Some(text)) => match Type::parse(text) {
            kind if kind.is_known() => Ok(Change::Retype(kind)),
            _ => {
                let message = format!("`{text}` is no type of GoogleSQL");
                Err(Box::new(Diagnostic::error("invalid-type", message)))
            }
        },
        (None, None) => Ok(Change::Drop),
    }
}

fn words(change: &Change) -> String {
    match change {
        Change::Drop => "dropped".to_owned(),
        Change::Rename(name) => format!("renamed to `{name}`"),
        Change::Retype(kind) => format!("{kind}"),
    }
}

fn as_text(session: &Session, column: &str, change: &Change, found: &Impact) -> String {
    let shown = |column: &ColumnId| {
        let node = session.manifest.nodes.get(&column.node);
        let name = node.map_or(column.node.as_str(), |node| node.name.as_str());
        format!("{name}.{}", column.column)
    };
    let mut out = String::new();
    // Writing into a String cannot fail.
    let verb = if matches!(change, Change::Retype(_)) { "becomes" } else { "is" };
    let _ = writeln!(out, "if `{column}` {verb} {}:", words(change));
    for diagnostic in &found.broken {
        let _ = writeln!(out, "\n{}", render_terminal(diagnostic, false));
    }
    let mut list = |what: &str, items: Vec<String>| {
        if !items.is_empty() {
            let _ = writeln!(out, "\n{what}:\n  {}", items.join("\n  "));
        }
    };
    list("columns that go", found.gone.iter().map(shown).collect());
    let retyped = found.retyped.iter();
    let retyped = retyped.map(|one| format!("{}: {} → {}", shown(&one.column), one.from, one.to));
    list("columns of another type", retyped.collect());
    list("made from it", found.made_from.iter().map(shown).collect());
    list("exposures", found.exposures.iter().map(ToString::to_string).collect());
    let count = found.broken.len();
    let _ = match count {
        0 => writeln!(out, "\nnothing breaks"),
        1 => writeln!(out, "\n1 place breaks"),
        _ => writeln!(out, "\n{count} places break"),
    };
    out.truncate(out.trim_end().len());
    out
}

fn as_json(column: &ColumnId, change: &Change, found: &Impact) -> String {
    let id = |column: &ColumnId| json!({"node": column.node, "column": column.column});
    let all =
        |columns: &mut dyn Iterator<Item = &ColumnId>| columns.map(id).collect::<Vec<Value>>();
    let retyped: Vec<Value> = found
        .retyped
        .iter()
        .map(|one| {
            json!({
                "node": one.column.node,
                "column": one.column.column,
                "from": one.from.to_string(),
                "to": one.to.to_string(),
            })
        })
        .collect();
    let document = json!({
        "column": id(column),
        "change": words(change),
        "broken": found.broken.iter().map(render_json).collect::<Vec<_>>(),
        "gone": all(&mut found.gone.iter()),
        "retyped": retyped,
        "made_from": all(&mut found.made_from.iter()),
        "exposures": found.exposures,
    });
    // A value of texts and lists always has a JSON form.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}
