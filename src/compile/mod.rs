//! Nodes to SQL: templates rendered with references resolved, ephemeral models injected, data tests
//! and unit tests turned into queries. Decides nothing about materializing.

mod candidate;
mod compiler;
mod copied;
mod data_test;
mod deferral;
mod ephemeral;
mod for_check;
mod header;
mod host;
mod in_run;
mod inject;
mod inline;
mod job_notes;
mod layout;
mod mapped;
mod node_value;
mod refusal;
mod test_arguments;
mod texts;
mod turn;
mod unit_test;

pub use candidate::Candidate;
pub use compiler::{CompiledNode, Compiler, CompilerOptions, ExtraCte, Kept, LogSink};
pub use data_test::{DataTestQuery, StoreFailures, TestSeverity};
pub use deferral::Deferral;
pub use in_run::{InRun, Names, operation_text};
pub use job_notes::JobNotes;
pub use layout::{TargetFolder, batch_path, target_path, write_target_file};
pub use mapped::MappedText;
pub use node_value::{LazyMap, model_value};
pub use turn::Turn;
pub use unit_test::{
    CompiledUnitTest, KnownColumns, Schemas, SqlType, UnitTestInput, UnitTestQuery, UnitTestRows,
};
