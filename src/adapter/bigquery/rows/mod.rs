//! Rows of results as result tables.

mod cells;
mod pages;
