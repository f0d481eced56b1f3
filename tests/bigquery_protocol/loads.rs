//! Load and copy jobs.

use std::{io::Write, sync::Arc};

use elt::adapter::{
    Cancel,
    bigquery::{
        BigQueryErrorKind, CopyJob, CopyOperation, CsvFormat, Destination, Field, JobId,
        LoadFormat, LoadJob, LoadSource, TableId,
    },
};
use serde_json::json;

use crate::{
    server::{Behaviour, Mishap, Server},
    support::{client, wait},
};

fn orders() -> TableId {
    TableId::new("shop", "bronze", "orders")
}

fn csv(source: LoadSource) -> LoadJob {
    let format = LoadFormat::Csv(CsvFormat { skip_lines: 1, ..CsvFormat::default() });
    LoadJob {
        fields: vec![Field::new("id", "INT64"), Field::new("name", "STRING")],
        ..LoadJob::replace(source, format, Destination::replace(orders()))
    }
}

fn text(text: &str) -> LoadSource {
    LoadSource::Bytes(text.as_bytes().into())
}

/// Rows that no piece holds, different everywhere.
fn many() -> Vec<u8> {
    (0..34_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// The rows of the only load that took effect.
fn loaded(server: &Server) -> Vec<u8> {
    assert_eq!(server.effects(), ["load bronze.orders"]);
    let state = server.state();
    let rows: Vec<&Vec<u8>> = state.uploads.loaded.values().collect();
    assert_eq!(rows.len(), 1);
    rows[0].clone()
}

#[test]
fn a_small_load_is_one_request() {
    let server = Server::start();
    let statistics = json!({"load": {"outputRows": "2", "outputBytes": "20", "badRecords": "0"}});
    server.on("load", Behaviour { more_statistics: statistics, ..Behaviour::takes(10) });
    let mut job = csv(text("id,name\n1,a\n2,b\n"));
    job.destination.properties.insert("timePartitioning".to_owned(), json!({"type": "DAY"}));
    job.options.labels = vec![("feed".to_owned(), "orders".to_owned())];
    let outcome = wait(client(&server).load_job(&job, &Cancel::default()));
    let outcome = outcome.expect("the rows are loaded");
    assert_eq!(outcome.statistics.rows_written(), Some(2));
    assert_eq!(outcome.destination, Some(orders()));
    assert_eq!(loaded(&server), b"id,name\n1,a\n2,b\n");
    let wire = server.wire();
    // How often it is looked at depends on the machine.
    let sent = wire.split("\n=> ").next().unwrap_or_default();
    insta::assert_snapshot!(sent);
}

#[test]
fn a_load_whose_answer_was_lost_happens_once() {
    for mishap in
        [Mishap::LostAnswer, Mishap::HalfAnswer, Mishap::DoneButError(503, "backendError")]
    {
        let server = Server::start();
        server.mishaps("POST", &[mishap]);
        let job = csv(text("id,name\n1,a\n"));
        let outcome = wait(client(&server).load_job(&job, &Cancel::default()));
        assert!(outcome.expect("the rows are loaded").reattached);
        assert_eq!(loaded(&server), b"id,name\n1,a\n");
    }
}

#[test]
fn an_id_that_is_chosen_loads_once_also_when_it_is_asked_again() {
    let server = Server::start();
    let mut job = csv(text("id,name\n1,a\n"));
    job.options.id = Some(JobId::new("elt-feed-orders-2024-01-31").expect("it is allowed"));
    let client = client(&server);
    wait(async {
        let first = client.load_job(&job, &Cancel::default()).await.expect("the rows are loaded");
        let again = client.load_job(&job, &Cancel::default()).await.expect("they are there");
        assert_eq!((first.reattached, again.reattached), (false, true));
        assert_eq!(first.job, again.job);
    });
    assert_eq!(loaded(&server), b"id,name\n1,a\n");
}

#[test]
fn a_failure_of_an_earlier_run_is_no_answer() {
    let server = Server::start();
    server.on("load", Behaviour::fails("accessDenied", "Permission denied").times(2));
    let mut job = csv(text("id,name\n1,a\n"));
    job.options.id = Some(JobId::new("elt-feed-orders").expect("it is allowed"));
    let client = client(&server);
    wait(async {
        for _ in 0..2 {
            let error = client.load_job(&job, &Cancel::default()).await.expect_err("it fails");
            assert_eq!(error.kind, BigQueryErrorKind::AccessDenied);
        }
        let outcome = client.load_job(&job, &Cancel::default()).await.expect("it is granted");
        assert_eq!((outcome.job.id.as_str(), outcome.attempts), ("elt-feed-orders-3", 1));
    });
    assert_eq!(server.effects(), ["load bronze.orders"]);
}

#[test]
fn a_large_file_is_sent_in_pieces() {
    let server = Server::start();
    let rows = many();
    let mut file = tempfile::NamedTempFile::new().expect("a file is made");
    file.write_all(&rows).expect("it is written");
    let job = csv(LoadSource::File(file.path().to_owned()));
    wait(client(&server).load_job(&job, &Cancel::default())).expect("the rows are loaded");
    assert!(loaded(&server) == rows);
    insta::assert_snapshot!(server.wire());
}

#[test]
fn an_upload_goes_on_where_it_broke_off() {
    let rows = many();
    let source = LoadSource::Bytes(Arc::from(rows.as_slice()));
    for (name, prepare) in [
        (
            "lost pieces",
            &(|server: &Server| {
                let mishaps = [Mishap::LostAnswer, Mishap::LostRequest, Mishap::Page(502)];
                server.mishaps("PUT", &mishaps);
            }) as &dyn Fn(&Server),
        ),
        ("half a piece is kept", &|server| {
            server.state().uploads.keep = Some(5 * 256 * 1024);
            server.mishaps("PUT", &[Mishap::DoneButError(503, "backendError")]);
        }),
        ("the upload is forgotten", &|server| {
            server.state().uploads.forget_at = vec![16 * 1024 * 1024, 32 * 1024 * 1024];
        }),
        ("the beginning is lost", &|server| {
            server.mishaps("POST", &[Mishap::LostAnswer, Mishap::Page(503)]);
        }),
    ] {
        let server = Server::start();
        prepare(&server);
        let job = csv(source.clone());
        let outcome = wait(client(&server).load_job(&job, &Cancel::default()));
        outcome.unwrap_or_else(|error| panic!("{name}: {error}\n{}", server.wire()));
        assert!(loaded(&server) == rows, "{name}");
    }
}

#[test]
fn the_last_pieces_lost_answer_is_found() {
    let server = Server::start();
    let rows = vec![b'x'; 5_000_000];
    server.mishaps("PUT", &[Mishap::LostAnswer]);
    let job = csv(LoadSource::Bytes(rows.clone().into()));
    wait(client(&server).load_job(&job, &Cancel::default())).expect("the rows are loaded");
    assert!(loaded(&server) == rows);
}

#[test]
fn rows_that_are_wrong_are_told() {
    let server = Server::start();
    let message = "Error while reading data, error message: Could not parse 'x' as INT64";
    server.on("load", Behaviour::fails("invalid", message));
    let job = csv(text("id,name\nx,a\n"));
    let error = wait(client(&server).load_job(&job, &Cancel::default())).expect_err("it fails");
    assert_eq!(error.kind, BigQueryErrorKind::Invalid);
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let server = Server::start();
    let job = csv(LoadSource::File("/nowhere/rows.csv".into()));
    let error = wait(client(&server).load_job(&job, &Cancel::default())).expect_err("it fails");
    assert!(error.to_string().starts_with("`/nowhere/rows.csv` cannot be read"), "{error}");
    assert_eq!(server.requests(""), 0);
}

#[test]
fn files_in_the_cloud_are_named() {
    let server = Server::start();
    let source = LoadSource::Uris(vec!["gs://bucket/orders/*.parquet".to_owned()]);
    let mut job = LoadJob::replace(source, LoadFormat::Parquet, Destination::replace(orders()));
    job.properties.insert("decimalTargetTypes".to_owned(), json!(["NUMERIC"]));
    job.maximum_bad_records = 3;
    job.ignore_unknown_values = true;
    wait(client(&server).load_job(&job, &Cancel::default())).expect("the rows are loaded");
    insta::assert_snapshot!(server.wire());
}

#[test]
fn partitions_are_copied() {
    let server = Server::start();
    let statistics = json!({"copy": {"copiedRows": "7", "copiedLogicalBytes": "70"}});
    server.on("copy", Behaviour { more_statistics: statistics, ..Behaviour::takes(30) });
    server.mishaps("POST", &[Mishap::LostAnswer]);
    let day = |table: &str| TableId::new("shop", "gold", table).partition("20240131");
    let job = CopyJob::replace(day("orders__tmp"), day("orders"));
    let outcome = wait(client(&server).copy_job(&job, &Cancel::default()));
    let outcome = outcome.expect("they are copied");
    assert_eq!(outcome.statistics.rows_written(), Some(7));
    assert_eq!(server.effects(), ["copy gold.orders__tmp$20240131 to gold.orders$20240131"]);
    let clone = CopyJob { operation: CopyOperation::Clone, ..job };
    wait(client(&server).copy_job(&clone, &Cancel::default())).expect("it is cloned");
    let wire = server.wire();
    let posts: Vec<&str> =
        wire.split("\n\n").filter(|exchange| exchange.starts_with("POST")).collect();
    insta::assert_snapshot!(posts.join("\n\n"));
}
