//! Types.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{DataType, FieldType, Path};

impl Parser {
    /// A type.
    pub(super) fn data_type(&mut self) -> Parsed<DataType> {
        self.deeper(|parser| {
            let mut data_type = parser.constructed_type()?;
            if parser.take_sign("(") {
                data_type.parameters = parser.list(|parser| match parser.next() {
                    Token::Number(text) | Token::Word(text) => Ok(text),
                    _ => Err(parser.expected("a number")),
                })?;
                parser.expect_sign(")")?;
                data_type.span = parser.since(data_type.span);
            }
            Ok(data_type)
        })
    }

    /// A type without lengths and digits: `STRUCT<a INT64>(1)` has a value in its parentheses.
    pub(super) fn constructed_type(&mut self) -> Parsed<DataType> {
        let start = self.here();
        let is_nesting = self.is_any(&["ARRAY", "STRUCT", "RANGE"]);
        let is_struct = self.is_word("STRUCT");
        let mut parts = vec![match is_nesting || self.is_word("INTERVAL") {
            true => self.member()?,
            false => self.ident("a type")?,
        }];
        while !is_nesting && self.take_sign(".") {
            parts.push(self.member()?);
        }
        let name = Path { parts, span: self.since(start) };
        let mut inner = None;
        if is_nesting && self.take_sign("<>") {
            inner = Some(Vec::new());
        } else if is_nesting && self.take_sign("<") {
            let mut fields = Vec::new();
            if !self.is_sign(">") && !self.is_sign(">>") {
                fields = match is_struct {
                    true => self.list(Self::field_type)?,
                    false => vec![FieldType { name: None, data_type: self.data_type()? }],
                };
            }
            self.expect_sign(">")?;
            inner = Some(fields);
        }
        Ok(DataType { name, parameters: Vec::new(), inner, span: self.since(start) })
    }

    /// `name type`, or a type alone.
    fn field_type(&mut self) -> Parsed<FieldType> {
        let has_name = matches!(self.peek(0), Token::Word(_) | Token::Quoted(_))
            && matches!(self.peek(1), Token::Word(_) | Token::Quoted(_));
        let name = match has_name {
            true => Some(self.member()?),
            false => None,
        };
        Ok(FieldType { name, data_type: self.data_type()? })
    }
}
