//! Tables and views (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables>).

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value};

use super::{Patch, patch::refused};
use crate::adapter::{
    Cancel,
    bigquery::{
        client::BigQueryClient,
        error::{BigQueryError, BigQueryErrorKind},
        http::{Address, Answer, Fault, Request, Stop},
        resource::{DatasetId, TableEntry, TableId, TableInfo, TablePage, read_table},
    },
};

/// Lines of a page: what BigQuery gives at most is not documented; Google's own clients ask for this.
const PAGE_LINES: &str = "1000";
/// How long a table's number of rows is waited for.
const ROW_COUNT_TIMEOUT: Duration = Duration::from_secs(10);
/// Tables of a dataset at most: more are no dataset of models, and would fill the memory.
const MAX_TABLES: usize = 1_000_000;

fn address(table: &TableId) -> Address {
    Address::api()
        .part("projects")
        .part(&table.project)
        .part("datasets")
        .part(&table.dataset)
        .part("tables")
        .part(&table.table)
}

impl BigQueryClient {
    /// A table or view; none where it does not exist.
    ///
    /// # Errors
    /// What hindered to know.
    pub async fn get_table(&self, table: &TableId) -> Result<Option<TableInfo>, BigQueryError> {
        let answer = self.transport().send(&Request::get(address(table)), Stop::Never).await;
        match found(answer)? {
            Some(answer) => table_of(&answer).map(Some),
            None => Ok(None),
        }
    }

    /// The rows of a table that has just been made, for people to read: none where so many metadata
    /// requests are under way that this one would hold up others, or where it cannot be known.
    pub async fn row_count_at_once(&self, table: &TableId, cancel: &Cancel) -> Option<i64> {
        if !self.transport().takes_spare_turn().await {
            return None;
        }
        // Its turn is taken already. One attempt: nothing depends on it.
        let request = Request::get(address(table)).of_job(ROW_COUNT_TIMEOUT);
        let answer = self.transport().try_once(&request, Stop::AtOnce(cancel)).await;
        table_of(&answer.ok()?).ok()?.rows
    }

    /// The tables and views of a dataset; none where the dataset does not exist.
    ///
    /// # Errors
    /// What hindered to know.
    pub async fn list_tables(
        &self,
        dataset: &DatasetId,
    ) -> Result<Option<Vec<TableEntry>>, BigQueryError> {
        let mut entries = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let address = Address::api()
                .part("projects")
                .part(&dataset.project)
                .part("datasets")
                .part(&dataset.dataset)
                .part("tables")
                .with("maxResults", PAGE_LINES)
                .maybe("pageToken", token.as_deref());
            let answer = self.transport().send(&Request::get(address), Stop::Never).await;
            let Some(answer) = found(answer)? else { return Ok(None) };
            // An empty list may be an object without anything in it.
            let page: TablePage = answer.read()?;
            let next = page.next_page_token.clone().filter(|next| !next.is_empty());
            entries.extend(page.entries());
            match next {
                Some(next) if token.as_ref() != Some(&next) && entries.len() < MAX_TABLES => {
                    token = Some(next);
                }
                Some(_) => {
                    let message = format!("the list of the tables of `{dataset}` does not end");
                    return Err(BigQueryError::protocol(message));
                }
                None => return Ok(Some(entries)),
            }
        }
    }

    /// Changes properties of a table or view.
    ///
    /// # Errors
    /// Of kind `Changed` where the patch was made for an older state.
    pub async fn patch_table(
        &self,
        table: &TableId,
        patch: &Patch,
    ) -> Result<TableInfo, BigQueryError> {
        self.transport().pace_update(&table.to_string()).await;
        let mut request = Request::new(Method::PATCH, address(table)).json(&patch.body());
        request.headers = patch.headers();
        let answer = self.transport().send(&request, Stop::Never).await;
        table_of(&answer.map_err(|fault| refused(fault, &table.to_string()))?)
    }

    /// Deletes a table or view: whether there was one.
    ///
    /// # Errors
    /// What hindered it.
    pub async fn delete_table(&self, table: &TableId) -> Result<bool, BigQueryError> {
        self.transport().pace_update(&table.to_string()).await;
        let request = Request::new(Method::DELETE, address(table));
        deleted(self.transport().send(&request, Stop::Never).await)
    }
}

/// An answer; none where what was asked for is not there.
pub(super) fn found(answer: Result<Answer, Fault>) -> Result<Option<Answer>, BigQueryError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(fault) if is_missing(&fault) => Ok(None),
        Err(fault) => Err(fault.error),
    }
}

/// Whether BigQuery says that something is not there. A 404 without a reason comes from somebody else,
/// who knows nothing of datasets and tables.
fn is_missing(fault: &Fault) -> bool {
    fault.error.kind == BigQueryErrorKind::NotFound && fault.error.reason.is_some()
}

/// Whether there was something to delete. What is gone after a lost answer was deleted by it.
pub(super) fn deleted(answer: Result<Answer, Fault>) -> Result<bool, BigQueryError> {
    match answer {
        Ok(_) => Ok(true),
        Err(fault) if is_missing(&fault) => Ok(fault.maybe_done),
        Err(fault) => Err(fault.error),
    }
}

fn table_of(answer: &Answer) -> Result<TableInfo, BigQueryError> {
    let resource: Map<String, Value> = answer.read()?;
    read_table(resource)
        .map_err(|error| BigQueryError::protocol(format!("a table cannot be read: {error}")))
}
