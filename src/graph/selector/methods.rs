//! What each selector method matches.

use std::cmp::Ordering;

use serde_json::Value;

use super::{
    glob::glob_matches,
    members::Member,
    spec::{Criterion, Method},
};
use crate::{
    diagnostic::Diagnostic,
    manifest::{Node, ResourceType, config_defaults},
};

/// Whether a member matches.
pub type Matcher<'a> = Box<dyn Fn(Member<'_>) -> bool + 'a>;

/// A criterion made ready to ask of each member. `project` is what `package:this` means. Paths are
/// looked for in the root project, as in dbt: `is_in_root` tells those that it has, and a package's
/// file of the same path is meant too.
pub fn matcher<'a>(
    criterion: &'a Criterion,
    project: &'a str,
    is_in_root: &'a dyn Fn(&str) -> bool,
) -> Result<Matcher<'a>, Box<Diagnostic>> {
    let value = criterion.value.as_str();
    let invalid = |message: String, help: &str| {
        let diagnostic = Diagnostic::error("invalid-selector", message);
        Box::new(diagnostic.at(criterion.value_span.clone(), "").help(help))
    };
    Ok(match criterion.method {
        Method::Fqn if value == "*" => {
            Box::new(|member| member.resource_type() != ResourceType::Source)
        }
        Method::Fqn => Box::new(move |member| {
            let fqn = member.fqn();
            member.resource_type() != ResourceType::Source
                && (name_matches(fqn, value, member.is_versioned())
                    || name_matches(fqn.get(1..).unwrap_or_default(), value, member.is_versioned()))
        }),
        Method::Tag => Box::new(move |member| match member.config().get("tags") {
            Some(Value::String(tag)) => glob_matches(value, tag),
            Some(Value::Array(tags)) => {
                tags.iter().filter_map(Value::as_str).any(|tag| glob_matches(value, tag))
            }
            _ => false,
        }),
        Method::Group => Box::new(move |member| {
            matches!(member, Member::Node(node)
                if node.group.as_deref().is_some_and(|group| glob_matches(value, group)))
        }),
        Method::Access if !["private", "protected", "public"].contains(&value) => {
            return Err(invalid(
                format!("no access level `{value}`"),
                "the levels are private, protected and public",
            ));
        }
        Method::Access => {
            Box::new(move |member| model(member).is_some_and(|node| node.access.as_str() == value))
        }
        Method::Source => {
            let parts: Vec<&str> = value.split('.').collect();
            let (package, source, table) = match parts.as_slice() {
                [source] => ("*", *source, "*"),
                [source, table] => ("*", *source, *table),
                [package, source, table] => (*package, *source, *table),
                _ => {
                    return Err(invalid(
                        format!("`{value}` names no source"),
                        "write `source:name`, `source:name.table` or `source:package.name.table`",
                    ));
                }
            };
            Box::new(move |member| {
                matches!(member, Member::Source(one)
                    if glob_matches(package, &one.package)
                        && glob_matches(source, &one.source_name)
                        && glob_matches(table, &one.name))
            })
        }
        Method::Exposure | Method::UnitTest => {
            let kind = criterion.method;
            let parts: Vec<&str> = value.split('.').collect();
            let (package, name) = match parts.as_slice() {
                [name] => ("*", *name),
                [package, name] => (*package, *name),
                _ => {
                    let method = kind.as_str();
                    return Err(invalid(
                        format!("`{value}` has too many dots for `{method}`"),
                        "write the name, or the package, a dot and the name",
                    ));
                }
            };
            Box::new(move |member| {
                let right_kind = match member {
                    Member::Exposure(_) => kind == Method::Exposure,
                    Member::UnitTest(_) => kind == Method::UnitTest,
                    _ => false,
                };
                right_kind
                    && glob_matches(package, member.package())
                    && glob_matches(name, member.name())
            })
        }
        Method::Path => {
            let mut pattern: Vec<&str> = path_parts(value);
            // Two in a row mean what one means, and cost much more.
            pattern.dedup_by(|a, b| a == b && *a == "**");
            Box::new(move |member| {
                let own = path_parts(member.original_file_path());
                let matches = |parts: &[&str]| {
                    path_matches(&pattern, parts)
                        && (member.package() == project || is_in_root(&parts.join("/")))
                };
                (1..=own.len()).any(|length| matches(&own[..length]))
                    || member.properties_path().is_some_and(|path| matches(&path_parts(path)))
            })
        }
        Method::File => Box::new(move |member| {
            let path = member.original_file_path();
            let name = path.rsplit('/').next().unwrap_or(path);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            glob_matches(value, name) || glob_matches(value, stem)
        }),
        Method::Package => {
            let value = if value == "this" { project } else { value };
            Box::new(move |member| glob_matches(value, member.package()))
        }
        Method::Config => {
            Box::new(move |member| config_matches(member, &criterion.arguments, value))
        }
        Method::TestName => Box::new(move |member| match member {
            Member::Node(node) => node
                .test
                .as_ref()
                .and_then(|test| test.generic.as_ref())
                .is_some_and(|generic| glob_matches(value, &generic.name)),
            Member::UnitTest(test) => glob_matches(value, &test.name),
            _ => false,
        }),
        Method::TestType => {
            let (generic, singular, unit) = match value {
                "generic" | "schema" => (true, false, false),
                "singular" => (false, true, false),
                "data" => (true, true, false),
                "unit" => (false, false, true),
                _ => {
                    return Err(invalid(
                        format!("no test type `{value}`"),
                        "the types are unit, data, generic and singular",
                    ));
                }
            };
            Box::new(move |member| match member {
                Member::UnitTest(_) => unit,
                Member::Node(node) if node.resource_type == ResourceType::Test => {
                    let is_generic = node.test.as_ref().is_some_and(|test| test.generic.is_some());
                    if is_generic { generic } else { singular }
                }
                _ => false,
            })
        }
        Method::ResourceType => {
            let mut known = super::resource_types::SELECTABLE.to_vec();
            known.push(ResourceType::Operation);
            let Some(kind) = known.iter().copied().find(|kind| kind.as_str() == value) else {
                let names: Vec<&str> = known.iter().map(|kind| kind.as_str()).collect();
                return Err(invalid(
                    format!("no resource type `{value}`"),
                    &format!("the types are {}", names.join(", ")),
                ));
            };
            Box::new(move |member| member.resource_type() == kind)
        }
        Method::Version => {
            if !["latest", "old", "prerelease", "none"].contains(&value) {
                return Err(invalid(
                    format!("no version kind `{value}`"),
                    "the kinds are latest, old, prerelease and none",
                ));
            }
            Box::new(move |member| model(member).is_some_and(|node| version_matches(node, value)))
        }
        // These ask others than the member; `evaluate` does.
        Method::Selector | Method::State | Method::Result | Method::SourceStatus => {
            Box::new(|_| false)
        }
    })
}

fn model(member: Member<'_>) -> Option<&Node> {
    match member {
        Member::Node(node) if node.resource_type == ResourceType::Model => Some(node),
        _ => None,
    }
}

/// dbt's rule for names: the last segment alone, or leading segments up to where a wildcard starts.
fn name_matches(fqn: &[String], selector: &str, versioned: bool) -> bool {
    let [.., last] = fqn else { return false };
    let before_last = fqn.len().checked_sub(2).map(|at| fqn[at].as_str());
    if versioned {
        if before_last == Some(selector) {
            return true;
        }
        // A version may be named with a dot or an underscore (`orders.v2`, `orders_v2`).
        let (head, tail) = selector
            .rsplit_once('.')
            .map_or(("", selector), |(head, tail)| (head.rsplit('.').next().unwrap_or(head), tail));
        let joined = before_last.map(|name| format!("{name}_{last}"));
        let wanted = if head.is_empty() { tail.to_owned() } else { format!("{head}_{tail}") };
        if joined.is_some_and(|joined| joined == wanted) {
            return true;
        }
    } else if last == selector {
        return true;
    }
    let mut have = fqn.iter().flat_map(|segment| segment.split('.'));
    let want = selector.split('.');
    let wanted = selector.bytes().filter(|byte| *byte == b'.').count() + 1;
    let present: usize =
        fqn.iter().map(|segment| segment.bytes().filter(|byte| *byte == b'.').count() + 1).sum();
    if present < wanted {
        return false;
    }
    let mut consumed = 0;
    for part in want {
        if part.contains(['*', '?', '[', ']']) {
            let rest = have.collect::<Vec<_>>().join(".");
            if glob_matches(&selector[consumed..], &rest) {
                return true;
            }
            let leaf = if versioned { before_last.unwrap_or(last) } else { last };
            return !selector.contains('.') && glob_matches(selector, leaf);
        }
        if have.next() != Some(part) {
            return false;
        }
        consumed += part.len() + 1;
    }
    true
}

/// A path's components, without `.` and empty ones.
fn path_parts(path: &str) -> Vec<&str> {
    path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect()
}

/// Whether a path matches: `**` is any folders, other wildcards stay within a component.
fn path_matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        // At the end `**` is the folder itself and everything below it.
        (["**"], _) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|skip| path_matches(rest, &path[skip..])),
        ([first, rest @ ..], [name, below @ ..]) => {
            glob_matches(first, name) && path_matches(rest, below)
        }
        _ => false,
    }
}

fn config_matches(member: Member<'_>, keys: &[String], wanted: &str) -> bool {
    let configurable = matches!(member, Member::Node(_) | Member::Source(_));
    let Some(first) = keys.first().filter(|_| configurable) else { return false };
    let default;
    let mut value = match member.config().get(first) {
        Some(value) => value,
        None => match default_config(member.resource_type(), first) {
            Some(value) => {
                default = value;
                &default
            }
            None => return false,
        },
    };
    for key in &keys[1..] {
        match value.get(key) {
            Some(inner) => value = inner,
            None => return false,
        }
    }
    let fold = keys == ["severity"];
    let same = |value: &Value| match value {
        Value::String(text) if fold => text.eq_ignore_ascii_case(wanted),
        Value::String(text) => text == wanted,
        Value::Bool(flag) => wanted.eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
        Value::Number(number) => number.to_string() == wanted,
        _ => false,
    };
    match value {
        Value::Array(items) => items.iter().any(same),
        value => same(value),
    }
}

/// What dbt takes where a key is not configured.
fn default_config(kind: ResourceType, key: &str) -> Option<Value> {
    let (_, text) = config_defaults(kind).find(|(known, _)| *known == key)?;
    // As in dbt, a number is no text that could be asked for.
    serde_json::from_str(text).ok().filter(|value: &Value| !value.is_number())
}

fn version_matches(node: &Node, kind: &str) -> bool {
    let order = match (&node.version, &node.latest_version) {
        (Some(version), Some(latest)) => Some(compare_versions(version, latest)),
        _ => None,
    };
    match kind {
        "latest" => order == Some(Ordering::Equal),
        "old" => order == Some(Ordering::Less),
        "prerelease" => order == Some(Ordering::Greater),
        _ => node.version.is_none(),
    }
}

/// Numbers by value, anything else by text.
fn compare_versions(left: &str, right: &str) -> Ordering {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.total_cmp(&right),
        _ => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fqn(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn names_match_as_in_dbt() {
        for (path, selector, versioned, expected) in [
            ("shop/silver/orders", "orders", false, true),
            ("shop/silver/orders", "silver", false, false),
            ("shop/silver/orders", "shop.silver", false, true),
            ("shop/silver/orders", "shop.silver.orders", false, true),
            ("shop/silver/orders", "shop.silver.*", false, true),
            ("shop/silver/orders", "shop.*", false, true),
            ("shop/silver/orders", "shop.*.orders", false, true),
            ("shop/silver/orders", "ord*", false, true),
            ("shop/silver/orders", "*ers", false, true),
            ("shop/silver/orders", "shop.silver.orders.more", false, false),
            ("shop/silver/orders/v2", "orders", true, true),
            ("shop/silver/orders/v2", "orders.v2", true, true),
            ("shop/silver/orders/v2", "orders_v2", true, true),
            ("shop/silver/orders/v2", "orders_v1", true, false),
            ("shop/silver/orders/v2", "ord*", true, true),
            ("shop/silver/orders/v2", "v2", true, false),
            ("shop/a.b", "a.b", false, true),
        ] {
            assert_eq!(
                name_matches(&fqn(path), selector, versioned),
                expected,
                "{selector} {path}"
            );
        }
    }

    #[test]
    fn double_stars_cross_folders_and_single_ones_do_not() {
        let path = ["models", "silver", "orders.sql"];
        let matches = |pattern: &str| path_matches(&path_parts(pattern), &path);
        assert!(matches("models/silver/orders.sql"));
        assert!(matches("models/**/*.sql"));
        assert!(matches("models/**"));
        assert!(!matches("models/*.sql"));
        assert!(!matches("models/silver"));
    }
}
