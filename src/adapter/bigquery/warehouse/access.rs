//! Who may read what
//! (<https://cloud.google.com/bigquery/docs/control-access-to-resources-iam>).

use serde_json::{Value, json};

use super::{
    apply::Applying,
    names::{dataset_id, table_id},
};
use crate::{
    adapter::{
        AdapterError,
        bigquery::{BigQueryErrorKind, Patch},
    },
    relation::Relation,
};

/// Tries of a change that someone else's change came before: many nodes may authorise their views on
/// one dataset at once.
const MAX_TRIES: u32 = 20;

/// Gives the roles to those named and takes them from all others.
pub(super) async fn grant(
    applying: &Applying<'_>,
    relation: &Relation,
    roles: &[(String, Vec<String>)],
) -> Result<(), AdapterError> {
    let client = &applying.adapter.client;
    let id = table_id(client, relation);
    let wanted: Vec<Value> = roles
        .iter()
        .filter(|(_, members)| !members.is_empty())
        .map(|(role, members)| json!({"role": role, "members": members}))
        .collect();
    for attempt in 1.. {
        let policy = client.get_table_policy(&id).await?;
        if same_bindings(policy.get("bindings"), &wanted) {
            return Ok(());
        }
        let mut new = policy.clone();
        new["bindings"] = Value::from(wanted.clone());
        match client.set_table_policy(&id, &new).await {
            Ok(_) => return Ok(()),
            Err(error) if error.kind == BigQueryErrorKind::Changed && attempt < MAX_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
    unreachable!("the last try returns")
}

fn same_bindings(existing: Option<&Value>, wanted: &[Value]) -> bool {
    let sorted = |bindings: &[Value]| {
        let mut all: Vec<(String, Vec<String>)> = bindings
            .iter()
            .map(|binding| {
                let members = binding.get("members").and_then(Value::as_array);
                let mut members: Vec<String> =
                    members.into_iter().flatten().map(ToString::to_string).collect();
                members.sort();
                (binding.get("role").map(ToString::to_string).unwrap_or_default(), members)
            })
            .collect();
        all.sort();
        all
    };
    let existing = existing.and_then(Value::as_array).cloned().unwrap_or_default();
    sorted(&existing) == sorted(wanted)
}

/// Lets a view read the tables of datasets.
pub(super) async fn authorize_view(
    applying: &Applying<'_>,
    view: &Relation,
    datasets: &[(Option<String>, String)],
) -> Result<(), AdapterError> {
    let client = &applying.adapter.client;
    let id = table_id(client, view);
    let entry = json!({"view": {
        "projectId": id.project, "datasetId": id.dataset, "tableId": id.table,
    }});
    for (project, name) in datasets {
        let project = project.as_deref().or(view.database.as_deref());
        let dataset = dataset_id(client, project, name);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let Some(found) = client.get_dataset(&dataset).await? else {
                return Err(super::failed(
                    "bigquery-not-found",
                    format!("the dataset `{dataset}` of `grant_access_to` does not exist"),
                ));
            };
            if found.access.contains(&entry) {
                break;
            }
            let mut access = found.access.clone();
            access.push(entry.clone());
            let patch = Patch::new().set("access", access).if_unchanged(found.etag.as_deref());
            match client.patch_dataset(&dataset, &patch).await {
                Ok(_) => break,
                Err(error) if error.kind == BigQueryErrorKind::Changed && attempt < MAX_TRIES => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
