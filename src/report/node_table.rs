//! The table of a run's nodes.

use std::sync::Arc;

use tabled::{
    builder::Builder,
    settings::{Alignment, Padding, Style, object::Columns},
};

use super::{
    SummaryOptions,
    quantity::{bytes, counted, cut_middle, duration, grouped, money},
    screen::{Tone, paint},
};
use crate::{
    manifest::ResourceType,
    run::{Cost, NodeResult, Prices, Status},
};

/// Rows of the table at most: more cannot be read, and the artifacts hold them all.
const MAX_ROWS: usize = 100;
/// A node's name keeps at least this many characters in a narrow terminal.
const MIN_NAME_WIDTH: usize = 16;
/// The columns; those of costs are left out where nothing is billed.
const COLUMNS: [&str; 10] = [
    "node",
    "materialization",
    "rows",
    "processed",
    "billed",
    "slot-ms",
    "cached",
    "cost",
    "time",
    "status",
];
const BILLED: usize = 4;
/// Queries that the cache has answered: a column only where there are some.
const CACHED: usize = 6;
/// The columns of costs.
const COSTS: std::ops::Range<usize> = 3..8;
const STATUS: usize = 9;
const NUMBERS: std::ops::Range<usize> = 2..9;
/// Columns of a narrow terminal give way to the names, those first that can be missed most.
const DISPENSABLE: [usize; 8] = [1, 3, 6, 5, 8, 4, 7, 2];

type Line = [String; COLUMNS.len()];

/// The nodes worth a row. Passing tests are one row together, unless tests are all that ran.
pub(super) fn node_table(results: &[Arc<NodeResult>], options: &SummaryOptions) -> String {
    let only_tests = results.iter().all(|result| is_test(result));
    let quiet_pass = |result: &NodeResult| {
        !only_tests && is_test(result) && matches!(result.status, Status::Pass | Status::Skipped)
    };
    let mut rows: Vec<&NodeResult> =
        results.iter().map(Arc::as_ref).filter(|result| !quiet_pass(result)).collect();
    let left_out = rows.len().saturating_sub(MAX_ROWS);
    if left_out > 0 {
        // Keep what went wrong and what took long, in the order of the run.
        let mut by_weight: Vec<usize> = (0..rows.len()).collect();
        by_weight.sort_by(|a, b| {
            let weight = |at: usize| (rows[at].status.is_failure(), rows[at].elapsed_secs);
            let (a, b) = (weight(*a), weight(*b));
            b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
        by_weight.truncate(MAX_ROWS);
        by_weight.sort_unstable();
        rows = by_weight.into_iter().map(|at| rows[at]).collect();
    }
    let mut lines: Vec<Line> =
        rows.into_iter().map(|result| row(result, &options.prices)).collect();
    for status in [Status::Pass, Status::Skipped] {
        let tests: Vec<&Arc<NodeResult>> =
            results.iter().filter(|result| quiet_pass(result) && result.status == status).collect();
        if !tests.is_empty() {
            let secs = tests.iter().map(|result| result.elapsed_secs).sum();
            let cost = Cost::total(tests.iter().map(|result| result.as_ref()));
            let [processed, billed, slots, cached, paid] = cost_cells(cost, &options.prices);
            lines.push([
                counted(tests.len(), "test"),
                "test".to_owned(),
                String::new(),
                processed,
                billed,
                slots,
                cached,
                paid,
                if status == Status::Pass { duration(secs) } else { String::new() },
                status.as_str().to_owned(),
            ]);
        }
    }
    let mut text = render_rows(lines, options);
    if left_out > 0 {
        text.push_str(&format!(
            "\n… and {} more, all of them in target/run_results.json",
            counted(left_out, "node")
        ));
    }
    text
}

/// The line of a run's cost.
pub(super) fn cost_line(cost: &Cost, prices: &Prices) -> String {
    let cached = match cost.cache_hits {
        0 => String::new(),
        hits => format!(
            ", {} from the cache",
            counted(hits as usize, "query").replace("querys", "queries")
        ),
    };
    format!(
        "{} processed, {} billed, {} slot-ms{cached}: {}",
        bytes(cost.bytes_processed),
        bytes(cost.bytes_billed),
        grouped(cost.slot_ms),
        money(prices.money(cost))
    )
}

fn is_test(result: &NodeResult) -> bool {
    matches!(result.node.resource_type, ResourceType::Test | ResourceType::UnitTest)
}

/// Processed, billed, slots, queries from the cache, money.
fn cost_cells(cost: Option<Cost>, prices: &Prices) -> [String; 5] {
    cost.map_or_else(Default::default, |cost| {
        let cached = match cost.cache_hits {
            0 => String::new(),
            hits => grouped(hits),
        };
        [
            bytes(cost.bytes_processed),
            bytes(cost.bytes_billed),
            grouped(cost.slot_ms),
            cached,
            money(prices.money(&cost)),
        ]
    })
}

fn row(result: &NodeResult, prices: &Prices) -> Line {
    let rows = match (result.failures, result.rows_affected) {
        (Some(failures), _) if failures > 0 => format!("{} failing", grouped(failures)),
        (_, Some(rows)) => grouped(rows),
        _ => String::new(),
    };
    let time = match result.status {
        Status::Skipped | Status::NoOp => String::new(),
        _ => duration(result.elapsed_secs),
    };
    let [processed, billed, slots, cached, paid] = cost_cells(Cost::of(result), prices);
    [
        result.node.display.clone(),
        result.node.materialization.clone(),
        rows,
        processed,
        billed,
        slots,
        cached,
        paid,
        time,
        result.status.as_str().to_owned(),
    ]
}

fn render_rows(mut lines: Vec<Line>, options: &SummaryOptions) -> String {
    let some = |column: usize| lines.iter().any(|line| !line[column].is_empty());
    let (is_billed, is_cached) = (some(BILLED), some(CACHED));
    lines.insert(0, COLUMNS.map(str::to_owned));
    let widest = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0);
    let wanted_name = widest(0).min(MIN_NAME_WIDTH);
    let mut shown: Vec<usize> =
        (0..COLUMNS.len()).filter(|at| is_billed || !COSTS.contains(at)).collect();
    shown.retain(|at| is_cached || *at != CACHED);
    let others = |shown: &[usize]| shown[1..].iter().map(|at| widest(*at) + 2).sum::<usize>();
    for dispensable in DISPENSABLE {
        if wanted_name + others(&shown) <= options.width {
            break;
        }
        shown.retain(|at| *at != dispensable);
    }
    let name_width = options.width.saturating_sub(others(&shown)).max(wanted_name);
    let mut builder = Builder::default();
    for line in &mut lines {
        line[0] = cut_middle(&line[0], name_width);
        builder.push_record(shown.iter().map(|at| line[*at].as_str()));
    }
    let mut table = builder.build();
    let numbers = shown.iter().enumerate().filter(|(_, column)| NUMBERS.contains(column));
    let numbers: Vec<usize> = numbers.map(|(at, _)| at).collect();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0));
    for at in numbers {
        table.modify(Columns::new(at..=at), Alignment::right());
    }
    let text = table.to_string();
    // Painted after layout, so that escapes do not count as width.
    let mut painted = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_end();
        let status = lines.get(at).map_or("", |line| line[STATUS].as_str());
        painted.push(match line.strip_suffix(status) {
            Some(before) if at > 0 => {
                format!("{before}{}", paint(status, tone_of(status), options.color))
            }
            _ => paint(line, Tone::Dim, options.color),
        });
    }
    painted.join("\n")
}

fn tone_of(status: &str) -> Tone {
    match status {
        "success" | "pass" => Tone::Good,
        "warn" => Tone::Warn,
        "fail" | "error" | "partial success" => Tone::Bad,
        _ => Tone::Dim,
    }
}
