//! Windows of functions.

use super::{
    analyzer::Analyzer,
    flow::{Flow, How},
    problem::Problem,
    types::Type,
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{Frame, FrameBound, FrameUnit, Ident, NamedWindow, Over, Span, WindowSpec},
};

/// What divides and orders a window.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// The columns that do.
    pub flow: Flow,
    /// Where its order is written, if it has one.
    pub order: Option<Span>,
    /// Where its frame is written, if it has one.
    pub frame: Option<Span>,
}

impl Analyzer<'_> {
    /// A window of the WINDOW clause.
    pub fn name_window(&mut self, window: &NamedWindow) {
        let known = self.window(&window.spec);
        self.scope().windows.push((window.name.value.clone(), known));
    }

    /// The window behind OVER.
    pub(super) fn over(&mut self, over: &Over) -> Window {
        match over {
            Over::Spec(spec) => self.window(spec),
            Over::Name(name) => self.named_window(name),
        }
    }

    fn named_window(&mut self, name: &Ident) -> Window {
        let windows = &self.scope().windows;
        if let Some((_, window)) =
            windows.iter().find(|(known, _)| name.value.eq_ignore_ascii_case(known))
        {
            return window.clone();
        }
        let near = did_you_mean(&name.value, windows.iter().map(|(known, _)| known.as_str()));
        let message = format!("no window `{name}` here");
        let help = near.unwrap_or_else(|| format!("name it: `WINDOW {name} AS (…)`"));
        self.problem(Problem::at("unknown-name", message, name.span).help(help));
        // Whatever is asked of it, it may have.
        Window { order: Some(name.span), ..Window::default() }
    }

    /// A window that is written out.
    fn window(&mut self, spec: &WindowSpec) -> Window {
        let mut window = match &spec.base {
            Some(base) => self.named_window(base),
            None => Window::default(),
        };
        for key in &spec.partition_by {
            let key = self.expression(key);
            window.flow.add_used(&key.flow, How::Window);
        }
        let mut order = None;
        for item in &spec.order_by {
            let key = self.expression(&item.key);
            window.flow.add_used(&key.flow, How::Window);
            window.order.get_or_insert(item.key.span);
            order.get_or_insert(key.kind);
        }
        if let Some(frame) = &spec.frame {
            window.frame = Some(frame.span);
            self.frame(frame, order);
        }
        window
    }

    /// The bounds of a frame: numbers of rows, or what goes with the window's order.
    fn frame(&mut self, frame: &Frame, order: Option<Type>) {
        for bound in std::iter::once(&frame.start).chain(&frame.end) {
            let (FrameBound::Preceding(Some(bound)) | FrameBound::Following(Some(bound))) = bound
            else {
                continue;
            };
            let value = self.expression(bound);
            match (frame.unit, &order) {
                (FrameUnit::Rows, _) => self.expect(&value, &Type::Int64, "ROWS", bound.span),
                (FrameUnit::Range, Some(order)) if order.is_number() => {
                    self.expect(&value, order, "RANGE", bound.span);
                }
                (FrameUnit::Range, _) => {}
            }
        }
    }
}
