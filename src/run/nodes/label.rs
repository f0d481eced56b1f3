//! How nodes are shown.

use crate::{
    manifest::{Node, ResourceType, UnitTest},
    run::NodeLabel,
};

/// The label of a node: models, seeds, snapshots and functions by schema and name, tests by name.
pub fn node_label(node: &Node) -> NodeLabel {
    let materialization = materialization(node).to_owned();
    let display = match node.resource_type {
        ResourceType::Test | ResourceType::Operation | ResourceType::Analysis => node.name.clone(),
        _ if materialization == "ephemeral" => node.name.clone(),
        _ => format!("{}.{}", node.relation.schema, node.relation.identifier),
    };
    NodeLabel {
        unique_id: node.unique_id.clone(),
        resource_type: node.resource_type,
        materialization,
        display,
        path: node.original_file_path.clone(),
    }
}

/// How a node is built: what its kind says goes before its config.
pub(super) fn materialization(node: &Node) -> &str {
    match node.resource_type {
        ResourceType::Test => "test",
        ResourceType::Operation => "operation",
        ResourceType::Seed => "seed",
        ResourceType::Snapshot => "snapshot",
        ResourceType::Function => "function",
        _ => node.config.materialized(),
    }
}

/// The label of a unit test: the model and the test's name.
pub fn unit_test_label(test: &UnitTest) -> NodeLabel {
    NodeLabel {
        unique_id: test.unique_id.clone(),
        resource_type: ResourceType::UnitTest,
        materialization: "unit_test".to_owned(),
        display: format!("{}::{}", test.model, test.name),
        path: test.original_file_path.clone(),
    }
}
