//! GROUP BY.

use super::{
    aggregates::is_aggregate,
    ast::{
        Expr, ExprKind, GroupBy, GroupItem, GroupItemKind, Select, SelectItem, any_expression,
        may_name_columns,
    },
    bind::is_plain,
    scope::Named,
    translate::Translator,
    types::quote,
};

/// A key of grouping sets.
struct SetKey {
    sql: String,
    /// Whether it is an alias or a place of the SELECT list.
    by_name: bool,
}

impl SetKey {
    /// Whether another key stands in this one.
    fn holds(&self, other: &Self) -> bool {
        contains_word(&self.sql, &other.sql)
    }
}

impl Translator<'_> {
    /// ` GROUP BY …`, or nothing.
    pub fn group_by(&mut self, select: &Select) -> String {
        match &select.group_by {
            None => String::new(),
            Some(GroupBy::All) => self.group_by_all(select),
            Some(GroupBy::Items(items)) => {
                let mut keys = Vec::new();
                let texts: Vec<String> =
                    items.iter().map(|item| self.group_item(item, &mut keys)).collect();
                let text = format!(" GROUP BY {}", texts.join(", "));
                let columns = self.separate_keys(&keys, select);
                replaced_keys(&text, &columns)
            }
        }
    }

    /// The items without an aggregate or window function, constants too, which the engine's own
    /// GROUP BY ALL leaves out.
    fn group_by_all(&mut self, select: &Select) -> String {
        let stars = select.items.iter().any(|item| matches!(item, SelectItem::Star(_)));
        let items = self.scopes.last().map(|scope| scope.items.clone()).unwrap_or_default();
        let constants = items.iter().filter(|item| is_constant(&item.sql));
        let constants: Vec<&str> = constants.map(|item| item.sql.as_str()).collect();
        let places = self.scopes.last().map(|scope| scope.places.clone()).unwrap_or_default();
        // Behind GROUP BY ALL the engine takes no QUALIFY, and groups by what HAVING names too.
        if !stars && places.len() == select.items.len() && constants.len() < places.len() {
            let has = |item: &SelectItem, test: &dyn Fn(&Expr) -> bool| match item {
                SelectItem::Expr(expression, _) => {
                    any_expression(expression, &mut |part| test(part))
                }
                SelectItem::Star(_) => false,
            };
            let calls = |part: &Expr| matches!(&part.kind, ExprKind::Call(call) if is_aggregate(&call.function()));
            let counts = |part: &Expr| matches!(&part.kind, ExprKind::Call(call) if call.over.is_none() && is_aggregate(&call.function()));
            // Beside an aggregate, what names no column is no key: there is one group, of no rows too.
            let aggregates = select.items.iter().any(|item| has(item, &counts));
            let is_key = |item: &SelectItem| {
                !has(item, &calls) && (!aggregates || has(item, &may_name_columns))
            };
            let keys = select.items.iter().zip(&places).filter(|(item, _)| is_key(item));
            let keys = keys.map(|(_, sql)| sql.as_str());
            let mut keys: Vec<&str> = keys.filter(|sql| !is_constant(sql)).collect();
            keys.dedup();
            return match keys.is_empty() {
                true => String::new(),
                false => format!(" GROUP BY {}", keys.join(", ")),
            };
        }
        if stars && (select.having.is_some() || select.qualify.is_some()) {
            let message = "GROUP BY ALL of `*` with HAVING or QUALIFY is not supported";
            self.refuse("unsupported-syntax", message, select, Some("name the columns"));
        }
        if stars || constants.len() < select.items.len() {
            return " GROUP BY ALL".to_owned();
        }
        // An expression: the engine takes a bare constant for a place.
        format!(" GROUP BY ({} IS NULL)", constants.join(" IS NULL), ("))
    }

    /// Keys of grouping sets that are parts of one another become columns first. Outside of GROUP BY
    /// an expression over a column that is a key is computed from that column, even where it is a key
    /// itself: only GROUPING means the key then. Gives the columns for the GROUP BY.
    fn separate_keys(&mut self, keys: &[SetKey], select: &Select) -> Vec<(String, String)> {
        let is_part = |part: &SetKey, of: &SetKey| of.sql != part.sql && of.holds(part);
        let is_nested = keys.iter().any(|key| keys.iter().any(|other| is_part(key, other)));
        if !is_nested {
            return Vec::new();
        }
        let over_column =
            |key: &SetKey| keys.iter().any(|other| is_plain(&other.sql) && is_part(other, key));
        let single = select.from.len() == 1
            && select.from[0].joins.is_empty()
            && self.scopes.last().is_some_and(|scope| scope.sources.len() == 1);
        if !single || keys.iter().any(|key| key.by_name && over_column(key)) {
            let message = "grouping sets whose keys contain one another are not supported";
            let help = "compute the keys in a subquery, and group by its columns";
            self.refuse("unsupported-syntax", message, select, Some(help));
            return Vec::new();
        }
        let mut computed: Vec<&SetKey> = keys.iter().filter(|key| !is_plain(&key.sql)).collect();
        computed.sort_by_key(|key| std::cmp::Reverse(key.sql.len()));
        let mut columns: Vec<(String, String)> = Vec::new();
        for key in computed {
            if columns.iter().any(|(known, _)| *known == key.sql) {
                continue;
            }
            let name = self.fresh("key");
            columns.push((key.sql.clone(), quote(&name)));
            let Some(scope) = self.scopes.last_mut() else { continue };
            scope.keys.push(match over_column(key) {
                true => (format!("grouping({})", key.sql), format!("grouping({})", quote(&name))),
                false => (key.sql.clone(), quote(&name)),
            });
            scope.extremes.push((name, key.sql.clone()));
        }
        columns
    }

    /// SQL with the columns that keys have become.
    pub fn with_keys(&self, sql: String) -> String {
        match self.scopes.last() {
            Some(scope) if !scope.keys.is_empty() => replaced_keys(&sql, &scope.keys),
            _ => sql,
        }
    }

    fn group_item(&mut self, item: &GroupItem, keys: &mut Vec<SetKey>) -> String {
        match &item.kind {
            GroupItemKind::Key(key) => match &key.kind {
                ExprKind::Tuple(parts) if parts.is_empty() => "()".to_owned(),
                _ => self.group_key(key),
            },
            GroupItemKind::Nothing => "()".to_owned(),
            _ => self.group_set(item, keys),
        }
    }

    /// An item of grouping sets; `keys` are those of the whole clause so far.
    fn group_set(&mut self, item: &GroupItem, keys: &mut Vec<SetKey>) -> String {
        let (name, texts) = match &item.kind {
            GroupItemKind::Nothing => return "()".to_owned(),
            GroupItemKind::Key(key) => return self.set_key(key, keys),
            GroupItemKind::Rollup(parts) => ("ROLLUP", self.set_keys(parts, keys)),
            GroupItemKind::Cube(parts) => ("CUBE", self.set_keys(parts, keys)),
            GroupItemKind::Sets(items) => {
                let texts = items.iter().map(|item| self.group_set(item, keys)).collect();
                ("GROUPING SETS", texts)
            }
        };
        format!("{name} ({})", texts.join(", "))
    }

    fn set_keys(&mut self, parts: &[Expr], keys: &mut Vec<SetKey>) -> Vec<String> {
        parts.iter().map(|part| self.set_key(part, keys)).collect()
    }

    /// A key of grouping sets, or several in parentheses.
    fn set_key(&mut self, part: &Expr, keys: &mut Vec<SetKey>) -> String {
        if let ExprKind::Tuple(parts) = &part.kind {
            return format!("({})", self.set_keys(parts, keys).join(", "));
        }
        let part = part.bare();
        let by_name = matches!(&part.kind, ExprKind::Number(_))
            || matches!(&part.kind, ExprKind::Path(path) if path.len() == 1);
        let key = match self.placed(part) {
            Some(key) => key,
            None => self.group_key(part),
        };
        if is_plain(&key) && !key.contains('"') {
            let message = "a constant in grouping sets is not supported";
            self.refuse("unsupported-syntax", message, part, Some("name a column"));
        }
        keys.push(SetKey { sql: key.clone(), by_name });
        key
    }

    /// The item that a place in the SELECT list means.
    fn placed(&self, part: &Expr) -> Option<String> {
        let ExprKind::Number(text) = &part.kind else { return None };
        let place: usize = text.parse().ok()?;
        self.scopes.last()?.places.get(place.checked_sub(1)?).cloned()
    }

    /// What a key of GROUP BY is, places too.
    pub fn grouped_value(&mut self, key: &Expr) -> String {
        match self.placed(key.bare()) {
            Some(sql) => sql,
            None => self.group_key(key.bare()),
        }
    }

    /// A key of GROUP BY. An alias of the SELECT list goes before a column of FROM in BigQuery; the
    /// engine has it the other way, so the item's own SQL is written
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#group_by_clause>).
    fn group_key(&mut self, expression: &Expr) -> String {
        if let ExprKind::Path(path) = &expression.kind
            && let [name] = path.as_slice()
        {
            match self.scopes.last().map_or(Named::None, |scope| scope.named(&name.value)) {
                Named::One(item) => return item.sql.clone(),
                Named::Several => {
                    let message = format!("`{name}` is the name of more than one column");
                    self.refuse("ambiguous-name", message, expression, None);
                }
                Named::None => {}
            }
        }
        self.key(expression)
    }

    /// A key of GROUP BY or ORDER BY: a bare number is a column's position.
    pub fn key(&mut self, expression: &Expr) -> String {
        match &expression.kind {
            ExprKind::Number(text) => text.clone(),
            _ => self.expression(expression).sql,
        }
    }
}

/// Whether it is a value that is written out.
fn is_constant(sql: &str) -> bool {
    is_plain(sql) && !sql.contains('"')
}

/// SQL with columns in the place of keys.
fn replaced_keys(sql: &str, keys: &[(String, String)]) -> String {
    let mut text = sql.to_owned();
    for (key, name) in keys {
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(key.as_str()) {
            let end = at + key.len();
            out.push_str(&rest[..at]);
            match is_part(out.chars().next_back()) || is_part(rest[end..].chars().next()) {
                true => out.push_str(key),
                false => out.push_str(name),
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        text = out;
    }
    text
}

/// Whether a key stands inside another one.
fn contains_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}
