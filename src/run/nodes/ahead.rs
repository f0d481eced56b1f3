//! What a plan knows of the project beside each node by itself.

use std::{
    collections::HashSet,
    sync::{Arc, OnceLock},
};

use super::partition_book::PartitionBook;
use crate::{
    manifest::{Manifest, Node, unpublished},
    relation::Relation,
};

/// What a plan knows of the project beside each node by itself.
pub(in crate::run) struct Ahead {
    /// The partitions of tables, where they are compared.
    pub book: Option<PartitionBook>,
    /// Datasets and names of what is there when its turn comes: the plan's own nodes, and tables that
    /// are landed.
    made: HashSet<(String, String)>,
    /// Templates of the nodes' hooks: what they name may be made by them.
    templates: Vec<String>,
    /// The statements of `on-run-start`, in order, lower case; none for one that is known only when its
    /// turn comes.
    started: OnceLock<Vec<Option<String>>>,
}

impl Ahead {
    /// What is known of a plan of these nodes.
    pub fn new(manifest: &Manifest, nodes: &[Arc<Node>], compares: bool) -> Self {
        let mut made = HashSet::new();
        let mut add = |relation: &Relation| {
            made.insert((relation.schema.clone(), relation.identifier.clone()));
        };
        for node in nodes.iter().filter(|node| node.has_relation()) {
            add(&node.relation);
            add(&unpublished(&node.relation));
        }
        for source in manifest.sources.values().filter(|source| source.feed().is_some()) {
            add(&source.relation);
        }
        let templates = nodes.iter().flat_map(|node| &node.details.hooks);
        Self {
            book: compares.then(|| PartitionBook::new(manifest, nodes.iter())),
            made,
            templates: templates.map(|hook| hook.text().to_lowercase()).collect(),
            started: OnceLock::new(),
        }
    }

    /// Takes the statements of `on-run-start`.
    pub fn note_started(&self, statements: Vec<Option<String>>) {
        // It is told once.
        let _ = self.started.set(statements);
    }

    /// Whether what the warehouse says is missing may be there when the turn of a node comes, or of a
    /// hook after the nodes. What cannot be read from its words may.
    pub fn may_come(&self, message: &str) -> bool {
        let Some((dataset, table)) = missing_name(message) else { return true };
        let name = table.as_ref().unwrap_or(&dataset).to_lowercase();
        let started = self.started.get().into_iter().flatten();
        self.is_made(&dataset, table.as_deref())
            || self.templates.iter().any(|template| is_named(template, &name))
            || makes(started, &name)
    }

    /// Whether what is missing may be there when the turn of a hook of `on-run-start` comes, which is
    /// before all nodes: their datasets are there then, and what is in datasets that are still to come
    /// cannot be told.
    pub fn may_come_first(&self, message: &str, earlier: &[Option<String>]) -> bool {
        let Some((dataset, table)) = missing_name(message) else { return true };
        let name = table.as_ref().unwrap_or(&dataset).to_lowercase();
        (table.is_none() && self.is_made(&dataset, None)) || makes(earlier.iter(), &name)
    }

    fn is_made(&self, dataset: &str, table: Option<&str>) -> bool {
        self.made.iter().any(|(schema, identifier)| {
            schema == dataset && table.is_none_or(|table| identifier == table)
        })
    }
}

/// Whether statements may make what has this name: what does not name it does not, and of what is not
/// known nobody can tell.
fn makes<'a>(mut statements: impl Iterator<Item = &'a Option<String>>, name: &str) -> bool {
    statements.any(|statement| statement.as_ref().is_none_or(|text| is_named(text, name)))
}

/// Whether a name is in a text as a word of its own.
fn is_named(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
    })
}

/// The dataset and the table that BigQuery says is missing: `Not found: Table p:d.t was not found`,
/// `Not found: Dataset p:d was not found`, `Access Denied: Table p:d.t: User does not have permission …,
/// or perhaps it does not exist.`
fn missing_name(message: &str) -> Option<(String, Option<String>)> {
    let said = ["Not found: ", "Access Denied: "];
    let (_, rest) = said.iter().find_map(|said| message.split_once(said))?;
    let mut words = rest.split_whitespace();
    let (kind, name) =
        (words.next()?, words.next()?.trim_matches(|c| matches!(c, ':' | ';' | ',' | '`')));
    // Projects of a domain have a colon of their own.
    let (_, name) = name.rsplit_once(':')?;
    match (kind, name.split_once('.')) {
        ("Dataset", None) => Some((name.to_owned(), None)),
        ("Table" | "Routine", Some((dataset, table))) => {
            Some((dataset.to_owned(), Some(table.to_owned())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_what_bigquery_says() {
        let name = |message: &str| {
            missing_name(message)
                .map(|(dataset, table)| format!("{dataset} {}", table.unwrap_or_default()))
        };
        let found = [
            "Not found: Table shop:raw.orders was not found in location EU",
            "Not found: Table example.com:shop:raw.orders",
            "Not found: Dataset shop:raw was not found in location EU",
            "Access Denied: Table shop:raw.orders: User does not have permission to query it",
            "Not found: Job shop:1",
            "Unrecognized name: x",
        ]
        .map(name);
        let orders = Some("raw orders");
        let wanted = [orders, orders, Some("raw "), orders, None, None];
        assert_eq!(found.each_ref().map(Option::as_deref), wanted);
    }
}
