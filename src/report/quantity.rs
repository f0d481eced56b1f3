//! Numbers as people read them, and words that agree with them.

/// Seconds as `0.04s`, `12.3s` or `3m 07s`.
pub(super) fn duration(secs: f64) -> String {
    let secs = secs.max(0.0);
    if secs < 9.995 {
        format!("{secs:.2}s")
    } else if secs < 59.95 {
        format!("{secs:.1}s")
    } else {
        let whole = secs.round() as u64;
        match whole / 3600 {
            0 => format!("{}m {:02}s", whole / 60, whole % 60),
            hours => format!("{hours}h {:02}m {:02}s", whole % 3600 / 60, whole % 60),
        }
    }
}

/// A whole number with thousands apart: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes as `512 B`, `1.50 KiB`, `3.20 TiB`: what BigQuery's console says.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.995 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.2} {}", UNITS[unit])
}

/// Money: cents, and of small sums the first digits that are not nothing.
pub(super) fn money(amount: f64) -> String {
    match amount {
        0.0 => "$0".to_owned(),
        small if small < 0.0001 => "<$0.0001".to_owned(),
        small if small < 0.995 => format!("${small:.4}"),
        large => format!("${large:.2}"),
    }
}

/// `1 error`, `3 errors`.
pub(super) fn counted(number: usize, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {word}{plural}", grouped(number as u64))
}

/// The text cut to `width` characters; a cut shows as `…`.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// The text cut to `width` characters in its middle: names of one family differ at their ends.
pub(super) fn cut_middle(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width || width < 5 {
        return cut(text, width);
    }
    let tail = (width - 1) / 2;
    let head: String = text.chars().take(width - 1 - tail).collect();
    let tail: String = text.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}
