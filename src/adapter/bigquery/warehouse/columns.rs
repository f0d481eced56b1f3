//! Changes of a table's columns: statements where there are some, else a change of its schema
//! (<https://cloud.google.com/bigquery/docs/managing-table-schemas>).

use serde_json::json;

use super::{apply::Applying, failed, names::table_id, schema};
use crate::{
    adapter::{
        AdapterError,
        bigquery::{BigQueryErrorKind, Field, Patch, TableInfo},
    },
    plan::{Step, TableOptions},
    relation::{Column, Relation},
};

/// Tries of a change that someone else's change came before.
const MAX_TRIES: u32 = 5;

/// Adds, drops and widens columns.
pub(super) async fn alter(applying: &mut Applying<'_>, step: &Step) -> Result<(), AdapterError> {
    let Step::AlterColumns { relation, add, drop, retype, .. } = step else { return Ok(()) };
    let by_statement = Step::AlterColumns {
        relation: relation.clone(),
        add: add.clone(),
        drop: drop.clone(),
        retype: retype.clone(),
        extend: Vec::new(),
    };
    applying.statements(&by_statement, false).await
}

/// Gives STRUCTs further fields: no statement does, and no row is rewritten.
pub(super) async fn extend(
    applying: &Applying<'_>,
    relation: &Relation,
    columns: &[Column],
) -> Result<(), AdapterError> {
    let wanted = columns.iter().map(schema::field).collect::<Result<Vec<_>, _>>()?;
    change(applying, relation, |table| {
        let mut fields = table.fields.clone();
        for new in &wanted {
            let old = fields.iter_mut().find(|old| old.name.eq_ignore_ascii_case(&new.name));
            if let Some(old) = old {
                let mut new = new.clone();
                new.name.clone_from(&old.name);
                schema::keep_what_is_said(old, &mut new);
                *old = new;
            }
        }
        Some(Patch::new().fields(&fields))
    })
    .await
}

/// Writes the descriptions of a relation and its columns, and the policy tags of columns.
pub(super) async fn describe(
    applying: &Applying<'_>,
    relation: &Relation,
    options: &TableOptions,
) -> Result<(), AdapterError> {
    change(applying, relation, |table| changes(table, options, Patch::new())).await
}

/// Writes the labels too.
pub(super) async fn describe_and_label(
    applying: &Applying<'_>,
    relation: &Relation,
    options: &TableOptions,
) -> Result<(), AdapterError> {
    change(applying, relation, |table| {
        let labels = options.labels.iter().map(|(key, value)| (key.as_str(), Some(value.as_str())));
        let patch = match options.labels.iter().all(|label| table.labels.contains(label)) {
            true => Patch::new(),
            false => Patch::new().labels(labels),
        };
        changes(table, options, patch)
    })
    .await
}

/// What is not as it should be: the rest costs no change, of which BigQuery allows few of a table.
fn changes(table: &TableInfo, options: &TableOptions, mut patch: Patch) -> Option<Patch> {
    let mut fields = table.fields.clone();
    for (path, text) in &options.column_descriptions {
        if let Some(field) = find(&mut fields, path) {
            field.description = Some(text.clone());
        }
    }
    for (path, tags) in &options.policy_tags {
        if let Some(field) = find(&mut fields, path) {
            field.other.insert("policyTags".to_owned(), json!({"names": tags}));
        }
    }
    if fields != table.fields {
        patch = patch.fields(&fields);
    }
    if let Some(text) = options.description.as_deref()
        && table.description.as_deref() != Some(text)
    {
        patch = patch.description(Some(text));
    }
    (!patch.is_empty()).then_some(patch)
}

/// The field of a path (`address.city`).
fn find<'f>(fields: &'f mut [Field], path: &str) -> Option<&'f mut Field> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = fields.iter_mut().find(|field| field.name.eq_ignore_ascii_case(name))?;
    match rest {
        Some(rest) => find(&mut field.fields, rest),
        None => Some(field),
    }
}

/// Reads a table and changes it as `make` says, again where someone else's change came between.
async fn change(
    applying: &Applying<'_>,
    relation: &Relation,
    make: impl Fn(&TableInfo) -> Option<Patch>,
) -> Result<(), AdapterError> {
    let client = &applying.adapter.client;
    let id = table_id(client, relation);
    for attempt in 1.. {
        let Some(table) = client.get_table(&id).await? else {
            return Err(failed("bigquery-not-found", format!("`{id}` does not exist")));
        };
        let Some(patch) = make(&table) else { return Ok(()) };
        match client.patch_table(&id, &patch.if_unchanged(table.etag.as_deref())).await {
            Ok(_) => return Ok(()),
            Err(error) if error.kind == BigQueryErrorKind::Changed && attempt < MAX_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
    unreachable!("the last try returns")
}
