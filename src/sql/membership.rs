//! `value IN UNNEST(…)` and `value IN (SELECT …)`
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#in_operators>).

use super::{
    ast::{Expr, ExprKind, Query},
    bignumerics::mixes_bignumeric,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `value [NOT] IN UNNEST(array)`.
    pub fn in_array(&mut self, value: &Expr, array: &Expr, negated: bool) -> Typed {
        if let ExprKind::Array(None, items) = &array.kind
            && !items.is_empty()
        {
            let value = self.expression(value);
            let items: Vec<Typed> = items.iter().map(|item| self.expression(item)).collect();
            return self.is_in(&value, &items, negated, array);
        }
        let (value, mut list) = (self.expression(value), self.expression(array));
        if let Type::Array(element) = &list.kind
            && mixes_bignumeric(&value.kind, element)
        {
            let common = Type::Array(Box::new(value.kind.common(element)));
            list = self.beside_bignumeric(list, &common);
        }
        let element = match &list.kind {
            Type::Array(element) => element.as_ref().clone(),
            _ => Type::Unknown,
        };
        let value = self.coerced(&value, &Typed::new("", element.clone()));
        if let Some(refused) =
            self.refuse_incomparable(&value, [&Typed::new("", element.clone())], array)
        {
            return refused;
        }
        let not = if negated { "NOT " } else { "" };
        let sql = match (&value.kind, &element) {
            (Type::Struct(_), _) => format!("({not}{})", self.in_structs(&value, &list, element)),
            // NaN is equal to nothing: the engine would find it.
            (Type::Float64, _) | (_, Type::Float64) => {
                let name = self.fresh("e");
                format!(
                    "({} {not}IN (SELECT {name} FROM (SELECT unnest({}) AS {name}) AS {name}s WHERE {name} IS NULL OR NOT isnan({name})))",
                    value.sql, list.sql
                )
            }
            _ => format!("({} {not}IN (SELECT unnest({})))", value.sql, list.sql),
        };
        Typed::new(sql, Type::Bool)
    }

    /// `value [NOT] IN (SELECT …)`.
    pub fn in_query(&mut self, value: &Expr, query: &Query, negated: bool) -> Typed {
        let typed = self.expression(value);
        let (text, columns) = match typed.kind {
            Type::Struct(_) => self.value_query(query),
            _ => {
                let (text, columns) = self.query(query);
                self.beside_bignumerics(text, columns, vec![typed.kind.clone()])
            }
        };
        if columns.complete && columns.columns.len() != 1 {
            let message = format!("IN takes a query of one column, not {}", columns.columns.len());
            return self.refuse("sql-syntax", message, value, None);
        }
        let element = columns.columns.first().map(|(_, kind)| kind.clone()).unwrap_or_default();
        let typed = self.coerced(&typed, &Typed::new("", element.clone()));
        if let Some(refused) =
            self.refuse_incomparable(&typed, [&Typed::new("", element.clone())], value)
        {
            return refused;
        }
        let not = if negated { "NOT " } else { "" };
        let sql = match (&typed.kind, &element) {
            (Type::Struct(_), _) => {
                let list = Typed::new(format!("ARRAY({text})"), Type::Unknown);
                format!("({not}{})", self.in_structs(&typed, &list, element))
            }
            (Type::Float64, _) | (_, Type::Float64) => {
                let name = self.fresh("e");
                format!(
                    "({} {not}IN (SELECT {name} FROM ({text}) AS {name}s({name}) WHERE {name} IS NULL OR NOT isnan({name})))",
                    typed.sql
                )
            }
            _ => format!("({} {not}IN ({text}))", typed.sql),
        };
        Typed::new(sql, Type::Bool)
    }

    /// Whether a struct is among those of a list: the engine finds a struct with a NULL in it,
    /// GoogleSQL does not know.
    fn in_structs(&mut self, value: &Typed, list: &Typed, element: Type) -> String {
        let kind = value.kind.clone();
        self.bind_nested(&[value, list], |translator, names| {
            let (name, found) = (translator.fresh("e"), translator.fresh("f"));
            let value = Typed::new(names[0].as_str(), kind);
            let equal = translator.equal(&value, &Typed::new(name.as_str(), element));
            let answers = format!("list_transform({}, lambda {name}: {equal})", names[1]);
            format!(
                "list_transform([COALESCE({answers}, [])], lambda {found}: CASE WHEN list_contains({found}, TRUE) THEN TRUE WHEN len({found}) > list_count({found}) THEN NULL ELSE FALSE END)[1]"
            )
        })
    }
}
