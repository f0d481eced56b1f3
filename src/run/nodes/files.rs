//! `target/run`: the statements of each node as they were run.

use std::path::{Path, PathBuf};

use crate::{
    manifest::{Node, ResourceType},
    plan::Plan,
};

/// Writes a node's plan to dbt's place: `<target>/run/<package>/<file>`; tests that share a
/// properties file get a folder of its name.
///
/// # Errors
/// Whatever the file system says.
pub fn write_run_file(target: &Path, node: &Node, plan: &Plan) -> std::io::Result<()> {
    let path = target.join("run").join(&*node.package).join(place(node));
    crate::artifact::write_atomically(&path, plan.to_string().as_bytes())
}

fn place(node: &Node) -> PathBuf {
    let file = Path::new(&node.original_file_path);
    let generic = node.test.as_ref().is_some_and(|test| test.generic.is_some());
    match node.resource_type {
        ResourceType::Test if generic => {
            let name = Path::new(&node.path).file_name().map(PathBuf::from);
            file.join(name.unwrap_or_else(|| format!("{}.sql", node.name).into()))
        }
        ResourceType::Operation => file.with_file_name(format!("{}.sql", node.name)),
        _ => file.to_owned(),
    }
}
