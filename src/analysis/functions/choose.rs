//! Which signature a call means.

use super::{
    pattern::{Bindings, Pattern},
    table::{Function, Parameter, Signature, Times},
};
use crate::analysis::{
    coercion::{Candidate, Literal, coercion, supertype},
    types::Type,
};

/// An argument of a call.
#[derive(Clone, Debug)]
pub struct Argument<'c> {
    /// The name it is given by.
    pub name: Option<&'c str>,
    /// Its type.
    pub kind: &'c Type,
    /// Whether it is a literal.
    pub literal: &'c Literal,
}

/// What is found out of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    /// It gives this.
    Gives(Type),
    /// No signature takes these arguments.
    Nothing,
}

/// How much is converted: computed values, how far, literals, how far. Less is better.
type Cost = (usize, u32, usize, u32);

/// Chooses the signature for the arguments. Where the type of one is unknown, and what comes out
/// depends on it, the result is unknown.
pub fn choose(function: &Function, arguments: &[Argument<'_>]) -> Chosen {
    let mut best: Option<(Cost, Type)> = None;
    let mut others = false;
    let is_open = arguments.iter().any(|argument| !argument.kind.is_known());
    for signature in &function.signatures {
        let Some((cost, result)) = fit(signature, arguments) else { continue };
        match &best {
            Some((_, known)) if is_open && *known != result => others = true,
            Some((least, _)) if *least <= cost => {}
            _ => best = Some((cost, result)),
        }
    }
    match best {
        Some(_) if others => Chosen::Gives(Type::Unknown),
        Some((_, result)) => Chosen::Gives(result),
        None => Chosen::Nothing,
    }
}

fn fit(signature: &Signature, arguments: &[Argument<'_>]) -> Option<(Cost, Type)> {
    let pairs = pairs(signature, arguments)?;
    let mut bindings: Bindings = [None, None];
    for (at, binding) in bindings.iter_mut().enumerate() {
        *binding = bound(at as u8, &pairs)?;
    }
    let mut cost = (0, 0, 0, 0);
    for (parameter, argument) in &pairs {
        let far = match &parameter.pattern {
            Pattern::Any => 0,
            Pattern::Plain => match becomes_text(argument.kind) {
                true => 1,
                false => return None,
            },
            pattern => coercion(argument.kind, argument.literal, &pattern.filled(&bindings))?,
        };
        if far > 0 {
            match argument.literal.is_whole() {
                true => {
                    cost.2 += 1;
                    cost.3 += far;
                }
                false => {
                    cost.0 += 1;
                    cost.1 += far;
                }
            }
        }
    }
    Some((cost, signature.result.filled(&bindings)))
}

type Pair<'p, 'c> = (&'p Parameter, &'p Argument<'c>);

/// Each argument with its parameter; nothing where their number or names do not fit.
fn pairs<'p, 'c>(
    signature: &'p Signature,
    arguments: &'p [Argument<'c>],
) -> Option<Vec<Pair<'p, 'c>>> {
    let parameters = &signature.parameters;
    let mut pairs = Vec::with_capacity(arguments.len());
    let (placed, named): (Vec<_>, Vec<_>) =
        arguments.iter().partition(|argument| argument.name.is_none());
    let mut given = placed.into_iter().peekable();
    for parameter in parameters {
        if let Some(name) = parameter.name
            && let Some(argument) = named.iter().find(|argument| {
                argument.name.is_some_and(|given| given.eq_ignore_ascii_case(name))
            })
        {
            pairs.push((parameter, *argument));
            continue;
        }
        if parameter.by_name_only {
            continue;
        }
        match parameter.times {
            Times::Once => pairs.push((parameter, given.next()?)),
            Times::Optional => pairs.extend(given.next().map(|argument| (parameter, argument))),
            Times::Many => pairs.extend(given.by_ref().map(|argument| (parameter, argument))),
        }
    }
    let all_named = signature.takes_any_name()
        || named.iter().all(|argument| {
            let is_it =
                |name: &str| argument.name.is_some_and(|given| given.eq_ignore_ascii_case(name));
            parameters.iter().any(|parameter| parameter.name.is_some_and(is_it))
        });
    (given.peek().is_none() && all_named).then_some(pairs)
}

/// What a variable stands for; an inner nothing where no argument says it, an outer one where they
/// contradict each other.
fn bound(variable: u8, pairs: &[Pair<'_, '_>]) -> Option<Option<Type>> {
    let mut alone: Vec<Candidate<'_>> = Vec::new();
    let mut arrays: Vec<Candidate<'_>> = Vec::new();
    for (parameter, argument) in pairs {
        match &parameter.pattern {
            Pattern::Variable(at) if *at == variable => {
                alone.push((argument.kind, argument.literal))
            }
            Pattern::Array(inner) => match (&**inner, argument.kind) {
                (Pattern::Variable(at), kind) if *at == variable => {
                    arrays.push((kind, argument.literal))
                }
                (Pattern::Range(inner), Type::Array(kind))
                    if **inner == Pattern::Variable(variable) =>
                {
                    if let Type::Range(kind) = &**kind {
                        alone.push((kind, &Literal::No));
                    }
                }
                _ => {}
            },
            Pattern::Range(inner) if **inner == Pattern::Variable(variable) => {
                match argument.kind {
                    Type::Range(kind) => alone.push((kind, &Literal::No)),
                    Type::Unknown => alone.push((&Type::Unknown, &Literal::No)),
                    Type::Null => {}
                    _ => return None,
                }
            }
            _ => {}
        }
    }
    if alone.is_empty() && arrays.is_empty() {
        return Some(None);
    }
    if arrays.is_empty() {
        return Some(Some(supertype(&alone)?));
    }
    // Elements are converted with literals only.
    let element = match supertype(&arrays)? {
        Type::Array(element) => (*element).clone(),
        Type::Unknown => Type::Unknown,
        Type::Null => Type::Null,
        _ => return None,
    };
    if alone.is_empty() {
        return Some(Some(element));
    }
    let literal = match arrays.iter().all(|(_, literal)| literal.is_whole()) {
        true => &Literal::Yes,
        false => &Literal::No,
    };
    alone.push((&element, literal));
    Some(Some(supertype(&alone)?))
}

fn becomes_text(kind: &Type) -> bool {
    !matches!(
        kind,
        Type::Bytes
            | Type::Array(_)
            | Type::Struct(_)
            | Type::Json
            | Type::Geography
            | Type::Range(_)
            | Type::Part
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::functions::function;

    /// `"INT64"` is computed, `"'INT64"` a literal.
    fn call(name: &str, arguments: &[&str]) -> String {
        let typed: Vec<(Type, Literal)> = arguments
            .iter()
            .map(|text| match text.strip_prefix('\'') {
                Some(text) => (Type::parse(text), Literal::Yes),
                None => (Type::parse(text), Literal::No),
            })
            .collect();
        let arguments: Vec<Argument<'_>> =
            typed.iter().map(|(kind, literal)| Argument { name: None, kind, literal }).collect();
        match choose(function(name).unwrap(), &arguments) {
            Chosen::Gives(kind) => kind.to_string(),
            Chosen::Nothing => "nothing".to_owned(),
        }
    }

    /// What Google's analyzer says of the same.
    #[test]
    fn the_least_conversion_is_chosen() {
        for (name, arguments, gives) in [
            ("+", &["INT64", "'FLOAT64"][..], "FLOAT64"),
            ("+", &["NUMERIC", "'FLOAT64"], "NUMERIC"),
            ("/", &["INT64", "INT64"], "FLOAT64"),
            ("/", &["NUMERIC", "INT64"], "NUMERIC"),
            ("+", &["STRING", "'INT64"], "nothing"),
            ("+", &["UNKNOWN", "INT64"], "UNKNOWN"),
            ("SQRT", &["INT64"], "FLOAT64"),
            ("ROUND", &["INT64"], "FLOAT64"),
            ("COALESCE", &["DATE", "'STRING"], "DATE"),
            ("ARRAY_CONCAT", &["'ARRAY<INT64>", "'ARRAY<FLOAT64>"], "ARRAY<FLOAT64>"),
            ("ARRAY_CONCAT", &["ARRAY<INT64>", "ARRAY<FLOAT64>"], "nothing"),
            ("CONCAT", &["STRING", "BYTES"], "nothing"),
            ("CONCAT", &["STRING", "DATE"], "STRING"),
            (
                "APPROX_TOP_SUM",
                &["STRING", "INT64", "'INT64"],
                "ARRAY<STRUCT<value STRING, sum INT64>>",
            ),
            ("DATE_ADD", &["UNKNOWN", "INTERVAL"], "UNKNOWN"),
            ("LENGTH", &["UNKNOWN"], "INT64"),
            ("SUM", &["DATE"], "nothing"),
        ] {
            assert_eq!(call(name, arguments), gives, "{name} {arguments:?}");
        }
    }
}
