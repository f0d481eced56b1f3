//! Windows: OVER (…) and WINDOW
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls>).

use sqlparser::ast::{
    Expr, NamedWindowDefinition, NamedWindowExpr, WindowFrame, WindowFrameBound, WindowFrameUnits,
    WindowSpec,
};

use super::{
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// What stands in the parentheses of OVER.
    pub fn window(&mut self, spec: &WindowSpec) -> String {
        let mut parts = Vec::new();
        if let Some(name) = &spec.window_name {
            parts.push(quote(&name.value));
        }
        let mut partition: Vec<String> =
            spec.partition_by.iter().map(|key| self.expression(key).sql).collect();
        let mut order = None;
        let mut measured = None;
        match spec.window_frame.as_ref().filter(|frame| measures_values(frame)) {
            // A frame of values needs one key.
            Some(frame) if let [key] = spec.order_by.as_slice() => {
                let (sql, typed) = self.range_key(key);
                if typed.kind == Type::Float64 {
                    if bounds(frame).any(is_unbounded) {
                        let message = "a RANGE from or to UNBOUNDED over FLOAT64 is not supported";
                        let help = "NaN has another place in the order: use ROWS, or a NUMERIC key";
                        self.refuse("unsupported-syntax", message, &key.expr, Some(help));
                    }
                    partition.push(neighbours(&typed.sql));
                }
                let ascending =
                    !matches!(key.options.sort, Some(sqlparser::ast::OrderBySort::Desc));
                let rest = sql.strip_prefix(typed.sql.as_str()).unwrap_or_default();
                order = Some(format!("{}{rest}", widened(&typed)));
                measured = Some((typed, ascending));
            }
            _ if !spec.order_by.is_empty() => order = Some(self.order_items(&spec.order_by)),
            _ => {}
        }
        if !partition.is_empty() {
            parts.push(format!("PARTITION BY {}", partition.join(", ")));
        }
        parts.extend(order.map(|order| format!("ORDER BY {order}")));
        if let Some(frame) = &spec.window_frame {
            parts.push(self.frame(frame, spec, measured));
        }
        parts.join(" ")
    }

    /// `measured`: the key of a frame of values, and whether it ascends.
    fn frame(
        &mut self,
        frame: &WindowFrame,
        spec: &WindowSpec,
        measured: Option<(Typed, bool)>,
    ) -> String {
        let mut texts = Vec::new();
        for bound in bounds(frame) {
            let (amount, way) = match bound {
                WindowFrameBound::CurrentRow => {
                    texts.push("CURRENT ROW".to_owned());
                    continue;
                }
                WindowFrameBound::Preceding(amount) => (amount, "PRECEDING"),
                WindowFrameBound::Following(amount) => (amount, "FOLLOWING"),
            };
            let Some(amount) = amount else {
                texts.push(format!("UNBOUNDED {way}"));
                continue;
            };
            let given = self.expression(amount);
            if written_amount(amount).is_none_or(f64::is_sign_negative) {
                let message = "a bound of a frame is a number that is written out, 0 or more";
                self.refuse("wrong-type", message, amount.as_ref(), None);
            }
            let sql = match &measured {
                Some((key, ascending)) => {
                    if given.kind == Type::Float64 && key.kind == Type::Int64 {
                        let message = "a frame over INT64 takes a bound that is INT64";
                        self.refuse("wrong-type", message, amount.as_ref(), None);
                    }
                    let given = given.beside(&key.kind);
                    let given =
                        Typed::new(self.convert(&given, &key.kind, false), key.kind.clone());
                    within(key, &given, (way == "PRECEDING") == *ascending)
                }
                None => given.sql,
            };
            texts.push(format!("{sql} {way}"));
        }
        if frame.units == WindowFrameUnits::Groups
            && let Some(place) =
                spec.order_by.first().map(|key| &key.expr).or(spec.partition_by.first())
        {
            self.refuse("unsupported-syntax", "GROUPS is not GoogleSQL", place, None);
        }
        match texts.as_slice() {
            [start, end] => format!("{} BETWEEN {start} AND {end}", frame.units),
            texts => format!("{} {}", frame.units, texts.join("")),
        }
    }

    /// `name AS (…)` of a WINDOW clause.
    pub fn named_window(&mut self, window: &NamedWindowDefinition) -> String {
        let body = match &window.1 {
            NamedWindowExpr::NamedWindow(name) => quote(&name.value),
            NamedWindowExpr::WindowSpec(spec) => format!("({})", self.window(spec)),
        };
        format!("{} AS {body}", quote(&window.0.value))
    }
}

/// What parts the rows that no distance connects: NaN and the infinities are near themselves only,
/// and the engine's NaN is the largest number.
fn neighbours(key: &str) -> String {
    format!(
        "(CASE WHEN {key} IS NULL THEN 0 WHEN isfinite({key}) THEN 1 WHEN isnan({key}) THEN 2 WHEN {key} > 0 THEN 3 ELSE 4 END)"
    )
}

/// The number that is written out.
fn written_amount(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => written_amount(inner),
        Expr::Value(value) => value
            .value
            .clone()
            .into_string()
            .map_or_else(|| value.value.to_string().parse().ok(), |text| text.parse().ok()),
        Expr::TypedString(typed) => typed.value.value.clone().into_string()?.parse().ok(),
        _ => None,
    }
}

/// A number in a type in which the sum of two does not overflow.
fn widened(value: &Typed) -> String {
    let sql = &value.sql;
    match value.kind {
        Type::Int64 => format!("CAST({sql} AS HUGEINT)"),
        Type::Numeric => format!(
            "(CAST(trunc({sql}) AS HUGEINT) * 1000000000 + CAST(({sql} - trunc({sql})) * 1000000000 AS HUGEINT))"
        ),
        _ => sql.clone(),
    }
}

/// An amount in the type of the key as it is ordered. Two NUMERICs may be more than the wide type
/// holds: so far the frame goes to a number beyond all of them.
fn within(key: &Typed, amount: &Typed, downwards: bool) -> String {
    let (wide_key, wide_amount) = (widened(key), widened(amount));
    if key.kind != Type::Numeric {
        return wide_amount;
    }
    let beyond = "CAST('110000000000000000000000000000000000000' AS HUGEINT)";
    if downwards {
        format!(
            "(CASE WHEN {wide_key} < {wide_amount} - {beyond} THEN {wide_key} + {beyond} ELSE {wide_amount} END)"
        )
    } else {
        format!(
            "(CASE WHEN {wide_key} > {beyond} - {wide_amount} THEN {beyond} - {wide_key} ELSE {wide_amount} END)"
        )
    }
}

fn bounds(frame: &WindowFrame) -> impl Iterator<Item = &WindowFrameBound> {
    std::iter::once(&frame.start_bound).chain(&frame.end_bound)
}

fn is_unbounded(bound: &WindowFrameBound) -> bool {
    matches!(bound, WindowFrameBound::Preceding(None) | WindowFrameBound::Following(None))
}

/// Whether a frame reaches so far as a value says, not to a row or a peer.
fn measures_values(frame: &WindowFrame) -> bool {
    let has_amount = |bound: &WindowFrameBound| {
        matches!(bound, WindowFrameBound::Preceding(Some(_)) | WindowFrameBound::Following(Some(_)))
    };
    frame.units == WindowFrameUnits::Range && bounds(frame).any(has_amount)
}
