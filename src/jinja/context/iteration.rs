//! `modules.itertools`, as far as dbt opens it
//! (<https://docs.getdbt.com/reference/dbt-jinja-functions/modules#itertools>).

use minijinja::{Error, State, Value, value::ValueKind};

use super::{arithmetic::arithmetic, functions::invalid};
use crate::jinja::{
    arguments::Arguments,
    generator::{Generator, Items},
    list::List,
};

/// Most rows a product or a selection may have: more is a mistake in a template.
const MAX_ROWS: usize = 1_000_000;

fn items(value: &Value) -> Result<Vec<Value>, Error> {
    let items = Items::of(value)?;
    if items.left().is_none() {
        return Err(invalid("expected something with an end; take a part of it with `islice`"));
    }
    Ok(items.collect())
}

/// A number that is not negative; none where it is left out or `none`.
fn number(given: &Arguments<'_>, at: usize, name: &str) -> Result<Option<usize>, Error> {
    given.get::<usize>(at, name)
}

/// An argument that has to be there.
fn required(given: &Arguments<'_>, at: usize, name: &str) -> Result<Value, Error> {
    given.value(at, name)?.ok_or_else(|| given.wrong(format!("`{name}` is missing")))
}

/// A function of the module; none where it has no function of the name.
pub fn iteration(
    function: &str,
    state: &mut State<'_, '_>,
    args: &[Value],
) -> Result<Option<Value>, Error> {
    let given = Arguments::new("itertools", args)?;
    let value = match function {
        "count" => {
            let start = given.value(0, "start")?.unwrap_or_else(|| Value::from(0));
            let step = given.value(1, "step")?.unwrap_or_else(|| Value::from(1));
            if start.kind() != ValueKind::Number || step.kind() != ValueKind::Number {
                return Err(invalid("`count` counts in numbers"));
            }
            let next =
                move |last: &Value| Some(arithmetic(last, "+", &step).unwrap_or_else(Value::from));
            Generator::lazy("count", Items::new(std::iter::successors(Some(start), next), None))
        }
        "cycle" => {
            let all = items(&required(&given, 0, "iterable")?)?;
            let length = all.is_empty().then_some(0);
            Generator::lazy("cycle", Items::new(all.into_iter().cycle(), length))
        }
        "repeat" => {
            let object = required(&given, 0, "object")?;
            let times = number(&given, 1, "times")?;
            let again = std::iter::repeat_n(object, times.unwrap_or(usize::MAX));
            Generator::lazy("repeat", Items::new(again, times))
        }
        "accumulate" => {
            let mut all = items(&required(&given, 0, "iterable")?)?.into_iter();
            let function = given.value(1, "func")?.filter(|function| !function.is_none());
            let initial = given.value(2, "initial")?.filter(|initial| !initial.is_none());
            let mut sums: Vec<Value> = initial.or_else(|| all.next()).into_iter().collect();
            for item in all {
                let last = sums.last().cloned().unwrap_or_default();
                sums.push(match &function {
                    Some(function) => function.call(state, &[last, item])?,
                    None => arithmetic(&last, "+", &item)?,
                });
            }
            Generator::value("accumulate", sums)
        }
        "chain" => {
            let parts: Result<Vec<Items>, Error> = given.positional.iter().map(Items::of).collect();
            let parts = parts?;
            let length = parts.iter().try_fold(0, |sum: usize, part| sum.checked_add(part.left()?));
            Generator::lazy("chain", Items::new(parts.into_iter().flatten(), length))
        }
        "compress" => {
            let data = items(&required(&given, 0, "data")?)?;
            let wanted = Items::of(&required(&given, 1, "selectors")?)?;
            let kept = data.into_iter().zip(wanted).filter(|(_, wanted)| wanted.is_true());
            Generator::value("compress", kept.map(|(item, _)| item).collect())
        }
        "starmap" => {
            let function = required(&given, 0, "function")?;
            let mut results = Vec::new();
            for arguments in items(&required(&given, 1, "iterable")?)? {
                results.push(function.call(state, &items(&arguments)?)?);
            }
            Generator::value("starmap", results)
        }
        "tee" => {
            let all = items(&required(&given, 0, "iterable")?)?;
            let copies = number(&given, 1, "n")?.unwrap_or(2);
            bounded(copies.saturating_mul(all.len()))?;
            let copies = (0..copies).map(|_| Generator::value("tee", all.clone()));
            List::tuple(copies.collect())
        }
        "islice" => {
            let (start, stop, step) = match given.positional {
                [_, stop] => (None, Some(stop), None),
                [_, start, stop] => (Some(start), Some(stop), None),
                [_, start, stop, step] => (Some(start), Some(stop), Some(step)),
                _ => {
                    return Err(invalid(
                        "write it like `islice(items, stop)` or `islice(items, start, stop, step)`",
                    ));
                }
            };
            let number = |value: Option<&Value>| -> Result<Option<usize>, Error> {
                value
                    .filter(|value| !value.is_none())
                    .map(|value| usize::try_from(value.clone()))
                    .transpose()
            };
            let (start, stop) = (number(start)?.unwrap_or(0), number(stop)?);
            let step = number(step)?.unwrap_or(1);
            if step == 0 {
                return Err(invalid("`islice` needs a step that is not 0"));
            }
            let all = Items::of(&given.positional[0])?;
            let end = match (all.left(), stop) {
                (Some(left), Some(stop)) => Some(left.min(stop)),
                (left, stop) => left.or(stop),
            };
            let length = end.map(|end| end.saturating_sub(start).div_ceil(step));
            let taken = all.take(stop.unwrap_or(usize::MAX)).skip(start).step_by(step);
            Generator::lazy("islice", Items::new(taken, length))
        }
        "zip_longest" => {
            let fill = given.named.get::<Option<Value>>("fillvalue")?;
            let fill = fill.unwrap_or_else(|| Value::from(()));
            let columns = given.positional.iter().map(items).collect::<Result<Vec<_>, _>>()?;
            let length = columns.iter().map(Vec::len).max().unwrap_or(0);
            let cell = |column: &Vec<Value>, at: usize| column.get(at).unwrap_or(&fill).clone();
            let row = |at| List::tuple(columns.iter().map(|column| cell(column, at)).collect());
            Generator::value("zip_longest", (0..length).map(row).collect())
        }
        "product" => {
            let repeat = given.named.get::<Option<usize>>("repeat")?.unwrap_or(1);
            let columns = given.positional.iter().map(items).collect::<Result<Vec<_>, _>>()?;
            let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
            for column in std::iter::repeat_n(&columns, repeat).flatten() {
                bounded(rows.len().saturating_mul(column.len()))?;
                let longer = |row: &Vec<Value>| {
                    column.iter().map(|item| extended(row, item.clone())).collect::<Vec<_>>()
                };
                rows = rows.iter().flat_map(longer).collect();
            }
            Generator::value("product", rows.into_iter().map(List::tuple).collect())
        }
        "combinations" | "permutations" | "combinations_with_replacement" => {
            let all = items(&required(&given, 0, "iterable")?)?;
            let size = match (number(&given, 1, "r")?, function) {
                (Some(size), _) => size,
                (None, "permutations") => all.len(),
                (None, _) => return Err(invalid(format!("`{function}` needs a length `r`"))),
            };
            selections(function, &all, size)?
        }
        _ => return Ok(None),
    };
    given.named.assert_all_used()?;
    Ok(Some(value))
}

/// All ways to take `size` items.
fn selections(function: &str, all: &[Value], size: usize) -> Result<Value, Error> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..size {
        let longer = |row: &Vec<usize>| {
            let start = match function {
                "combinations" => row.last().map_or(0, |last| last + 1),
                "permutations" => 0,
                _ => row.last().copied().unwrap_or(0),
            };
            (start..all.len())
                .filter(|at| function != "permutations" || !row.contains(at))
                .map(|at| extended(row, at))
                .collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
        bounded(rows.len())?;
        if rows.is_empty() {
            break;
        }
    }
    let name = match function {
        "combinations" => "combinations",
        "permutations" => "permutations",
        _ => "combinations_with_replacement",
    };
    let pick = |row: Vec<usize>| row.into_iter().map(|at| all[at].clone()).collect();
    Ok(Generator::value(name, rows.into_iter().map(pick).map(List::tuple).collect()))
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
