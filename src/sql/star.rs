//! `*`, `alias.*` and `struct.*`, with EXCEPT and REPLACE
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#select_list>).

use super::{
    ast::{Expr, ExprKind, Spanned, Star},
    bind::is_plain,
    scope::{Columns, Source, StarPart},
    translate::{Translator, Typed},
    types::{Type, quote},
};
use crate::relation::is_pseudo_column;

/// What a SELECT list has so far.
#[derive(Debug, Default)]
pub(super) struct List {
    /// The engine's SQL of the items.
    pub texts: Vec<String>,
    /// What they give.
    pub columns: Columns,
}

/// EXCEPT and REPLACE, translated.
struct Changes {
    except: Vec<String>,
    replace: Vec<(String, Typed)>,
}

impl Changes {
    fn drops(&self, name: &str) -> bool {
        self.except.iter().any(|dropped| dropped.eq_ignore_ascii_case(name))
    }

    fn replaced(&self, name: &str) -> Option<&Typed> {
        let mut replaced = self.replace.iter();
        replaced.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, typed)| typed)
    }

    fn is_empty(&self) -> bool {
        self.except.is_empty() && self.replace.is_empty()
    }
}

impl List {
    /// A column, unless it is dropped; or what replaces it.
    fn push(&mut self, name: &str, sql: &str, kind: &Type, changes: &Changes) {
        if changes.drops(name) {
            return;
        }
        let (sql, kind) = match changes.replaced(name) {
            Some(typed) => (typed.sql.as_str(), &typed.kind),
            None => (sql, kind),
        };
        self.texts.push(format!("{sql} AS {}", quote(name)));
        self.columns.columns.push((name.to_owned(), kind.clone()));
    }
}

impl Translator<'_> {
    /// `*`.
    pub fn star(&mut self, item: &Star, list: &mut List) {
        let changes = self.changes(item);
        let Some(scope) = self.scopes.last() else { return };
        let (parts, sources) = (scope.star.clone(), scope.sources.clone());
        if sources.is_empty() {
            self.refuse("sql-syntax", "`*` needs a FROM", item, None);
        }
        let merged: Vec<String> = parts
            .iter()
            .filter_map(|part| match part {
                StarPart::Merged(merged) => Some(merged.name.clone()),
                StarPart::Column(_) | StarPart::Source(..) => None,
            })
            .collect();
        let open = || sources.iter().filter(|source| !source.only_by_alias);
        let has_elements = open().any(|source| source.element.is_some());
        let complete = open().all(|source| source.columns.complete);
        let is_piped = parts.iter().any(|part| matches!(part, StarPart::Column(_)));
        let is_whole =
            |part: &StarPart| matches!(part, StarPart::Source(_, without) if without.is_empty());
        if parts.iter().all(is_whole) && !has_elements {
            // The engine's own star is the same.
            let mut all = Columns { complete, ..Columns::default() };
            for source in &sources {
                all.columns.extend(source.columns.columns.iter().cloned());
            }
            self.plain_star("*", &changes, all, list);
            return;
        }
        if !complete && (!changes.is_empty() || sources.len() > 2) {
            if has_elements
                || is_piped
                || merged.iter().any(|name| changes.replaced(name).is_some())
            {
                self.refuse_changes(item);
                return;
            }
            // What a table has is not known: its columns of USING go first, and out of the rest.
            for name in merged.iter().filter(|name| !changes.drops(name)) {
                list.texts.push(quote(name));
                list.columns.columns.push((name.clone(), Type::Unknown));
            }
            let mut except = changes.except.clone();
            for part in &parts {
                if let StarPart::Source(_, without) = part {
                    except.extend(without.iter().filter(|name| is_pseudo_column(name)).cloned());
                }
            }
            except.extend(merged.iter().filter(|name| !changes.drops(name)).cloned());
            let changes = Changes { except, replace: changes.replace };
            self.plain_star("*", &changes, Columns::default(), list);
            return;
        }
        if complete {
            self.refuse_absent(&changes, &parts, &sources, item);
        }
        for part in &parts {
            match part {
                StarPart::Column(column) => {
                    let sql = column.sql.clone().unwrap_or_else(|| quote(&column.name));
                    list.push(&column.name, &sql, &column.kind, &changes);
                }
                StarPart::Merged(merged) => {
                    list.push(&merged.name, &quote(&merged.name), &merged.kind, &changes);
                }
                StarPart::Source(at, without) => {
                    self.source_star(&sources[*at], without, &changes, list);
                }
            }
        }
    }

    /// EXCEPT and REPLACE of what is not there are mistakes.
    fn refuse_absent(
        &mut self,
        changes: &Changes,
        parts: &[StarPart],
        sources: &[Source],
        item: &Star,
    ) {
        let names = changes.except.iter().chain(changes.replace.iter().map(|(name, _)| name));
        for name in names {
            let is_there = parts.iter().any(|part| match part {
                StarPart::Column(merged) | StarPart::Merged(merged) => {
                    merged.name.eq_ignore_ascii_case(name)
                }
                StarPart::Source(at, _) => {
                    let source = &sources[*at];
                    let fields = match &source.element {
                        Some((_, Type::Struct(fields))) => fields.as_slice(),
                        _ => &[],
                    };
                    let mut known = fields.iter().chain(&source.columns.columns);
                    known.any(|(known, _)| known.eq_ignore_ascii_case(name))
                }
            });
            if !is_there {
                let message = format!("`*` has no column `{name}`");
                self.refuse("unknown-column", message, item, None);
            }
        }
    }

    /// `table.*` of one FROM item.
    fn source_star(
        &mut self,
        source: &Source,
        without: &[String],
        changes: &Changes,
        list: &mut List,
    ) {
        let table = quote(&source.table);
        let Some((column, kind)) = &source.element else {
            let is_without =
                |name: &String| without.iter().any(|other| other.eq_ignore_ascii_case(name));
            let known = &source.columns.columns;
            let has = |name: &String| {
                !source.columns.complete
                    || known.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
            };
            let mut except: Vec<String> = without.to_vec();
            except.extend(
                changes.except.iter().filter(|name| has(name) && !is_without(name)).cloned(),
            );
            let replace = changes.replace.iter().filter(|(name, _)| has(name) && !is_without(name));
            let here = Changes { except, replace: replace.cloned().collect() };
            if source.columns.complete && known.iter().all(|(name, _)| here.drops(name)) {
                return;
            }
            if source.only_by_alias {
                for (name, kind) in known {
                    list.push(name, &source.sql_of(name), kind, &here);
                }
                return;
            }
            self.plain_star(&format!("{table}.*"), &here, source.columns.clone(), list);
            return;
        };
        let element = source.sql_of(column);
        match kind {
            Type::Struct(fields) => {
                for (name, kind) in fields {
                    list.push(name, &format!("{element}.{}", quote(name)), kind, changes);
                }
            }
            kind => {
                let name = source.alias.clone().unwrap_or_else(|| {
                    // BigQuery names such columns f0_, f1_, …
                    format!("f{}_", list.columns.columns.len())
                });
                list.columns.complete &= *kind != Type::Unknown;
                if !without.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
                    list.push(&name, &element, kind, changes);
                }
            }
        }
        for (name, kind) in source.columns.columns.iter().skip(1) {
            list.push(name, &source.sql_of(name), kind, changes);
        }
    }

    /// The engine's own star.
    fn plain_star(&mut self, star: &str, changes: &Changes, all: Columns, list: &mut List) {
        let mut text = star.to_owned();
        if !changes.except.is_empty() {
            let names: Vec<String> = changes.except.iter().map(|name| quote(name)).collect();
            text.push_str(&format!(" EXCLUDE ({})", names.join(", ")));
        }
        // What is dropped cannot be replaced too.
        let replace: Vec<String> = changes
            .replace
            .iter()
            .filter(|(name, _)| !changes.drops(name))
            .map(|(name, typed)| format!("{} AS {}", typed.sql, quote(name)))
            .collect();
        if !replace.is_empty() {
            text.push_str(&format!(" REPLACE ({})", replace.join(", ")));
        }
        list.texts.push(text);
        list.columns.complete &= all.complete;
        for (name, kind) in all.columns {
            if !changes.drops(&name) {
                let kind = changes.replaced(&name).map_or(kind, |typed| typed.kind.clone());
                list.columns.columns.push((name, kind));
            }
        }
    }

    /// `alias.*`, `struct.*`.
    pub fn qualified_star(&mut self, of: &Expr, item: &Star, list: &mut List) {
        let changes = self.changes(item);
        if let ExprKind::Path(path) = &of.kind
            && let [alias] = path.as_slice()
            && let Some(source) =
                self.scopes.last().and_then(|scope| scope.source(&alias.value)).cloned()
        {
            if source.columns.complete || source.element.is_some() {
                let parts = [StarPart::Source(0, Vec::new())];
                self.refuse_absent(&changes, &parts, std::slice::from_ref(&source), item);
            }
            // The alias of an array means its elements, not their places.
            let columns = match &source.element {
                Some(_) => Columns::all(source.columns.columns[..1].to_vec()),
                None => source.columns.clone(),
            };
            let hidden = self.hidden(&source);
            self.source_star(&Source { columns, ..source }, &hidden, &changes, list);
            return;
        }
        let value = self.expression(of);
        match &value.kind {
            Type::Struct(fields) if is_plain(&value.sql) => {
                for (name, kind) in fields {
                    list.push(name, &format!("{}.{}", value.sql, quote(name)), kind, &changes);
                }
            }
            Type::Struct(fields) if changes.is_empty() => {
                list.texts.push(format!("unnest({})", value.sql));
                list.columns.columns.extend(fields.iter().cloned());
            }
            Type::Unknown if changes.is_empty() => {
                list.texts.push(format!("unnest({})", value.sql));
                list.columns.complete = false;
            }
            Type::Struct(_) | Type::Unknown => self.refuse_changes(item),
            other => {
                let message = format!("`.*` needs a struct, not {}", other.google());
                self.refuse("wrong-type", message, item, None);
            }
        }
    }

    /// The pseudo columns of a FROM item.
    fn hidden(&self, source: &Source) -> Vec<String> {
        let Some(scope) = self.scopes.last() else { return Vec::new() };
        let own = scope.star.iter().find_map(|part| match part {
            StarPart::Source(at, without) if scope.sources[*at].table == source.table => {
                Some(without)
            }
            _ => None,
        });
        own.into_iter().flatten().filter(|name| is_pseudo_column(name)).cloned().collect()
    }

    fn refuse_changes(&mut self, place: &impl Spanned) {
        let help = "name the columns, or make it a subquery first";
        let message = "EXCEPT and REPLACE are not supported where the columns are not known";
        self.refuse("unsupported-syntax", message, place, Some(help));
    }

    fn changes(&mut self, star: &Star) -> Changes {
        let except = star.except.iter().map(|name| name.value.clone()).collect();
        let mut replace = Vec::new();
        for (value, name) in &star.replace {
            replace.push((name.value.clone(), self.expression(value)));
        }
        Changes { except, replace }
    }
}
