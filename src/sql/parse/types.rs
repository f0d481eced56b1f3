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
                data_type.parameters = parser.list(|parser| {
                    let parameter = match parser.peek(0) {
                        Token::Number(text) | Token::Word(text) | Token::Text(text) => text.clone(),
                        _ => return Err(parser.expected("a number")),
                    };
                    parser.skip();
                    Ok(parameter)
                })?;
                parser.expect_sign(")")?;
                data_type.span = parser.since(data_type.span);
            }
            Ok(data_type)
        })
    }

    /// A type with what may stand behind it inside other types and in CAST.
    pub(super) fn collated_type(&mut self) -> Parsed<DataType> {
        let mut data_type = self.data_type()?;
        loop {
            if self.take_word("COLLATE") {
                self.postfix()?;
                data_type.parameters.push("COLLATE".to_owned());
            } else if self.take_words(&["NOT", "NULL"]) {
                data_type.parameters.push("NOT NULL".to_owned());
            } else if self.take_word("OPTIONS") {
                self.over_brackets()?;
            } else {
                data_type.span = self.since(data_type.span);
                return Ok(data_type);
            }
        }
    }

    /// A type without lengths and digits: `STRUCT<a INT64>(1)` has a value in its parentheses.
    pub(super) fn constructed_type(&mut self) -> Parsed<DataType> {
        let start = self.here();
        let is_foreign = self.is_any(&["FUNCTION", "TABLE", "MAP"]) && self.is_sign_at(1, "<");
        if is_foreign || self.is_any(&["PROTO", "ENUM"]) && self.is_sign_at(1, "<") {
            return self.foreign_type();
        }
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
                    false => vec![FieldType { name: None, data_type: self.collated_type()? }],
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
            && matches!(self.peek(1), Token::Word(_) | Token::Quoted(_))
            && !["COLLATE", "NOT", "OPTIONS"].iter().any(|word| self.is_word_at(1, word));
        let name = match has_name {
            true => Some(self.member()?),
            false => None,
        };
        Ok(FieldType { name, data_type: self.collated_type()? })
    }

    /// A type of GoogleSQL's that BigQuery has not: its name, what it is made of gone over.
    fn foreign_type(&mut self) -> Parsed<DataType> {
        let start = self.here();
        let name = Path { parts: vec![self.member()?], span: start };
        let mut open = 0usize;
        loop {
            match self.peek(0) {
                Token::Sign("<") => open += 1,
                Token::Sign(">") => open -= 1,
                Token::Sign(">>") if open > 1 => open -= 2,
                // The second one ends the type around this one.
                Token::Sign(">>") => {
                    self.expect_sign(">")?;
                    break;
                }
                Token::End | Token::Sign(";") => return Err(self.expected("`>`")),
                _ => {}
            }
            self.skip();
            if open == 0 {
                break;
            }
        }
        Ok(DataType {
            name,
            parameters: Vec::new(),
            inner: Some(Vec::new()),
            span: self.since(start),
        })
    }
}
