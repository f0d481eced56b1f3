//! Expressions: names, literals, operators, conditions.

use sqlparser::ast::{
    AccessExpr, Array, BinaryOperator, Expr, Spanned, Subscript, TypedString, UnaryOperator, Value,
};

use super::{
    scope::{Found, Phase, Resolved, field},
    translate::{Translator, Typed},
    types::{Type, literal, quote},
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
        match expression {
            Expr::Identifier(name) => self.path(std::slice::from_ref(&name.value), expression),
            Expr::CompoundIdentifier(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.value.clone()).collect();
                self.path(&parts, expression)
            }
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            Expr::Value(value) => self.value(&value.value, expression),
            Expr::TypedString(typed) => self.typed_string(typed, expression),
            Expr::Nested(inner) => {
                let typed = self.expression(inner);
                Typed::new(format!("({})", typed.sql), typed.kind)
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, expression),
            Expr::UnaryOp { op, expr } => {
                if *op == UnaryOperator::Minus
                    && let Some(number) = negative_literal(expr)
                {
                    return Typed::new(format!("CAST({number} AS BIGINT)"), Type::Int64);
                }
                if let Some(refused) = self.refuse_bare_null(&op.to_string(), [expr.as_ref()]) {
                    return refused;
                }
                let typed = self.expression(expr);
                match op {
                    UnaryOperator::Not => {
                        let sql = self.truth(typed, expr, "NOT");
                        Typed::new(format!("(NOT {sql})"), Type::Bool)
                    }
                    UnaryOperator::Minus => Typed::new(format!("(-{})", typed.sql), typed.kind),
                    UnaryOperator::Plus => typed,
                    UnaryOperator::BitwiseNot => {
                        Typed::new(format!("(~{})", typed.sql), typed.kind)
                    }
                    other => self.refuse(
                        "unsupported-syntax",
                        format!("operator `{other}` is not GoogleSQL"),
                        expression,
                        None,
                    ),
                }
            }
            Expr::IsNull(inner) => self.postfix(inner, "IS NULL"),
            Expr::IsNotNull(inner) => self.postfix(inner, "IS NOT NULL"),
            Expr::IsTrue(inner) => self.is_truth(inner, "IS NOT DISTINCT FROM TRUE"),
            Expr::IsNotTrue(inner) => self.is_truth(inner, "IS DISTINCT FROM TRUE"),
            Expr::IsFalse(inner) => self.is_truth(inner, "IS NOT DISTINCT FROM FALSE"),
            Expr::IsNotFalse(inner) => self.is_truth(inner, "IS DISTINCT FROM FALSE"),
            Expr::IsDistinctFrom(left, right) => self.is_distinct(left, right, false, expression),
            Expr::IsNotDistinctFrom(left, right) => self.is_distinct(left, right, true, expression),
            Expr::InList { expr, list, negated } => {
                let value = self.expression(expr);
                let items: Vec<Typed> = list.iter().map(|item| self.expression(item)).collect();
                self.is_in(&value, &items, *negated, expression)
            }
            Expr::InSubquery { expr, subquery, negated } => {
                self.in_subquery(expr, subquery, *negated)
            }
            Expr::InUnnest { expr, array_expr, negated } => {
                self.in_unnest(expr, array_expr, *negated)
            }
            Expr::Between { expr, negated, low, high } => {
                let (value, low, high) =
                    (self.expression(expr), self.expression(low), self.expression(high));
                self.between(&value, &low, &high, *negated, expression)
            }
            Expr::Like { negated, any, expr, pattern, escape_char: None } => {
                self.like(expr, pattern, *any, *negated, expression)
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), expression)
            }
            Expr::Cast { kind, expr, data_type, format } => self.cast(
                *kind != sqlparser::ast::CastKind::Cast,
                expr,
                data_type,
                format.as_ref(),
                expression,
            ),
            Expr::Extract { field, expr, .. } => self.extract(field, expr, expression),
            Expr::Function(function) => self.function(function, expression),
            Expr::Exists { subquery, negated } => {
                let (query, _) = self.query(subquery);
                let not = if *negated { "NOT " } else { "" };
                Typed::new(format!("({not}EXISTS ({query}))"), Type::Bool)
            }
            Expr::Subquery(query) => {
                let (text, columns) = self.value_query(query);
                let kind =
                    columns.columns.first().map(|(_, kind)| kind.clone()).unwrap_or_default();
                Typed::new(format!("({text})"), kind)
            }
            Expr::Array(Array { elem, .. }) => {
                let mut items: Vec<Typed> = Vec::with_capacity(elem.len());
                for item in elem {
                    // The first struct names the fields of all.
                    let named = items.first().and_then(|first| match &first.kind {
                        Type::Struct(_) => Some(first.kind.clone()),
                        _ => None,
                    });
                    items.push(match named {
                        Some(kind) => Typed::new(self.literal_as(item, &kind), kind),
                        None => self.expression(item),
                    });
                }
                if let Some(item) = elem
                    .iter()
                    .zip(&items)
                    .find_map(|(item, typed)| matches!(typed.kind, Type::Array(_)).then_some(item))
                {
                    let help = "put the inner array into a struct";
                    let message = "an array cannot hold arrays";
                    return self.refuse("wrong-type", message, item, Some(help));
                }
                let decimal = items
                    .iter()
                    .map(|item| &item.kind)
                    .find(|kind| matches!(kind, Type::Numeric | Type::BigNumeric))
                    .cloned()
                    .unwrap_or_default();
                let items: Vec<Typed> = items.iter().map(|item| item.beside(&decimal)).collect();
                let kind = (!items.is_empty()).then(|| self.common_type(items.iter(), expression));
                let texts: Vec<String> = items.into_iter().map(|item| item.sql).collect();
                Typed::new(
                    format!("[{}]", texts.join(", ")),
                    Type::Array(Box::new(kind.unwrap_or(Type::Null))),
                )
            }
            Expr::Struct { values, fields } => self.structure(values, fields, expression),
            Expr::Tuple(values) => self.structure(values, &[], expression),
            Expr::Named { expr, name } => {
                let typed = self.expression(expr);
                Typed::new(format!("{} := {}", quote(&name.value), typed.sql), typed.kind)
            }
            Expr::Interval(interval) => self.interval(interval, expression),
            Expr::Floor { expr, .. } => self.rounding("floor", expr),
            Expr::Ceil { expr, .. } => self.rounding("ceil", expr),
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let mut args = vec![self.expression(expr)];
                for part in [substring_from, substring_for].into_iter().flatten() {
                    args.push(self.expression(part));
                }
                self.substring(&args)
            }
            Expr::Trim { trim_where: None, trim_what: None, expr, trim_characters } => {
                let mut args = vec![expr.as_ref().clone()];
                args.extend(trim_characters.iter().flatten().cloned());
                self.plain_function("TRIM", &args, expression)
            }
            Expr::Prefixed { prefix, value } => self.refuse(
                "unsupported-syntax",
                format!("literal prefix `{prefix}` is not supported"),
                value.as_ref(),
                None,
            ),
            Expr::AtTimeZone { timestamp, time_zone } => {
                let (value, zone) = (self.expression(timestamp), self.expression(time_zone));
                Typed::new(
                    format!("googlesql_in_zone({}, {})", value.sql, zone.sql),
                    Type::DateTime,
                )
            }
            other => {
                let shown = other.to_string();
                let shown: String = shown.chars().take(60).collect();
                self.refuse(
                    "unsupported-syntax",
                    format!("`{shown}` is not supported"),
                    other,
                    None,
                )
            }
        }
    }

    fn postfix(&mut self, inner: &Expr, operator: &str) -> Typed {
        let typed = self.expression(inner);
        Typed::new(format!("({} {operator})", typed.sql), Type::Bool)
    }

    /// `inner IS [NOT] TRUE` and `… FALSE`.
    fn is_truth(&mut self, inner: &Expr, operator: &str) -> Typed {
        let sql = self.condition(inner, "IS");
        Typed::new(format!("({sql} {operator})"), Type::Bool)
    }

    fn rounding(&mut self, function: &str, inner: &Expr) -> Typed {
        let typed = self.expression(inner);
        self.whole(function, &typed)
    }

    /// `a`, `alias.a`, `a.field`, `project.dataset.table.a`.
    pub fn path(&mut self, parts: &[String], place: &impl Spanned) -> Typed {
        let (mut typed, used) = match self.find(parts) {
            Some(found) => found,
            None => {
                let first = &parts[0];
                let is_given = self.scopes.last().is_some_and(|scope| {
                    scope.given.iter().any(|given| given.eq_ignore_ascii_case(first))
                });
                if is_given && self.is_unknown(first) {
                    let message =
                        format!("`{first}` is an alias of this SELECT, which it cannot use here");
                    let help = "repeat the expression, or give the alias in a subquery";
                    return self.refuse("unknown-column", message, place, Some(help));
                }
                (Typed::new(quote(first), Type::Unknown), 1)
            }
        };
        for part in &parts[used..] {
            typed = self.member(typed, part, place);
        }
        typed
    }

    /// What the beginning of a path means, and how many parts that takes.
    fn find(&self, parts: &[String]) -> Option<(Typed, usize)> {
        for at in (0..self.scopes.len()).rev() {
            let (scope, inner) = (&self.scopes[at], &self.scopes[at + 1..]);
            let column = scope.column(&parts[0], inner);
            if scope.phase == Phase::Results
                && let Found::Is(Resolved { sql, kind: kind @ Type::Struct(_) }) = &column
                && scope.items.iter().any(|item| item.name.eq_ignore_ascii_case(&parts[0]))
            {
                return Some((Typed::new(sql.as_str(), kind.clone()), 1));
            }
            if let Some(source) = scope.source(&parts[0]) {
                if source.element.is_some()
                    && let Found::Is(found) = column
                {
                    return Some((Typed::new(found.sql, found.kind), 1));
                }
                if let Some(second) = parts.get(1) {
                    let kind = field(&source.columns.columns, second);
                    let kind = kind.map(|(_, kind)| kind.clone()).unwrap_or_default();
                    let sql = format!("{}.{}", quote(&parts[0]), quote(second));
                    return Some((Typed::new(sql, kind), 2));
                }
                // The whole row as a struct, before any column of that name.
                let columns = &source.columns;
                let kind = match columns.complete {
                    true => Type::Struct(columns.columns.clone()),
                    false => Type::Unknown,
                };
                if !scope.may_be_column(&parts[0]) || !columns.complete {
                    return Some((Typed::new(quote(&parts[0]), kind), 1));
                }
                let table = quote(&source.table);
                let part = |(name, _): &(String, Type)| format!("{0} := {table}.{0}", quote(name));
                let parts: Vec<String> = columns.columns.iter().map(part).collect();
                return Some((Typed::new(format!("struct_pack({})", parts.join(", ")), kind), 1));
            }
            match column {
                Found::Is(found) => return Some((Typed::new(found.sql, found.kind), 1)),
                Found::Maybe => return None,
                Found::No => {}
            }
        }
        None
    }

    /// Whether no table in sight has, or may have, such a column.
    fn is_unknown(&self, name: &str) -> bool {
        self.scopes.iter().all(|scope| !scope.may_be_column(name))
    }

    /// `value.name`: a field of a struct or of a JSON object.
    fn member(&mut self, value: Typed, name: &str, place: &impl Spanned) -> Typed {
        match &value.kind {
            Type::Json => Typed::new(
                format!("json_extract({}, {})", value.sql, literal(&format!("$.\"{name}\""))),
                Type::Json,
            ),
            Type::Struct(fields) => match field(fields, name) {
                Some((known, kind)) => {
                    Typed::new(format!("{}.{}", value.sql, quote(known)), kind.clone())
                }
                None => self.refuse(
                    "unknown-field",
                    format!("the struct has no field `{name}`"),
                    place,
                    None,
                ),
            },
            _ => Typed::new(format!("{}.{}", value.sql, quote(name)), Type::Unknown),
        }
    }

    fn access(&mut self, root: &Expr, chain: &[AccessExpr]) -> Typed {
        let mut value = self.expression(root);
        for step in chain {
            value = match step {
                AccessExpr::Dot(Expr::Identifier(name)) => {
                    let base = if value.sql.starts_with('"') {
                        value.sql
                    } else {
                        format!("({})", value.sql)
                    };
                    self.member(Typed::new(base, value.kind), &name.value, root)
                }
                AccessExpr::Subscript(Subscript::Index { index }) => self.subscript(value, index),
                other => self.refuse(
                    "unsupported-syntax",
                    format!("`{other}` is not supported"),
                    root,
                    None,
                ),
            };
        }
        value
    }

    /// `array[OFFSET(n)]`, `json['key']`.
    fn subscript(&mut self, value: Typed, index: &Expr) -> Typed {
        let (function, inner) = match index {
            Expr::Function(call) => {
                let name = call.name.to_string().to_ascii_uppercase();
                match (name.as_str(), self.only_argument(call)) {
                    ("OFFSET" | "SAFE_OFFSET" | "ORDINAL" | "SAFE_ORDINAL", Some(inner)) => {
                        (name, inner)
                    }
                    _ => ("OFFSET".to_owned(), index.clone()),
                }
            }
            other => ("OFFSET".to_owned(), other.clone()),
        };
        let at = self.expression(&inner);
        if value.kind == Type::Json {
            let path = match at.kind {
                Type::String => format!("'$.\"' || {} || '\"'", at.sql),
                _ => format!("'$[' || {} || ']'", at.sql),
            };
            return Typed::new(format!("json_extract({}, {path})", value.sql), Type::Json);
        }
        let element = match value.kind {
            Type::Array(element) => *element,
            _ => Type::Unknown,
        };
        let from_one = function.ends_with("ORDINAL");
        let safe = function.starts_with("SAFE_");
        let (first, shift) = if from_one { (1, "") } else { (0, " + 1") };
        let value = Typed::new(value.sql, Type::Unknown);
        let sql = self.bind(&[&value, &at], |names| {
            let (array, at) = (&names[0], &names[1]);
            if safe {
                return format!("(CASE WHEN {at} >= {first} THEN {array}[{at}{shift}] END)");
            }
            let last = if from_one { "<=" } else { "<" };
            format!(
                "(CASE WHEN {array} IS NULL OR {at} IS NULL THEN NULL WHEN {at} >= {first} AND {at} {last} len({array}) THEN {array}[{at}{shift}] ELSE error('Array index ' || {at} || ' is out of bounds') END)"
            )
        });
        Typed::new(sql, element)
    }

    fn structure(
        &mut self,
        values: &[Expr],
        fields: &[sqlparser::ast::StructField],
        place: &Expr,
    ) -> Typed {
        let mut parts = Vec::new();
        let mut kinds = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let (inner, name) = match value {
                Expr::Named { expr, name } => (expr.as_ref(), Some(name.value.clone())),
                Expr::Identifier(name) => (value, Some(name.value.clone())),
                Expr::CompoundIdentifier(path) => {
                    (value, path.last().map(|name| name.value.clone()))
                }
                other => (other, None),
            };
            let declared = fields.get(at);
            let name = declared
                .and_then(|field| field.field_name.as_ref().map(|name| name.value.clone()))
                .or(name)
                .unwrap_or_else(|| format!("_field_{}", at + 1));
            let mut typed = self.expression(inner);
            if let Some(declared) = declared {
                match Type::from_ast(&declared.field_type) {
                    Ok(kind) => {
                        if let Some(duckdb) = kind.duckdb() {
                            typed = Typed::new(format!("CAST({} AS {duckdb})", typed.sql), kind);
                        }
                    }
                    Err(error) => {
                        self.refuse(error.code, error.message, place, None);
                    }
                }
            }
            parts.push(format!("{} := {}", quote(&name), typed.sql));
            kinds.push((name, typed.kind));
        }
        Typed::new(format!("struct_pack({})", parts.join(", ")), Type::Struct(kinds))
    }

    fn value(&mut self, value: &Value, place: &Expr) -> Typed {
        match value {
            Value::Number(text, _) => {
                let plain = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
                match plain.map(|digits| i64::from_str_radix(digits, 16)) {
                    Some(Ok(number)) => {
                        Typed::new(format!("CAST({number} AS BIGINT)"), Type::Int64)
                    }
                    Some(Err(_)) => {
                        self.refuse("sql-syntax", format!("`{text}` is no INT64"), place, None)
                    }
                    None if text.contains(['.', 'e', 'E']) => {
                        Typed::new(format!("CAST({text} AS DOUBLE)"), Type::Float64)
                    }
                    // An integer of DuckDB's has 32 bits where nothing says otherwise.
                    None => Typed::new(format!("CAST({text} AS BIGINT)"), Type::Int64),
                }
            }
            Value::SingleQuotedString(text)
            | Value::DoubleQuotedString(text)
            | Value::TripleSingleQuotedString(text)
            | Value::TripleDoubleQuotedString(text)
            | Value::SingleQuotedRawStringLiteral(text)
            | Value::DoubleQuotedRawStringLiteral(text)
            | Value::TripleSingleQuotedRawStringLiteral(text)
            | Value::TripleDoubleQuotedRawStringLiteral(text) => {
                Typed::new(text_literal(text), Type::String)
            }
            // The lexer gives each byte as the character of its number.
            Value::SingleQuotedByteStringLiteral(text)
            | Value::DoubleQuotedByteStringLiteral(text)
            | Value::TripleSingleQuotedByteStringLiteral(text)
            | Value::TripleDoubleQuotedByteStringLiteral(text) => {
                let hex: String = text.chars().map(|c| format!("\\x{:02X}", c as u32)).collect();
                Typed::new(format!("CAST('{hex}' AS BLOB)"), Type::Bytes)
            }
            Value::Boolean(true) => Typed::new("TRUE", Type::Bool),
            Value::Boolean(false) => Typed::new("FALSE", Type::Bool),
            Value::Null => Typed::new("NULL", Type::Null),
            other => self.refuse(
                "unsupported-syntax",
                format!("literal `{other}` is not supported"),
                place,
                None,
            ),
        }
    }

    /// `DATE '2024-01-31'`, `TIMESTAMP '…'`, `NUMERIC '1.5'`, `JSON '…'`.
    fn typed_string(&mut self, typed: &TypedString, place: &Expr) -> Typed {
        let kind = match Type::from_ast(&typed.data_type) {
            Ok(kind) => kind,
            Err(error) => return self.refuse(error.code, error.message, place, None),
        };
        let text = typed.value.value.clone().into_string().unwrap_or_default();
        let value = Typed::new(literal(&text), Type::String);
        let sql = match kind {
            Type::Json => match super::json_text::canonical(&text) {
                Ok(text) => format!("CAST({} AS JSON)", literal(&text)),
                Err(message) => return self.refuse("sql-syntax", message, place, None),
            },
            _ => self.convert(&value, &kind, false),
        };
        Typed::new(sql, kind)
    }

    /// NULL written out has no type that an operator could go by.
    pub fn refuse_bare_null<'e>(
        &mut self,
        operator: &str,
        operands: impl IntoIterator<Item = &'e Expr>,
    ) -> Option<Typed> {
        let null = operands.into_iter().find(|operand| is_bare_null(operand))?;
        let message = format!("an operand of {operator} cannot be a bare NULL");
        let help = "give it a type: CAST(NULL AS INT64); test for NULL with IS NULL";
        Some(self.refuse("wrong-type", message, null, Some(help)))
    }

    fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr, place: &Expr) -> Typed {
        let takes_null = matches!(
            op,
            BinaryOperator::And
                | BinaryOperator::Or
                | BinaryOperator::PGBitwiseShiftLeft
                | BinaryOperator::PGBitwiseShiftRight
        );
        if !takes_null && let Some(refused) = self.refuse_bare_null(&op.to_string(), [left, right])
        {
            return refused;
        }
        let (left, right) = (self.expression(left), self.expression(right));
        self.operator(op, left, right, place)
    }
}

/// Whether NULL is written here, without a type.
fn is_bare_null(expression: &Expr) -> bool {
    match expression {
        Expr::Nested(inner) => is_bare_null(inner),
        Expr::Value(value) => value.value == Value::Null,
        _ => false,
    }
}

/// The least INT64: without its sign it is no INT64.
fn negative_literal(expression: &Expr) -> Option<i64> {
    let Expr::Value(value) = expression else { return None };
    let Value::Number(text, _) = &value.value else { return None };
    let least = "9223372036854775808";
    let is_least = text == least || text.eq_ignore_ascii_case("0x8000000000000000");
    is_least.then_some(i64::MIN)
}

/// A text as a literal. The engine reads SQL up to its first NUL.
fn text_literal(text: &str) -> String {
    if !text.contains('\0') {
        return literal(text);
    }
    let parts: Vec<String> = text.split('\0').map(literal).collect();
    format!("({})", parts.join(" || chr(0) || "))
}
