//! Nodes, unique ids, merged configs, references resolved to ids. Knows no run order.

mod config;
mod exposure;
mod manifest_value;
mod node;
mod resource_type;
mod source;
mod unique_id;
mod unit_test;

pub use config::NodeConfig;
pub use exposure::{Exposure, Group, MacroProperties};
pub use manifest_value::{Disabled, DocBlock, Manifest};
pub use node::{Access, ColumnProperties, GenericTest, Node, NodeDetails, TestNode};
pub use resource_type::ResourceType;
pub use source::Source;
pub use unique_id::UniqueId;
pub use unit_test::{Fixture, Given, Overrides, UnitTest};
