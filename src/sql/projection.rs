//! The SELECT list.

use sqlparser::ast::{
    Expr, Select, SelectItem, SelectItemQualifiedWildcardKind, ValueTableMode,
    WildcardAdditionalOptions,
};

use super::{
    queries::name_parts,
    scope::{Columns, Source},
    translate::Translator,
    types::{Type, quote},
};

impl Translator<'_> {
    /// The SELECT list: texts with aliases, and what they give.
    pub fn projection(&mut self, select: &Select) -> (Vec<String>, Columns) {
        let mut texts = Vec::new();
        let mut columns = Columns::all(Vec::new());
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expression) => {
                    let typed = self.expression(expression);
                    let name = implied_name(expression);
                    match &name {
                        Some(name) => texts.push(format!("{} AS {}", typed.sql, quote(name))),
                        None => {
                            // BigQuery names such columns f0_, f1_, …
                            let name = format!("f{}_", columns.columns.len());
                            texts.push(format!("{} AS {}", typed.sql, quote(&name)));
                        }
                    }
                    let name = name.unwrap_or_else(|| format!("f{}_", columns.columns.len()));
                    columns.columns.push((name, typed.kind));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let typed = self.expression(expr);
                    if let Some(top) = self.scopes.last_mut() {
                        top.items.push((alias.value.clone(), typed.sql.clone()));
                    }
                    texts.push(format!("{} AS {}", typed.sql, quote(&alias.value)));
                    columns.columns.push((alias.value.clone(), typed.kind));
                }
                SelectItem::ExprWithAliases { expr, .. } => {
                    self.refuse("unsupported-syntax", "an expression takes one alias", expr, None);
                }
                SelectItem::Wildcard(options) => {
                    let sources: Vec<Source> =
                        self.scopes.last().map(|scope| scope.sources.clone()).unwrap_or_default();
                    let mut all = Columns::all(Vec::new());
                    for source in &sources {
                        all.complete &= source.columns.complete;
                        all.columns.extend(source.columns.columns.iter().cloned());
                    }
                    let nested = sources
                        .iter()
                        .any(|source| matches!(source.element, Some((_, Type::Struct(_)))));
                    if nested {
                        self.expanded_wildcard(&sources, options, item, &mut texts, &mut columns);
                        continue;
                    }
                    texts.push(format!("*{}", self.wildcard_options(options, &mut all)));
                    columns.complete &= all.complete;
                    columns.columns.extend(all.columns);
                }
                SelectItem::QualifiedWildcard(kind, options) => {
                    let (text, mut all) = self.qualified_wildcard(kind);
                    texts.push(format!("{text}{}", self.wildcard_options(options, &mut all)));
                    columns.complete &= all.complete;
                    columns.columns.extend(all.columns);
                }
            }
        }
        (texts, columns)
    }

    /// `*` over an unnested array of structs: the fields of the structs are columns.
    fn expanded_wildcard(
        &mut self,
        sources: &[Source],
        options: &WildcardAdditionalOptions,
        place: &SelectItem,
        texts: &mut Vec<String>,
        columns: &mut Columns,
    ) {
        if options.opt_except.is_some() || options.opt_replace.is_some() {
            let help = "name the columns, or give each FROM item its own `alias.* EXCEPT (…)`";
            self.refuse(
                "unsupported-syntax",
                "EXCEPT or REPLACE on `*` over UNNEST is not supported",
                place,
                Some(help),
            );
            return;
        }
        for source in sources {
            match (&source.element, &source.alias) {
                (Some((column, Type::Struct(fields))), _) => {
                    texts.push(format!("{}.*", quote(column)));
                    columns.columns.extend(fields.iter().cloned());
                }
                (_, Some(alias)) if source.element.is_none() => {
                    texts.push(format!("{}.*", quote(alias)));
                    columns.complete &= source.columns.complete;
                    columns.columns.extend(source.columns.columns.iter().cloned());
                }
                _ => {
                    let names = source.columns.columns.iter();
                    texts.extend(names.clone().map(|(name, _)| quote(name)));
                    columns.columns.extend(names.cloned());
                }
            }
        }
    }

    fn qualified_wildcard(&mut self, kind: &SelectItemQualifiedWildcardKind) -> (String, Columns) {
        match kind {
            SelectItemQualifiedWildcardKind::ObjectName(name) => {
                let parts = name_parts(name);
                let first = parts.first().cloned().unwrap_or_default();
                let found =
                    self.scopes.iter().rev().find_map(|scope| scope.source(&first).cloned());
                match found {
                    Some(source) if source.element.is_some() => {
                        let (column, kind) = source.element.unwrap_or_default();
                        let columns = match kind {
                            Type::Struct(fields) => Columns::all(fields),
                            _ => Columns::default(),
                        };
                        (format!("{}.*", quote(&column)), columns)
                    }
                    Some(source) => (format!("{}.*", quote(&first)), source.columns),
                    None => {
                        let path: Vec<String> = parts.iter().map(|part| quote(part)).collect();
                        (format!("{}.*", path.join(".")), Columns::default())
                    }
                }
            }
            SelectItemQualifiedWildcardKind::Expr(expression) => {
                let typed = self.expression(expression);
                let columns = match typed.kind {
                    Type::Struct(fields) => Columns::all(fields),
                    _ => Columns::default(),
                };
                (format!("unnest({})", typed.sql), columns)
            }
        }
    }

    fn wildcard_options(
        &mut self,
        options: &WildcardAdditionalOptions,
        all: &mut Columns,
    ) -> String {
        let mut out = String::new();
        if let Some(except) = &options.opt_except {
            let names: Vec<&String> = std::iter::once(&except.first_element)
                .chain(&except.additional_elements)
                .map(|name| &name.value)
                .collect();
            all.columns
                .retain(|(column, _)| !names.iter().any(|name| name.eq_ignore_ascii_case(column)));
            let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect();
            out.push_str(&format!(" EXCLUDE ({})", quoted.join(", ")));
        }
        if let Some(replace) = &options.opt_replace {
            let mut items = Vec::new();
            for item in &replace.items {
                let typed = self.expression(&item.expr);
                items.push(format!("{} AS {}", typed.sql, quote(&item.column_name.value)));
                for (column, kind) in &mut all.columns {
                    if column.eq_ignore_ascii_case(&item.column_name.value) {
                        kind.clone_from(&typed.kind);
                    }
                }
            }
            out.push_str(&format!(" REPLACE ({})", items.join(", ")));
        }
        out
    }

    /// `SELECT AS STRUCT` and `SELECT AS VALUE`.
    pub fn value_table(
        &mut self,
        select: &Select,
        items: Vec<String>,
        columns: Columns,
        as_values: bool,
    ) -> (Vec<String>, Columns) {
        use ValueTableMode::{AsStruct, AsValue, DistinctAsStruct, DistinctAsValue};
        match &select.value_table_mode {
            None => (items, columns),
            Some(AsValue | DistinctAsValue) => {
                if columns.columns.len() != 1 || !columns.complete {
                    let message = "SELECT AS VALUE takes one expression";
                    self.refuse("sql-syntax", message, select, None);
                }
                (items, Columns { is_value: true, ..columns })
            }
            Some(AsStruct | DistinctAsStruct) if !as_values => (items, columns),
            Some(AsStruct | DistinctAsStruct) => {
                if items.len() != columns.columns.len() || !columns.complete {
                    let help = "name the columns";
                    let message = "SELECT AS STRUCT * is not supported here";
                    self.refuse("unsupported-syntax", message, select, Some(help));
                }
                let fields: Vec<String> = columns
                    .columns
                    .iter()
                    .zip(&items)
                    .map(|((name, _), item)| {
                        let end = format!(" AS {}", quote(name));
                        format!("{} := {}", quote(name), item.strip_suffix(&end).unwrap_or(item))
                    })
                    .collect();
                let name = self.fresh("value");
                let kind = Type::Struct(columns.columns);
                let item = format!("struct_pack({}) AS {}", fields.join(", "), quote(&name));
                let columns = vec![(name, kind)];
                (vec![item], Columns { columns, complete: true, is_value: true })
            }
        }
    }
}

/// The name of a column without an alias: the last part of a path.
fn implied_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            sqlparser::ast::AccessExpr::Dot(Expr::Identifier(name)) => Some(name.value.clone()),
            _ => None,
        },
        _ => None,
    }
}
