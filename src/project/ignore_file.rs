//! `.dbtignore`: files that are not read, by patterns as in `.gitignore`
//! (<https://docs.getdbt.com/reference/dbtignore>).

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use super::read_text::read_text;
use crate::diagnostic::{Diagnostic, Span};

/// Patterns in order; the last one that fits decides.
#[derive(Default)]
pub(super) struct IgnoreFile {
    patterns: Vec<Pattern>,
}

struct Pattern {
    matchers: Vec<GlobMatcher>,
    keeps: bool,
}

impl IgnoreFile {
    /// Reads `.dbtignore` at the root of a package, where there is one.
    pub fn read(root: &Path, shown_prefix: &str, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let path = root.join(".dbtignore");
        if !path.is_file() {
            return Self::default();
        }
        let source = match read_text(&path, &format!("{shown_prefix}.dbtignore")) {
            Ok(source) => source,
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                return Self::default();
            }
        };
        let mut patterns = Vec::new();
        for (at, line) in source.text().lines().enumerate() {
            match parse_line(line) {
                Ok(pattern) => patterns.extend(pattern),
                Err(error) => diagnostics.push(
                    Diagnostic::error("ignore-pattern", format!("not a pattern: {error}"))
                        .at(Span::of_line(&source, at as u32 + 1), ""),
                ),
            }
        }
        Self { patterns }
    }

    /// Whether a path relative to the package's root is left out.
    pub fn is_ignored(&self, path: &str) -> bool {
        let fits = |pattern: &&Pattern| pattern.matchers.iter().any(|glob| glob.is_match(path));
        self.patterns.iter().rev().find(fits).is_some_and(|pattern| !pattern.keeps)
    }
}

fn parse_line(line: &str) -> Result<Option<Pattern>, String> {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (keeps, line) = match line.strip_prefix('!') {
        Some(line) => (true, line),
        None => (false, line),
    };
    let line = line.strip_prefix('\\').unwrap_or(line);
    let (folder_only, line) = match line.strip_suffix('/') {
        Some(line) => (true, line),
        None => (false, line),
    };
    // A slash inside ties the pattern to the root; without one it fits at any depth.
    let anchored = line.contains('/');
    let line = line.strip_prefix('/').unwrap_or(line);
    if line.is_empty() {
        return Ok(None);
    }
    let pattern = if anchored { line.to_owned() } else { format!("**/{line}") };
    let mut matchers = vec![glob(&format!("{pattern}/**"))?];
    if !folder_only {
        matchers.push(glob(&pattern)?);
    }
    Ok(Some(Pattern { matchers, keeps }))
}

fn glob(pattern: &str) -> Result<GlobMatcher, String> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_fits_decides() {
        let lines =
            ["# drafts", "draft_*.sql", "models/old/", "/models/a/*.yml", "!draft_kept.sql"];
        let patterns =
            lines.iter().filter_map(|line| parse_line(line).expect("patterns are right")).collect();
        let ignore = IgnoreFile { patterns };
        for (path, ignored) in [
            ("models/draft_x.sql", true),
            ("models/draft_kept.sql", false),
            ("models/old/deep/x.sql", true),
            ("models/older/x.sql", false),
            ("models/a/x.yml", true),
            ("models/a/b/x.yml", false),
            ("other/models/a/x.yml", false),
        ] {
            assert_eq!(ignore.is_ignored(path), ignored, "{path}");
        }
    }
}
