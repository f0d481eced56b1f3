//! `elt debug`: is everything there to work with?

use serde_json::Map;
use tokio::runtime::Handle;

use super::{global_args::GlobalArgs, session::Session};
use crate::{diagnostic::Diagnostic, run::ExitCode};

/// Checks the project, the profile and the connection, and says what was found.
///
/// # Errors
/// The exit code, where something is wrong.
pub fn run(global: &GlobalArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "debug", Map::new())?;
    let target = &session.project.target;
    let mut lines = vec![
        format!("elt {}", env!("CARGO_PKG_VERSION")),
        format!(
            "project   {} ({})",
            session.project.root_package().name,
            session.project.root.display()
        ),
        match target.is_default {
            true => "profile   none found: GoogleSQL on the embedded engine".to_owned(),
            false => format!("profile   {} (target {})", target.profile_name, target.target_name),
        },
        format!(
            "dialect   {}",
            match target.dialect {
                crate::relation::Dialect::GoogleSql => "GoogleSQL",
                crate::relation::Dialect::DuckDb => "DuckDB",
            }
        ),
        format!("database  {}", target.database),
        format!("schema    {}", target.schema),
        format!("threads   {}", target.threads),
    ];
    let adapter = session.adapter()?;
    let database = Some(target.database.as_str());
    for check in handle.block_on(adapter.checks(database, &target.schema)) {
        match check.found {
            Ok(found) => lines.push(format!("{:<11} {found}", check.what)),
            Err(error) => {
                session.report.data(&lines.join("\n"));
                let problem = Diagnostic::error(error.code, error.message);
                let problem = problem.note(format!("this was the check of: {}", check.what));
                session.report.diagnostics(&[problem.maybe_help(error.help)]);
                return Ok(ExitCode::NodeFailure);
            }
        }
    }
    session.report.data(&lines.join("\n"));
    Ok(ExitCode::Success)
}
