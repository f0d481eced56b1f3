//! What GoogleSQL's text says, as a tree. Every node knows its place.

mod call;
mod data_type;
mod expression;
mod name;
mod pipe;
mod query;
mod script;
mod span;
mod statement;
mod table;
mod walk;

pub use call::{
    Argument, Call, Frame, FrameBound, FrameUnit, HavingBound, Nulls, OrderItem, Over, WindowSpec,
};
pub use data_type::{DataType, FieldType};
pub use expression::{
    BinaryOperator, Expr, ExprKind, IsTest, Patterns, StructItem, SubscriptKind, UnaryOperator,
    When,
};
pub use name::{Ident, Path};
pub use pipe::{Pipe, PipeKind};
pub use query::{
    Body, Cte, GroupBy, GroupItem, GroupItemKind, Matching, MatchingMode, NamedWindow, Query,
    Select, SelectItem, SelectMode, SetOperation, SetOperator, Star, With,
};
pub use script::{Merge, MergeAction, MergeClause, MergeRows, ScriptKind};
pub use span::{Span, Spanned};
pub use statement::{
    AlterAction, Assignment, ColumnDef, Create, CreateFunction, CreateProcedure, CreateTable,
    CreateView, Delete, DropKind, Insert, InsertSource, Statement, StatementKind, Update,
};
pub use table::{
    Aliased, Condition, From, Join, JoinKind, Pivot, Table, TableKind, Unpivot, UnpivotColumns,
};
pub use walk::{any_expression, for_each_expression, may_name_columns};
