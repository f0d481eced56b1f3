//! What earlier runs left behind, compared with the project as it is now: the selector methods
//! `state:`, `result:` and `source_status:`, and `--defer`.

mod changes;
mod deferred;
mod earlier_run;

pub use deferred::deferred_relations;
pub use earlier_run::EarlierRun;
