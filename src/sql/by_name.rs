//! Set operations that bring columns together by name: BY NAME and CORRESPONDING
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#by_name_or_corresponding>).

use super::{
    SqlError,
    ast::{Matching, MatchingMode, SetOperation, Spanned},
    scope::{Columns, field},
    translate::Translator,
    types::{Type, quote},
};

impl Translator<'_> {
    /// Both sides with the same columns in the same order.
    pub fn matched(
        &mut self,
        (left_text, left): (String, Columns),
        (right_text, right): (String, Columns),
        matching: &Matching,
        place: &SetOperation,
    ) -> [(String, Columns); 2] {
        if let Err((code, message)) = check(&left, &right, matching) {
            self.errors.push(SqlError::at(code, message, place.span()));
            return [(left_text, left), (right_text, right)];
        }
        let names = names(&left, &right, matching);
        let mut side = |text: &str, own: &Columns, other: &Columns| {
            let mut items = Vec::new();
            let mut columns = Vec::new();
            for name in &names {
                let kind = match field(&own.columns, name) {
                    Some((own_name, kind)) => {
                        items.push(format!("{} AS {}", quote(own_name), quote(name)));
                        kind.clone()
                    }
                    None => {
                        let kind = field(&other.columns, name).map(|(_, kind)| kind.clone());
                        let kind = kind.unwrap_or_default();
                        items.push(match kind.duckdb() {
                            Some(type_name) => {
                                format!("CAST(NULL AS {type_name}) AS {}", quote(name))
                            }
                            None => format!("NULL AS {}", quote(name)),
                        });
                        Type::Null
                    }
                };
                columns.push((name.clone(), kind));
            }
            let alias = self.fresh("side");
            let text = format!("SELECT {} FROM ({text}) AS {alias}", items.join(", "));
            (text, Columns::all(columns))
        };
        [side(&left_text, &left, &right), side(&right_text, &right, &left)]
    }
}

/// The columns of the result in order.
fn names(left: &Columns, right: &Columns, matching: &Matching) -> Vec<String> {
    if !matching.columns.is_empty() {
        return matching.columns.iter().map(|name| name.value.clone()).collect();
    }
    let mut names: Vec<String> = left.columns.iter().map(|(name, _)| name.clone()).collect();
    match matching.mode {
        MatchingMode::Inner => names.retain(|name| field(&right.columns, name).is_some()),
        MatchingMode::Full => {
            let more = right.columns.iter().map(|(name, _)| name);
            let more = more.filter(|name| field(&left.columns, name).is_none());
            names.extend(more.cloned());
        }
        MatchingMode::Strict | MatchingMode::Left => {}
    }
    names
}

fn check(
    left: &Columns,
    right: &Columns,
    matching: &Matching,
) -> Result<(), (&'static str, String)> {
    if !left.complete || !right.complete || left.is_value || right.is_value {
        let message = "BY NAME and CORRESPONDING need queries whose columns are known";
        return Err(("unsupported-syntax", message.to_owned()));
    }
    let is_taken = |name: &str| {
        matching.columns.is_empty()
            || matching.columns.iter().any(|taken| taken.value.eq_ignore_ascii_case(name))
    };
    for columns in [left, right] {
        for (at, (name, _)) in columns.columns.iter().enumerate() {
            if !is_taken(name) {
                continue;
            }
            if columns.columns[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                return Err((
                    "ambiguous-name",
                    format!("`{name}` is the name of more than one column"),
                ));
            }
        }
    }
    let has = |columns: &Columns, name: &str| field(&columns.columns, name).is_some();
    let wrong = |message: String| Err(("sql-syntax", message));
    let both = |name: &str| has(left, name) && has(right, name);
    let listed: Vec<&str> = matching.columns.iter().map(|name| name.value.as_str()).collect();
    for (at, name) in listed.iter().enumerate() {
        if listed[..at].iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return wrong(format!("column `{name}` is listed twice"));
        }
        let is_there = match matching.mode {
            MatchingMode::Left => has(left, name),
            MatchingMode::Full => has(left, name) || has(right, name),
            MatchingMode::Strict | MatchingMode::Inner => both(name),
        };
        if !is_there {
            return wrong(format!("column `{name}` is not in the queries that should have it"));
        }
    }
    let mut all = left.columns.iter().chain(&right.columns).map(|(name, _)| name);
    if matching.mode == MatchingMode::Strict {
        let missing = all.clone().find(|name| !both(name));
        if let Some(name) = missing {
            return wrong(format!("column `{name}` is in one of the queries only"));
        }
        let unlisted = all.find(|name| {
            !listed.is_empty() && !listed.iter().any(|other| other.eq_ignore_ascii_case(name))
        });
        if let Some(name) = unlisted {
            return wrong(format!("column `{name}` is not listed"));
        }
    } else if listed.is_empty()
        && matching.mode != MatchingMode::Full
        && !all.any(|name| both(name))
    {
        return wrong("the queries have no column in common".to_owned());
    }
    Ok(())
}
