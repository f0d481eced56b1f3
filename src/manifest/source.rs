//! Source tables.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{ColumnProperties, NodeConfig, UniqueId};
use crate::{diagnostic::Span, relation::Relation};

/// A table that the project reads and does not build.
#[derive(Clone, Debug)]
pub struct Source {
    /// `source.<package>.<source>.<table>`.
    pub unique_id: UniqueId,
    /// The package that declares it.
    pub package: Arc<str>,
    /// The source's name.
    pub source_name: String,
    /// The table's name.
    pub name: String,
    /// Package, folders, source, table.
    pub fqn: Vec<String>,
    /// The properties file, relative to its resource path.
    pub path: String,
    /// The properties file, relative to the package root.
    pub original_file_path: String,
    /// Where its name is written.
    pub declared: Span,
    /// Where its source is.
    pub source_declared: Span,
    /// Where it is.
    pub relation: Relation,
    /// The merged configuration; `meta.ingest` holds its feed, `freshness`/`loaded_at_field` too.
    pub config: NodeConfig,
    /// The configuration as it is written.
    pub unrendered: serde_json::Map<String, serde_json::Value>,
    /// The table's description.
    pub description: String,
    /// The source's description.
    pub source_description: String,
    /// `database` as written; none where it is the target's.
    pub written_database: Option<String>,
    /// `schema` as written; the source's name where it is not.
    pub written_schema: String,
    /// Who loads it.
    pub loader: String,
    /// Declared columns by name, in order.
    pub columns: IndexMap<String, ColumnProperties>,
    /// The column that says when a row was loaded.
    pub loaded_at_field: Option<String>,
    /// A query that says it instead.
    pub loaded_at_query: Option<String>,
    /// `freshness` as declared and merged (`warn_after`, `error_after`, `filter`).
    pub freshness: Option<serde_json::Value>,
    /// Free keys of `external`.
    pub external: Option<serde_json::Value>,
    /// The source's own meta.
    pub source_meta: serde_json::Map<String, serde_json::Value>,
    /// The relation as dbt's artifacts name it: there, and only there, the project's `quoting` counts.
    pub relation_name: String,
    /// `quoting` as declared, the table's over the source's.
    pub quoting: serde_json::Map<String, serde_json::Value>,
    /// Unique ids of the doc blocks its description quotes.
    pub doc_blocks: Vec<String>,
    /// `<package>://<properties file>` of the source that overrides it.
    pub patch_path: Option<String>,
}

impl Source {
    /// The feed that fills it (`config.meta.ingest`), as declared.
    pub fn feed(&self) -> Option<&serde_json::Value> {
        self.config.meta().and_then(|meta| meta.get("ingest"))
    }
}
