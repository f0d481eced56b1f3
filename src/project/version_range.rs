//! `require-dbt-version`: whether a project was written for a dbt that this program stands for
//! (<https://docs.getdbt.com/reference/project-configs/require-dbt-version>).

/// The first dbt version whose projects are read as that version read them.
pub const OLDEST_COMPATIBLE_DBT: Version = Version { major: 1, minor: 0, patch: 0 };
/// The dbt version whose behaviour this program follows; what asks for a later one is refused.
pub const COMPATIBLE_DBT: Version = Version { major: 1, minor: 12, patch: 99 };

/// A version without its pre-release part, which counts as the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number.
    pub patch: u32,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What a list of requirements leaves of the compatible range.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Compatibility {
    /// Something of it.
    Yes,
    /// Nothing of it.
    No,
    /// No version at all satisfies the requirements.
    Never,
}

/// Whether requirements like `>=1.8.0` or `<2.0.0`, all of which must hold, fit the compatible
/// range. The error names the requirement that is none.
pub(super) fn compatibility<'r>(
    requirements: impl IntoIterator<Item = &'r str>,
) -> Result<Compatibility, String> {
    let mut all = Range::ALL;
    for requirement in requirements {
        all = all.and(parse(requirement.trim()).ok_or_else(|| requirement.trim().to_owned())?);
    }
    let ours = Range { from: OLDEST_COMPATIBLE_DBT, to: Some(next(COMPATIBLE_DBT)) };
    Ok(if all.is_empty() {
        Compatibility::Never
    } else if all.and(ours).is_empty() {
        Compatibility::No
    } else {
        Compatibility::Yes
    })
}

/// From one version to before another.
#[derive(Clone, Copy)]
struct Range {
    from: Version,
    to: Option<Version>,
}

impl Range {
    const ALL: Self = Self { from: Version { major: 0, minor: 0, patch: 0 }, to: None };

    fn and(self, other: Self) -> Self {
        let to = match (self.to, other.to) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self { from: self.from.max(other.from), to }
    }

    fn is_empty(self) -> bool {
        self.to.is_some_and(|to| to <= self.from)
    }
}

fn next(version: Version) -> Version {
    Version { patch: version.patch.saturating_add(1), ..version }
}

fn parse(requirement: &str) -> Option<Range> {
    let digits = requirement.find(|c: char| c.is_ascii_digit())?;
    let (operator, version) = requirement.split_at(digits);
    let operator = operator.trim().trim_end_matches('v');
    let version = parse_version(version.trim())?;
    Some(match operator {
        ">=" => Range { from: version, to: None },
        ">" => Range { from: next(version), to: None },
        "<=" => Range { to: Some(next(version)), ..Range::ALL },
        "<" => Range { to: Some(version), ..Range::ALL },
        "=" | "" => Range { from: version, to: Some(next(version)) },
        _ => return None,
    })
}

fn parse_version(text: &str) -> Option<Version> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let is_tail = rest.is_empty()
        || rest.starts_with(['-', '+'])
        || rest.starts_with('a')
        || rest.starts_with('b')
        || rest.starts_with("rc");
    if !is_tail || rest.contains(char::is_whitespace) {
        return None;
    }
    let mut parts = numbers.split('.').map(|part| part.parse::<u32>().ok());
    let version = Version {
        major: parts.next()??,
        minor: parts.next()??,
        patch: parts.next().unwrap_or(Some(0))?,
    };
    parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_held_against_the_compatible_range() {
        let check = |text: &str| compatibility(text.split(','));
        for (text, expected) in [
            (">=1.8.0", Ok(Compatibility::Yes)),
            (">=1.0.0,<2.0.0", Ok(Compatibility::Yes)),
            ("<1.11.0", Ok(Compatibility::Yes)),
            ("1.12.1", Ok(Compatibility::Yes)),
            ("=1.12.0-b1", Ok(Compatibility::Yes)),
            (">=1.13.0", Ok(Compatibility::No)),
            (">=2.0", Ok(Compatibility::No)),
            ("<1.0.0", Ok(Compatibility::No)),
            (">=2.0.0,<1.0.0", Ok(Compatibility::Never)),
            ("~=1.8", Err("~=1.8".to_owned())),
            (">=one", Err(">=one".to_owned())),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }
}
