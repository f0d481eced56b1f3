//! Set operations that bring columns together by name: BY NAME and CORRESPONDING
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#by_name_or_corresponding>).
//!
//! The parser does not know them. Before it reads, `a UNION ALL BY NAME b` becomes `a UNION ALL
//! VALUES (mark, mode, columns…) UNION ALL b`; the middle is no query anyone writes.

use sqlparser::{
    ast::{Expr, SetExpr, Value, Values},
    tokenizer::{Span, Token, TokenWithSpan},
};

use super::{
    SqlError,
    scope::{Columns, field},
    translate::Translator,
    types::{Type, quote},
};

/// What no text of a user's is.
const MARK: &str = "\u{f8ff}by name";

/// Rewrites the operators.
///
/// # Errors
/// Lists of columns that cannot be read.
pub fn by_name(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>, SqlError> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        match operator_at(&tokens, at)? {
            Some(operator) => {
                // FULL, LEFT and their like stand before the operator.
                let prefix = take_prefix(&mut out);
                let mode = match (prefix.as_deref(), operator.strict, operator.corresponding) {
                    (None, false, false) | (None, true, _) => "STRICT",
                    (None, false, true) | (Some("INNER"), false, _) => "INNER",
                    (Some(prefix), false, _) => prefix,
                    (Some(_), true, _) => {
                        let message = "STRICT takes no FULL, LEFT or INNER";
                        return Err(SqlError::at("sql-syntax", message, tokens[at].span));
                    }
                };
                let span = tokens[at].span;
                out.extend_from_slice(&tokens[at..operator.quantifier_end]);
                let mut push = |token| out.push(TokenWithSpan::new(token, span));
                push(Token::Whitespace(sqlparser::tokenizer::Whitespace::Space));
                push(Token::make_word("VALUES", None));
                push(Token::LParen);
                push(Token::SingleQuotedString(MARK.to_owned()));
                for text in std::iter::once(mode.to_owned()).chain(operator.columns) {
                    push(Token::Comma);
                    push(Token::SingleQuotedString(text));
                }
                push(Token::RParen);
                push(Token::Whitespace(sqlparser::tokenizer::Whitespace::Space));
                out.extend_from_slice(&tokens[at..operator.quantifier_end]);
                at = operator.end;
            }
            None => {
                out.push(tokens[at].clone());
                at += 1;
            }
        }
    }
    Ok(out)
}

struct Operator {
    /// After ALL or DISTINCT.
    quantifier_end: usize,
    strict: bool,
    corresponding: bool,
    columns: Vec<String>,
    end: usize,
}

fn operator_at(tokens: &[TokenWithSpan], at: usize) -> Result<Option<Operator>, SqlError> {
    if !is_one_of(&tokens[at].token, &["UNION", "INTERSECT", "EXCEPT"]) {
        return Ok(None);
    }
    let next = |from: usize| {
        (from..tokens.len()).find(|at| !matches!(tokens[*at].token, Token::Whitespace(_)))
    };
    let is_word =
        |at: Option<usize>, word: &str| at.is_some_and(|at| is_one_of(&tokens[at].token, &[word]));
    let quantifier = next(at + 1);
    if !is_word(quantifier, "ALL") && !is_word(quantifier, "DISTINCT") {
        return Ok(None);
    }
    let quantifier_end = quantifier.unwrap_or(at) + 1;
    let mut place = next(quantifier_end);
    let strict = is_word(place, "STRICT");
    if strict {
        place = next(place.unwrap_or(at) + 1);
    }
    let corresponding = is_word(place, "CORRESPONDING");
    if !corresponding {
        if !is_word(place, "BY") {
            return Ok(None);
        }
        place = next(place.unwrap_or(at) + 1);
        if !is_word(place, "NAME") {
            return Ok(None);
        }
    }
    let mut end = place.unwrap_or(at) + 1;
    let mut columns = Vec::new();
    let list = next(end);
    if is_word(list, if corresponding { "BY" } else { "ON" }) {
        let mut place = next(list.unwrap_or(end) + 1);
        let wrong = || {
            SqlError::at("sql-syntax", "expected a list of columns in parentheses", tokens[at].span)
        };
        if place.is_none_or(|at| tokens[at].token != Token::LParen) {
            return Err(wrong());
        }
        loop {
            let name = next(place.ok_or_else(wrong)? + 1).ok_or_else(wrong)?;
            let Token::Word(word) = &tokens[name].token else { return Err(wrong()) };
            columns.push(word.value.clone());
            place = next(name + 1);
            match place.map(|at| &tokens[at].token) {
                Some(Token::Comma) => {}
                Some(Token::RParen) => break,
                _ => return Err(wrong()),
            }
        }
        end = place.ok_or_else(wrong)? + 1;
    }
    Ok(Some(Operator { quantifier_end, strict, corresponding, columns, end }))
}

/// Takes `FULL [OUTER]`, `LEFT [OUTER]`, `OUTER` or `INNER` from the end.
fn take_prefix(out: &mut Vec<TokenWithSpan>) -> Option<String> {
    let last = |out: &[TokenWithSpan]| {
        out.iter().rposition(|token| !matches!(token.token, Token::Whitespace(_)))
    };
    let mut at = last(out)?;
    let mut found = None;
    if is_one_of(&out[at].token, &["OUTER"]) {
        found = Some("FULL".to_owned());
        out.truncate(at);
        at = last(out)?;
    }
    for prefix in ["FULL", "LEFT", "INNER"] {
        if is_one_of(&out[at].token, &[prefix]) {
            out.truncate(at);
            return Some(prefix.to_owned());
        }
    }
    found
}

fn is_one_of(token: &Token, words: &[&str]) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none()
        && words.iter().any(|name| word.value.eq_ignore_ascii_case(name)))
}

/// How columns are brought together.
#[derive(Clone, Debug)]
pub(super) struct Matching {
    mode: String,
    columns: Vec<String>,
}

/// What a mark says.
pub(super) fn matching(body: &SetExpr) -> Option<Matching> {
    let SetExpr::Values(Values { rows, .. }) = body else { return None };
    let [row] = rows.as_slice() else { return None };
    let mut texts = row.content.iter().map(|cell| match cell {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => text.clone(),
            _ => String::new(),
        },
        _ => String::new(),
    });
    if texts.next()? != MARK {
        return None;
    }
    Some(Matching { mode: texts.next()?, columns: texts.collect() })
}

impl Translator<'_> {
    /// Both sides with the same columns in the same order.
    pub fn matched(
        &mut self,
        (left_text, left): (String, Columns),
        (right_text, right): (String, Columns),
        matching: &Matching,
        place: &SetExpr,
    ) -> [(String, Columns); 2] {
        let span = sqlparser::ast::Spanned::span(place);
        if let Err((code, message)) = check(&left, &right, matching) {
            self.errors.push(SqlError::at(code, message, Span::new(span.start, span.end)));
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
        return matching.columns.clone();
    }
    let mut names: Vec<String> = left.columns.iter().map(|(name, _)| name.clone()).collect();
    match matching.mode.as_str() {
        "INNER" => names.retain(|name| field(&right.columns, name).is_some()),
        "FULL" => {
            let more = right.columns.iter().map(|(name, _)| name);
            let more = more.filter(|name| field(&left.columns, name).is_none());
            names.extend(more.cloned());
        }
        _ => {}
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
    for columns in [left, right] {
        for (at, (name, _)) in columns.columns.iter().enumerate() {
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
    let listed = &matching.columns;
    for (at, name) in listed.iter().enumerate() {
        if listed[..at].iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return wrong(format!("column `{name}` is listed twice"));
        }
        let is_there = match matching.mode.as_str() {
            "LEFT" => has(left, name),
            "FULL" => has(left, name) || has(right, name),
            _ => both(name),
        };
        if !is_there {
            return wrong(format!("column `{name}` is not in the queries that should have it"));
        }
    }
    let mut all = left.columns.iter().chain(&right.columns).map(|(name, _)| name);
    if matching.mode == "STRICT" {
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
    } else if listed.is_empty() && matching.mode != "FULL" && !all.any(|name| both(name)) {
        return wrong("the queries have no column in common".to_owned());
    }
    Ok(())
}
