//! Properties files: what YAML says about models, sources, tests and the rest
//! (<https://docs.getdbt.com/reference/configs-and-properties>).

mod column;
mod data_test;
mod exposure;
mod file;
mod function;
mod macros;
mod model;
mod node;
mod source;
mod unit_test;

pub use column::{ColumnProperties, ConstraintProperties};
pub use data_test::DataTest;
pub use exposure::{ExposureProperties, GroupProperties, OwnerProperties};
pub use file::PropertiesFile;
pub(in crate::project) use file::read_properties;
pub use function::{FunctionArgument, FunctionProperties, FunctionReturns};
pub use macros::{MacroArgument, MacroProperties};
pub use model::{ModelProperties, VersionColumns, VersionProperties};
pub use node::{NodeProperties, SnapshotProperties};
pub use source::{SourceProperties, SourceTableProperties};
pub use unit_test::{
    FixtureFormat, FixtureProperties, GivenProperties, UnitTestProperties, UnitTestVersions,
};
