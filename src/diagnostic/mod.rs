//! One value for everything that can be wrong with what a user wrote, and its renderers.

mod dbt_events;
mod excerpt;
mod render;
mod source_file;
mod span;
mod suggest;
mod value;
mod warn_options;

pub use render::{render_github, render_json, render_terminal};
pub use source_file::SourceFile;
pub use span::Span;
pub use suggest::did_you_mean;
pub use value::{Diagnostic, Label, Parsed, Severity};
pub use warn_options::{DEPRECATIONS, WarnOptions, Weight};
