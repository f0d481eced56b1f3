//! Nodes, unique ids, merged configs, references resolved to ids. Knows no run order.

mod config;
mod config_defaults;
mod config_merge;
mod exposure;
mod generic_test_name;
mod manifest_value;
mod node;
mod python_text;
mod resource_type;
mod source;
mod unique_id;
mod unit_test;

pub use config::NodeConfig;
pub use config_defaults::{config_defaults, is_known_config};
pub use exposure::{Exposure, Group, MacroProperties};
pub use manifest_value::{Disabled, DocBlock, Manifest};
pub use node::{Access, ColumnProperties, GenericTest, Node, NodeDetails, TestNode};
pub use resource_type::ResourceType;
pub use source::Source;
pub use unique_id::UniqueId;
pub use unit_test::{Fixture, Given, Overrides, UnitTest};
