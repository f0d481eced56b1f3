//! The types of arguments and results, as signatures write them.

use std::sync::Arc;

use crate::analysis::types::Type;

/// A type with variables in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// This type.
    Exactly(Type),
    /// Any type, the same throughout the signature.
    Variable(u8),
    /// `ARRAY<…>`
    Array(Box<Pattern>),
    /// `RANGE<…>`
    Range(Box<Pattern>),
    /// `STRUCT<name …>`
    Struct(Vec<(Arc<str>, Pattern)>),
    /// Anything.
    Any,
    /// What becomes a text by itself.
    Plain,
}

/// Types that variables stand for.
pub type Bindings = [Option<Type>; 2];

impl Pattern {
    /// Reads one; `letter` is what the letter for several types stands for.
    pub fn read(text: &str, letter: Option<(&str, &str)>) -> Option<Self> {
        let text = text.trim();
        if let Some((name, inner)) = text.split_once('<') {
            let inner = inner.strip_suffix('>')?;
            return match name {
                "ARRAY" => Some(Self::Array(Box::new(Self::read(inner, letter)?))),
                "RANGE" => Some(Self::Range(Box::new(Self::read(inner, letter)?))),
                "STRUCT" => {
                    let fields = inner.split(", ").map(|field| {
                        let (name, kind) = field.split_once(' ')?;
                        Some((Arc::from(name), Self::read(kind, letter)?))
                    });
                    Some(Self::Struct(fields.collect::<Option<_>>()?))
                }
                _ => None,
            };
        }
        Some(match text {
            "T" => Self::Variable(0),
            "U" => Self::Variable(1),
            "ANY" => Self::Any,
            "PLAIN" => Self::Plain,
            "PART" => Self::Exactly(Type::Part),
            "NULL" => Self::Exactly(Type::Null),
            _ => {
                let name =
                    letter.filter(|(letter, _)| *letter == text).map_or(text, |(_, name)| name);
                let kind = Type::parse(name);
                if kind == Type::Unknown {
                    return None;
                }
                Self::Exactly(kind)
            }
        })
    }

    /// The type, with what the variables stand for.
    pub fn filled(&self, bindings: &Bindings) -> Type {
        match self {
            Self::Exactly(kind) => kind.clone(),
            Self::Variable(at) => bindings[usize::from(*at)].clone().unwrap_or(Type::Null),
            Self::Array(inner) => inner.filled(bindings).array(),
            Self::Range(inner) => inner.filled(bindings).range(),
            Self::Struct(fields) => Type::structure(
                fields.iter().map(|(name, kind)| (Arc::clone(name), kind.filled(bindings))),
            ),
            Self::Any | Self::Plain => Type::Unknown,
        }
    }

    /// As messages show it.
    pub fn shown(&self) -> String {
        match self {
            Self::Exactly(kind) => kind.to_string(),
            Self::Variable(0) => "T".to_owned(),
            Self::Variable(_) => "U".to_owned(),
            Self::Array(inner) => format!("ARRAY<{}>", inner.shown()),
            Self::Range(inner) => format!("RANGE<{}>", inner.shown()),
            Self::Struct(_) => "STRUCT".to_owned(),
            Self::Any | Self::Plain => "ANY".to_owned(),
        }
    }
}
