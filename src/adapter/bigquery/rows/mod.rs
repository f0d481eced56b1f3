//! Rows of results as result tables.

mod cells;
mod pages;

pub(super) use pages::page_address;
