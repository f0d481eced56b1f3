//! `[…]`, `STRUCT(…)`, `ARRAY<T>[…]` and `STRUCT<T, …>(…)`: with a declared type the parts take it.

use super::{
    ast::{DataType, Expr, ExprKind, Ident},
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// `[…]` without a type.
    pub fn array(&mut self, elements: &[Expr], place: &Expr) -> Typed {
        let mut items: Vec<Typed> = Vec::with_capacity(elements.len());
        for element in elements {
            // The first struct names the fields of all.
            let named = items.first().and_then(|first| match &first.kind {
                Type::Struct(_) => Some(first.kind.clone()),
                _ => None,
            });
            items.push(match named {
                Some(kind) => Typed::new(self.literal_as(element, &kind), kind),
                None => self.expression(element),
            });
        }
        let inner = elements
            .iter()
            .zip(&items)
            .find_map(|(element, typed)| matches!(typed.kind, Type::Array(_)).then_some(element));
        if let Some(inner) = inner {
            let help = "put the inner array into a struct";
            return self.refuse("wrong-type", "an array cannot hold arrays", inner, Some(help));
        }
        let decimal = items
            .iter()
            .map(|item| &item.kind)
            .find(|kind| matches!(kind, Type::Numeric | Type::BigNumeric))
            .cloned()
            .unwrap_or_default();
        let items: Vec<Typed> = items.iter().map(|item| item.beside(&decimal)).collect();
        let kind = (!items.is_empty()).then(|| self.common_type(items.iter(), place));
        let alike = |item| match &kind {
            Some(kind) => self.beside_bignumeric(item, kind),
            None => item,
        };
        let texts: Vec<String> = items.into_iter().map(alike).map(|item| item.sql).collect();
        Typed::new(
            format!("[{}]", texts.join(", ")),
            Type::Array(Box::new(kind.unwrap_or(Type::Null))),
        )
    }

    /// `STRUCT(…)` and `(a, b)`: a field takes the name that is given, or that of its path.
    pub fn structure(&mut self, items: Vec<(&Expr, Option<&Ident>)>) -> Typed {
        let mut parts = Vec::new();
        let mut kinds = Vec::new();
        for (at, (value, name)) in items.into_iter().enumerate() {
            let name = match (name, &value.kind) {
                (Some(name), _) => name.value.clone(),
                (None, ExprKind::Path(path)) => {
                    path.last().map(|name| name.value.clone()).unwrap_or_default()
                }
                (None, ExprKind::Field(_, name)) => name.value.clone(),
                _ => format!("_field_{}", at + 1),
            };
            let typed = self.expression(value);
            parts.push(format!("{} := {}", quote(&name), typed.sql));
            kinds.push((name, typed.kind));
        }
        Typed::new(format!("struct_pack({})", parts.join(", ")), Type::Struct(kinds))
    }

    /// `ARRAY<T>[…]` and `STRUCT<T, …>(…)`.
    pub fn typed_constructor(
        &mut self,
        data_type: &DataType,
        items: Vec<&Expr>,
        place: &Expr,
    ) -> Typed {
        let kind = match Type::from_ast(data_type) {
            Ok(kind) => kind,
            Err(error) => return self.refuse(error.code, error.message, place, None),
        };
        let sql = match &kind {
            Type::Array(element) => self.array_of(&items, element),
            Type::Struct(fields) if fields.len() == items.len() => {
                self.structure_of(&items, fields)
            }
            _ => {
                let message = format!("`{}` needs another number of values", kind.google());
                return self.refuse("sql-syntax", message, place, None);
            }
        };
        Typed::new(sql, kind)
    }

    fn array_of(&mut self, parts: &[&Expr], element: &Type) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.literal_as(part, element)).collect();
        match Type::Array(Box::new(element.clone())).duckdb() {
            Some(name) => format!("CAST([{}] AS {name})", parts.join(", ")),
            None => format!("[{}]", parts.join(", ")),
        }
    }

    fn structure_of(&mut self, parts: &[&Expr], fields: &[(String, Type)]) -> String {
        let parts: Vec<String> = parts
            .iter()
            .zip(fields)
            .map(|(part, (name, kind))| {
                format!("{} := {}", quote(name), self.literal_as(part, kind))
            })
            .collect();
        format!("struct_pack({})", parts.join(", "))
    }

    /// A part of a literal as a value of the type; struct parts go by position.
    pub fn literal_as(&mut self, part: &Expr, kind: &Type) -> String {
        match (&part.kind, kind) {
            (ExprKind::Array(None, items), Type::Array(element)) => {
                return self.array_of(&items.iter().collect::<Vec<_>>(), element);
            }
            (ExprKind::Tuple(values), Type::Struct(fields)) if values.len() == fields.len() => {
                return self.structure_of(&values.iter().collect::<Vec<_>>(), fields);
            }
            (ExprKind::Struct(None, items), Type::Struct(fields))
                if items.len() == fields.len() =>
            {
                let values: Vec<&Expr> = items.iter().map(|item| &item.value).collect();
                return self.structure_of(&values, fields);
            }
            (ExprKind::Null, _) => {
                let name = kind.duckdb().unwrap_or_else(|| "VARCHAR".to_owned());
                return format!("CAST(NULL AS {name})");
            }
            _ => {}
        }
        let typed = self.expression(part);
        if typed.kind == *kind { typed.sql } else { self.convert(&typed, kind, false) }
    }
}
