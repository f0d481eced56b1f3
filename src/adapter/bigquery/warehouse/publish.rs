//! A table that was built beside another, put in its place at once by a copy job
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfigurationtablecopy>).
//!
//! A copy job replaces the rows as one atomic update when it ends, and bills nothing. The place stays
//! the table that it was, with its access policy, its partitions and its clustering; the columns, with
//! their descriptions and policy tags, and the constraints are those of the copy. `create or replace
//! table … copy` is as atomic, but makes a new table, and what becomes of the old one's access policy
//! is not documented. Renaming needs the place to be free: for a moment there would be no table.
//!
//! What else is said of a table (description, labels, when it expires) is not promised to come along:
//! it is compared, and changed where it differs.

use serde_json::{Map, Value};

use super::{apply::Applying, failed, names::table_id};
use crate::{
    adapter::{
        AdapterError,
        bigquery::{CopyJob, Field, Patch, TableInfo},
    },
    relation::Relation,
};

/// What is said of a table, besides its columns, and can be changed.
const PROPERTIES: [&str; 6] = [
    "description",
    "friendlyName",
    "expirationTime",
    "requirePartitionFilter",
    "timePartitioning",
    "resourceTags",
];

const POLICY_TAGS: &str = "policyTags";

/// Copies the candidate over the target, or to its place, and drops it. With `adds` the candidate began
/// as a copy of the target: what was said of that stays.
pub(super) async fn publish(
    applying: &mut Applying<'_>,
    candidate: &Relation,
    target: &Relation,
    adds: bool,
) -> Result<(), AdapterError> {
    let client = &applying.adapter.client;
    let (from, to) = (table_id(client, candidate), table_id(client, target));
    let Some(new) = client.get_table(&from).await? else {
        return Err(failed("bigquery-not-found", format!("`{from}` does not exist")));
    };
    let old = if adds { client.get_table(&to).await? } else { None };
    let mut job =
        CopyJob { options: applying.job_options(), ..CopyJob::replace(from.clone(), to.clone()) };
    if let Some(key) = new.resource.get("encryptionConfiguration") {
        // A copy that names no key is kept under the default one.
        let properties = &mut job.destination.properties;
        properties.insert("destinationEncryptionConfiguration".to_owned(), key.clone());
    }
    let outcome = client.copy_job(&job, applying.cancel).await?;
    applying.tally.add(&outcome);
    let Some(now) = client.get_table(&to).await? else {
        return Err(failed("bigquery-not-found", format!("`{to}` does not exist")));
    };
    let patch = difference(&now, &new, old.as_ref());
    if !patch.is_empty() {
        client.patch_table(&to, &patch).await?;
    }
    client.delete_table(&from).await?;
    Ok(())
}

/// What must change for a table to be as the one it was copied from, or as it was itself.
fn difference(now: &TableInfo, new: &TableInfo, old: Option<&TableInfo>) -> Patch {
    let mut patch = Patch::new();
    let wanted = |key: &str| {
        let own = old.and_then(|old| old.resource.get(key));
        // A description may have been written to the copy.
        let (first, second) = match key {
            "description" => (new.resource.get(key), own),
            _ if old.is_some() => (own, None),
            _ => (new.resource.get(key), None),
        };
        first.or(second).cloned()
    };
    for key in PROPERTIES {
        let wanted = wanted(key);
        // False and nothing are the same.
        let plain = |value: Option<&Value>| value.filter(|value| **value != false).cloned();
        if plain(now.resource.get(key)) != plain(wanted.as_ref()) {
            patch = patch.set(key, wanted.unwrap_or(Value::Null));
        }
    }
    let labels = |table: &TableInfo| -> Map<String, Value> {
        table.labels.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect()
    };
    let (has, wants) = (labels(now), labels(old.unwrap_or(new)));
    if has != wants {
        let gone = has.keys().filter(|key| !wants.contains_key(*key));
        let mut all: Map<String, Value> = gone.map(|key| (key.clone(), Value::Null)).collect();
        all.extend(wants);
        patch = patch.set("labels", all);
    }
    let mut fields = now.fields.clone();
    say_the_same(&new.fields, &mut fields);
    match fields == now.fields {
        true => patch,
        false => patch.fields(&fields),
    }
}

/// Gives fields the descriptions and policy tags of their like, by name.
fn say_the_same(from: &[Field], to: &mut [Field]) {
    for field in to {
        let same = |from: &&Field| from.name.eq_ignore_ascii_case(&field.name);
        let Some(from) = from.iter().find(same) else { continue };
        field.description.clone_from(&from.description);
        match from.other.get(POLICY_TAGS) {
            Some(tags) => field.other.insert(POLICY_TAGS.to_owned(), tags.clone()),
            None => field.other.shift_remove(POLICY_TAGS),
        };
        say_the_same(&from.fields, &mut field.fields);
    }
}
