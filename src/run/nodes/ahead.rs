//! What a plan knows of the project beside each node by itself.

use std::{collections::HashSet, sync::Arc};

use super::partition_book::PartitionBook;
use crate::{
    manifest::{Manifest, Node, ResourceType, unpublished},
    relation::Relation,
};

/// What a plan knows of the project beside each node by itself.
pub(in crate::run) struct Ahead {
    /// The partitions of tables, where they are compared.
    pub book: Option<PartitionBook>,
    /// Datasets and names of what is there when its turn comes: the plan's own nodes, and tables that
    /// are landed.
    made: HashSet<(String, String)>,
    /// Whether hooks of the run may make anything.
    may_make_all: bool,
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
        let hooks = |node: &Arc<Node>| node.resource_type == ResourceType::Operation;
        Self {
            book: compares.then(|| PartitionBook::new(manifest, nodes.iter())),
            made,
            may_make_all: manifest.nodes.values().any(hooks),
        }
    }

    /// Whether what the warehouse says is missing may be there when its turn comes. What cannot be read
    /// from its words may.
    pub fn may_come(&self, message: &str) -> bool {
        let Some((dataset, table)) = missing_name(message) else { return true };
        self.may_make_all
            || self.made.iter().any(|(schema, identifier)| {
                *schema == dataset && table.as_ref().is_none_or(|table| identifier == table)
            })
    }
}

/// The dataset and the table that BigQuery says is missing: `Not found: Table p:d.t was not found`,
/// `Not found: Dataset p:d was not found`.
fn missing_name(message: &str) -> Option<(String, Option<String>)> {
    let (_, rest) = message.split_once("Not found: ")?;
    let mut words = rest.split_whitespace();
    let (kind, name) =
        (words.next()?, words.next()?.trim_matches(|c| matches!(c, ';' | ',' | '`')));
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
            "Not found: Job shop:1",
            "Unrecognized name: x",
        ]
        .map(name);
        let wanted = [Some("raw orders"), Some("raw orders"), Some("raw "), None, None];
        assert_eq!(found.each_ref().map(Option::as_deref), wanted);
    }
}
