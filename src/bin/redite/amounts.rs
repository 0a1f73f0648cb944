//! Counts, sizes and times, as people read and type them.

use std::time::Duration;

/// `1,234 articles`.
pub(crate) fn count(n: u64, what: &str) -> String {
    format!("{} {what}{}", digits(n), if n == 1 { "" } else { "s" })
}

/// `1,234`.
pub(crate) fn digits(n: u64) -> String {
    let plain = n.to_string();
    let mut out = String::new();
    for (i, c) in plain.chars().enumerate() {
        if i > 0 && (plain.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `12.3 %`.
#[expect(clippy::cast_precision_loss, reason = "a share for people")]
pub(crate) fn share(part: u64, of: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / of.max(1) as f64)
}

/// Two digits that count.
pub(crate) fn round(n: u64) -> u64 {
    let mut scale = 1;
    while n / scale >= 100 {
        scale *= 10;
    }
    (n + scale / 2) / scale * scale
}

/// `1.2 GB`, with two digits that count.
pub(crate) fn size(bytes: u64) -> String {
    let bytes = round(bytes);
    let (unit, name) = match bytes {
        1_000_000_000.. => (1_000_000_000, "GB"),
        1_000_000.. => (1_000_000, "MB"),
        _ => (1000, "kB"),
    };
    match (bytes / unit, bytes % unit * 10 / unit) {
        (whole, tenth) if whole < 10 && tenth > 0 => format!("{whole}.{tenth} {name}"),
        (whole, _) => format!("{whole} {name}"),
    }
}

/// `3 minutes`.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_secs().max(1) {
        seconds @ ..100 => count(seconds, "second"),
        seconds @ ..6000 => count(seconds.div_ceil(60), "minute"),
        seconds => count(seconds.div_ceil(3600), "hour"),
    }
}

/// `512M` as bytes: k, M, G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024, in either case, with or without B.
pub(crate) fn parse(typed: &str) -> Result<u64, String> {
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = typed[digits.len()..].to_ascii_lowercase();
    let scale = match unit.strip_suffix('b').unwrap_or(&unit) {
        "" => 1.0,
        "k" => 1e3,
        "m" => 1e6,
        "g" => 1e9,
        "t" => 1e12,
        "ki" => 1024.0,
        "mi" => 1_048_576.0,
        "gi" => 1_073_741_824.0,
        "ti" => 1_099_511_627_776.0,
        _ => 0.0,
    };
    let bytes = digits.trim().parse::<f64>().map_or(0.0, |n| n * scale);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is held to be positive and small enough"
    )]
    if (1.0..1e18).contains(&bytes) {
        Ok(bytes as u64)
    } else {
        Err("give a size in bytes, such as 500k, 20MB, 1.5G (powers of 1000) or 512MiB (of 1024)".to_owned())
    }
}

/// `7d` as a time: weeks, days, hours, minutes or seconds.
pub(crate) fn parse_time(typed: &str) -> Result<Duration, String> {
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let scale = match &typed[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => 0,
    };
    let seconds = digits.trim().parse::<u64>().ok().and_then(|n| n.checked_mul(scale));
    match seconds.filter(|&seconds| seconds > 0 || scale > 0) {
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => {
            Err("give a number of weeks, days, hours, minutes or seconds, such as 2w, 7d, 12h, 30m or 90s".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (typed, bytes) in [
            ("512M", 512_000_000),
            ("0.5G", 500_000_000),
            ("7", 7),
            ("20k", 20_000),
            ("1T", 1_000_000_000_000),
            ("512m", 512_000_000),
            ("512MB", 512_000_000),
            ("512 mb", 512_000_000),
            ("512MiB", 536_870_912),
            ("512Mi", 536_870_912),
            ("1.5gib", 1_610_612_736),
            ("2KiB", 2048),
            ("7B", 7),
        ] {
            assert_eq!(parse(typed), Ok(bytes), "{typed}");
        }
        for typed in [
            "", "M", "-1G", "0", "nan", "inf", "1X", "1e30G", "1i", "1iB", "1MBB", "1BM", "infM", "0.1", "1é",
        ] {
            assert!(parse(typed).is_err(), "{typed}");
        }
        for (bytes, told) in [
            (0, "0 kB"),
            (1_234_567, "1.2 MB"),
            (512_000_000, "510 MB"),
            (99_700_000_000, "100 GB"),
        ] {
            assert_eq!(size(bytes), told);
        }
        assert_eq!(duration(Duration::from_secs(130)), "3 minutes");
    }

    #[test]
    fn times() {
        for (typed, seconds) in [
            ("7d", 604_800),
            ("2w", 1_209_600),
            ("12h", 43_200),
            ("30m", 1800),
            ("90s", 90),
            ("0d", 0),
        ] {
            assert_eq!(parse_time(typed), Ok(Duration::from_secs(seconds)), "{typed}");
        }
        for typed in [
            "",
            "7",
            "d",
            "7 days",
            "-1d",
            "1.5d",
            "99999999999999999999d",
            "18446744073709551615w",
            "1é",
        ] {
            assert!(parse_time(typed).is_err(), "{typed}");
        }
    }
}
