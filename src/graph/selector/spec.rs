//! A parsed selection: criteria joined by set operations.

use crate::diagnostic::{Diagnostic, Span, did_you_mean};

/// When a test comes along that was not selected itself
/// (<https://docs.getdbt.com/reference/global-configs/indirect-selection>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IndirectSelection {
    /// Any of its parents is selected.
    #[default]
    Eager,
    /// All of its parents are selected.
    Cautious,
    /// All of its parents are selected or are ancestors of what is.
    Buildable,
    /// Never.
    Empty,
}

impl IndirectSelection {
    /// All names, as `--indirect-selection` takes them.
    pub const NAMES: [&'static str; 4] = ["eager", "cautious", "buildable", "empty"];

    /// The mode of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "eager" => Some(Self::Eager),
            "cautious" => Some(Self::Cautious),
            "buildable" => Some(Self::Buildable),
            "empty" => Some(Self::Empty),
            _ => None,
        }
    }
}

/// What a criterion compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The fully qualified name, or just the name.
    Fqn,
    /// Tags.
    Tag,
    /// The group.
    Group,
    /// The access level.
    Access,
    /// Sources by source and table.
    Source,
    /// The file, its properties file, or a folder above.
    Path,
    /// The file's name.
    File,
    /// The package.
    Package,
    /// A key of the merged configuration.
    Config,
    /// The generic test, or the unit test's name.
    TestName,
    /// `unit`, `data`, `generic` or `singular`.
    TestType,
    /// The kind of node.
    ResourceType,
    /// Exposures by name.
    Exposure,
    /// `latest`, `old`, `prerelease` or `none`.
    Version,
    /// Unit tests by name.
    UnitTest,
    /// What another selector of `selectors.yml` gives.
    Selector,
    /// A comparison with an earlier manifest.
    State,
    /// The status in an earlier run's results.
    Result,
    /// A comparison with an earlier freshness run.
    SourceStatus,
}

impl Method {
    /// All methods with their names.
    const ALL: [(&'static str, Self); 19] = [
        ("fqn", Self::Fqn),
        ("tag", Self::Tag),
        ("group", Self::Group),
        ("access", Self::Access),
        ("source", Self::Source),
        ("path", Self::Path),
        ("file", Self::File),
        ("package", Self::Package),
        ("config", Self::Config),
        ("test_name", Self::TestName),
        ("test_type", Self::TestType),
        ("resource_type", Self::ResourceType),
        ("exposure", Self::Exposure),
        ("version", Self::Version),
        ("unit_test", Self::UnitTest),
        ("selector", Self::Selector),
        ("state", Self::State),
        ("result", Self::Result),
        ("source_status", Self::SourceStatus),
    ];

    /// dbt's name of it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, method)| *method == self).map_or("fqn", |(name, _)| name)
    }

    /// The method of that name, or what to say about the name.
    pub fn from_name(name: &str, span: Span) -> Result<Self, Box<Diagnostic>> {
        if let Some((_, method)) = Self::ALL.iter().find(|(known, _)| *known == name) {
            return Ok(*method);
        }
        let names = || Self::ALL.iter().map(|(known, _)| *known);
        let unsupported = ["metric", "semantic_model", "saved_query", "function"];
        let diagnostic = if unsupported.contains(&name) {
            Diagnostic::error(
                "unsupported-selector-method",
                format!(
                    "the selector method `{name}` selects a kind of node that is not supported"
                ),
            )
            .at(span, "")
            .help("remove this part of the selection")
        } else {
            let nearest = did_you_mean(name, names());
            let all = names().collect::<Vec<_>>().join(", ");
            Diagnostic::error("unknown-selector-method", format!("no selector method `{name}`"))
                .at(span, "")
                .help(nearest.unwrap_or_else(|| format!("the methods are {all}")))
        };
        Err(Box::new(diagnostic))
    }
}

/// How far a criterion reaches up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// All the way (`+x`).
    All,
    /// That many steps (`2+x`).
    Steps(u32),
}

impl Depth {
    /// The number of steps; none for all the way.
    pub fn steps(self) -> Option<u32> {
        match self {
            Self::All => None,
            Self::Steps(steps) => Some(steps),
        }
    }
}

/// One criterion: a method, a value, and how far around it to reach.
#[derive(Clone, Debug)]
pub struct Criterion {
    /// As written, for messages.
    pub raw: String,
    /// Where it is written.
    pub span: Span,
    /// What is compared.
    pub method: Method,
    /// What follows the method after dots (`config.meta.owner:` gives `meta`, `owner`).
    pub arguments: Vec<String>,
    /// What it is compared with.
    pub value: String,
    /// Where that is written.
    pub value_span: Span,
    /// `@`: with all descendants, and everything those need.
    pub childrens_parents: bool,
    /// `+x`.
    pub parents: Option<Depth>,
    /// `x+`.
    pub children: Option<Depth>,
    /// When tests come along.
    pub indirect: IndirectSelection,
}

/// How the parts of a selection are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperation {
    /// In any part.
    Union,
    /// In every part.
    Intersection,
    /// In the first part and in none of the others.
    Difference,
}

/// A selection.
#[derive(Clone, Debug)]
pub enum Spec {
    /// One criterion.
    Criterion(Box<Criterion>),
    /// Parts joined.
    Group {
        /// How.
        operation: SetOperation,
        /// The parts.
        parts: Vec<Spec>,
        /// When tests come along whose parents only show up once the parts are joined.
        indirect: IndirectSelection,
        /// Where it is written, if finding nothing deserves a warning.
        warn_if_empty: Option<Span>,
    },
}

impl Spec {
    /// Parts joined, as `selectors.yml` does it: tests come along as each criterion says.
    pub fn group(operation: SetOperation, parts: Vec<Self>) -> Self {
        let indirect = IndirectSelection::Eager;
        Self::Group { operation, parts, indirect, warn_if_empty: None }
    }
}
