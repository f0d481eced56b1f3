//! `modules.itertools`: the functions that end and need no callback.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr},
};

use crate::jinja::list::List;

/// Most rows a product or a selection may have: more is a mistake in a template.
const MAX_ROWS: usize = 1_000_000;

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn items(value: &Value) -> Result<Vec<Value>, Error> {
    Ok(value.try_iter()?.collect())
}

/// `itertools.chain`, which also has `chain.from_iterable`.
#[derive(Debug)]
pub struct Chain;

impl Object for Chain {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let mut all = Vec::new();
        for arg in args {
            all.extend(items(arg)?);
        }
        Ok(List::value(all))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match (method, args) {
            ("from_iterable", [lists]) => self.call(state, &items(lists)?),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// A function of the module.
pub fn iteration(method: &str, args: &[Value]) -> Result<Value, Error> {
    let (positional, options) = match args.split_last() {
        Some((last, rest)) if last.is_kwargs() => (rest, Kwargs::try_from(last.clone())?),
        _ => (args, Kwargs::from_iter(Vec::<(String, Value)>::new())),
    };
    let first = || positional.first().ok_or_else(|| invalid("expected something to go through"));
    let number = |at: usize| -> Result<Option<usize>, Error> {
        match positional.get(at).filter(|value| !value.is_none()) {
            Some(value) => Ok(Some(usize::try_from(value.clone())?)),
            None => Ok(None),
        }
    };
    let tuples = |rows: Vec<Vec<Value>>| List::value(rows.into_iter().map(List::tuple).collect());
    match method {
        "product" => {
            let repeat = options.get::<Option<usize>>("repeat")?.unwrap_or(1);
            let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
            for list in std::iter::repeat_n(positional, repeat).flatten() {
                let list = items(list)?;
                bounded(rows.len().saturating_mul(list.len()))?;
                rows = rows
                    .iter()
                    .flat_map(|row| list.iter().map(|item| extended(row, item.clone())))
                    .collect();
            }
            Ok(tuples(rows))
        }
        "combinations" | "permutations" | "combinations_with_replacement" => {
            let all = items(first()?)?;
            let size = number(1)?.unwrap_or(all.len());
            let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
            for _ in 0..size {
                rows = rows
                    .iter()
                    .flat_map(|row| {
                        let start = match method {
                            "combinations" => row.last().map_or(0, |last| last + 1),
                            "permutations" => 0,
                            _ => row.last().copied().unwrap_or(0),
                        };
                        (start..all.len())
                            .filter(|at| method != "permutations" || !row.contains(at))
                            .map(|at| extended(row, at))
                            .collect::<Vec<_>>()
                    })
                    .collect();
                bounded(rows.len())?;
            }
            let pick = |row: Vec<usize>| row.into_iter().map(|at| all[at].clone()).collect();
            Ok(tuples(rows.into_iter().map(pick).collect()))
        }
        "repeat" => {
            let times = number(1)?.ok_or_else(|| invalid("`repeat` needs a number here"))?;
            bounded(times)?;
            Ok(List::value(vec![first()?.clone(); times]))
        }
        "islice" => {
            let all = items(first()?)?;
            let (start, stop) = match positional.len() {
                0..=2 => (0, number(1)?),
                _ => (number(1)?.unwrap_or(0), number(2)?),
            };
            let stop = stop.unwrap_or(all.len());
            let step = number(3)?.unwrap_or(1).max(1);
            let taken = all.into_iter().take(stop).skip(start).step_by(step);
            Ok(List::value(taken.collect()))
        }
        "zip_longest" => {
            let fill =
                options.get::<Option<Value>>("fillvalue")?.unwrap_or_else(|| Value::from(()));
            let columns = positional.iter().map(items).collect::<Result<Vec<_>, _>>()?;
            let length = columns.iter().map(Vec::len).max().unwrap_or(0);
            let cell = |column: &Vec<Value>, at: usize| column.get(at).unwrap_or(&fill).clone();
            let rows =
                (0..length).map(|at| columns.iter().map(|column| cell(column, at)).collect());
            Ok(tuples(rows.collect()))
        }
        "accumulate" => {
            let mut sum = None;
            let mut sums = Vec::new();
            for item in items(first()?)? {
                let next = match sum {
                    Some(sum) => super::sums::sum(&sum, &item, "+")?,
                    None => item,
                };
                sums.push(next.clone());
                sum = Some(next);
            }
            Ok(List::value(sums))
        }
        "groupby" => {
            let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
            for item in items(first()?)? {
                match groups.last_mut() {
                    Some((key, group)) if *key == item => group.push(item),
                    _ => groups.push((item.clone(), vec![item])),
                }
            }
            let pair = |(key, group)| vec![key, List::value(group)];
            Ok(tuples(groups.into_iter().map(pair).collect()))
        }
        "pairwise" => {
            let all = items(first()?)?;
            Ok(tuples(all.windows(2).map(<[Value]>::to_vec).collect()))
        }
        _ => Err(Error::new(
            ErrorKind::UnknownMethod,
            format!("`itertools.{method}` is not supported; write a `for` loop"),
        )),
    }
}

fn extended<T: Clone>(row: &[T], item: T) -> Vec<T> {
    let mut next = row.to_vec();
    next.push(item);
    next
}

fn bounded(rows: usize) -> Result<(), Error> {
    if rows > MAX_ROWS {
        return Err(invalid(format!("more than {MAX_ROWS} rows")));
    }
    Ok(())
}
