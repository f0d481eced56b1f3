//! The example's payloads, coming in steps and in no order.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// How many steps they come in.
pub const STEPS: usize = 4;

/// Puts into `samples` what of `all` has come by a step: of files of lines the lines, of the stations' API
/// the files, of the store what it says of itself then.
pub fn come(all: &Path, samples: &Path, step: usize) {
    let mut shapes: Vec<String> = Vec::new();
    for (number, file) in files(all).into_iter().enumerate() {
        let target = samples.join(file.strip_prefix(all).expect("below the folder"));
        let text = fs::read_to_string(&file).expect("a sample");
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        if name.ends_with(".jsonl") {
            let come = |line: usize| line == 0 || step_of(line + number) <= step;
            let lines = text.lines().enumerate().filter(|(line, _)| come(*line));
            let lines: String = lines.map(|(_, line)| format!("{line}\n")).collect();
            fs::write(target, lines).expect("written");
        } else if file.parent().expect("a folder").ends_with("store") {
            fs::write(target, store(&name, &text, step)).expect("written");
        } else {
            // The first file of a shape is there from the beginning.
            let shape: String = name.chars().take(6).collect();
            let shape = format!("{shape} {}", name.contains("information"));
            let first = !shapes.contains(&shape);
            shapes.push(shape);
            if first || step_of(number) <= step {
                fs::write(target, text).expect("written");
            } else if target.exists() {
                fs::remove_file(target).expect("removed");
            }
        }
    }
}

/// When the thing of a number comes: neighbours at different times.
fn step_of(number: usize) -> usize {
    (number * 7 + number / 3) % STEPS
}

/// What the store says of itself: in the first step the last record is missing, in the second most are
/// otherwise, and then they are again as they were.
fn store(name: &str, text: &str, step: usize) -> String {
    let mut records: Vec<Value> = serde_json::from_str(text).expect("JSON");
    if step == 0 {
        records.pop();
    }
    for (number, record) in records.iter_mut().enumerate().filter(|_| step == 1) {
        match name {
            "products.json" if number % 2 == 0 => record["price"] = Value::from(number + 1),
            "users.json" if number % 2 == 0 => record["address"]["city"] = Value::from("moved"),
            "carts.json" if number % 3 != 2 => {
                let lines = record["products"].as_array_mut().expect("lines");
                lines.reverse();
                lines.pop();
            }
            _ => {}
        }
    }
    serde_json::to_string(&records).expect("JSON")
}

/// All files below a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let entries = entries.map(|entry| entry.expect("a readable folder"));
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}
