//! A table that stands for a node until it is published.

use crate::{manifest::UniqueId, relation::Relation};

/// What tests of a node read in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The node.
    pub node: UniqueId,
    /// The table that is built and not published.
    pub relation: Relation,
}
