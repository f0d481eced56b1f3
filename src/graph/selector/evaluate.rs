//! Evaluates a selection on the graph.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    glob::glob_matches,
    members::{Member, members, root_paths},
    methods::matcher,
    parse::parse_union,
    previous::{PreviousState, refusal},
    selectors_file::Selectors,
    spec::{Criterion, IndirectSelection, Method, SetOperation, Spec},
};
use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    graph::{Graph, NodeSet},
    manifest::{Manifest, ResourceType, UniqueId},
};

/// What was asked to be selected.
#[derive(Clone, Default)]
pub struct SelectionArgs<'a> {
    /// `--select`, each word or several at once; empty selects everything.
    pub select: Vec<String>,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--selector`.
    pub selector: Option<String>,
    /// `selectors.yml`, for `--selector`, the method `selector:` and a default selection.
    pub selectors: Option<&'a Selectors>,
    /// `--indirect-selection`.
    pub indirect: IndirectSelection,
    /// The kinds of node to keep at the end; none keeps all.
    pub resource_types: Option<BTreeSet<ResourceType>>,
    /// What earlier runs left, for `state:`, `result:` and `source_status:`.
    pub previous: Option<&'a dyn PreviousState>,
}

/// What was selected.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The nodes.
    pub ids: BTreeSet<UniqueId>,
    /// Criteria that matched nothing.
    pub warnings: Vec<Diagnostic>,
}

/// Selects nodes as dbt does.
pub fn select(
    manifest: &Manifest,
    graph: &Graph,
    args: &SelectionArgs<'_>,
) -> Result<Selection, Vec<Diagnostic>> {
    let spec = match named_spec(args)? {
        Some(spec) => spec,
        None => command_line_spec(args)?,
    };
    let mut evaluation = Evaluation {
        manifest,
        graph,
        members: members(manifest, graph),
        previous: args.previous,
        warnings: Vec::new(),
        selectors: args.selectors,
        open_selectors: Vec::new(),
        known_selectors: HashMap::new(),
    };
    let mut diagnostics = Vec::new();
    evaluation.check(&spec, &mut diagnostics);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let (mut selected, _) = evaluation.spec(&spec).map_err(|diagnostic| vec![*diagnostic])?;
    if let Some(kinds) = &args.resource_types {
        let mut kept = NodeSet::empty(graph.len());
        for at in selected.iter() {
            if kinds.contains(&evaluation.members[at].resource_type()) {
                kept.insert(at);
            }
        }
        selected = kept;
    }
    Ok(Selection { ids: graph.ids_of(&selected), warnings: evaluation.warnings })
}

struct Evaluation<'a> {
    manifest: &'a Manifest,
    graph: &'a Graph,
    members: Vec<Member<'a>>,
    previous: Option<&'a dyn PreviousState>,
    warnings: Vec<Diagnostic>,
    selectors: Option<&'a Selectors>,
    /// Selectors being evaluated, outermost first.
    open_selectors: Vec<String>,
    /// Selectors evaluated before: those that many others ask are evaluated once.
    known_selectors: HashMap<String, NodeSet>,
}

/// What `--selector` or a default selector says, if one applies.
fn named_spec(args: &SelectionArgs<'_>) -> Result<Option<Spec>, Vec<Diagnostic>> {
    let none = Selectors::default();
    let selectors = args.selectors.unwrap_or(&none);
    let typed = !args.select.is_empty() || !args.exclude.is_empty();
    match &args.selector {
        Some(name) if typed => Err(vec![
            Diagnostic::error(
                "selector-conflict",
                format!("`--selector {name}` cannot be combined with `--select` or `--exclude`"),
            )
            .help(format!("use `--select selector:{name}` together with others")),
        ]),
        Some(name) => match selectors.get(name) {
            Some(selector) => Ok(Some(selector.spec.clone())),
            None => Err(vec![selectors.unknown(name)]),
        },
        None if typed => Ok(None),
        None => Ok(selectors.default_selector().map(|selector| selector.spec.clone())),
    }
}

/// What `--select` and `--exclude` say.
fn command_line_spec(args: &SelectionArgs<'_>) -> Result<Spec, Vec<Diagnostic>> {
    let everything = ["fqn:*", "source:*", "exposure:*"].map(str::to_owned);
    let included = if args.select.is_empty() { &everything[..] } else { &args.select };
    let mut diagnostics = Vec::new();
    let mut parts = Vec::new();
    for (option, texts) in [("--select", included), ("--exclude", &args.exclude)] {
        let typed = option == "--exclude" || !args.select.is_empty();
        match parse_union(option, texts, args.indirect, typed) {
            Ok(spec) => parts.push(spec),
            Err(found) => diagnostics.extend(found),
        }
    }
    if diagnostics.is_empty() {
        Ok(Spec::group(SetOperation::Difference, parts))
    } else {
        Err(diagnostics)
    }
}

/// What is selected, and the tests that would be if more of their parents were.
type Selected = (NodeSet, NodeSet);

impl Evaluation<'_> {
    /// Everything wrong with the criteria, before any is evaluated.
    fn check(&self, spec: &Spec, diagnostics: &mut Vec<Diagnostic>) {
        match spec {
            Spec::Group { parts, .. } => {
                parts.iter().for_each(|part| self.check(part, diagnostics));
            }
            Spec::Criterion(criterion) => match criterion.method {
                Method::State | Method::Result | Method::SourceStatus
                    if self.previous.is_none() =>
                {
                    diagnostics.push(refusal(criterion.method).at(criterion.span.clone(), ""));
                }
                _ => diagnostics.extend(
                    matcher(criterion, &self.manifest.project_name, &|_| true)
                        .err()
                        .map(|bad| *bad),
                ),
            },
        }
    }

    fn spec(&mut self, spec: &Spec) -> Result<Selected, Box<Diagnostic>> {
        match spec {
            Spec::Criterion(criterion) => self.criterion(criterion),
            Spec::Group { operation, parts, indirect, warn_if_empty } => {
                let mut direct: Option<NodeSet> = None;
                let mut all: Option<NodeSet> = None;
                for part in parts {
                    let (part_direct, part_indirect) = self.spec(part)?;
                    let mut part_all = part_direct.clone();
                    part_all.union_with(&part_indirect);
                    combine(*operation, &mut direct, part_direct);
                    combine(*operation, &mut all, part_all);
                }
                let empty = || NodeSet::empty(self.graph.len());
                let direct = direct.unwrap_or_else(empty);
                let all = all.unwrap_or_else(empty);
                let direct = self.incorporate(direct, &all, *indirect);
                if let Some(span) = warn_if_empty
                    && direct.is_empty()
                {
                    let warning = self.nothing_matches(span, parts);
                    self.warnings.push(warning);
                }
                Ok((direct, all))
            }
        }
    }

    fn criterion(&mut self, criterion: &Criterion) -> Result<Selected, Box<Diagnostic>> {
        let mut selected = self.search(criterion)?;
        let mut around = NodeSet::empty(self.graph.len());
        if criterion.childrens_parents {
            let mut family = self.graph.descendants(&selected, None);
            family.union_with(&selected);
            around.union_with(&self.graph.ancestors(&family, None));
            around.union_with(&family);
        }
        if let Some(depth) = criterion.parents {
            around.union_with(&self.graph.ancestors(&selected, depth.steps()));
        }
        if let Some(depth) = criterion.children {
            around.union_with(&self.graph.descendants(&selected, depth.steps()));
        }
        selected.union_with(&around);
        match (criterion.indirect, criterion.method) {
            // A selector's own tests were settled where it was evaluated.
            (IndirectSelection::Empty, _) | (_, Method::Selector) => {
                Ok((selected, NodeSet::empty(self.graph.len())))
            }
            (indirect, _) => Ok(self.expand(selected, indirect)),
        }
    }

    fn search(&mut self, criterion: &Criterion) -> Result<NodeSet, Box<Diagnostic>> {
        let mut found = NodeSet::empty(self.graph.len());
        match criterion.method {
            Method::State | Method::Result | Method::SourceStatus => {
                let ids = match self.previous {
                    Some(previous) => {
                        previous.search(self.manifest, criterion.method, &criterion.value)
                    }
                    None => Err(Box::new(refusal(criterion.method))),
                };
                let ids =
                    ids.map_err(|diagnostic| Box::new(diagnostic.at(criterion.span.clone(), "")))?;
                return Ok(self.graph.set_of(&ids));
            }
            Method::Selector => return self.named(criterion),
            _ => {}
        }
        let project = std::sync::Arc::clone(&self.manifest.project_name);
        let has_packages = self.members.iter().any(|member| member.package() != &*project);
        let roots = match criterion.method {
            Method::Path if has_packages => root_paths(&self.members, &project),
            _ => HashSet::new(),
        };
        let is_in_root = |path: &str| roots.contains(path);
        let matches = matcher(criterion, &project, &is_in_root)?;
        for (at, member) in self.members.iter().enumerate() {
            if matches(*member) {
                found.insert(at);
            }
        }
        Ok(found)
    }

    /// What the selectors of a name give.
    fn named(&mut self, criterion: &Criterion) -> Result<NodeSet, Box<Diagnostic>> {
        let mut found = NodeSet::empty(self.graph.len());
        let none = Selectors::default();
        let selectors: &Selectors = self.selectors.unwrap_or(&none);
        let mut any = false;
        for selector in &selectors.selectors {
            if !glob_matches(&criterion.value, &selector.name) {
                continue;
            }
            any = true;
            if self.open_selectors.contains(&selector.name) {
                let path = self.open_selectors.join("` → `");
                return Err(Box::new(
                    Diagnostic::error(
                        "selector-cycle",
                        format!("selector `{0}` asks itself: `{path}` → `{0}`", selector.name),
                    )
                    .at(criterion.span.clone(), "")
                    .help("take one of these references out"),
                ));
            }
            if let Some(known) = self.known_selectors.get(&selector.name) {
                found.union_with(known);
                continue;
            }
            self.open_selectors.push(selector.name.clone());
            let (selected, _) = self.spec(&selector.spec)?;
            self.open_selectors.pop();
            found.union_with(&selected);
            self.known_selectors.insert(selector.name.clone(), selected);
        }
        if any {
            Ok(found)
        } else {
            Err(Box::new(selectors.unknown(&criterion.value).at(criterion.span.clone(), "")))
        }
    }

    /// Adds the tests on what is selected, as the mode says; the second set holds those that are
    /// still waiting for more of their parents.
    fn expand(&self, selected: NodeSet, mode: IndirectSelection) -> Selected {
        let mut direct = selected.clone();
        let mut waiting = NodeSet::empty(self.graph.len());
        let mut buildable = selected.clone();
        if mode == IndirectSelection::Buildable {
            buildable.union_with(&self.graph.ancestors(&selected, None));
            let sources = self.members.iter().enumerate();
            for (at, _) in sources.filter(|(_, member)| matches!(member, Member::Source(_))) {
                buildable.insert(at);
            }
        }
        for test in self.graph.descendants(&selected, Some(1)).iter() {
            if !self.members[test].is_test() {
                continue;
            }
            let all_in = |set: &NodeSet| self.graph.parents(test).all(|up| set.contains(up));
            let comes_along = mode == IndirectSelection::Eager
                || all_in(&selected)
                || (mode == IndirectSelection::Buildable && all_in(&buildable));
            if comes_along {
                direct.insert(test)
            } else {
                waiting.insert(test)
            };
        }
        (direct, waiting)
    }

    /// Adds the tests that waited for parents which another part of the selection brought.
    fn incorporate(&self, direct: NodeSet, all: &NodeSet, mode: IndirectSelection) -> NodeSet {
        let mut enough = direct.clone();
        match mode {
            IndirectSelection::Eager | IndirectSelection::Empty => return direct,
            IndirectSelection::Cautious => {}
            IndirectSelection::Buildable => {
                enough.union_with(&self.graph.ancestors(&direct, None));
            }
        }
        let mut selected = direct;
        for at in all.iter() {
            let data_test = matches!(self.members[at], Member::Node(_));
            if data_test && self.graph.parents(at).all(|up| enough.contains(up)) {
                selected.insert(at);
            }
        }
        selected
    }

    fn nothing_matches(&self, span: &Span, parts: &[Spec]) -> Diagnostic {
        let raw = span.file.text().get(span.start as usize..span.end as usize).unwrap_or_default();
        let warning = Diagnostic::warning(
            "selector-matches-nothing",
            format!("the selection `{raw}` does not match any enabled nodes"),
        )
        .at(span.clone(), "");
        let [Spec::Criterion(criterion)] = parts else { return warning };
        let known: Vec<&str> = match criterion.method {
            Method::Fqn => {
                self.members.iter().filter(|one| !one.is_test()).map(|one| one.name()).collect()
            }
            Method::Tag => {
                let tags = self.members.iter().filter_map(|one| one.config().get("tags"));
                tags.flat_map(|tags| match tags {
                    serde_json::Value::Array(items) => items.iter().collect(),
                    one => vec![one],
                })
                .filter_map(serde_json::Value::as_str)
                .collect()
            }
            Method::Source => self
                .members
                .iter()
                .filter_map(|one| match one {
                    Member::Source(source) => Some(source.source_name.as_str()),
                    _ => None,
                })
                .collect(),
            Method::Package => self.members.iter().map(|one| one.package()).collect(),
            _ => Vec::new(),
        };
        let nearest = did_you_mean(&criterion.value, known.into_iter().collect::<BTreeSet<_>>());
        warning.maybe_help(nearest)
    }
}

fn combine(operation: SetOperation, so_far: &mut Option<NodeSet>, part: NodeSet) {
    match so_far {
        None => *so_far = Some(part),
        Some(set) => match operation {
            SetOperation::Union => set.union_with(&part),
            SetOperation::Intersection => set.intersect_with(&part),
            SetOperation::Difference => set.subtract(&part),
        },
    }
}
