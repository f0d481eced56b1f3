//! The nodes of a graph as selectors see them, whatever their kind.

use std::{collections::HashSet, sync::Arc};

use crate::{
    graph::Graph,
    manifest::{Exposure, Manifest, Node, NodeConfig, ResourceType, Source, UnitTest},
};

/// A node of any kind.
#[derive(Clone, Copy)]
pub enum Member<'a> {
    /// A model, seed, snapshot, data test, analysis or hook.
    Node(&'a Arc<Node>),
    /// A source table.
    Source(&'a Arc<Source>),
    /// An exposure.
    Exposure(&'a Arc<Exposure>),
    /// A unit test.
    UnitTest(&'a Arc<UnitTest>),
}

/// The members of a graph by position.
pub fn members<'a>(manifest: &'a Manifest, graph: &Graph) -> Vec<Member<'a>> {
    let nodes = manifest.nodes.iter().map(|(id, node)| (id, Member::Node(node)));
    let sources = manifest.sources.iter().map(|(id, source)| (id, Member::Source(source)));
    let exposures = manifest.exposures.iter().map(|(id, one)| (id, Member::Exposure(one)));
    let unit_tests = manifest.unit_tests.iter().map(|(id, one)| (id, Member::UnitTest(one)));
    let mut found: Vec<(usize, Member<'a>)> = nodes
        .chain(sources)
        .chain(exposures)
        .chain(unit_tests)
        .filter_map(|(id, member)| Some((graph.position(id)?, member)))
        .collect();
    found.sort_unstable_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, member)| member).collect()
}

/// The files of the root project and the folders above them.
pub fn root_paths<'a>(members: &[Member<'a>], project: &str) -> HashSet<&'a str> {
    let mut paths = HashSet::new();
    for member in members.iter().filter(|member| member.package() == project) {
        for path in
            [Some(member.original_file_path()), member.properties_path()].into_iter().flatten()
        {
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            paths.extend(ends.map(|end| &path[..end]));
        }
    }
    paths
}

impl<'a> Member<'a> {
    /// Its kind.
    pub fn resource_type(self) -> ResourceType {
        match self {
            Self::Node(node) => node.resource_type,
            Self::Source(_) => ResourceType::Source,
            Self::Exposure(_) => ResourceType::Exposure,
            Self::UnitTest(_) => ResourceType::UnitTest,
        }
    }

    /// Whether it comes along with what it tests.
    pub fn is_test(self) -> bool {
        matches!(self.resource_type(), ResourceType::Test | ResourceType::UnitTest)
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        match self {
            Self::Node(node) => &node.name,
            Self::Source(source) => &source.name,
            Self::Exposure(exposure) => &exposure.name,
            Self::UnitTest(test) => &test.name,
        }
    }

    /// Its package.
    pub fn package(self) -> &'a str {
        match self {
            Self::Node(node) => &node.package,
            Self::Source(source) => &source.package,
            Self::Exposure(exposure) => &exposure.package,
            Self::UnitTest(test) => &test.package,
        }
    }

    /// Package, folders, name.
    pub fn fqn(self) -> &'a [String] {
        match self {
            Self::Node(node) => &node.fqn,
            Self::Source(source) => &source.fqn,
            Self::Exposure(exposure) => &exposure.fqn,
            Self::UnitTest(test) => &test.fqn,
        }
    }

    /// Its merged configuration.
    pub fn config(self) -> &'a NodeConfig {
        match self {
            Self::Node(node) => &node.config,
            Self::Source(source) => &source.config,
            Self::Exposure(exposure) => &exposure.config,
            Self::UnitTest(test) => &test.config,
        }
    }

    /// Its file, relative to the package root.
    pub fn original_file_path(self) -> &'a str {
        match self {
            Self::Node(node) => &node.original_file_path,
            Self::Source(source) => &source.original_file_path,
            Self::Exposure(exposure) => &exposure.original_file_path,
            Self::UnitTest(test) => &test.original_file_path,
        }
    }

    /// The file of its properties, relative to its package's root, where it has one besides its own.
    pub fn properties_path(self) -> Option<&'a str> {
        match self {
            Self::Node(node) => {
                let path = node.details.patch_path.as_deref()?;
                Some(path.split_once("://").map_or(path, |(_, path)| path))
            }
            _ => None,
        }
    }

    /// Whether it is one version of a model.
    pub fn is_versioned(self) -> bool {
        matches!(self, Self::Node(node) if node.resource_type == ResourceType::Model && node.version.is_some())
    }
}
