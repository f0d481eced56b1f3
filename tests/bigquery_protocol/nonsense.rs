//! Answers that are not what the API documents: an error, never a panic or a wait without an end.

use std::{sync::Arc, time::Duration};

use elt::adapter::{
    Cancel,
    bigquery::{
        BigQueryClient, BigQueryError, BigQueryErrorKind, CopyJob, DatasetId, Destination, JobRef,
        LoadFormat, LoadJob, LoadSource, NewDataset, Patch, QueryJob, TableId,
    },
};

use crate::{
    server::{Server, hidden},
    support::{client_with, settings, wait},
};

const NONSENSE: [&str; 14] = [
    "",
    "{}",
    "[]",
    "<html>",
    "{\"status\":7}",
    "{\"status\":{\"state\":\"DONE\",\"errorResult\":\"x\"}}",
    "{\"jobReference\":{\"jobId\":7},\"statistics\":{\"query\":[]}}",
    "{\"jobComplete\":true,\"schema\":{\"fields\":[{\"name\":1}]}}",
    "{\"jobComplete\":true,\"schema\":{\"fields\":[{\"name\":\"a\",\"type\":\"INTEGER\"}]},\"rows\":[7]}",
    "{\"jobComplete\":true,\"rows\":[{\"f\":[{\"v\":\"1\"}]}],\"pageToken\":\"x\"}",
    "{\"tables\":[{\"id\":7}],\"nextPageToken\":\"x\"}",
    "{\"datasets\":[{}],\"nextPageToken\":\"x\"}",
    "{\"tables\":[],\"nextPageToken\":\"x\"}",
    "{\"error\":{\"code\":403,\"message\":\"no\",\"errors\":[{\"reason\":\"accessDenied\",\"message\":\"no\"}]}}",
];

/// Every method of the client.
async fn all(client: &BigQueryClient) -> Vec<(&'static str, Option<BigQueryError>)> {
    let cancel = Cancel::default();
    let (dataset, table) = (DatasetId::new("p", "d"), TableId::new("p", "d", "t"));
    let query = QueryJob::new("select 1");
    let job = JobRef { project: "p".to_owned(), id: "x".to_owned(), location: None };
    let rows = |count: usize| LoadSource::Bytes(Arc::from(vec![b'x'; count]));
    let load = |source| {
        LoadJob::replace(source, LoadFormat::NewlineJson, Destination::replace(table.clone()))
    };
    vec![
        ("query_job", client.query_job(&query, &cancel).await.err()),
        ("query_rows", client.query_rows(&query, Some(1), &cancel).await.err()),
        ("dry_run", client.dry_run(&query).await.err()),
        ("load_job", client.load_job(&load(rows(3)), &cancel).await.err()),
        ("load_job in pieces", client.load_job(&load(rows(5_000_000)), &cancel).await.err()),
        (
            "copy_job",
            client.copy_job(&CopyJob::replace(table.clone(), table.clone()), &cancel).await.err(),
        ),
        ("get_query_results", client.get_query_results(&job, None).await.err()),
        ("child_jobs", client.child_jobs(&job).await.err()),
        ("cancel", client.cancel(&job).await.err()),
        ("get_table", client.get_table(&table).await.err()),
        ("list_tables", client.list_tables(&dataset).await.err()),
        ("patch_table", client.patch_table(&table, &Patch::new()).await.err()),
        ("get_dataset", client.get_dataset(&dataset).await.err()),
        ("list_datasets", client.list_datasets("p").await.err()),
        ("insert_dataset", client.insert_dataset(&dataset, &NewDataset::default()).await.err()),
    ]
}

#[test]
fn nonsense_is_an_error() {
    let mut told = String::new();
    for body in NONSENSE {
        let server = Server::start();
        server.state().nonsense = Some(body.to_owned());
        let mut settings = settings(&server);
        settings.poll_wait = Duration::from_millis(5);
        settings.retry_deadline = Duration::from_millis(50);
        settings.execution_timeout = Duration::ZERO;
        settings.cancel_wait = Duration::from_millis(20);
        let client = client_with(settings);
        told += &format!("{body}\n");
        for (method, error) in wait(all(&client)) {
            let kind = error.map_or_else(|| "ok".to_owned(), |error| kind_of(&error));
            told += &format!("  {method}: {kind}\n");
        }
    }
    insta::assert_snapshot!(hidden(&told));
}

fn kind_of(error: &BigQueryError) -> String {
    match error.kind {
        BigQueryErrorKind::Protocol => error.to_string(),
        kind => format!("{kind:?}: {error}"),
    }
}
