//! Who may do what with a table
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/setIamPolicy>).

use reqwest::Method;
use serde_json::{Value, json};

use crate::adapter::bigquery::{
    client::BigQueryClient,
    error::BigQueryError,
    http::{Address, Request, Stop},
    resource::TableId,
};

fn address(table: &TableId, verb: &str) -> Address {
    Address::api()
        .part("projects")
        .part(&table.project)
        .part("datasets")
        .part(&table.dataset)
        .part("tables")
        .part(&table.table)
        .verb(verb)
}

impl BigQueryClient {
    /// The policy of a table or view: its `bindings`, and the `etag` of what was read.
    ///
    /// # Errors
    /// What hindered to know.
    pub async fn get_table_policy(&self, table: &TableId) -> Result<Value, BigQueryError> {
        let request = Request::new(Method::POST, address(table, "getIamPolicy")).json(&json!({}));
        let answer = self.transport().send(&request, Stop::Never).await?;
        answer.object().map(Value::Object)
    }

    /// Replaces the policy of a table or view by one that was read and changed.
    ///
    /// # Errors
    /// Of kind `Changed` where someone else changed it since.
    pub async fn set_table_policy(
        &self,
        table: &TableId,
        policy: &Value,
    ) -> Result<Value, BigQueryError> {
        self.transport().pace_update(&table.to_string()).await;
        let request = Request::new(Method::POST, address(table, "setIamPolicy"))
            .json(&json!({"policy": policy}));
        let answer = self.transport().send(&request, Stop::Never).await?;
        answer.object().map(Value::Object)
    }
}
