//! The queries of a set operation with the same types: what the engine would not bring together as
//! GoogleSQL does is converted first
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion>).

use super::{
    ast::{Body, ExprKind, SelectItem},
    bignumerics::mixes_bignumeric,
    queries::names_differ,
    scope::Columns,
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// One side, with what it has to convert to stand beside the other: texts written out become
    /// dates and moments, structs take the field names of the left side.
    pub fn aligned(
        &mut self,
        text: String,
        columns: Columns,
        other: &Columns,
        body: &Body,
        is_right: bool,
    ) -> (String, Columns) {
        if !columns.complete || !other.complete || columns.columns.len() != other.columns.len() {
            return (text, columns);
        }
        let target = |at: usize| {
            let (own, beside) = (&columns.columns[at].1, &other.columns[at].1);
            let is_moment =
                matches!(beside, Type::Date | Type::DateTime | Type::Timestamp | Type::Time);
            if *own == Type::String && is_moment && is_text(body, at) {
                return Some(beside.clone());
            }
            let common = own.common(beside);
            if mixes_bignumeric(own, &common) {
                return Some(common);
            }
            let renames = is_right && names_differ(own, beside) && own.is_known();
            let fits = beside.is_known() && !own.clashes(beside);
            (renames && fits).then(|| beside.clone())
        };
        let targets: Vec<Option<Type>> = (0..columns.columns.len()).map(target).collect();
        self.converted(text, columns, targets)
    }

    /// A query whose rows go into columns of these types: BIGNUMERICs for a column of another type of
    /// numbers are converted, and other numbers for a column of BIGNUMERIC.
    pub fn beside_bignumerics(
        &mut self,
        text: String,
        columns: Columns,
        kinds: Vec<Type>,
    ) -> (String, Columns) {
        if !columns.complete || columns.columns.len() != kinds.len() {
            return (text, columns);
        }
        let widens = |(own, target): (&Type, Type)| {
            (mixes_bignumeric(own, &target) && own.common(&target) == target).then_some(target)
        };
        let own = columns.columns.iter().map(|(_, kind)| kind);
        let targets = own.zip(kinds).map(widens).collect();
        self.converted(text, columns, targets)
    }

    /// A query with some of its columns converted.
    fn converted(
        &mut self,
        text: String,
        columns: Columns,
        targets: Vec<Option<Type>>,
    ) -> (String, Columns) {
        if targets.iter().all(Option::is_none) {
            return (text, columns);
        }
        let side = self.fresh("side");
        let mut items = Vec::new();
        let mut names = Vec::new();
        let mut converted = Vec::new();
        for (at, ((name, kind), target)) in columns.columns.iter().zip(targets).enumerate() {
            let column = quote(&format!("{side}_{at}"));
            let shown =
                if name.is_empty() { String::new() } else { format!(" AS {}", quote(name)) };
            let value = Typed::new(column.as_str(), kind.clone());
            items.push(match &target {
                Some(target) => format!("{}{shown}", self.convert(&value, target, false)),
                None => format!("{column}{shown}"),
            });
            converted.push((name.clone(), target.unwrap_or_else(|| kind.clone())));
            names.push(column);
        }
        let text =
            format!("SELECT {} FROM ({text}) AS {side} ({})", items.join(", "), names.join(", "));
        (text, Columns { columns: converted, ..columns })
    }
}

/// Whether a column is a text written out in each SELECT of a query.
fn is_text(body: &Body, at: usize) -> bool {
    match body {
        Body::Select(select) => {
            let has_star = select.items.iter().any(|item| matches!(item, SelectItem::Star(_)));
            let item = select.items.get(at).filter(|_| !has_star);
            item.is_some_and(|item| match item {
                SelectItem::Expr(value, _) => matches!(value.bare().kind, ExprKind::Text(_)),
                SelectItem::Star(_) => false,
            })
        }
        Body::Query(query) => query.pipes.is_empty() && is_text(&query.body, at),
        Body::Set(operation) => is_text(&operation.left, at) && is_text(&operation.right, at),
        Body::From(..) => false,
    }
}
