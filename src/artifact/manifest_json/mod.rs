//! `manifest.json` (dbt's schema v12), written as it is made: no copy of it is held in memory
//! (<https://docs.getdbt.com/reference/artifacts/manifest-json>).

mod json_writer;
mod maps;
mod node;
mod others;
#[cfg(test)]
mod tests;
mod whole;

pub use whole::{CompiledEntry, ManifestExtras, manifest_json, node_dict, write_manifest};
