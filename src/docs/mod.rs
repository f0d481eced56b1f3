//! Lineage exports, written from the manifest and the graph.

mod column_lineage;
mod lineage;

pub use column_lineage::{
    ColumnLineage, column_lineage_dot, column_lineage_json, column_lineage_mermaid,
    column_lineage_openlineage,
};
pub use lineage::{Lineage, lineage_dot, lineage_json, lineage_mermaid};
