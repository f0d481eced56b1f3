//! Names of things: datasets, tables, jobs.

use serde::{Deserialize, Serialize};

/// A dataset
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets#DatasetReference>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatasetId {
    /// The project it is in.
    #[serde(rename = "projectId")]
    pub project: String,
    /// Its name.
    #[serde(rename = "datasetId")]
    pub dataset: String,
}

impl DatasetId {
    /// A dataset of a project.
    pub fn new(project: impl Into<String>, dataset: impl Into<String>) -> Self {
        Self { project: project.into(), dataset: dataset.into() }
    }

    /// A table in it.
    pub fn table(&self, table: impl Into<String>) -> TableId {
        TableId {
            project: self.project.clone(),
            dataset: self.dataset.clone(),
            table: table.into(),
        }
    }
}

impl std::fmt::Display for DatasetId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.project, self.dataset)
    }
}

/// A table, view or materialized view; with `$20240131` at the end of its name a partition
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/TableReference>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableId {
    /// The project it is in.
    #[serde(rename = "projectId")]
    pub project: String,
    /// The dataset it is in.
    #[serde(rename = "datasetId")]
    pub dataset: String,
    /// Its name.
    #[serde(rename = "tableId")]
    pub table: String,
}

impl TableId {
    /// A table of a dataset.
    pub fn new(
        project: impl Into<String>,
        dataset: impl Into<String>,
        table: impl Into<String>,
    ) -> Self {
        Self { project: project.into(), dataset: dataset.into(), table: table.into() }
    }

    /// The dataset it is in.
    pub fn dataset(&self) -> DatasetId {
        DatasetId::new(self.project.clone(), self.dataset.clone())
    }

    /// One partition of it: `20240131`, `2024013107`, `202401`, `2024`, a range's start, `__NULL__`
    /// (<https://cloud.google.com/bigquery/docs/managing-partitioned-table-data#partition_decorators>).
    pub fn partition(&self, partition: &str) -> Self {
        let table = self.table.split('$').next().unwrap_or_default();
        Self { table: format!("{table}${partition}"), ..self.clone() }
    }
}

impl std::fmt::Display for TableId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.project, self.dataset, self.table)
    }
}

/// A job (<https://cloud.google.com/bigquery/docs/reference/rest/v2/JobReference>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobRef {
    /// The project that pays for it.
    #[serde(rename = "projectId")]
    pub project: String,
    /// Its id, unique in the project and location.
    #[serde(rename = "jobId")]
    pub id: String,
    /// Where it runs; none until BigQuery decided, from the datasets it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

impl JobRef {
    /// The page of the job in Google's console.
    pub fn console_url(&self) -> String {
        let location = self.location.as_deref().unwrap_or("US");
        format!(
            "https://console.cloud.google.com/bigquery?project={}&j=bq:{location}:{}&page=queryresults",
            self.project, self.id
        )
    }
}

impl std::fmt::Display for JobRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.location {
            Some(location) => write!(f, "{}:{location}.{}", self.project, self.id),
            None => write!(f, "{}:{}", self.project, self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_of_a_partition_is_of_the_table() {
        let day = TableId::new("p", "d", "t").partition("20240131");
        assert_eq!(day.to_string(), "p.d.t$20240131");
        assert_eq!(day.partition("__NULL__").table, "t$__NULL__");
    }
}
