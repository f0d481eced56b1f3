//! LIKE, of one pattern and of several
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#like_operator_quantified>).

use super::{
    ast::{Expr, Patterns},
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `value [NOT] LIKE pattern`, `… LIKE {ANY | SOME | ALL} patterns`.
    pub fn like(
        &mut self,
        value: &Expr,
        patterns: &Patterns,
        negated: bool,
        place: &Expr,
    ) -> Typed {
        if let Patterns::One(pattern) = patterns
            && let Some(refused) = self.refuse_bare_null("LIKE", [value, pattern.as_ref()])
        {
            return refused;
        }
        let typed = self.expression(value);
        let sql = match patterns {
            Patterns::One(pattern) => {
                let pattern = self.expression(pattern);
                if self.refuse_unlike(&typed, &pattern.kind, place) {
                    return Typed::new("NULL", Type::Bool);
                }
                like(&typed, &pattern, negated)
            }
            Patterns::List(all, patterns) => {
                let patterns: Vec<Typed> =
                    patterns.iter().map(|one| self.expression(one)).collect();
                if patterns.iter().any(|one| self.refuse_unlike(&typed, &one.kind, place)) {
                    return Typed::new("NULL", Type::Bool);
                }
                let join = if *all { " AND " } else { " OR " };
                self.bind(&[&typed], |names| {
                    let value = Typed::new(names[0].as_str(), typed.kind.clone());
                    let parts: Vec<String> =
                        patterns.iter().map(|one| like(&value, one, negated)).collect();
                    format!("({})", parts.join(join))
                })
            }
            Patterns::Array(all, array) => {
                let array = self.expression(array);
                let element = match &array.kind {
                    Type::Array(element) => element.as_ref().clone(),
                    _ => Type::Unknown,
                };
                self.like_elements(&typed, &array, element, (*all, negated), place)
            }
            Patterns::Query(all, query) => {
                let (text, columns) = self.query(query);
                if columns.complete && columns.columns.len() != 1 {
                    let message = "LIKE takes a query of one column";
                    return self.refuse("sql-syntax", message, query.as_ref(), None);
                }
                let element = columns.columns.first().map(|(_, kind)| kind.clone());
                let array = Typed::new(format!("ARRAY({text})"), Type::Unknown);
                let element = element.unwrap_or_default();
                self.like_elements(&typed, &array, element, (*all, negated), place)
            }
        };
        Typed::new(sql, Type::Bool)
    }

    /// LIKE of all or any patterns of an array; none of no patterns is like, all of none are.
    fn like_elements(
        &mut self,
        value: &Typed,
        array: &Typed,
        element: Type,
        (all, negated): (bool, bool),
        place: &Expr,
    ) -> String {
        if self.refuse_unlike(value, &element, place) {
            return "NULL".to_owned();
        }
        let (each, answers) = (self.fresh("e"), self.fresh("f"));
        self.bind(&[value, array], |names| {
            let pattern = Typed::new(each.as_str(), element);
            let value = Typed::new(names[0].as_str(), value.kind.clone());
            let like = like(&value, &pattern, negated);
            let list = format!("list_transform(COALESCE({}, []), lambda {each}: {like})", names[1]);
            let (settles, otherwise) = if all { ("FALSE", "TRUE") } else { ("TRUE", "FALSE") };
            format!(
                "list_transform([{list}], lambda {answers}: CASE WHEN list_contains({answers}, {settles}) THEN {settles} WHEN len({answers}) > list_count({answers}) THEN NULL ELSE {otherwise} END)[1]"
            )
        })
    }

    /// Refuses what is no text like a text, nor bytes like bytes.
    fn refuse_unlike(&mut self, value: &Typed, pattern: &Type, place: &Expr) -> bool {
        let fits =
            |kind: &Type| matches!(kind, Type::String | Type::Bytes | Type::Null | Type::Unknown);
        let wrong = !fits(&value.kind) || !fits(pattern) || value.kind.clashes(pattern);
        if wrong {
            let message = format!("no {} LIKE {}", value.kind.google(), pattern.google());
            self.refuse("wrong-type", message, place, None);
        }
        wrong
    }
}

/// GoogleSQL escapes with a backslash.
fn like(value: &Typed, pattern: &Typed, negated: bool) -> String {
    let not = if negated { "NOT " } else { "" };
    let of_bytes = [&value.kind, &pattern.kind].contains(&&Type::Bytes);
    let (value, sql) = (&value.sql, &pattern.sql);
    match pattern.kind {
        _ if of_bytes => format!("({not}googlesql_like_bytes({value}, {sql}))"),
        Type::Null => format!("({value} {not}LIKE CAST({sql} AS VARCHAR) ESCAPE '\\')"),
        _ => format!("({value} {not}LIKE {sql} ESCAPE '\\')"),
    }
}
