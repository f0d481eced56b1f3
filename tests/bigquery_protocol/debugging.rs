//! `elt debug` against a server that refuses one thing: which step failed, and what to grant.

use crate::{
    server::{Behaviour, Mishap, Server},
    small_project::{elt, shop},
};

/// What is said of a server that is prepared so; the dataset exists, unless it is told away.
fn debugged(has_dataset: bool, prepare: impl FnOnce(&Server)) -> String {
    let server = Server::start();
    if has_dataset {
        server.state().catalog.dataset("shop", "gold");
    }
    prepare(&server);
    let folder = shop(&server, &[("models/m.sql", "select 1 as id\n")]);
    let said = elt(folder.path(), &["debug"]);
    assert_eq!(server.requests("PATCH") + server.requests("DELETE"), 0);
    let steps = said.out.lines().skip_while(|line| !line.starts_with("threads")).skip(1);
    let steps = steps.collect::<Vec<_>>().join("\n").replace(&server.url(), "[server]");
    format!("{steps}\n{}\nexit {:?}", said.err.replace(&server.url(), "[server]"), said.code)
}

fn denied(message: &str) -> Behaviour {
    Behaviour::fails("accessDenied", message)
}

#[test]
fn a_dataset_that_may_not_be_seen() {
    let said = debugged(true, |server| {
        server.mishaps("/datasets/gold", &[Mishap::Refused(403, "accessDenied")]);
    });
    insta::assert_snapshot!(said, @r"
    credentials [server] answers
    error[bigquery-access-denied]: Try again later.
     |
     = note: this was the check of: dataset
     = help: grant `roles/bigquery.dataViewer` on the dataset `shop.gold`

    error: 1 error
    exit Some(1)
    ");
}

#[test]
fn jobs_that_may_not_be_run() {
    let said = debugged(true, |server| {
        server.on(
            "1 as ok",
            denied(
                "Access Denied: Project shop: User does not have bigquery.jobs.create permission",
            ),
        );
    });
    insta::assert_snapshot!(said, @r"
    credentials [server] answers
    error[bigquery-access-denied]: Access Denied: Project shop: User does not have bigquery.jobs.create permission
     |
     = note: this was the check of: jobs
     = help: grant `roles/bigquery.jobUser` on the project `shop`

    error: 1 error
    exit Some(1)
    ");
}

#[test]
fn tables_that_may_not_be_made() {
    let said = debugged(true, |server| {
        server.on(
            "elt_debug",
            denied("Access Denied: Dataset shop:gold: Permission bigquery.tables.create denied"),
        );
    });
    insta::assert_snapshot!(said, @r"
    credentials [server] answers
    jobs        a query ran in `shop`, in EU
    dataset     `shop.gold` is in EU
    error[bigquery-access-denied]: Access Denied: Dataset shop:gold: Permission bigquery.tables.create denied
     |
     = note: this was the check of: writing
     = help: grant `roles/bigquery.dataEditor` on the dataset `shop.gold`

    error: 1 error
    exit Some(1)
    ");
}

#[test]
fn a_dataset_that_may_not_be_made() {
    let said = debugged(false, |server| {
        server.on("create schema", denied("Access Denied: Project shop: User does not have bigquery.datasets.create permission"));
    });
    insta::assert_snapshot!(said, @r"
    credentials [server] answers
    jobs        a query ran in `shop`, in EU
    error[bigquery-access-denied]: `shop.gold` does not exist: Access Denied: Project shop: User does not have bigquery.datasets.create permission
     |
     = note: this was the check of: dataset
     = help: grant `roles/bigquery.user` on the project `shop`, or create the dataset beforehand

    error: 1 error
    exit Some(1)
    ");
}

#[test]
fn a_token_that_is_not_accepted() {
    let said = debugged(true, |server| {
        server.mishaps(
            "/datasets/gold",
            &[Mishap::Refused(401, "authError"), Mishap::Refused(401, "authError")],
        );
    });
    insta::assert_snapshot!(said, @r"
    error[bigquery-credentials]: Try again later.
     |
     = note: this was the check of: credentials
     = help: the token is not accepted: sign in again (`gcloud auth application-default login`), or look whether `token` or the key of the profile is still valid

    error: 1 error
    exit Some(1)
    ");
}
