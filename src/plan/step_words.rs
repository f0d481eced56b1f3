//! Steps in a few words, for people who look at a plan.

use super::Step;

impl Step {
    /// What the step does.
    pub fn words(&self) -> &'static str {
        match self {
            Self::CreateSchema { .. } => "create the schema",
            Self::DropSchema { .. } => "drop the schema",
            Self::RenameRelation { .. } => "rename",
            Self::CreateView { .. } => "create the view",
            Self::CreateTable { temporary: true, .. } => "compute the new rows",
            Self::CreateTable { .. }
            | Self::CreateEmptyTable { .. }
            | Self::CreateMissingTable { .. } => "create the table",
            Self::CreateMaterializedView { .. } => "create the materialized view",
            Self::RefreshMaterializedView { .. } => "refresh the materialized view",
            Self::Describe { .. } => "describe",
            Self::AllowNull { .. } => "allow NULL",
            Self::DropRelation { .. } => "drop what was there",
            Self::CloneTable { .. } => "clone the table",
            Self::Publish { .. } => "publish",
            Self::AlterColumns { .. } => "alter the columns",
            Self::Insert { .. } => "insert",
            Self::DeleteMatching { .. } => "delete",
            Self::DeleteInsert { .. } => "delete and insert",
            Self::Merge { .. } => "merge",
            Self::InsertOverwrite { .. } => "replace partitions",
            Self::ReplaceTimeSpan { .. } => "replace the batch's rows",
            Self::CopyTables { .. } => "copy tables",
            Self::CopyPartitions { .. } => "copy partitions",
            Self::CreateFunction { .. } => "create the function",
            Self::Grant { .. } => "grant",
            Self::AuthorizeView { .. } => "authorise the view",
            Self::SnapshotMerge { .. } => "merge the changes",
            Self::LoadSeed { .. } => "load the file",
            Self::Append { .. } | Self::Land { .. } => "load rows",
            Self::Header { .. } => "run the header",
            Self::Statement { .. } => "run a hook",
            Self::Query { .. } => "query",
        }
    }
}
