//! CASE: its results have one type in common
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conditional_expressions>).

use super::{
    ast::{Expr, When},
    queries::names_differ,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `CASE [operand] WHEN … THEN … ELSE … END`.
    pub fn case(
        &mut self,
        operand: Option<&Expr>,
        whens: &[When],
        other: Option<&Expr>,
        place: &Expr,
    ) -> Typed {
        let mut results: Vec<Typed> =
            whens.iter().map(|when| self.expression(&when.result)).collect();
        results.extend(other.map(|other| self.expression(other)));
        let kind = self.unify(&mut results, place);
        let other = if other.is_some() { results.pop() } else { None };
        let end = other.map(|other| format!(" ELSE {}", other.sql)).unwrap_or_default();
        let Some(operand) = operand else {
            let mut out = String::from("(CASE");
            for (when, result) in whens.iter().zip(&results) {
                let condition = self.condition(&when.condition, "WHEN");
                out.push_str(&format!(" WHEN {condition} THEN {}", result.sql));
            }
            return Typed::new(format!("{out}{end} END)"), kind);
        };
        let operand = self.expression(operand);
        let values: Vec<Typed> =
            whens.iter().map(|when| self.expression(&when.condition)).collect();
        let values: Vec<Typed> = values.iter().map(|value| self.coerced(value, &operand)).collect();
        let operand = values.iter().fold(operand, |operand, value| self.coerced(&operand, value));
        if let Some(refused) = self.refuse_incomparable(&operand, &values, place) {
            return refused;
        }
        if !matches!(operand.kind, Type::Struct(_) | Type::Float64) {
            let mut out = format!("(CASE {}", operand.sql);
            for (value, result) in values.iter().zip(&results) {
                out.push_str(&format!(" WHEN {} THEN {}", value.sql, result.sql));
            }
            return Typed::new(format!("{out}{end} END)"), kind);
        }
        // The engine's own comparison differs: written out, for the number of the choice.
        let all: Vec<&Typed> = std::iter::once(&operand).chain(&values).collect();
        let chosen = self.bind_nested(&all, |translator, names| {
            let side = |at: usize| Typed::new(names[at].as_str(), all[at].kind.clone());
            let mut out = String::from("(CASE");
            for at in 1..all.len() {
                let condition = translator.equal(&side(0), &side(at));
                out.push_str(&format!(" WHEN {condition} THEN {at}"));
            }
            format!("{out} END)")
        });
        let mut sql = format!("(CASE {chosen}");
        for (at, result) in results.iter().take(values.len()).enumerate() {
            sql.push_str(&format!(" WHEN {} THEN {}", at + 1, result.sql));
        }
        sql.push_str(&format!("{end} END)"));
        Typed::new(sql, kind)
    }

    /// Gives choices their common type. The engine would match the fields of structs by name.
    pub fn unify(&mut self, choices: &mut [Typed], place: &Expr) -> Type {
        // A FLOAT64 that is written out is a decimal beside one.
        let kinds = || choices.iter().map(|choice| &choice.kind);
        let decimal = [Type::BigNumeric, Type::Numeric]
            .into_iter()
            .find(|decimal| kinds().any(|kind| kind == decimal));
        if let Some(decimal) = decimal {
            for choice in choices.iter_mut() {
                *choice = choice.beside(&decimal);
            }
        }
        let kind = self.common_type(choices.iter(), place);
        for choice in choices {
            *choice = self.beside_bignumeric(choice.clone(), &kind);
            if names_differ(&choice.kind, &kind) {
                if !kind.is_known() || !choice.kind.is_known() {
                    let message = "structs whose fields have other names, and types not known";
                    let help = "give their fields the same names, and CAST what is NULL";
                    self.refuse("unsupported-syntax", message, place, Some(help));
                    continue;
                }
                let sql = self.convert(choice, &kind, false);
                *choice = Typed::new(sql, kind.clone());
            }
        }
        kind
    }

    /// The type of a choice between values; those that have none in common are refused.
    pub fn common_type<'t>(
        &mut self,
        choices: impl Iterator<Item = &'t Typed>,
        place: &Expr,
    ) -> Type {
        let mut kind = Type::Null;
        let mut literal = true;
        for choice in choices {
            let is_literal = is_text_literal(choice);
            // A text literal becomes a date or moment beside one.
            let coerced = match (&kind, &choice.kind) {
                (one, Type::String) if is_literal && is_moment(one) => Some(one.clone()),
                (Type::String, other) if literal && is_moment(other) => Some(other.clone()),
                _ => None,
            };
            if coerced.is_none() && kind.clashes(&choice.kind) {
                let (one, other) = (kind.google(), choice.kind.google());
                let message = format!("{one} and {other} have no type in common");
                self.refuse("wrong-type", message, place, Some("use CAST on one of them"));
                return Type::Unknown;
            }
            kind = coerced.unwrap_or_else(|| kind.common(&choice.kind));
            literal &= is_literal || choice.kind == Type::Null;
        }
        if kind == Type::Null { Type::Unknown } else { kind }
    }
}

/// Whether a value is a text written out.
pub(super) fn is_text_literal(value: &Typed) -> bool {
    value.kind == Type::String && value.sql.starts_with('\'')
}

/// Whether it is a date or a time.
pub(super) fn is_moment(kind: &Type) -> bool {
    matches!(kind, Type::Date | Type::DateTime | Type::Timestamp | Type::Time)
}
