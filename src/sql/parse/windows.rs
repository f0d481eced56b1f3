//! Windows: what stands behind OVER and WINDOW.

use super::cursor::{Parsed, Parser};
use crate::sql::ast::{Frame, FrameBound, FrameUnit, Ident, NamedWindow, WindowSpec};

impl Parser {
    /// `(w PARTITION BY … ORDER BY … ROWS …)`
    pub(super) fn window_spec(&mut self) -> Parsed<WindowSpec> {
        self.in_parentheses(|parser| parser.deeper(Self::window_body))
    }

    fn window_body(&mut self) -> Parsed<WindowSpec> {
        let mut spec = WindowSpec::default();
        let is_clause =
            self.are_words(&["PARTITION", "BY"]) || self.is_any(&["ORDER", "ROWS", "RANGE"]);
        if !is_clause && !self.is_sign(")") {
            spec.base = Some(self.ident("PARTITION BY, ORDER BY, ROWS or the name of a window")?);
        }
        if self.take_words(&["PARTITION", "BY"]) {
            spec.partition_by = self.list(Self::expression)?;
        }
        if self.take_words(&["ORDER", "BY"]) {
            spec.order_by = self.order_items()?;
        }
        if self.is_any(&["ROWS", "RANGE"]) {
            spec.frame = Some(self.frame()?);
        }
        Ok(spec)
    }

    fn frame(&mut self) -> Parsed<Frame> {
        let start = self.here();
        let unit = match self.take_word("ROWS") {
            true => FrameUnit::Rows,
            false => {
                self.expect_word("RANGE")?;
                FrameUnit::Range
            }
        };
        let (first, last) = match self.take_word("BETWEEN") {
            true => {
                let first = self.frame_bound()?;
                self.expect_word("AND")?;
                (first, Some(self.frame_bound()?))
            }
            false => (self.frame_bound()?, None),
        };
        Ok(Frame { unit, start: first, end: last, span: self.since(start) })
    }

    fn frame_bound(&mut self) -> Parsed<FrameBound> {
        if self.take_words(&["CURRENT", "ROW"]) {
            return Ok(FrameBound::CurrentRow);
        }
        let amount = match self.take_word("UNBOUNDED") {
            true => None,
            false => Some(self.expression()?),
        };
        if self.take_word("PRECEDING") {
            return Ok(FrameBound::Preceding(amount));
        }
        if self.take_word("FOLLOWING") {
            return Ok(FrameBound::Following(amount));
        }
        Err(self.expected("PRECEDING or FOLLOWING"))
    }

    /// `WINDOW name AS (…), …`, if it is next.
    pub(super) fn named_windows(&mut self) -> Parsed<Vec<NamedWindow>> {
        if !self.take_word("WINDOW") {
            return Ok(Vec::new());
        }
        self.list(|parser| {
            let name = parser.ident("the name of a window")?;
            parser.expect_word("AS")?;
            let spec = match parser.is_sign("(") {
                true => parser.window_spec()?,
                false => {
                    let base: Ident = parser.ident("a window")?;
                    WindowSpec { base: Some(base), ..WindowSpec::default() }
                }
            };
            Ok(NamedWindow { name, spec })
        })
    }
}
