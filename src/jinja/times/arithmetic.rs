//! `+`, `-`, `*`, `/`, `//` and `%` of times and lengths of time.

use std::cmp::Ordering;

use minijinja::{Error, Value};

use super::{Clock, Moment, TimeDelta, invalid};

/// `left operator right`, where one of them is a time or a length of time; none otherwise.
///
/// # Errors
/// What Python refuses: results out of range, times that cannot be told apart.
pub fn time_arithmetic(
    left: &Value,
    operator: &str,
    right: &Value,
) -> Result<Option<Value>, Error> {
    let lengths = (left.downcast_object_ref(), right.downcast_object_ref());
    let moments: (Option<&Moment>, Option<&Moment>) =
        (left.downcast_object_ref(), right.downcast_object_ref());
    let value = match (lengths, moments) {
        ((Some(left), Some(right)), _) => return of_lengths(*left, operator, *right),
        ((_, Some(length)), (Some(moment), _)) => match operator {
            "+" => Some(moment.shifted(*length, 1)?),
            "-" => Some(moment.shifted(*length, -1)?),
            _ => None,
        },
        ((Some(length), _), (_, Some(moment))) => match operator {
            "+" => Some(moment.shifted(*length, 1)?),
            _ => None,
        },
        ((Some(length), None), (None, None)) => return scaled(*length, operator, right),
        ((None, Some(length)), (None, None)) if operator == "*" => {
            return scaled(*length, operator, left);
        }
        (_, (Some(left), Some(right))) if operator == "-" => {
            return left.since(right).map(Value::from_object).map(Some);
        }
        _ => None,
    };
    Ok(value.map(Value::from_object))
}

/// The order of two times or lengths of time; none of other values.
///
/// # Errors
/// A date and a datetime, a datetime with a zone and one without.
pub fn time_order(left: &Value, right: &Value) -> Option<Result<Ordering, Error>> {
    let lengths = (left.downcast_object_ref(), right.downcast_object_ref());
    if let (Some(left), Some(right)) = lengths {
        return Some(Ok(TimeDelta::cmp(left, right)));
    }
    let clocks = (left.downcast_object_ref::<Clock>(), right.downcast_object_ref::<Clock>());
    if let (Some(left), Some(right)) = clocks {
        return Some(Ok(left.0.cmp(&right.0)));
    }
    let left = left.downcast_object_ref::<Moment>()?;
    let right = right.downcast_object_ref::<Moment>()?;
    Some(left.since(right).map(|length| length.micros().cmp(&0)).map_err(|error| {
        let detail = error.detail().unwrap_or_default().replace("subtracted from", "compared with");
        invalid(detail.trim_end_matches(", nor the reverse").to_owned())
    }))
}

fn of_lengths(left: TimeDelta, operator: &str, right: TimeDelta) -> Result<Option<Value>, Error> {
    let (a, b) = (left.micros(), right.micros());
    if matches!(operator, "/" | "//" | "%") && b == 0 {
        return Err(invalid("a length of time is divided by one that is 0"));
    }
    // Python's division goes down, and what is left has the sign of the divisor.
    let floor = |a: i128, b: i128| a.div_euclid(b) - i128::from(b < 0 && a.rem_euclid(b) != 0);
    Ok(Some(match operator {
        "+" => Value::from_object(TimeDelta::of_micros(a + b)?),
        "-" => Value::from_object(TimeDelta::of_micros(a - b)?),
        "/" => Value::from(a as f64 / b as f64),
        "//" => Value::from(floor(a, b)),
        "%" => Value::from_object(TimeDelta::of_micros(a - b * floor(a, b))?),
        _ => return Ok(None),
    }))
}

/// A length times or divided by a number.
fn scaled(length: TimeDelta, operator: &str, number: &Value) -> Result<Option<Value>, Error> {
    let micros = length.micros();
    let whole = i64::try_from(number.clone()).ok().filter(|_| number.is_integer());
    let real = f64::try_from(number.clone()).ok().filter(|_| number.is_number());
    if matches!(operator, "/" | "//") && real == Some(0.0) {
        return Err(invalid("a length of time is divided by 0"));
    }
    let micros = match (operator, whole, real) {
        ("*", Some(whole), _) => micros.checked_mul(i128::from(whole)),
        ("//", Some(whole), _) => {
            let whole = i128::from(whole);
            let down = micros.div_euclid(whole);
            Some(down - i128::from(whole < 0 && micros.rem_euclid(whole) != 0))
        }
        ("*", None, Some(real)) => Some((micros as f64 * real).round_ties_even() as i128),
        ("/", _, Some(real)) => Some((micros as f64 / real).round_ties_even() as i128),
        _ => return Ok(None),
    };
    let micros = micros.ok_or_else(|| invalid("this length of time is out of range"))?;
    TimeDelta::of_micros(micros).map(Value::from_object).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_goes_down() {
        let of = |micros| TimeDelta::of_micros(micros).expect("in range");
        let result = |a, operator, b| {
            let value = of_lengths(of(a), operator, of(b)).expect("divides").expect("is known");
            value.to_string()
        };
        assert_eq!(result(7, "//", 2), "3");
        assert_eq!(result(-7, "//", 2), "-4");
        assert_eq!(result(7, "//", -2), "-4");
        assert_eq!(result(-7, "//", -2), "3");
        assert_eq!(result(-7, "%", 2), "0:00:00.000001");
        assert_eq!(result(7, "%", -2), "-1 day, 23:59:59.999999");
    }
}
