//! Scalar functions.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName,
};

use super::{
    aggregates::is_aggregate,
    arguments::Args,
    operators::constant_number,
    queries::names_differ,
    translate::{Translator, Typed},
    typed_arrays::TYPED_LITERAL,
    types::Type,
};
use crate::diagnostic::did_you_mean;

/// Names that are translated here, for "did you mean".
const KNOWN: [&str; 70] = [
    "ABS",
    "ARRAY_CONCAT",
    "ARRAY_LENGTH",
    "ARRAY_REVERSE",
    "ARRAY_TO_STRING",
    "BYTE_LENGTH",
    "CEIL",
    "CHAR_LENGTH",
    "COALESCE",
    "CONCAT",
    "CONTAINS_SUBSTR",
    "COS",
    "DATE_ADD",
    "DATE_DIFF",
    "DATE_SUB",
    "DATE_TRUNC",
    "DATETIME_DIFF",
    "DIV",
    "ENDS_WITH",
    "EXP",
    "FLOOR",
    "FORMAT",
    "FORMAT_DATE",
    "FORMAT_TIMESTAMP",
    "FROM_HEX",
    "GENERATE_ARRAY",
    "GENERATE_DATE_ARRAY",
    "GENERATE_UUID",
    "GREATEST",
    "IEEE_DIVIDE",
    "IF",
    "IFNULL",
    "INITCAP",
    "INSTR",
    "JSON_QUERY",
    "JSON_QUERY_ARRAY",
    "JSON_VALUE",
    "LEAST",
    "LEFT",
    "LENGTH",
    "LN",
    "LOG",
    "LOWER",
    "LPAD",
    "LTRIM",
    "MD5",
    "MOD",
    "NULLIF",
    "PARSE_DATE",
    "PARSE_JSON",
    "PARSE_TIMESTAMP",
    "POW",
    "REGEXP_CONTAINS",
    "REGEXP_EXTRACT",
    "REGEXP_REPLACE",
    "REPEAT",
    "REPLACE",
    "REVERSE",
    "RIGHT",
    "ROUND",
    "RPAD",
    "RTRIM",
    "SAFE_DIVIDE",
    "SHA256",
    "SPLIT",
    "STARTS_WITH",
    "STRPOS",
    "SUBSTR",
    "TIMESTAMP_DIFF",
    "TIMESTAMP_TRUNC",
];

impl Translator<'_> {
    /// The only argument of a call, if it has one.
    pub fn only_argument(&self, call: &Function) -> Option<Expr> {
        match arguments(call)?.as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        }
    }

    /// A function call.
    pub fn function(&mut self, function: &Function, place: &Expr) -> Typed {
        let name = function.name.to_string().replace('`', "").to_ascii_uppercase();
        if let Some(plain) = name.strip_prefix("SAFE.") {
            return self.safe_call(plain, function, place);
        }
        if let Some(typed) = self.aggregate(&name, function, place) {
            return typed;
        }
        if name == "ARRAY"
            && let FunctionArguments::Subquery(query) = &function.args
        {
            let (text, columns) = self.value_query(query);
            let kind = columns.columns.first().map(|(_, kind)| kind.clone()).unwrap_or_default();
            return Typed::new(format!("ARRAY({text})"), Type::Array(Box::new(kind)));
        }
        let Some(args) = arguments(function) else {
            return self.refuse(
                "unsupported-syntax",
                format!("this form of calling {name} is not supported"),
                place,
                None,
            );
        };
        let args: Vec<Expr> = args.into_iter().cloned().collect();
        self.plain_function(&name, &args, place)
    }

    /// A function of plain arguments.
    pub fn plain_function(&mut self, name: &str, args: &[Expr], place: &Expr) -> Typed {
        if name.eq_ignore_ascii_case(TYPED_LITERAL) {
            return self.typed_literal(args, place);
        }
        let errors_before = self.errors.len();
        if let Some(typed) = self.date_function(name, args, place) {
            return typed;
        }
        if self.errors.len() > errors_before {
            return Typed::new("NULL", Type::Unknown);
        }
        let typed: Vec<Typed> = args.iter().map(|arg| self.expression(arg)).collect();
        if let Some(found) = self.json_function(name, &typed, args, place) {
            return found;
        }
        if let Some(found) = self.scalar_function(name, &typed, args, place) {
            return found;
        }
        let help = did_you_mean(name, KNOWN);
        self.refuse(
            "unsupported-function",
            format!(
                "function {name} is not supported on the embedded engine with {} arguments",
                args.len()
            ),
            place,
            help.as_deref(),
        )
    }

    /// `SAFE.f(…)`: NULL where `f` fails. Errors of its arguments stay errors, so only what cannot
    /// fail is taken for an argument.
    fn safe_call(&mut self, name: &str, function: &Function, place: &Expr) -> Typed {
        let help = "use SAFE_CAST, SAFE_DIVIDE, or guard with IF";
        if is_aggregate(name) {
            let message = format!("the SAFE. prefix on {name} is not supported");
            return self.refuse("unsupported-function", message, place, Some(help));
        }
        let plain = Function { name: ObjectName::from(vec![Ident::new(name)]), ..function.clone() };
        let args = arguments(function).unwrap_or_default();
        let can_fail = args.iter().any(|arg| {
            !matches!(
                arg,
                Expr::Value(_)
                    | Expr::Identifier(_)
                    | Expr::CompoundIdentifier(_)
                    | Expr::TypedString(_)
                    | Expr::UnaryOp { .. }
                    | Expr::Array(_)
                    | Expr::Interval(_)
            )
        });
        if can_fail {
            let message = format!("SAFE.{name} takes columns and literals on the embedded engine");
            let help = "compute its arguments in a subquery first";
            return self.refuse("unsupported-function", message, place, Some(help));
        }
        let typed = self.function(&plain, place);
        if typed.sql.contains("error('") {
            // The engine's TRY takes no `error` in its sight.
            let name = self.fresh("v");
            let sql = format!("TRY(list_transform([0], lambda {name}: {})[1])", typed.sql);
            return Typed::new(sql, typed.kind);
        }
        Typed::new(format!("TRY({})", typed.sql), typed.kind)
    }

    /// The values that one of is chosen, or that are joined: structs among them take the field names
    /// of the first. GoogleSQL matches fields by position, the engine by name.
    fn with_the_first_names(&mut self, name: &str, args: &[Typed]) -> Vec<Typed> {
        let chosen = match name {
            "IF" => 1..args.len(),
            "IFNULL" | "COALESCE" | "ARRAY_CONCAT" => 0..args.len(),
            _ => return args.to_vec(),
        };
        let first = args.get(chosen.clone()).unwrap_or_default().iter();
        let Some(kind) = first.map(|arg| &arg.kind).find(|kind| **kind != Type::Null).cloned()
        else {
            return args.to_vec();
        };
        let renamed = |(at, arg): (usize, &Typed)| {
            if !chosen.contains(&at) || !names_differ(&kind, &arg.kind) {
                return arg.clone();
            }
            Typed::new(self.convert(arg, &kind, false), kind.clone())
        };
        args.iter().enumerate().map(renamed).collect()
    }

    fn scalar_function(
        &mut self,
        name: &str,
        args: &[Typed],
        source: &[Expr],
        place: &Expr,
    ) -> Option<Typed> {
        let named = self.with_the_first_names(name, args);
        let args = Args(&named);
        if let Some(found) = self
            .math_function(name, &args, place)
            .or_else(|| self.string_function(name, &args, source, place))
            .or_else(|| self.interval_function(name, &args))
        {
            return Some(found);
        }
        match (name, args.len()) {
            ("IF", 3) => {
                let condition = self.truth(args[0].clone(), place, "IF");
                let mut choices = [args[1].clone(), args[2].clone()];
                let kind = self.unify(&mut choices, place);
                let [yes, no] = choices.map(|choice| choice.sql);
                Some(Typed::new(format!("(CASE WHEN {condition} THEN {yes} ELSE {no} END)"), kind))
            }
            ("IFNULL", 2) | ("COALESCE", 1..) => {
                let mut choices = args.to_vec();
                let kind = self.unify(&mut choices, place);
                let texts: Vec<&str> = choices.iter().map(|choice| &*choice.sql).collect();
                Some(Typed::new(format!("coalesce({})", texts.join(", ")), kind))
            }
            ("NULLIF", 2)
                if let Some(refused) = self.refuse_incomparable(&args[0], [&args[1]], place) =>
            {
                Some(refused)
            }
            ("NULLIF", 2) if matches!(args.kind(0), Type::Struct(_) | Type::Float64) => {
                let kind = args.kind(0);
                let sql = self.bind_nested(&[&args[0]], |translator, names| {
                    let value = Typed::new(names[0].as_str(), kind.clone());
                    let equal = translator.equal(&value, &args[1]);
                    format!("(CASE WHEN {equal} THEN NULL ELSE {} END)", value.sql)
                });
                Some(Typed::new(sql, kind))
            }
            ("NULLIF", 2) => args.call("nullif", args.kind(0)),
            ("GENERATE_UUID", 0) => Some(Typed::new("CAST(uuid() AS VARCHAR)", Type::String)),
            ("ARRAY_LENGTH", 1) => Some(Typed::new(format!("len({})", args.sql(0)), Type::Int64)),
            ("ARRAY_CONCAT", 1..) => {
                let text = args
                    .iter()
                    .map(|arg| arg.sql.clone())
                    .reduce(|a, b| format!("list_concat({a}, {b})"))?;
                Some(Typed::new(text, args.kind(0)))
            }
            ("ARRAY_REVERSE", 1) => args.call("list_reverse", args.kind(0)),
            ("GENERATE_ARRAY", 2 | 3) if args.same_kind() == Type::Int64 => {
                let sql = match args.get(2) {
                    Some(step) if constant_number(&step.sql).is_none_or(|step| step == 0.0) => {
                        self.bind(&[step], |names| {
                            let (from, to, step) = (args.sql(0), args.sql(1), &names[0]);
                            format!("(CASE WHEN {step} = 0 THEN error('the step of GENERATE_ARRAY cannot be 0') ELSE generate_series({from}, {to}, {step}) END)")
                        })
                    }
                    _ => format!("generate_series({})", args.joined()),
                };
                Some(Typed::new(sql, Type::Array(Box::new(Type::Int64))))
            }
            ("GROUPING", 1) => {
                Some(Typed::new(format!("CAST(grouping({}) AS BIGINT)", args.sql(0)), Type::Int64))
            }
            ("ERROR", 1) => args.call("error", Type::Unknown),
            ("STRUCT", _) => {
                let parts: Vec<Expr> = source.to_vec();
                Some(self.expression(&Expr::Struct { values: parts, fields: Vec::new() }))
            }
            ("STRING", 1) => {
                Some(Typed::new(self.convert(&args[0], &Type::String, false), Type::String))
            }
            _ => None,
        }
    }
}

/// The plain arguments of a call; none where it has others.
pub(super) fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    match &function.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::Subquery(_) => None,
        FunctionArguments::List(list) => list
            .args
            .iter()
            .map(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression),
                _ => None,
            })
            .collect(),
    }
}
