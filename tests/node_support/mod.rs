//! Nodes made by hand.

use std::sync::Arc;

use elt::{
    diagnostic::SourceFile,
    manifest::{Access, Node, NodeConfig, NodeDetails, ResourceType, UniqueId},
    relation::Relation,
};

/// A node `m` of the package `p` with its relation, code and configuration.
pub fn node(kind: ResourceType, relation: Relation, code: &str, config: serde_json::Value) -> Node {
    Node {
        unique_id: UniqueId::new(format!("{kind}.p.m")),
        resource_type: kind,
        name: "m".to_owned(),
        package: Arc::from("p"),
        fqn: vec!["p".to_owned(), "m".to_owned()],
        path: "m.sql".to_owned(),
        original_file_path: "models/m.sql".to_owned(),
        source: SourceFile::new("models/m.sql", code),
        code_range: 0..code.len(),
        generated_code: None,
        properties: None,
        relation,
        config: NodeConfig(config.as_object().cloned().unwrap_or_default()),
        description: String::new(),
        columns: indexmap::IndexMap::new(),
        refs: Vec::new(),
        sources: Vec::new(),
        functions: Vec::new(),
        function: None,
        depends_on_nodes: Vec::new(),
        depends_on_macros: Vec::new(),
        access: Access::default(),
        group: None,
        version: None,
        latest_version: None,
        constraints: Vec::new(),
        checksum: String::new(),
        test: None,
        seed_path: None,
        details: NodeDetails::default(),
    }
}
