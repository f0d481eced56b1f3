//! `range(…)`, and Python's slices.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, Value,
    value::{Enumerator, Object, ObjectRepr, ValueKind, from_args},
};

use super::list::List;

/// Most numbers a range may have: Jinja's own limit.
const MAX_RANGE: u64 = 100_000;

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Numbers from `start`, each `step` on from the last.
#[derive(Debug)]
pub struct Range {
    start: i64,
    stop: i64,
    step: i64,
    length: usize,
}

/// `range(stop)`, `range(start, stop)` and `range(start, stop, step)`.
pub fn range(args: &[Value]) -> Result<Value, Error> {
    let (first, stop, step): (i64, Option<i64>, Option<i64>) = from_args(args)?;
    let (start, stop) = stop.map_or((0, first), |stop| (first, stop));
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(invalid("a range needs a step that is not 0"));
    }
    let distance = if step > 0 { stop.saturating_sub(start) } else { start.saturating_sub(stop) };
    let length = u64::try_from(distance).unwrap_or(0).div_ceil(step.unsigned_abs());
    if length > MAX_RANGE {
        return Err(invalid(format!("a range has at most {MAX_RANGE} numbers, not {length}")));
    }
    Ok(Value::from_object(Range { start, stop, step, length: length as usize }))
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("start") => Some(Value::from(self.start)),
            Some("stop") => Some(Value::from(self.stop)),
            Some("step") => Some(Value::from(self.step)),
            Some(_) => None,
            None => {
                let at = place(i64::try_from(key.clone()).ok()?, self.length)?;
                Some(Value::from(self.start + at as i64 * self.step))
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.length)
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.step {
            1 => write!(f, "range({}, {})", self.start, self.stop),
            step => write!(f, "range({}, {}, {step})", self.start, self.stop),
        }
    }
}

/// The place that an index means: from the end where it is negative.
pub fn place(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index + length as i64 } else { index };
    usize::try_from(index).ok().filter(|index| *index < length)
}

/// `value[start:stop:step]`: a list of a list, a tuple of a tuple, a text of a text. What has no
/// slices has nothing there, as in Jinja.
pub fn slice(value: &Value, bounds: &[Value]) -> Result<Value, Error> {
    let (start, stop, step): (Option<i64>, Option<i64>, Option<i64>) = from_args(bounds)?;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(invalid("a slice needs a step that is not 0"));
    }
    if let Some(text) = value.as_str() {
        let characters: Vec<char> = text.chars().collect();
        let places = places(characters.len(), start, stop, step);
        return Ok(Value::from(places.map(|at| characters[at]).collect::<String>()));
    }
    if value.kind() != ValueKind::Seq {
        return Ok(Value::UNDEFINED);
    }
    let items: Vec<Value> = value.try_iter()?.collect();
    let items = places(items.len(), start, stop, step).map(|at| items[at].clone()).collect();
    Ok(if value.is_tuple() { List::tuple(items) } else { List::value(items) })
}

/// The places of a slice, as Python's `slice.indices` has them.
fn places(
    length: usize,
    start: Option<i64>,
    stop: Option<i64>,
    step: i64,
) -> impl Iterator<Item = usize> {
    let length = length as i64;
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |given: Option<i64>, default: i64| match given {
        Some(given) if given < 0 => given.saturating_add(length).clamp(lowest, highest),
        Some(given) => given.clamp(lowest, highest),
        None => default,
    };
    let start = bound(start, if step > 0 { lowest } else { highest });
    let stop = bound(stop, if step > 0 { highest } else { lowest });
    let count = if step > 0 { stop - start } else { start - stop };
    let count = u64::try_from(count).unwrap_or(0).div_ceil(step.unsigned_abs());
    (0..count as i64).map(move |at| (start + at * step) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(start: Option<i64>, stop: Option<i64>, step: i64) -> Vec<usize> {
        places(5, start, stop, step).collect()
    }

    #[test]
    fn slices_are_pythons() {
        assert_eq!(of(None, None, 1), [0, 1, 2, 3, 4]);
        assert_eq!(of(Some(1), Some(-1), 1), [1, 2, 3]);
        assert_eq!(of(Some(-2), None, 1), [3, 4]);
        assert_eq!(of(Some(-9), Some(9), 2), [0, 2, 4]);
        assert_eq!(of(None, None, -1), [4, 3, 2, 1, 0]);
        assert_eq!(of(Some(3), Some(0), -2), [3, 1]);
        assert_eq!(of(Some(9), Some(-9), -2), [4, 2, 0]);
        assert!(of(Some(3), Some(1), 1).is_empty());
        assert!(of(None, Some(i64::MIN), i64::MAX).is_empty());
    }
}
