//! The selection that the flags ask for.

use std::collections::BTreeSet;

use super::{args::SelectArgs, global_args::IndirectArg, session::Session};
use crate::{
    artifact::EarlierRun,
    diagnostic::Diagnostic,
    graph::{
        IndirectSelection, SelectionArgs, select,
        selector::{SELECTABLE, Selectors, resource_types},
    },
    manifest::{ResourceType, UniqueId},
    run::ExitCode,
};

/// The selected nodes; what selectors matched nothing is printed.
///
/// # Errors
/// What is wrong with the selection, printed; the exit code.
pub fn selected(session: &Session, args: &SelectArgs) -> Result<BTreeSet<UniqueId>, ExitCode> {
    let indirect = match session.global.indirect_selection {
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
    let resource_types = kinds(args).map_err(|problems| session.fail(&problems))?;
    let earlier = earlier_run(session);
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
        Ok(mut selection) => {
            session.warnings.apply(&mut selection.warnings);
            if selection.warnings.iter().any(Diagnostic::is_error) {
                return Err(session.fail(&selection.warnings));
            }
            session.report.diagnostics(&selection.warnings);
            Ok(selection.ids)
        }
        Err(problems) => Err(session.fail(&problems)),
    }
}

/// The earlier run that the project is compared with.
pub fn earlier_run(session: &Session) -> EarlierRun {
    EarlierRun::new(
        session.state.folder.clone(),
        session.project.target_path.clone(),
        session.metadata(),
        session.project.scrubber(),
    )
}

/// The kinds that the flags name; none where they name none.
fn kinds(args: &SelectArgs) -> Result<Option<BTreeSet<ResourceType>>, Vec<Diagnostic>> {
    let names = |given: &[String]| -> Vec<String> {
        let words = given.iter().flat_map(|names| names.split([',', ' ']));
        words.filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    let (named, excluded) = (names(&args.resource_type), names(&args.exclude_resource_type));
    if named.is_empty() && excluded.is_empty() {
        return Ok(None);
    }
    resource_types(&named, &excluded, &SELECTABLE, &SELECTABLE).map(Some)
}
