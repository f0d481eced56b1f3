//! Reading a project: discovery, `dbt_project.yml`, `profiles.yml`, properties, packages, YAML with
//! spans, environment variables and secrets. Nothing here knows what a model means.

mod cli_vars;
mod connection;
mod discovery;
mod environment;
mod fields;
mod files;
mod ignore_file;
mod job_context;
mod load;
mod moment;
mod package;
mod packages;
mod profiles;
mod project_file;
pub mod properties;
mod query_comment;
mod read_text;
mod render;
mod spanned;
mod target;
mod unread;
mod vars;
mod version_range;
mod yaml;
mod yaml_reader;
mod yaml_scalar;

pub use cli_vars::{read_cli_mapping, read_cli_vars};
pub use connection::{
    BigQueryConnection, BigQueryMethod, Connection, DuckDbAttachment, DuckDbConnection,
    DuckDbExtension, LocalConnection, Priority, Secret,
};
pub use environment::{Env, SCRUBBED, Scrubber};
pub use files::{PackageFiles, ProjectFilePath, SeedFile, TextFile};
pub use job_context::{JobContext, Spent};
pub use load::{LoadOptions, load};
pub use package::{Package, Project};
pub use project_file::{ConfigTrees, Dispatch, PROJECT_FILE_NAME, ProjectFile};
pub use properties::{
    ColumnProperties, ConstraintProperties, DataTest, ExposureProperties, FixtureFormat,
    FixtureProperties, FunctionArgument, FunctionProperties, FunctionReturns, GivenProperties,
    GroupProperties, MacroArgument, MacroProperties, ModelProperties, NodeProperties,
    OwnerProperties, PropertiesFile, SnapshotProperties, SourceProperties, SourceTableProperties,
    UnitTestProperties, UnitTestVersions, VersionColumns, VersionProperties,
};
pub use query_comment::QueryComment;
pub use read_text::{MAX_FILE_BYTES, read_text};
pub use render::{RenderContext, TextRenderer, has_template};
pub use spanned::Spanned;
pub use target::Target;
pub use unread::Unread;
pub use vars::Vars;
pub use version_range::{COMPATIBLE_DBT, OLDEST_COMPATIBLE_DBT, Version};
pub use yaml::{TextRange, Yaml, YamlFile, YamlKey, YamlValue};
pub use yaml_reader::read_yaml;
pub use yaml_scalar::reads_as_text;
