//! Windows: OVER (…) and WINDOW
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls>).

use sqlparser::ast::{
    NamedWindowDefinition, NamedWindowExpr, WindowFrame, WindowFrameBound, WindowFrameUnits,
    WindowSpec,
};

use super::{
    operators::constant_number,
    translate::Translator,
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
                    // NaN is near no number, and the engine holds it for the largest one.
                    partition.push(format!("isnan({})", typed.sql));
                }
                order = Some(sql);
            }
            _ if !spec.order_by.is_empty() => order = Some(self.order_items(&spec.order_by)),
            _ => {}
        }
        if !partition.is_empty() {
            parts.push(format!("PARTITION BY {}", partition.join(", ")));
        }
        parts.extend(order.map(|order| format!("ORDER BY {order}")));
        if let Some(frame) = &spec.window_frame {
            parts.push(self.frame(frame, spec));
        }
        parts.join(" ")
    }

    fn frame(&mut self, frame: &WindowFrame, spec: &WindowSpec) -> String {
        let place = spec.order_by.first().map(|key| &key.expr);
        let place = place.or(spec.partition_by.first());
        let mut texts = Vec::new();
        let mut amounts = Vec::new();
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
            let sql = self.expression(amount).sql;
            if let Some(number) = constant_number(&sql) {
                amounts.push(if way == "PRECEDING" { -number } else { number });
            }
            texts.push(format!("{sql} {way}"));
        }
        let wrong = match (amounts.as_slice(), frame.units) {
            (_, WindowFrameUnits::Groups) => Some("GROUPS is not GoogleSQL"),
            ([start, end], _) if start > end => Some("the frame ends before it begins"),
            _ => None,
        };
        if let (Some(message), Some(place)) = (wrong, place) {
            self.refuse("unsupported-syntax", message, place, None);
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
