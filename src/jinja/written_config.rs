//! The `config()` call of a template as it is written: what dbt keeps as a node's unrendered
//! configuration, so that two manifests differ only where somebody has written something else
//! (<https://docs.getdbt.com/reference/node-selection/state-comparison-caveats>).

use minijinja::{
    machinery::{
        Token,
        ast::{self, BinOpKind, CallArg, CompareOpKind, Expr, UnaryOpKind},
        parse_expr, tokenize,
    },
    value::ValueKind,
};

use super::python_text::repr;

/// The keywords of the first `config()` call of a template, with their values as dbt writes them:
/// texts as they are, everything else as its expression. Nothing where there is no such call, or
/// one that cannot be read without rendering it.
pub fn written_config(code: &str) -> Option<Vec<(String, String)>> {
    if !code.contains("config") {
        return None;
    }
    let call = first_call(code)?;
    let Ok(Expr::Call(call)) = parse_expr(call) else { return None };
    let keywords = call.args.iter().filter_map(|arg| match arg {
        CallArg::Kwarg(name, value) => Some(((*name).to_owned(), written_value(value))),
        _ => None,
    });
    let keywords: Vec<(String, String)> = keywords.collect();
    (!keywords.is_empty()).then_some(keywords)
}

/// The text of the first call of `config`.
fn first_call(code: &str) -> Option<&str> {
    let mut start = None;
    let mut is_method = false;
    let mut depth = 0usize;
    for token in tokenize(code, false, Default::default()) {
        let (token, span) = token.ok()?;
        match (start, &token) {
            (None, Token::Ident("config")) if !is_method => start = Some(span.start_offset),
            (Some(_), Token::ParenOpen) => depth += 1,
            (Some(start), Token::ParenClose) => {
                depth -= 1;
                if depth == 0 {
                    return code.get(start as usize..span.end_offset as usize);
                }
            }
            // `config.get()`, or the word alone.
            (Some(_), _) if depth == 0 => start = None,
            _ => {}
        }
        is_method = matches!(token, Token::Dot);
    }
    None
}

fn written_value(value: &Expr<'_>) -> String {
    match value {
        Expr::Const(value) if value.value.kind() == ValueKind::String => value.value.to_string(),
        other => source(other),
    }
}

/// An expression as dbt writes it back from Jinja's tree: like Python, without parentheses; what
/// it does not write back, as the tree itself ([`tree`]).
fn source(expr: &Expr<'_>) -> String {
    match expr {
        Expr::Const(value) => repr(&value.value),
        Expr::Var(name) => name.id.to_owned(),
        Expr::Call(call) => {
            let arguments = arguments(&call.args, source);
            let keywords = arguments.keywords.iter().map(|(name, value)| format!("{name}={value}"));
            let mut parts: Vec<String> = arguments.positional.into_iter().chain(keywords).collect();
            parts.extend(arguments.rest.map(|rest| format!("*{rest}")));
            parts.extend(arguments.rest_by_name.map(|rest| format!("**{rest}")));
            format!("{}({})", source(&call.expr), parts.join(", "))
        }
        Expr::List(list) => format!("[{}]", all(&list.items, source)),
        Expr::Tuple(tuple) => match tuple.items.as_slice() {
            [only] => format!("({},)", source(only)),
            items => format!("({})", all(items, source)),
        },
        Expr::Map(map) => {
            let pairs = map.keys.iter().zip(&map.values);
            let pairs = pairs.map(|(key, value)| format!("{}: {}", source(key), source(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Expr::GetAttr(get) => format!("{}.{}", source(&get.expr), get.name),
        Expr::GetItem(get) => format!("{}[{}]", source(&get.expr), source(&get.subscript_expr)),
        Expr::Slice(slice) => format!("{}[{}]", source(&slice.expr), slice_tree(slice)),
        Expr::Compare(compare) => {
            let mut text = source(&compare.expr);
            for operand in &compare.ops {
                let sign = compared(operand.op).0;
                text.push_str(&format!(" {sign} {}", source(&operand.expr)));
            }
            text
        }
        Expr::BinOp(binary) => {
            let (left, right) = (&binary.left, &binary.right);
            match (binary.op, comparison(binary.op)) {
                (_, Some(op)) => format!("{} {} {}", source(left), compared(op).0, source(right)),
                (BinOpKind::ScAnd, _) => format!("{} and {}", source(left), source(right)),
                (BinOpKind::ScOr, _) => format!("{} or {}", source(left), source(right)),
                (BinOpKind::Concat, _) => format!("{} ~ {}", source(left), source(right)),
                _ => tree(expr),
            }
        }
        Expr::UnaryOp(unary) => match (&unary.op, not_in(unary)) {
            (_, Some((left, right))) => format!("{} not in {}", source(left), source(right)),
            (UnaryOpKind::Not, _) => format!("not {}", source(&unary.expr)),
            (UnaryOpKind::Neg, _) => format!("-{}", source(&unary.expr)),
        },
        Expr::IfExpr(_) | Expr::Filter(_) | Expr::Test(_) => tree(expr),
    }
}

/// An expression as Jinja prints its own tree.
fn tree(expr: &Expr<'_>) -> String {
    match expr {
        Expr::Const(value) => format!("Const(value={})", repr(&value.value)),
        Expr::Var(name) => format!("Name(name='{}', ctx='load')", name.id),
        Expr::Call(call) => format!("Call(node={}, {})", tree(&call.expr), passed(&call.args)),
        Expr::List(list) => format!("List(items=[{}])", all(&list.items, tree)),
        Expr::Tuple(tuple) => format!("Tuple(items=[{}], ctx='load')", all(&tuple.items, tree)),
        Expr::Map(map) => {
            let pairs = map.keys.iter().zip(&map.values);
            let pairs =
                pairs.map(|(key, value)| format!("Pair(key={}, value={})", tree(key), tree(value)));
            format!("Dict(items=[{}])", pairs.collect::<Vec<_>>().join(", "))
        }
        Expr::GetAttr(get) => {
            format!("Getattr(node={}, attr='{}', ctx='load')", tree(&get.expr), get.name)
        }
        Expr::GetItem(get) => {
            let item = tree(&get.subscript_expr);
            format!("Getitem(node={}, arg={item}, ctx='load')", tree(&get.expr))
        }
        Expr::Slice(slice) => {
            let arg = slice_tree(slice);
            format!("Getitem(node={}, arg={arg}, ctx='load')", tree(&slice.expr))
        }
        Expr::Compare(compare) => {
            let operands = compare.ops.iter();
            let operands = operands.map(|one| operand(one.op, &one.expr)).collect::<Vec<_>>();
            format!("Compare(expr={}, ops=[{}])", tree(&compare.expr), operands.join(", "))
        }
        Expr::BinOp(binary) => {
            let (left, right) = (&binary.left, &binary.right);
            if let Some(op) = comparison(binary.op) {
                return format!("Compare(expr={}, ops=[{}])", tree(left), operand(op, right));
            }
            let class = match binary.op {
                BinOpKind::ScAnd => "And",
                BinOpKind::ScOr => "Or",
                BinOpKind::Add => "Add",
                BinOpKind::Sub => "Sub",
                BinOpKind::Mul => "Mul",
                BinOpKind::Div => "Div",
                BinOpKind::FloorDiv => "FloorDiv",
                BinOpKind::Rem => "Mod",
                BinOpKind::Pow => "Pow",
                _ => {
                    let mut nodes = Vec::new();
                    concatenated(expr, &mut nodes);
                    return format!("Concat(nodes=[{}])", nodes.join(", "));
                }
            };
            format!("{class}(left={}, right={})", tree(left), tree(right))
        }
        Expr::UnaryOp(unary) => match (&unary.op, not_in(unary)) {
            (_, Some((left, right))) => {
                let operand = operand(CompareOpKind::NotIn, right);
                format!("Compare(expr={}, ops=[{operand}])", tree(left))
            }
            (UnaryOpKind::Not, _) => format!("Not(node={})", tree(&unary.expr)),
            (UnaryOpKind::Neg, _) => format!("Neg(node={})", tree(&unary.expr)),
        },
        Expr::IfExpr(choice) => format!(
            "CondExpr(test={}, expr1={}, expr2={})",
            tree(&choice.test_expr),
            tree(&choice.true_expr),
            or_none(choice.false_expr.as_ref())
        ),
        Expr::Filter(filter) => format!(
            "Filter(node={}, name='{}', {})",
            or_none(filter.expr.as_ref()),
            filter.name,
            passed(&filter.args)
        ),
        Expr::Test(test) => {
            format!("Test(node={}, name='{}', {})", tree(&test.expr), test.name, passed(&test.args))
        }
    }
}

/// Both sides of `not in`, which the parser gives as the negation of `in`.
fn not_in<'e>(unary: &'e ast::UnaryOp<'_>) -> Option<(&'e Expr<'e>, &'e Expr<'e>)> {
    match (&unary.op, &unary.expr) {
        (UnaryOpKind::Not, Expr::BinOp(inner)) if matches!(inner.op, BinOpKind::In) => {
            Some((&inner.left, &inner.right))
        }
        _ => None,
    }
}

/// The parts of `a ~ b ~ c`.
fn concatenated(expr: &Expr<'_>, nodes: &mut Vec<String>) {
    match expr {
        Expr::BinOp(binary) if matches!(binary.op, BinOpKind::Concat) => {
            concatenated(&binary.left, nodes);
            nodes.push(tree(&binary.right));
        }
        other => nodes.push(tree(other)),
    }
}

fn slice_tree(slice: &ast::Slice<'_>) -> String {
    format!(
        "Slice(start={}, stop={}, step={})",
        or_none(slice.start.as_ref()),
        or_none(slice.stop.as_ref()),
        or_none(slice.step.as_ref())
    )
}

fn or_none(expr: Option<&Expr<'_>>) -> String {
    expr.map_or_else(|| "None".to_owned(), tree)
}

fn all(items: &[Expr<'_>], write: fn(&Expr<'_>) -> String) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(", ")
}

/// What a call passes, by kind.
#[derive(Default)]
struct Arguments {
    positional: Vec<String>,
    keywords: Vec<(String, String)>,
    rest: Option<String>,
    rest_by_name: Option<String>,
}

fn arguments(args: &[CallArg<'_>], write: fn(&Expr<'_>) -> String) -> Arguments {
    let mut all = Arguments::default();
    for arg in args {
        match arg {
            CallArg::Pos(value) => all.positional.push(write(value)),
            CallArg::Kwarg(name, value) => all.keywords.push(((*name).to_owned(), write(value))),
            CallArg::PosSplat(value) => all.rest = Some(write(value)),
            CallArg::KwargSplat(value) => all.rest_by_name = Some(write(value)),
        }
    }
    all
}

/// The arguments of a call, a filter or a test in the tree.
fn passed(args: &[CallArg<'_>]) -> String {
    let all = arguments(args, tree);
    let keyword = |(name, value)| format!("Keyword(key='{name}', value={value})");
    let keywords: Vec<String> = all.keywords.into_iter().map(keyword).collect();
    let none = || "None".to_owned();
    format!(
        "args=[{}], kwargs=[{}], dyn_args={}, dyn_kwargs={}",
        all.positional.join(", "),
        keywords.join(", "),
        all.rest.unwrap_or_else(none),
        all.rest_by_name.unwrap_or_else(none)
    )
}

fn operand(op: CompareOpKind, expr: &Expr<'_>) -> String {
    format!("Operand(op='{}', expr={})", compared(op).1, tree(expr))
}

/// How a comparison is written, and its name in the tree.
fn compared(op: CompareOpKind) -> (&'static str, &'static str) {
    match op {
        CompareOpKind::Eq => ("==", "eq"),
        CompareOpKind::Ne => ("!=", "ne"),
        CompareOpKind::Lt => ("<", "lt"),
        CompareOpKind::Lte => ("<=", "lteq"),
        CompareOpKind::Gt => (">", "gt"),
        CompareOpKind::Gte => (">=", "gteq"),
        CompareOpKind::In => ("in", "in"),
        CompareOpKind::NotIn => ("not in", "notin"),
    }
}

fn comparison(op: BinOpKind) -> Option<CompareOpKind> {
    Some(match op {
        BinOpKind::Eq => CompareOpKind::Eq,
        BinOpKind::Ne => CompareOpKind::Ne,
        BinOpKind::Lt => CompareOpKind::Lt,
        BinOpKind::Lte => CompareOpKind::Lte,
        BinOpKind::Gt => CompareOpKind::Gt,
        BinOpKind::Gte => CompareOpKind::Gte,
        BinOpKind::In => CompareOpKind::In,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values are those that dbt 1.12 writes for the same calls.
    #[test]
    fn values_are_written_as_dbt_writes_them() {
        let cases = [
            ("'table'", "table"),
            ("\"say 'hi'\"", "say 'hi'"),
            ("['x',\"it's\"]", "['x', \"it's\"]"),
            ("{\"field\": \"day\", 'n': 24}", "{'field': 'day', 'n': 24}"),
            ("true", "True"),
            ("none", "None"),
            ("-1", "-1"),
            ("1.50", "1.5"),
            ("1e3", "1000.0"),
            ("(1,)", "(1,)"),
            ("()", "()"),
            ("[var('layer')]", "[var('layer')]"),
            ("'a' ~ \"b\" ~ c", "'a' ~ 'b' ~ c"),
            ("target.name == 'x' and true or false", "target.name == 'x' and True or False"),
            ("1 < x < 3", "1 < x < 3"),
            ("x not in [1,2]", "x not in [1, 2]"),
            ("f(x, y=2, *z, **w)", "f(x, y=2, *z, **w)"),
            ("a.b['c']", "a.b['c']"),
            ("a[1:2]", "a[Slice(start=Const(value=1), stop=Const(value=2), step=None)]"),
            (
                "x if y else z",
                "CondExpr(test=Name(name='y', ctx='load'), expr1=Name(name='x', ctx='load'), expr2=Name(name='z', ctx='load'))",
            ),
            (
                "var('a') | upper",
                "Filter(node=Call(node=Name(name='var', ctx='load'), args=[Const(value='a')], kwargs=[], dyn_args=None, dyn_kwargs=None), name='upper', args=[], kwargs=[], dyn_args=None, dyn_kwargs=None)",
            ),
            (
                "x is not none",
                "not Test(node=Name(name='x', ctx='load'), name='none', args=[], kwargs=[], dyn_args=None, dyn_kwargs=None)",
            ),
            (
                "(1 + 2) * 3",
                "Mul(left=Add(left=Const(value=1), right=Const(value=2)), right=Const(value=3))",
            ),
        ];
        for (given, written) in cases {
            let code = format!("{{{{ config(key={given}) }}}} select 1");
            let keywords = written_config(&code);
            assert_eq!(keywords, Some(vec![("key".to_owned(), written.to_owned())]), "{given}");
        }
    }

    #[test]
    fn only_the_first_call_counts() {
        let first = |code: &str| written_config(code).map(|all| all[0].0.clone());
        assert_eq!(first("{{ config(a=1) }}{{ config(b=2) }}").as_deref(), Some("a"));
        assert_eq!(first("{% set x = config.get('y') %}{{ config(b=2) }}").as_deref(), Some("b"));
        assert_eq!(first("{# config(a=1) #} config(b=2) {{ config (c=3) }}").as_deref(), Some("c"));
        assert_eq!(first("{{ config({'a': 1}) }}{{ config(b=2) }}"), None);
        assert_eq!(first("select 1"), None);
    }
}
