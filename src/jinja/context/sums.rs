//! `+` and `-` in templates that work with times, which the template engine cannot add.

use std::sync::LazyLock;

use minijinja::{Environment, Error, Value, context};

use super::moments::add_times;

/// `left + right` or `left - right`.
pub fn sum(left: &Value, right: &Value, operator: &str) -> Result<Value, Error> {
    // The engine's own arithmetic is only open to templates.
    static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(Environment::new);
    let sign = if operator == "-" { -1 } else { 1 };
    if let Some(value) = add_times(left, right, sign) {
        return Ok(value);
    }
    if left.is_integer()
        && right.is_integer()
        && let (Ok(a), Ok(b)) = (i64::try_from(left.clone()), i64::try_from(right.clone()))
        && let Some(value) = b.checked_mul(i64::from(sign)).and_then(|b| a.checked_add(b))
    {
        return Ok(Value::from(value));
    }
    let text = if sign < 0 { "left - right" } else { "left + right" };
    let expression = ENVIRONMENT.compile_expression(text)?;
    expression.eval(context! { left, right })
}

/// `__sum(a, '+', b, '-', c)`: from left to right.
pub fn sums(terms: &[Value]) -> Result<Value, Error> {
    let mut value = terms.first().cloned().unwrap_or_default();
    for pair in terms.get(1..).unwrap_or_default().chunks(2) {
        if let [operator, term] = pair {
            value = sum(&value, term, operator.as_str().unwrap_or("+"))?;
        }
    }
    Ok(value)
}
