//! Files for other tools, written whole or not at all.

mod atomic;
mod catalog;
mod earlier;
mod journal;
mod manifest_json;
mod metadata;
mod read_catalog;
mod run_results;
#[cfg(test)]
mod schema_check;
mod source_columns;
mod sources_json;

pub use atomic::{write_atomically, write_json};
pub use catalog::{CatalogTable, catalog_json};
pub use earlier::{EarlierRun, deferred_relations};
pub use journal::{Journal, read_journal};
pub use manifest_json::{CompiledEntry, ManifestExtras, manifest_json, node_dict, write_manifest};
pub use metadata::ArtifactMetadata;
pub use read_catalog::{Catalog, read_catalog, read_source_columns};
pub use run_results::{PreviousRun, read_previous_run, run_results_json};
pub use source_columns::{SourceColumns, SourceColumnsError};
pub use sources_json::sources_json;
