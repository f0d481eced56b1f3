//! The selection that the flags ask for.

use std::collections::BTreeSet;

use super::{
    args::{IndirectArg, SelectArgs},
    session::Session,
};
use crate::{
    artifact::EarlierRun,
    diagnostic::{Diagnostic, did_you_mean},
    graph::{IndirectSelection, SelectionArgs, select, selector::Selectors},
    manifest::{ResourceType, UniqueId},
    run::ExitCode,
};

const KINDS: [(&str, ResourceType); 9] = [
    ("model", ResourceType::Model),
    ("seed", ResourceType::Seed),
    ("snapshot", ResourceType::Snapshot),
    ("test", ResourceType::Test),
    ("unit_test", ResourceType::UnitTest),
    ("analysis", ResourceType::Analysis),
    ("source", ResourceType::Source),
    ("exposure", ResourceType::Exposure),
    ("operation", ResourceType::Operation),
];

/// The selected nodes; what selectors matched nothing is printed.
///
/// # Errors
/// What is wrong with the selection, printed; the exit code.
pub fn selected(session: &Session, args: &SelectArgs) -> Result<BTreeSet<UniqueId>, ExitCode> {
    let indirect = match args.indirect_selection.or(session.flags.indirect_selection) {
        None | Some(IndirectArg::Eager) => IndirectSelection::Eager,
        Some(IndirectArg::Cautious) => IndirectSelection::Cautious,
        Some(IndirectArg::Buildable) => IndirectSelection::Buildable,
        Some(IndirectArg::Empty) => IndirectSelection::Empty,
    };
    let read = session.project.selectors.as_ref().map(|file| Selectors::read(file, indirect));
    if let Some(read) = &read
        && read.diagnostics.iter().any(Diagnostic::is_error)
    {
        return Err(session.fail(&read.diagnostics));
    }
    let resource_types = kinds(args).map_err(|problem| session.fail(&[*problem]))?;
    let earlier = EarlierRun::new(
        args.state.clone(),
        session.project.target_path.clone(),
        session.metadata(),
        session.project.scrubber(),
    );
    let wanted = SelectionArgs {
        select: args.select.clone(),
        exclude: args.exclude.clone(),
        selector: args.selector.clone(),
        selectors: read.as_ref().map(|read| &read.value),
        indirect,
        resource_types,
        previous: Some(&earlier),
    };
    match select(&session.manifest, &session.graph, &wanted) {
        Ok(selection) => {
            if session.flags.warn_error && !selection.warnings.is_empty() {
                return Err(session.fail(&selection.warnings));
            }
            session.report.diagnostics(&selection.warnings);
            Ok(selection.ids)
        }
        Err(problems) => Err(session.fail(&problems)),
    }
}

fn kinds(args: &SelectArgs) -> Result<Option<BTreeSet<ResourceType>>, Box<Diagnostic>> {
    let read = |names: &[String]| {
        let mut found = BTreeSet::new();
        for name in names.iter().flat_map(|names| names.split(',')) {
            if name == "all" || name == "default" {
                found.extend(KINDS.iter().map(|(_, kind)| *kind));
                continue;
            }
            match KINDS.iter().find(|(known, _)| *known == name) {
                Some((_, kind)) => {
                    found.insert(*kind);
                }
                None => {
                    let known = KINDS.iter().map(|(known, _)| *known);
                    let message = format!("unknown resource type `{name}`");
                    let diagnostic = Diagnostic::error("unknown-resource-type", message);
                    return Err(Box::new(diagnostic.maybe_help(did_you_mean(name, known))));
                }
            }
        }
        Ok(found)
    };
    let (wanted, unwanted) = (read(&args.resource_type)?, read(&args.exclude_resource_type)?);
    if wanted.is_empty() && unwanted.is_empty() {
        return Ok(None);
    }
    let all = || KINDS.iter().map(|(_, kind)| *kind).collect();
    let base: BTreeSet<ResourceType> = if wanted.is_empty() { all() } else { wanted };
    Ok(Some(base.difference(&unwanted).copied().collect()))
}
