//! The only place that prints: data on stdout, everything else on stderr. Reads the stream of
//! events and changes nothing about the run.

mod diagnostics;
mod github;
mod json_lines;
mod junit;
mod listing;
mod live;
mod log_file;
mod node_table;
mod options;
mod plan_table;
mod progress;
mod quantity;
mod screen;
mod summary;
mod table;
#[cfg(test)]
mod tests;

pub use diagnostics::render_diagnostics;
pub use json_lines::event_json;
pub use junit::render_junit;
pub use listing::{ListOutput, Listed, render_listing};
pub use live::Report;
pub use log_file::LogFile;
pub use options::{ColorChoice, LogFormat, ReportOptions};
pub use plan_table::{plan_json, render_plan};
pub use quantity::bytes as readable_bytes;
pub use screen::data_lost;
pub use summary::{SummaryOptions, render_summary};
pub use table::{TableFormat, render_table};
