//! Expressions: what each kind becomes.

use super::{
    ast::{BinaryOperator, Expr, ExprKind, IsTest, Spanned, UnaryOperator},
    translate::{Translator, Typed},
    types::Type,
};

/// The engine's SQL for one expression at most: some functions name an argument twice, which nesting
/// multiplies.
const MAX_SQL_BYTES: usize = 4 * 1024 * 1024;

impl Translator<'_> {
    /// An expression with its type.
    pub fn expression(&mut self, expression: &Expr) -> Typed {
        let typed = self.translated(expression);
        if typed.sql.len() > MAX_SQL_BYTES {
            let message =
                format!("one expression takes more than {MAX_SQL_BYTES} bytes of the engine's SQL");
            let help = "compute parts of it in a subquery";
            return self.refuse("sql-depth", message, expression, Some(help));
        }
        typed
    }

    fn translated(&mut self, expression: &Expr) -> Typed {
        match &expression.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Bytes(_)
            | ExprKind::TypedText(..) => self.literal(expression),
            ExprKind::Path(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.value.clone()).collect();
                self.path(&parts, expression)
            }
            ExprKind::Parameter(name)
                if let Some(value) = self.parameter(name, expression.span.start) =>
            {
                value
            }
            ExprKind::Parameter(name) => {
                let message = format!("the parameter `{name}` has no value here");
                let help = "use a variable of the project: {{ var('name') }}";
                self.refuse("unsupported-syntax", message, expression, Some(help))
            }
            ExprKind::Field(value, name) => {
                let value = self.expression(value);
                let base = match value.sql.starts_with('"') {
                    true => value.sql,
                    false => format!("({})", value.sql),
                };
                self.member(Typed::new(base, value.kind), &name.value, name)
            }
            ExprKind::Subscript(value, how, index) => {
                let value = self.expression(value);
                self.subscript(value, *how, index)
            }
            ExprKind::Nested(inner) => {
                let typed = self.expression(inner);
                Typed::new(format!("({})", typed.sql), typed.kind)
            }
            ExprKind::Binary(left, operator, right) => {
                self.binary(left, *operator, right, expression)
            }
            ExprKind::Unary(operator, value) => self.unary(*operator, value),
            ExprKind::Is { value, test, negated } => self.is_test(value, *test, *negated),
            ExprKind::Distinct { left, right, negated } => {
                self.is_distinct(left, right, *negated, expression)
            }
            ExprKind::InList { value, items, negated } => {
                let value = self.expression(value);
                let items: Vec<Typed> = items.iter().map(|item| self.expression(item)).collect();
                self.is_in(&value, &items, *negated, expression)
            }
            ExprKind::InQuery { value, query, negated } => self.in_query(value, query, *negated),
            ExprKind::InArray { value, array, negated } => self.in_array(value, array, *negated),
            ExprKind::Between { value, low, high, negated } => {
                let (value, low, high) =
                    (self.expression(value), self.expression(low), self.expression(high));
                self.between(&value, &low, &high, *negated, expression)
            }
            ExprKind::Like { value, patterns, negated } => {
                self.like(value, patterns, *negated, expression)
            }
            ExprKind::Case { operand, whens, otherwise } => {
                self.case(operand.as_deref(), whens, otherwise.as_deref(), expression)
            }
            ExprKind::Cast { safe, value, data_type, format, zone } => {
                self.cast(*safe, value, data_type, (format.as_deref(), zone.as_deref()), expression)
            }
            ExprKind::Extract { part, value, zone } => {
                self.extract(part, value, zone.as_deref(), expression)
            }
            ExprKind::Call(call) => self.function(call, expression),
            ExprKind::Exists(query) => {
                let (query, _) = self.query(query);
                Typed::new(format!("(EXISTS ({query}))"), Type::Bool)
            }
            ExprKind::Subquery(query) => {
                let (text, columns) = self.value_query(query);
                let kind = columns.columns.first().map(|(_, kind)| kind.clone());
                Typed::new(format!("({text})"), kind.unwrap_or_default())
            }
            ExprKind::ArrayQuery(query) => {
                let (text, columns) = self.value_query(query);
                let kind = columns.columns.first().map(|(_, kind)| kind.clone());
                let kind = Type::Array(Box::new(kind.unwrap_or_default()));
                Typed::new(format!("ARRAY({text})"), kind)
            }
            ExprKind::Array(None, items) => self.array(items, expression),
            ExprKind::Struct(None, items) => {
                self.structure(items.iter().map(|item| (&item.value, item.name.as_ref())).collect())
            }
            ExprKind::Tuple(items) => {
                self.structure(items.iter().map(|item| (item, None)).collect())
            }
            ExprKind::Array(Some(data_type), items) => {
                let items = items.iter().collect();
                self.typed_constructor(data_type, items, expression)
            }
            ExprKind::Struct(Some(data_type), items) => {
                let named = items.iter().find_map(|item| item.name.as_ref());
                if let Some(name) = named {
                    let message = "the type names the fields already";
                    return self.refuse("sql-syntax", message, name, None);
                }
                let items = items.iter().map(|item| &item.value).collect();
                self.typed_constructor(data_type, items, expression)
            }
            ExprKind::Interval { value, first, last } => {
                self.interval(value, first, last.as_ref(), expression)
            }
            ExprKind::With(bindings, body) => self.with_expression(bindings, body),
            ExprKind::Lambda(..) => {
                let message = "a lambda stands here for a value";
                self.refuse("sql-syntax", message, expression, None)
            }
            ExprKind::Foreign(what) => {
                let message = format!("{what} is not supported");
                self.refuse("unsupported-syntax", message, expression, None)
            }
            ExprKind::Default => {
                let message = "DEFAULT is a value of INSERT and UPDATE only";
                self.refuse("unsupported-syntax", message, expression, None)
            }
            // Its error is noted already.
            ExprKind::Wrong => Typed::new("NULL", Type::Unknown),
        }
    }

    fn is_test(&mut self, value: &Expr, test: IsTest, negated: bool) -> Typed {
        let not = if negated { "NOT " } else { "" };
        let sql = match test {
            IsTest::Null => format!("({} IS {not}NULL)", self.expression(value).sql),
            IsTest::Unknown => format!("({} IS {not}NULL)", self.condition(value, "IS UNKNOWN")),
            IsTest::True | IsTest::False => {
                let word = if test == IsTest::True { "TRUE" } else { "FALSE" };
                // The other way round: IS NOT DISTINCT FROM is the equality.
                let not = if negated { "" } else { "NOT " };
                format!("({} IS {not}DISTINCT FROM {word})", self.condition(value, "IS"))
            }
        };
        Typed::new(sql, Type::Bool)
    }

    fn unary(&mut self, operator: UnaryOperator, value: &Expr) -> Typed {
        if let Some(refused) = self.refuse_bare_null(operator.symbol(), [value]) {
            return refused;
        }
        let typed = self.expression(value);
        let fits = match operator {
            UnaryOperator::Not => true,
            UnaryOperator::Minus => typed.kind.is_number() || typed.kind == Type::Interval,
            UnaryOperator::Plus => typed.kind.is_number(),
            UnaryOperator::BitNot => matches!(typed.kind, Type::Int64 | Type::Bytes),
        };
        if !fits && !matches!(typed.kind, Type::Unknown | Type::Null) {
            let message = format!("no `{}` of {}", operator.symbol(), typed.kind.google());
            return self.refuse("wrong-type", message, value, None);
        }
        match operator {
            UnaryOperator::Not => {
                let sql = self.truth(typed, value, "NOT");
                Typed::new(format!("(NOT {sql})"), Type::Bool)
            }
            UnaryOperator::Minus if typed.kind == Type::BigNumeric => {
                Typed::new(format!("googlesql_bignumeric_negate({})", typed.sql), typed.kind)
            }
            UnaryOperator::Minus => Typed::new(format!("(-{})", typed.sql), typed.kind),
            UnaryOperator::Plus => typed,
            UnaryOperator::BitNot if typed.kind == Type::Bytes => {
                Typed::new(format!("googlesql_not_bytes({})", typed.sql), typed.kind)
            }
            UnaryOperator::BitNot => Typed::new(format!("(~{})", typed.sql), typed.kind),
        }
    }

    /// NULL written out has no type that an operator could go by.
    pub fn refuse_bare_null<'e>(
        &mut self,
        operator: &str,
        operands: impl IntoIterator<Item = &'e Expr>,
    ) -> Option<Typed> {
        let null = operands.into_iter().find(|operand| operand.is_null())?;
        let message = format!("an operand of {operator} cannot be a bare NULL");
        let help = "give it a type: CAST(NULL AS INT64); test for NULL with IS NULL";
        Some(self.refuse("wrong-type", message, null, Some(help)))
    }

    fn binary(
        &mut self,
        left: &Expr,
        operator: BinaryOperator,
        right: &Expr,
        place: &Expr,
    ) -> Typed {
        use BinaryOperator::{And, Or, ShiftLeft, ShiftRight};
        let takes_null = matches!(operator, And | Or | ShiftLeft | ShiftRight);
        if !takes_null
            && let Some(refused) = self.refuse_bare_null(operator.symbol(), [left, right])
        {
            return refused;
        }
        let (left, right) = (self.expression(left), self.expression(right));
        self.operator(operator, left, right, place)
    }

    /// What the user wrote at a place, as far as it fits a message.
    pub fn written(&self, node: &impl Spanned) -> String {
        const MOST: usize = 60;
        let span = node.span();
        let text = self.source.get(span.start as usize..span.end as usize).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        match text.chars().count() > MOST {
            true => text.chars().take(MOST).chain("…".chars()).collect(),
            false => text,
        }
    }
}
