//! What earlier runs left behind, compared with the project as it is now: the selector methods
//! `state:`, `result:` and `source_status:`.

mod changes;
mod earlier_run;

pub use earlier_run::EarlierRun;
