//! Lineage exports, written from the manifest and the graph.

mod lineage;

pub use lineage::{Lineage, lineage_dot, lineage_json, lineage_mermaid};
