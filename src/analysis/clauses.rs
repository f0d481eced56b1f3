//! What stands in a call beside values: DISTINCT, ORDER BY, IGNORE NULLS, OVER, names of arguments.

use super::{
    analyzer::Analyzer,
    functions::{Function, FunctionKind},
    problem::Problem,
    windows::Window,
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{Call, Span},
};

/// Aggregates that take their values in an order, and only so many.
const ORDERED: [&str; 3] = ["ARRAY_AGG", "ARRAY_CONCAT_AGG", "STRING_AGG"];
/// What takes IGNORE NULLS and RESPECT NULLS.
const WITH_NULLS: [&str; 7] = [
    "ARRAY_AGG",
    "APPROX_QUANTILES",
    "FIRST_VALUE",
    "LAST_VALUE",
    "NTH_VALUE",
    "PERCENTILE_CONT",
    "PERCENTILE_DISC",
];
/// Aggregates that take each of their rows.
const WITHOUT_DISTINCT: [&str; 5] =
    ["CORR", "COVAR_POP", "COVAR_SAMP", "PERCENTILE_CONT", "PERCENTILE_DISC"];
/// Window functions that say nothing without an order.
const NEEDS_ORDER: [&str; 10] = [
    "RANK",
    "DENSE_RANK",
    "PERCENT_RANK",
    "CUME_DIST",
    "NTILE",
    "LAG",
    "LEAD",
    "FIRST_VALUE",
    "LAST_VALUE",
    "NTH_VALUE",
];
/// What looks at its whole window, whatever its order.
const WITHOUT_ORDER: [&str; 2] = ["PERCENTILE_CONT", "PERCENTILE_DISC"];
/// Functions of a window that take no frame.
const WITHOUT_FRAME: [&str; 11] = [
    "ROW_NUMBER",
    "RANK",
    "DENSE_RANK",
    "PERCENT_RANK",
    "CUME_DIST",
    "NTILE",
    "LAG",
    "LEAD",
    "PERCENTILE_CONT",
    "PERCENTILE_DISC",
    "ST_CLUSTERDBSCAN",
];

impl Analyzer<'_> {
    /// What only some functions take.
    pub(super) fn check_clauses(
        &mut self,
        call: &Call,
        name: &str,
        kind: FunctionKind,
        window: Option<&Window>,
    ) {
        if call.star && name != "COUNT" {
            let message = format!("`{name}(*)`: only COUNT takes `*`");
            self.problem(Problem::at("wrong-arguments", message, call.span));
        }
        self.check_words(call, name, kind, window);
        match (kind, window) {
            (FunctionKind::Scalar, Some(_)) => {
                let message = format!("`{name}` is neither an aggregate nor a window function");
                let problem = Problem::at("misplaced-window", message, call.span);
                self.problem(problem.help("leave `OVER` out"));
            }
            (FunctionKind::Window, None) => {
                let message = format!("`{name}` needs a window");
                let problem = Problem::at("misplaced-window", message, call.span);
                self.problem(problem.help("add `OVER (…)`"));
            }
            (_, Some(window)) => self.check_window(call, name, window),
            _ => {}
        }
    }

    /// The words behind and before the values.
    fn check_words(
        &mut self,
        call: &Call,
        name: &str,
        kind: FunctionKind,
        window: Option<&Window>,
    ) {
        let what = match kind {
            FunctionKind::Scalar => "is no aggregate, and takes no",
            FunctionKind::Window => "is a window function, and takes no",
            FunctionKind::Aggregate if window.is_some() => "with `OVER` takes no",
            FunctionKind::Aggregate => "takes no",
        };
        let gathers = kind == FunctionKind::Aggregate && window.is_none();
        let help = |own: &'static str| match (kind, window) {
            (FunctionKind::Window, _) | (FunctionKind::Aggregate, Some(_)) => {
                "say it in the window: `OVER (PARTITION BY … ORDER BY …)`"
            }
            _ => own,
        };
        let ordering = "only ARRAY_AGG, STRING_AGG and ARRAY_CONCAT_AGG take it";
        let is_ordered = gathers && ORDERED.contains(&name);
        let mut wrong: Vec<(&str, Span, &str)> = Vec::new();
        if call.distinct && (kind != FunctionKind::Aggregate || WITHOUT_DISTINCT.contains(&name)) {
            wrong.push(("DISTINCT", call.span, "`SELECT DISTINCT` takes rows once"));
        }
        if call.nulls.is_some() && !WITH_NULLS.contains(&name) {
            let words = "IGNORE NULLS or RESPECT NULLS";
            let help = match kind {
                FunctionKind::Window => "only FIRST_VALUE, LAST_VALUE and NTH_VALUE take it",
                _ => "most aggregates leave NULLs out by themselves",
            };
            wrong.push((words, call.span, help));
        }
        if let Some(having) = call.having.as_ref().filter(|_| !gathers) {
            let words = if having.is_max { "HAVING MAX" } else { "HAVING MIN" };
            wrong.push((words, having.by.span, help("only aggregates take it")));
        }
        if let Some(key) = call.order_by.first().filter(|_| !is_ordered) {
            wrong.push(("ORDER BY", key.key.span, help(ordering)));
        }
        if let Some(limit) = call.limit.as_ref().filter(|_| !is_ordered) {
            wrong.push(("LIMIT", limit.span, help(ordering)));
        }
        for (words, span, help) in wrong {
            let message = format!("`{name}` {what} {words}");
            self.problem(Problem::at("misplaced-clause", message, span).help(help));
        }
    }

    fn check_window(&mut self, call: &Call, name: &str, window: &Window) {
        if name == "GROUPING" {
            let message = "`GROUPING` takes no window";
            let problem = Problem::at("misplaced-window", message, call.span);
            self.problem(problem.help("leave `OVER` out"));
        }
        match window.order {
            None if NEEDS_ORDER.contains(&name) => {
                let message = format!("the window of `{name}` needs an ORDER BY");
                let problem = Problem::at("misplaced-window", message, call.span);
                self.problem(problem.help("say in which order: `OVER (… ORDER BY …)`"));
            }
            Some(order) if WITHOUT_ORDER.contains(&name) => {
                let message = format!("the window of `{name}` takes no ORDER BY");
                self.problem(Problem::at("misplaced-clause", message, order));
            }
            Some(order) if call.distinct => {
                let message = format!("`{name}(DISTINCT …)` takes no ORDER BY in its window");
                self.problem(Problem::at("misplaced-clause", message, order));
            }
            _ => {}
        }
        if let Some(frame) = window.frame.filter(|_| WITHOUT_FRAME.contains(&name)) {
            let message = format!("the window of `{name}` takes no frame");
            let problem = Problem::at("misplaced-clause", message, frame);
            self.problem(problem.help("leave `ROWS …` or `RANGE …` out"));
        }
    }

    /// Whether the names that arguments are given by are the function's; what is not is told.
    pub(super) fn check_names(&mut self, call: &Call, name: &str, known: &Function) -> bool {
        let mut names: Vec<&str> = Vec::new();
        for parameter in known.signatures.iter().flat_map(|signature| &signature.parameters) {
            names.extend(parameter.name.filter(|name| !names.contains(name)));
        }
        let before = self.problems.len();
        let mut given: Vec<&str> = Vec::new();
        for argument in &call.arguments {
            let Some(written) = &argument.name else {
                if !given.is_empty() {
                    let message = "a value without a name behind one with";
                    let span = argument.value.span;
                    let help = "give those with a name last";
                    self.problem(Problem::at("wrong-arguments", message, span).help(help));
                }
                continue;
            };
            if given.iter().any(|name| written.is(name)) {
                let message = format!("`{name}` is given `{written}` twice");
                self.problem(Problem::at("wrong-arguments", message, written.span));
            }
            given.push(&written.value);
            if known.takes_any_name() || names.iter().any(|name| written.is(name)) {
                continue;
            }
            let message = format!("`{name}` has no argument that is named `{written}`");
            let help = did_you_mean(&written.value, names.iter().copied()).or_else(|| {
                let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                match listed.as_slice() {
                    [] => Some("give its arguments without names".to_owned()),
                    listed => Some(format!("it has {}", listed.join(", "))),
                }
            });
            let problem = Problem::at("unknown-argument", message, written.span);
            self.problem(problem.maybe_help(help));
        }
        self.problems.len() == before
    }
}
