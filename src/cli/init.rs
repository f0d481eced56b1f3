//! `elt init`: a new project that builds as it is.

use std::{fs, path::Path};

use super::{args::InitArgs, global_args::GlobalArgs, session::report};
use crate::{diagnostic::Diagnostic, run::ExitCode};

/// Creates a project in a new folder of its name.
///
/// # Errors
/// The exit code, where the name is no project name or the folder exists.
pub fn run(global: &GlobalArgs, args: &InitArgs) -> Result<ExitCode, ExitCode> {
    let report = report(global, "init");
    let fail = |problem: Diagnostic| {
        report.diagnostics(&[problem]);
        ExitCode::Usage
    };
    let name = &args.name;
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let message = format!("`{name}` is no project name");
        let problem = Diagnostic::error("invalid-project-name", message);
        return Err(fail(problem.help("use letters, digits and underscores, a letter first")));
    }
    let parent = global.project_dir.clone().unwrap_or_default();
    let folder = parent.join(name);
    if folder.exists() {
        let message = format!("`{}` exists already", folder.display());
        return Err(fail(Diagnostic::error("folder-exists", message).help("choose another name")));
    }
    write_all(&folder, name).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", folder.display());
        fail(Diagnostic::error("cannot-write", message))
    })?;
    report.note(&format!("created {name}; next: cd {name} && elt build"));
    Ok(ExitCode::Success)
}

fn write_all(folder: &Path, name: &str) -> std::io::Result<()> {
    let project = format!(
        "name: {name}\nversion: \"1.0.0\"\n\nmodel-paths: [models]\nseed-paths: [seeds]\nsnapshot-paths: [snapshots]\nmacro-paths: [macros]\ntest-paths: [tests]\nclean-targets: [target]\n\nmodels:\n  {name}:\n    silver:\n      +schema: silver\n      +materialized: view\n    gold:\n      +schema: gold\n      +materialized: table\n"
    );
    let files = [
        ("dbt_project.yml", project.as_str()),
        (".gitignore", "target/\n"),
        (
            "seeds/raw_orders.csv",
            "order_id,customer,ordered_at,amount\n1,ada,2024-01-01,12.50\n2,jonas,2024-01-02,8.00\n3,ada,2024-01-02,20.25\n",
        ),
        (
            "models/silver/orders.sql",
            "select\n    order_id,\n    customer,\n    cast(ordered_at as date) as order_date,\n    cast(amount as numeric) as amount\nfrom {{ ref('raw_orders') }}\n",
        ),
        (
            "models/gold/sales_daily.sql",
            "select\n    order_date,\n    count(*) as orders,\n    sum(amount) as amount\nfrom {{ ref('orders') }}\ngroup by order_date\n",
        ),
        (
            "models/models.yml",
            "models:\n  - name: orders\n    description: One row an order.\n    columns:\n      - name: order_id\n        description: The order's number.\n        data_tests: [unique, not_null]\n  - name: sales_daily\n    description: What was sold a day.\n    columns:\n      - name: order_date\n        description: The day.\n        data_tests: [unique, not_null]\n",
        ),
        ("macros/.gitkeep", ""),
        ("snapshots/.gitkeep", ""),
        ("tests/.gitkeep", ""),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
