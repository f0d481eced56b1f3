//! Names that an expression gives to values: `WITH(a AS …, …)`, and the parameters of lambdas
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#with_expression>).

use super::{
    ast::{Expr, ExprKind, Ident, any_expression},
    bind::is_plain,
    translate::{Translator, Typed},
};

/// A name that means a value.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    name: String,
    value: Typed,
    /// How many scopes there were: a column of a later one goes before.
    depth: usize,
}

impl Translator<'_> {
    /// `WITH(a AS expression, …, body)`: each value is computed once.
    pub fn with_expression(&mut self, bindings: &[(Ident, Expr)], body: &Expr) -> Typed {
        let Some(((name, value), rest)) = bindings.split_first() else {
            return self.expression(body);
        };
        let value_typed = self.expression(value);
        let kind = value_typed.kind.clone();
        if is_plain(&value_typed.sql) {
            return self
                .bound(name, value_typed, |translator| translator.with_expression(rest, body));
        }
        let mut later = rest.iter().map(|(_, value)| value).chain(std::iter::once(body));
        if later.any(has_subquery) {
            let message = "a subquery behind a computed value of WITH(…) is not supported";
            let help = "compute the value in a subquery in FROM";
            return self.refuse("unsupported-syntax", message, value, Some(help));
        }
        let inner = self.fresh("w");
        let bound = Typed::new(inner.as_str(), kind);
        let result = self.bound(name, bound, |translator| translator.with_expression(rest, body));
        let sql =
            format!("list_transform([{}], lambda {inner}: {})[1]", value_typed.sql, result.sql);
        Typed::new(sql, result.kind)
    }

    /// The body of a lambda over a value of a type.
    pub fn lambda_body(&mut self, parameters: &[(&Ident, Typed)], body: &Expr) -> Typed {
        match parameters.split_first() {
            None => self.expression(body),
            Some(((name, value), rest)) => {
                self.bound(name, value.clone(), |translator| translator.lambda_body(rest, body))
            }
        }
    }

    /// What is read while a name means a value.
    pub fn bound(
        &mut self,
        name: &Ident,
        value: Typed,
        read: impl FnOnce(&mut Self) -> Typed,
    ) -> Typed {
        let depth = self.scopes.len();
        self.bindings.push(Binding { name: name.value.clone(), value, depth });
        let typed = read(self);
        self.bindings.pop();
        typed
    }

    /// Gives a name to a value for all that is read from now on.
    pub fn bind_argument(&mut self, name: &str, value: Typed) {
        self.bindings.push(Binding { name: name.to_owned(), value, depth: self.scopes.len() });
    }

    /// Whether a name is that of an argument of the function whose body is read: a value that was
    /// given before all scopes.
    pub fn is_argument(&self, name: &str) -> bool {
        self.binding(name, 0).is_some()
    }

    /// The value that a name means, given while there were so many scopes.
    pub fn binding(&self, name: &str, depth: usize) -> Option<Typed> {
        let mut known = self.bindings.iter().rev();
        let found = known
            .find(|binding| binding.depth == depth && binding.name.eq_ignore_ascii_case(name))?;
        Some(found.value.clone())
    }
}

/// Whether a query stands inside an expression: the engine takes none inside a lambda.
pub(super) fn has_subquery(expression: &Expr) -> bool {
    any_expression(expression, &mut |part| {
        matches!(
            part.kind,
            ExprKind::Subquery(_)
                | ExprKind::ArrayQuery(_)
                | ExprKind::Exists(_)
                | ExprKind::InQuery { .. }
        )
    })
}
