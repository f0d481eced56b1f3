//! LIKE, of one pattern and of several
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#like_operator_quantified>).

use sqlparser::ast::Expr;

use super::{
    functions::arguments,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `value [NOT] LIKE pattern`, `… LIKE {ANY | SOME | ALL} (patterns)`.
    pub fn like(
        &mut self,
        value: &Expr,
        pattern: &Expr,
        any: bool,
        negated: bool,
        place: &Expr,
    ) -> Typed {
        if !any && let Some(refused) = self.refuse_bare_null("LIKE", [value, pattern]) {
            return refused;
        }
        let quantified = match pattern {
            Expr::Tuple(patterns) if any => Some((false, patterns.clone())),
            Expr::Nested(pattern) if any => Some((false, vec![pattern.as_ref().clone()])),
            _ if any => None,
            // The parser takes the other two words for functions.
            Expr::Function(call) => {
                let patterns = arguments(call).map(|all| all.into_iter().cloned().collect());
                match (call.name.to_string().to_ascii_uppercase().as_str(), patterns) {
                    ("ALL", Some(patterns)) => Some((true, patterns)),
                    ("SOME", Some(patterns)) => Some((false, patterns)),
                    _ => Some((true, vec![pattern.clone()])),
                }
            }
            pattern => Some((true, vec![pattern.clone()])),
        };
        let Some((all, patterns)) = quantified else {
            let message = "LIKE ANY of what is no list of patterns is not supported";
            let help = "use EXISTS (SELECT … WHERE value LIKE pattern)";
            return self.refuse("unsupported-syntax", message, place, Some(help));
        };
        let value = self.expression(value);
        let patterns: Vec<Typed> = patterns.iter().map(|one| self.expression(one)).collect();
        let not = if negated { "NOT " } else { "" };
        let join = if all { " AND " } else { " OR " };
        // GoogleSQL escapes with a backslash.
        let compare = |value: &str, pattern: &Typed| {
            format!("({value} {not}LIKE {} ESCAPE '\\')", pattern.sql)
        };
        let sql = match patterns.as_slice() {
            [one] => compare(&value.sql, one),
            several => self.bind(&[&value], |names| {
                let parts: Vec<String> =
                    several.iter().map(|pattern| compare(&names[0], pattern)).collect();
                format!("({})", parts.join(join))
            }),
        };
        Typed::new(sql, Type::Bool)
    }
}
