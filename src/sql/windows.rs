//! Windows: OVER (…) and WINDOW
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls>).

use super::{
    ast::{
        Expr, ExprKind, Frame, FrameBound, FrameUnit, NamedWindow, Over, UnaryOperator, WindowSpec,
    },
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// What stands in the parentheses of OVER.
    pub fn window(&mut self, spec: &WindowSpec) -> String {
        let mut parts = Vec::new();
        if let Some(name) = &spec.base {
            parts.push(quote(&name.value));
        }
        let mut partition: Vec<String> =
            spec.partition_by.iter().map(|key| self.expression(key).sql).collect();
        let mut order = None;
        let mut measured = None;
        match spec.frame.as_ref().filter(|frame| measures_values(frame)) {
            // A frame of values needs one key.
            Some(frame) if let [key] = spec.order_by.as_slice() => {
                let (sql, typed) = self.range_key(key);
                if typed.kind == Type::BigNumeric {
                    let message = "a RANGE of values over BIGNUMERIC is not supported";
                    let help = "use a NUMERIC key, or ROWS";
                    self.refuse("unsupported-syntax", message, &key.key, Some(help));
                }
                if typed.kind == Type::Float64 {
                    if bounds(frame).any(is_unbounded) {
                        let message = "a RANGE from or to UNBOUNDED over FLOAT64 is not supported";
                        let help = "NaN has another place in the order: use ROWS, or a NUMERIC key";
                        self.refuse("unsupported-syntax", message, &key.key, Some(help));
                    }
                    partition.push(neighbours(&typed.sql));
                }
                let ascending = !key.descending;
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
        if let Some(frame) = &spec.frame {
            parts.push(self.frame(frame, measured));
        }
        parts.join(" ")
    }

    /// `measured`: the key of a frame of values, and whether it ascends.
    fn frame(&mut self, frame: &Frame, measured: Option<(Typed, bool)>) -> String {
        let mut texts = Vec::new();
        for bound in bounds(frame) {
            let (amount, way) = match bound {
                FrameBound::CurrentRow => {
                    texts.push("CURRENT ROW".to_owned());
                    continue;
                }
                FrameBound::Preceding(amount) => (amount, "PRECEDING"),
                FrameBound::Following(amount) => (amount, "FOLLOWING"),
            };
            let Some(amount) = amount else {
                texts.push(format!("UNBOUNDED {way}"));
                continue;
            };
            let given = self.expression(amount);
            if written_amount(amount).is_none_or(f64::is_sign_negative) {
                let message = "a bound of a frame is a number that is written out, 0 or more";
                self.refuse("wrong-type", message, amount, None);
            }
            let sql = match &measured {
                Some((key, ascending)) => {
                    if given.kind == Type::Float64 && key.kind == Type::Int64 {
                        let message = "a frame over INT64 takes a bound that is INT64";
                        self.refuse("wrong-type", message, amount, None);
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
        let unit = match frame.unit {
            FrameUnit::Rows => "ROWS",
            FrameUnit::Range => "RANGE",
        };
        match texts.as_slice() {
            [start, end] => format!("{unit} BETWEEN {start} AND {end}"),
            texts => format!("{unit} {}", texts.join("")),
        }
    }

    /// `name AS (…)` of a WINDOW clause.
    pub fn named_window(&mut self, window: &NamedWindow) -> String {
        format!("{} AS ({})", quote(&window.name.value), self.window(&window.spec))
    }

    /// ` OVER …`
    pub fn over(&mut self, over: &Over) -> String {
        match over {
            Over::Name(name) => format!(" OVER {}", quote(&name.value)),
            Over::Spec(spec) => format!(" OVER ({})", self.window(spec)),
        }
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
    match &expression.kind {
        ExprKind::Nested(inner) | ExprKind::Cast { value: inner, .. } => written_amount(inner),
        ExprKind::Unary(UnaryOperator::Plus, inner) => written_amount(inner),
        ExprKind::Number(text) | ExprKind::Text(text) | ExprKind::TypedText(_, text) => {
            text.parse().ok()
        }
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

fn bounds(frame: &Frame) -> impl Iterator<Item = &FrameBound> {
    std::iter::once(&frame.start).chain(&frame.end)
}

fn is_unbounded(bound: &FrameBound) -> bool {
    matches!(bound, FrameBound::Preceding(None) | FrameBound::Following(None))
}

/// Whether a frame reaches so far as a value says, not to a row or a peer.
fn measures_values(frame: &Frame) -> bool {
    let has_amount = |bound: &FrameBound| {
        matches!(bound, FrameBound::Preceding(Some(_)) | FrameBound::Following(Some(_)))
    };
    frame.unit == FrameUnit::Range && bounds(frame).any(has_amount)
}
