//! What a model with `materialized: copy` copies.

use super::Compiler;
use crate::{
    diagnostic::{Diagnostic, Span},
    manifest::{Node, ResourceType},
    relation::Relation,
};

impl Compiler {
    /// The tables that a node names by `ref()` and `source()`, each once, where its template would read
    /// them.
    ///
    /// # Errors
    /// What is no table of the warehouse's.
    pub fn copied(&self, node: &Node) -> Result<Vec<Relation>, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let refused = |what: String, help: &str| {
            let message = format!("`{}` copies {what}", node.name);
            let problem = Diagnostic::error("invalid-config", message);
            vec![problem.at(Span::of_line(&node.source, 1), "").help(help)]
        };
        for id in &node.depends_on_nodes {
            if let Some(source) = self.manifest.sources.get(id) {
                if source.as_of().is_some() {
                    let name = format!("{}.{}", source.source_name, source.name);
                    let what = format!("`{name}`, which is read as it was by `as_of`");
                    let help =
                        "select from it in a model that is `table`: a copy is of what is there now";
                    return Err(refused(what, help));
                }
                found.push(source.relation.clone());
            } else if let Some(other) = self.manifest.nodes.get(id) {
                if other.resource_type == ResourceType::Function {
                    continue;
                }
                if other.config.materialized() == "ephemeral" {
                    let what = format!("the ephemeral model `{}`, which is no table", other.name);
                    return Err(refused(what, "make that model a `table`"));
                }
                found.push(self.host.relation_of(other).map_err(|problem| vec![*problem])?);
            }
        }
        Ok(found)
    }
}
