//! Comparisons as GoogleSQL has them where DuckDB differs: NaN is not equal to anything and smaller
//! than nothing, structs are compared field by field and by position
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#comparison_operators>).

use super::{
    ast::{BinaryOperator, Expr, Spanned},
    bignumerics::mixes_bignumeric,
    choices::{is_moment, is_text_literal},
    operators::constant_number,
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// A text written out becomes a date or moment beside one
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#literal_coercion>).
    pub fn coerced(&mut self, value: &Typed, beside: &Typed) -> Typed {
        if mixes_bignumeric(&value.kind, &beside.kind) {
            let common = value.kind.common(&beside.kind);
            return self.beside_bignumeric(value.clone(), &common);
        }
        if !is_text_literal(value) || !is_moment(&beside.kind) {
            return value.clone();
        }
        Typed::new(self.convert(value, &beside.kind, false), beside.kind.clone())
    }

    /// Refuses a comparison with one of the others, if their types have none.
    pub fn refuse_incomparable<'t>(
        &mut self,
        value: &Typed,
        others: impl IntoIterator<Item = &'t Typed>,
        place: &impl Spanned,
    ) -> Option<Typed> {
        let (one, other) =
            others.into_iter().find_map(|other| incomparable(&value.kind, &other.kind))?;
        let message = format!("{one} and {other} cannot be compared");
        Some(self.refuse("wrong-type", message, place, Some("use CAST on one of them")))
    }

    /// `left op right` for the six comparisons.
    pub fn comparison(
        &mut self,
        op: BinaryOperator,
        left: &Typed,
        right: &Typed,
        place: &Expr,
    ) -> Typed {
        let (left, right) = (&self.coerced(left, right), &self.coerced(right, left));
        if let Some(refused) = self.refuse_incomparable(left, [right], place) {
            return refused;
        }
        let sql = match (&left.kind, &right.kind) {
            (Type::Array(_), _) | (_, Type::Array(_)) => {
                let message = "arrays cannot be compared";
                let help = "compare TO_JSON_STRING of both, or their elements";
                return self.refuse("wrong-type", message, place, Some(help));
            }
            (Type::Struct(_), Type::Struct(_)) => match op {
                BinaryOperator::Eq => self.equal(left, right),
                BinaryOperator::NotEq => format!("(NOT {})", self.equal(left, right)),
                _ => {
                    let message =
                        format!("structs have no order: `{}` cannot compare them", op.symbol());
                    return self.refuse("wrong-type", message, place, None);
                }
            },
            (Type::Float64, _) | (_, Type::Float64) => self.of_floats(op, left, right),
            _ => format!("({} {} {})", left.sql, op.symbol(), right.sql),
        };
        Typed::new(sql, Type::Bool)
    }

    /// `left = right` of any types.
    pub fn equal(&mut self, left: &Typed, right: &Typed) -> String {
        let (left, right) = (&self.coerced(left, right), &self.coerced(right, left));
        match (&left.kind, &right.kind) {
            (Type::Struct(left_fields), Type::Struct(right_fields))
                if left_fields.len() == right_fields.len() && !left_fields.is_empty() =>
            {
                let kinds: Vec<_> = left_fields
                    .iter()
                    .zip(right_fields)
                    .map(|(left, right)| (left.clone(), right.clone()))
                    .collect();
                self.bind_nested(&[left, right], |translator, names| {
                    let parts: Vec<String> = kinds
                        .iter()
                        .map(|((left_name, left_kind), (right_name, right_kind))| {
                            let part = |value: &str, name: &str, kind: &Type| {
                                Typed::new(format!("{value}.{}", quote(name)), kind.clone())
                            };
                            translator.equal(
                                &part(&names[0], left_name, left_kind),
                                &part(&names[1], right_name, right_kind),
                            )
                        })
                        .collect();
                    // A NULL struct is NULL, not a struct of NULLs.
                    format!(
                        "(CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN {2} END)",
                        names[0],
                        names[1],
                        parts.join(" AND ")
                    )
                })
            }
            (Type::Float64, _) | (_, Type::Float64) => {
                self.of_floats(BinaryOperator::Eq, left, right)
            }
            _ => format!("({} = {})", left.sql, right.sql),
        }
    }

    /// `value IN (…)`.
    pub fn is_in(&mut self, value: &Typed, items: &[Typed], negated: bool, place: &Expr) -> Typed {
        let items: Vec<Typed> =
            items.iter().map(|item| self.coerced(&item.beside(&value.kind), value)).collect();
        let value = &items.iter().fold(value.clone(), |value, item| self.coerced(&value, item));
        if let Some(refused) = self.refuse_incomparable(value, &items, place) {
            return refused;
        }
        let not = if negated { "NOT " } else { "" };
        let own =
            matches!(value.kind, Type::Struct(_) | Type::Float64) && !items.iter().all(is_finite);
        let sql = if own {
            let kind = value.kind.clone();
            let all: Vec<&Typed> = std::iter::once(value).chain(&items).collect();
            let any = self.bind_nested(&all, |translator, names| {
                let value = Typed::new(names[0].as_str(), kind);
                let parts: Vec<String> = items
                    .iter()
                    .zip(&names[1..])
                    .map(|(item, name)| Typed::new(name.as_str(), item.kind.clone()))
                    .map(|item| translator.equal(&value, &item))
                    .collect();
                format!("({})", parts.join(" OR "))
            });
            format!("({not}{any})")
        } else {
            let items: Vec<&str> = items.iter().map(|item| item.sql.as_str()).collect();
            format!("({} {not}IN ({}))", value.sql, items.join(", "))
        };
        Typed::new(sql, Type::Bool)
    }

    /// `left IS [NOT] DISTINCT FROM right`: structs go field by field, by position.
    pub fn is_distinct(&mut self, left: &Expr, right: &Expr, negated: bool, place: &Expr) -> Typed {
        let (left, right) = (self.expression(left), self.expression(right));
        let (left, right) = (self.coerced(&left, &right), self.coerced(&right, &left));
        if let Some(refused) = self.refuse_incomparable(&left, [&right], place) {
            return refused;
        }
        let not = if negated { "NOT " } else { "" };
        let sql = match (&left.kind, &right.kind) {
            (Type::Struct(_), Type::Struct(_)) => {
                format!("({not}{})", self.distinct(&left, &right))
            }
            _ => format!("({} IS {not}DISTINCT FROM {})", left.sql, right.sql),
        };
        Typed::new(sql, Type::Bool)
    }

    fn distinct(&mut self, left: &Typed, right: &Typed) -> String {
        let (Type::Struct(left_fields), Type::Struct(right_fields)) = (&left.kind, &right.kind)
        else {
            let (left, right) = (self.coerced(left, right), self.coerced(right, left));
            return format!("({} IS DISTINCT FROM {})", left.sql, right.sql);
        };
        let kinds: Vec<_> = left_fields.iter().cloned().zip(right_fields.iter().cloned()).collect();
        self.bind_nested(&[left, right], |translator, names| {
            let mut parts = vec![format!("({} IS NULL) <> ({} IS NULL)", names[0], names[1])];
            for ((left_name, left_kind), (right_name, right_kind)) in kinds {
                let left = format!("{}.{}", names[0], quote(&left_name));
                let right = format!("{}.{}", names[1], quote(&right_name));
                parts.push(
                    translator
                        .distinct(&Typed::new(left, left_kind), &Typed::new(right, right_kind)),
                );
            }
            format!("({})", parts.join(" OR "))
        })
    }

    /// `value BETWEEN low AND high`.
    pub fn between(
        &mut self,
        value: &Typed,
        low: &Typed,
        high: &Typed,
        negated: bool,
        place: &Expr,
    ) -> Typed {
        let not = if negated { "NOT " } else { "" };
        let (low, high) = (low.beside(&value.kind), high.beside(&value.kind));
        let (low, high) = (&self.coerced(&low, value), &self.coerced(&high, value));
        let value = self.coerced(value, low);
        let value = &self.coerced(&value, high);
        if let Some(refused) = self.refuse_incomparable(value, [low, high], place) {
            return refused;
        }
        let floats = [value, low, high].iter().any(|side| side.kind == Type::Float64);
        if !floats {
            let sql = format!("({} {not}BETWEEN {} AND {})", value.sql, low.sql, high.sql);
            return Typed::new(sql, Type::Bool);
        }
        let both = self.bind_nested(&[value, low, high], |translator, names| {
            let [value, low, high] = [(0, value), (1, low), (2, high)]
                .map(|(at, side)| Typed::new(names[at].as_str(), side.kind.clone()));
            let above = translator.comparison(BinaryOperator::GtEq, &value, &low, place);
            let below = translator.comparison(BinaryOperator::LtEq, &value, &high, place);
            format!("({} AND {})", above.sql, below.sql)
        });
        Typed::new(format!("({not}{both})"), Type::Bool)
    }

    /// DuckDB holds NaN for the largest number and equal to itself.
    fn of_floats(&mut self, op: BinaryOperator, left: &Typed, right: &Typed) -> String {
        use BinaryOperator as Op;
        let guarded = match op {
            Op::Eq | Op::NotEq | Op::Gt | Op::GtEq => left,
            _ => right,
        };
        let other = if std::ptr::eq(guarded, left) { right } else { left };
        // One finite side settles `=` and `<>`, and an integer is never NaN.
        let settled = matches!(op, Op::Eq | Op::NotEq) && is_finite(other);
        if is_finite(guarded) || settled {
            return format!("({} {} {})", left.sql, op.symbol(), right.sql);
        }
        let is_left = std::ptr::eq(guarded, left);
        self.bind(&[left, right], |names| {
            let (guarded, other) =
                if is_left { (&names[0], &names[1]) } else { (&names[1], &names[0]) };
            // Beside NULL the answer is NULL, of NaN too.
            let (left, right) = (&names[0], &names[1]);
            if op == Op::NotEq {
                format!("({left} <> {right} OR ({other} IS NOT NULL AND isnan({guarded})))")
            } else {
                let op = op.symbol();
                format!("({left} {op} {right} AND ({other} IS NULL OR NOT isnan({guarded})))")
            }
        })
    }
}

/// Whether a value can be no NaN.
fn is_finite(value: &Typed) -> bool {
    matches!(value.kind, Type::Int64 | Type::Numeric | Type::BigNumeric)
        || constant_number(&value.sql).is_some_and(f64::is_finite)
}

/// The names of two types that GoogleSQL compares in no way. Unknown types compare.
fn incomparable(left: &Type, right: &Type) -> Option<(String, String)> {
    let class = |kind: &Type| match kind {
        Type::Unknown | Type::Null => None,
        Type::Int64 | Type::Float64 | Type::Numeric | Type::BigNumeric => Some(0),
        Type::Bool => Some(1),
        Type::Bytes => Some(2),
        Type::String => Some(3),
        Type::Json => Some(4),
        Type::Interval => Some(5),
        Type::Array(_) => Some(6),
        Type::Struct(_) => Some(7),
        Type::Date | Type::DateTime => Some(8),
        Type::Timestamp => Some(9),
        Type::Time => Some(10),
        Type::Range(element) => match element.as_ref() {
            Type::Date => Some(11),
            Type::DateTime => Some(12),
            _ => Some(13),
        },
    };
    if let (Type::Struct(left_fields), Type::Struct(right_fields)) = (left, right) {
        let mut pairs = left_fields.iter().zip(right_fields);
        let differ = left_fields.len() != right_fields.len()
            || pairs.any(|((_, left), (_, right))| incomparable(left, right).is_some());
        return differ.then(|| (left.google(), right.google()));
    }
    let (one, other) = (class(left)?, class(right)?);
    (one != other || one == 4).then(|| (left.google(), right.google()))
}
