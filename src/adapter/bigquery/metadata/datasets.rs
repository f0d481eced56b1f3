//! Datasets (<https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets>).

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    Patch,
    patch::refused,
    tables::{deleted, found},
};
use crate::adapter::bigquery::{
    client::BigQueryClient,
    error::{BigQueryError, BigQueryErrorKind},
    http::{Address, Request, Stop},
    resource::{DatasetId, DatasetInfo, DatasetPage, read_dataset},
};

/// Lines of a page.
const PAGE_LINES: &str = "1000";
/// Datasets of a project at most: more would be a list without an end.
const MAX_DATASETS: usize = 1_000_000;

/// A dataset that is to be made.
#[derive(Clone, Debug, Default)]
pub struct NewDataset {
    /// Where its data will be; by default the client's location, and the US where there is none.
    pub location: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its labels, as they are.
    pub labels: Vec<(String, String)>,
    /// Further properties, as the API writes them.
    pub properties: Map<String, Value>,
}

fn address(dataset: &DatasetId) -> Address {
    Address::api().part("projects").part(&dataset.project).part("datasets").part(&dataset.dataset)
}

impl BigQueryClient {
    /// A dataset; none where it does not exist.
    ///
    /// # Errors
    /// What hindered to know.
    pub async fn get_dataset(
        &self,
        dataset: &DatasetId,
    ) -> Result<Option<DatasetInfo>, BigQueryError> {
        let answer = self.transport().send(&Request::get(address(dataset)), Stop::Never).await;
        match found(answer)? {
            Some(answer) => dataset_of(answer.read()?).map(Some),
            None => Ok(None),
        }
    }

    /// The datasets of a project, hidden ones left out; none where the project does not exist.
    ///
    /// # Errors
    /// What hindered to know.
    pub async fn list_datasets(
        &self,
        project: &str,
    ) -> Result<Option<Vec<DatasetInfo>>, BigQueryError> {
        let mut datasets = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let address = Address::api()
                .part("projects")
                .part(project)
                .part("datasets")
                .with("maxResults", PAGE_LINES)
                .maybe("pageToken", token.as_deref());
            let answer = self.transport().send(&Request::get(address), Stop::Never).await;
            let Some(answer) = found(answer)? else { return Ok(None) };
            let page: DatasetPage = answer.read()?;
            for resource in page.datasets {
                datasets.push(dataset_of(resource)?);
            }
            match page.next_page_token.filter(|next| !next.is_empty()) {
                Some(next) if token.as_ref() != Some(&next) && datasets.len() < MAX_DATASETS => {
                    token = Some(next);
                }
                Some(_) => {
                    let message = format!("the list of the datasets of `{project}` does not end");
                    return Err(BigQueryError::protocol(message));
                }
                None => return Ok(Some(datasets)),
            }
        }
    }

    /// Makes a dataset: whether it was not there before. One that is there stays as it is.
    ///
    /// # Errors
    /// What hindered it.
    pub async fn insert_dataset(
        &self,
        dataset: &DatasetId,
        new: &NewDataset,
    ) -> Result<bool, BigQueryError> {
        let mut body = json!({"datasetReference": dataset});
        let location = new.location.as_ref().or(self.settings().location.as_ref());
        if let Some(location) = location {
            body["location"] = json!(location);
        }
        if let Some(description) = &new.description {
            body["description"] = json!(description);
        }
        if !new.labels.is_empty() {
            let labels = new.labels.iter().map(|(key, value)| (key.clone(), json!(value)));
            body["labels"] = Value::Object(labels.collect());
        }
        for (key, value) in &new.properties {
            body[key.as_str()] = value.clone();
        }
        self.transport().pace_update(&dataset.to_string()).await;
        let address = Address::api().part("projects").part(&dataset.project).part("datasets");
        let request = Request::new(Method::POST, address).json(&body);
        match self.transport().send(&request, Stop::Never).await {
            Ok(answer) => dataset_of(answer.read()?).map(|_| true),
            // After a lost answer it may be this request that made it.
            Err(fault) if fault.error.kind == BigQueryErrorKind::AlreadyExists => {
                Ok(fault.maybe_done)
            }
            Err(fault) => Err(fault.error),
        }
    }

    /// Changes properties of a dataset.
    ///
    /// # Errors
    /// Of kind `Changed` where the patch was made for an older state.
    pub async fn patch_dataset(
        &self,
        dataset: &DatasetId,
        patch: &Patch,
    ) -> Result<DatasetInfo, BigQueryError> {
        self.transport().pace_update(&dataset.to_string()).await;
        let mut request = Request::new(Method::PATCH, address(dataset)).json(&patch.body());
        request.headers = patch.headers();
        let answer = self.transport().send(&request, Stop::Never).await;
        let answer = answer.map_err(|fault| refused(fault, &dataset.to_string()))?;
        dataset_of(answer.read()?)
    }

    /// Deletes a dataset: whether there was one.
    ///
    /// # Errors
    /// Of kind `Invalid` where it holds tables and `with_tables` is false.
    pub async fn delete_dataset(
        &self,
        dataset: &DatasetId,
        with_tables: bool,
    ) -> Result<bool, BigQueryError> {
        self.transport().pace_update(&dataset.to_string()).await;
        let address = match with_tables {
            true => address(dataset).with("deleteContents", "true"),
            false => address(dataset),
        };
        let request = Request::new(Method::DELETE, address);
        deleted(self.transport().send(&request, Stop::Never).await)
    }
}

fn dataset_of(resource: Map<String, Value>) -> Result<DatasetInfo, BigQueryError> {
    read_dataset(resource)
        .map_err(|error| BigQueryError::protocol(format!("a dataset cannot be read: {error}")))
}
