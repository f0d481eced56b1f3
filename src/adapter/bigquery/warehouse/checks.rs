//! Whether the target can be worked with, one thing after the other, and what to grant where it cannot
//! (<https://cloud.google.com/bigquery/docs/access-control>).

use super::{bigquery_adapter::BigQueryAdapter, names::dataset_id};
use crate::adapter::{
    AdapterError, Cancel, Check,
    bigquery::{BigQueryError, BigQueryErrorKind, QueryJob},
};

/// What to do where the credentials were read, and what they gave is refused.
const SIGN_IN_AGAIN: &str = "the token is not accepted: sign in again (`gcloud auth application-default login`), or look whether `token` or the key of the profile is still valid";

/// Tries credentials, jobs, the dataset and writing to it. The first that fails is the last that is
/// tried: what comes after would fail with it.
pub(super) async fn checks(
    adapter: &BigQueryAdapter,
    database: Option<&str>,
    schema: &str,
) -> Vec<Check> {
    let client = &adapter.client;
    let project = client.settings().project.clone();
    let dataset = dataset_id(client, database, schema);
    let mut all = Vec::new();
    let mut done = |what: &'static str, found: Result<String, AdapterError>| {
        let fine = found.is_ok();
        all.push(Check { what, found });
        fine
    };
    let found = match client.get_dataset(&dataset).await {
        Ok(found) => found,
        Err(error) if error.kind == BigQueryErrorKind::AccessDenied => {
            done("credentials", Ok(format!("{} answers", client.settings().endpoint)));
            let role = format!("grant `roles/bigquery.dataViewer` on the dataset `{dataset}`");
            done("dataset", Err(denied(error, &role)));
            return all;
        }
        Err(error) => {
            let is_refused = error.status == Some(401) && error.help.is_none();
            let mut error: AdapterError = error.into();
            if is_refused {
                error.help = Some(SIGN_IN_AGAIN.to_owned());
            }
            done("credentials", Err(error));
            return all;
        }
    };
    done("credentials", Ok(format!("{} answers", client.settings().endpoint)));
    let query = client.query_job(&QueryJob::new("select 1 as ok"), &Cancel::default()).await;
    let role = format!("grant `roles/bigquery.jobUser` on the project `{project}`");
    let jobs = query.map(|outcome| {
        let place = outcome.job.location.as_deref().unwrap_or("an unknown place").to_owned();
        format!("a query ran in `{project}`, in {place}")
    });
    if !done("jobs", jobs.map_err(|error| denied(error, &role))) {
        return all;
    }
    let Some(found) = found else {
        let sql = format!("create schema `{}`.`{}`", dataset.project, dataset.dataset);
        let tried = client.dry_run(&QueryJob::new(sql)).await;
        let found = match tried {
            Err(error) if error.kind == BigQueryErrorKind::AccessDenied => {
                let project = &dataset.project;
                let role = format!(
                    "grant `roles/bigquery.user` on the project `{project}`, or create the dataset beforehand"
                );
                let told = format!("`{dataset}` does not exist: {}", error.message);
                Err(denied(error.worded(told), &role))
            }
            // Nothing else that a dry run says keeps the build from making it.
            _ => Ok(format!("`{dataset}` does not exist: the first build makes it")),
        };
        done("dataset", found);
        return all;
    };
    let place = found.location.unwrap_or_default();
    let wanted = client.settings().location.as_deref();
    let elsewhere =
        wanted.filter(|wanted| !place.is_empty() && !wanted.eq_ignore_ascii_case(&place));
    let dataset_found = match elsewhere {
        None => Ok(format!("`{dataset}` is in {place}")),
        Some(wanted) => {
            let message =
                format!("`{dataset}` is in {place}, and the profile's `location` is {wanted}");
            let error = super::failed("bigquery-location", message);
            Err(AdapterError { help: Some(format!("set `location: {place}`")), ..error })
        }
    };
    if !done("dataset", dataset_found) {
        return all;
    }
    // Nothing is made: a dry run asks for the permissions too.
    let sql = format!(
        "create table `{}`.`{}`.`elt_debug` as select 1 as ok",
        dataset.project, dataset.dataset
    );
    let tried = client.dry_run(&QueryJob::new(sql)).await;
    let role = format!("grant `roles/bigquery.dataEditor` on the dataset `{dataset}`");
    let writing = tried.map(|_| format!("tables may be made in `{dataset}`"));
    done("writing", writing.map_err(|error| denied(error, &role)));
    all
}

/// Says what to grant where something is not allowed.
fn denied(error: BigQueryError, grant: &str) -> AdapterError {
    let is_denied = error.kind == BigQueryErrorKind::AccessDenied;
    let error: AdapterError = error.into();
    match is_denied {
        true => AdapterError { help: Some(grant.to_owned()), ..error },
        false => error,
    }
}
