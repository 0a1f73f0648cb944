//! What records say of where an article comes from and when: hosts of URLs, dates in many forms.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use std::ops::RangeInclusive;

/// What a record says, which may be a date.
///
/// ```
/// use redite::metadata::{Value, seconds};
///
/// assert_eq!(seconds(&Value::Integer(20_261_130)), seconds(&Value::Text("2026-11-30")));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Value<'v> {
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(&'v str),
}

/// The host of a URL, without what does not tell sites apart; of what is no URL, all of it up to the first slash.
///
/// ```
/// assert_eq!(redite::metadata::host("https://www.example.org/a"), "example.org");
/// ```
#[must_use]
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.trim_start_matches('/');
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = |(host, port): (&'_ str, &str)| (port.bytes().all(|b| b.is_ascii_digit()), host.len());
    let host = match host.rsplit_once(':').map(port) {
        // an address of version 6 has colons, too, in brackets
        Some((true, end)) => &host[..end],
        _ => host,
    };
    let host = host.trim().trim_end_matches('.');
    match host.get(..4) {
        Some(www) if www.eq_ignore_ascii_case("www.") => &host[4..],
        _ => host,
    }
}

/// Whole numbers beyond these count milliseconds, microseconds and nanoseconds.
const FINER: [(u64, i64); 3] = [
    (100_000_000_000, 1000),
    (100_000_000_000_000, 1_000_000),
    (100_000_000_000_000_000, 1_000_000_000),
];

/// Whole numbers that are read as dates of the calendar, as in 20261130.
const CALENDAR: RangeInclusive<i64> = 19_000_101..=29_991_231;

/// A moment in seconds since 1970, as it stands in marks; nothing if no calendar has it.
///
/// ```
/// assert_eq!(redite::metadata::spelled(0).as_deref(), Some("1970-01-01T00:00:00Z"));
/// ```
#[must_use]
pub fn spelled(seconds: i64) -> Option<String> {
    let moment = DateTime::from_timestamp(seconds, 0)?;
    Some(moment.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Seconds since 1970 of what a record says, in one of many forms; a time without a zone counts as one in UTC.
///
/// ```
/// use redite::metadata::{Value, seconds};
///
/// assert_eq!(seconds(&Value::Text("1970-01-02T01:00:00+01:00")), Some(86_400));
/// ```
#[must_use]
pub fn seconds(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Integer(n) if CALENDAR.contains(n) => calendar(&n.to_string()),
        Value::Integer(n) => calendar(&n.to_string()).or_else(|| {
            let finer = FINER.iter().rfind(|(from, _)| n.unsigned_abs() > *from);
            Some(n.div_euclid(finer.map_or(1, |finer| finer.1)))
        }),
        #[expect(clippy::cast_possible_truncation, reason = "it is held to be in range")]
        Value::Float(x) => {
            let seconds = if x.abs() > 1e11 { x / 1000.0 } else { *x };
            (seconds.abs() < 1e15).then(|| seconds.floor() as i64)
        }
        Value::Text(text) => of_text(text.trim()),
    }
}

/// Of a date in digits alone, as in 20261130 or 20261130081500.
fn calendar(digits: &str) -> Option<i64> {
    match digits.len() {
        _ if digits.starts_with('-') => None,
        8 => midnight(NaiveDate::parse_from_str(digits, "%Y%m%d").ok()?),
        14 => Some(
            NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S")
                .ok()?
                .and_utc()
                .timestamp(),
        ),
        _ => None,
    }
}

fn midnight(date: NaiveDate) -> Option<i64> {
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
}

fn of_text(text: &str) -> Option<i64> {
    const WITH_ZONE: [&str; 4] = [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f %#z",
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M%#z",
    ];
    const WITHOUT: [&str; 5] = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
        "%Y%m%dT%H%M%S",
    ];
    const DATES: [&str; 2] = ["%Y-%m-%d", "%Y/%m/%d"];
    // A time without a zone counts as one in UTC.
    let zulu = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix(" UTC"));
    let local = zulu.unwrap_or(text).trim_end();
    None.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp()))
        .or_else(|| {
            let mut times = WITHOUT
                .iter()
                .filter_map(|form| NaiveDateTime::parse_from_str(local, form).ok());
            times.next().map(|time| time.and_utc().timestamp())
        })
        .or_else(|| {
            let mut dates = DATES
                .iter()
                .filter_map(|form| NaiveDate::parse_from_str(local, form).ok());
            dates.next().and_then(midnight)
        })
        .or_else(|| {
            let mut times = WITH_ZONE
                .iter()
                .filter_map(|form| DateTime::parse_from_str(text, form).ok());
            times.next().map(|time| time.timestamp())
        })
        .or_else(|| DateTime::parse_from_rfc2822(text).ok().map(|time| time.timestamp()))
        .or_else(|| calendar(text))
        .or_else(|| text.parse().ok().and_then(|n| seconds(&Value::Integer(n))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (url, expected) in [
            ("https://www.example.org/a?b#c", "example.org"),
            ("http://user:pass@news.example.org:8080/x", "news.example.org"),
            ("//cdn.example.org/x", "cdn.example.org"),
            ("example.org/path", "example.org"),
            ("EXAMPLE.ORG.", "EXAMPLE.ORG"),
            ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
            ("https://пример.рф/страница", "пример.рф"),
            ("https://www.", "www"),
            ("wwé", "wwé"),
            ("", ""),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }

    #[test]
    fn dates_in_many_forms() {
        let day = 1_795_996_800;
        for text in [
            "2026-11-30",
            "2026/11/30",
            "20261130",
            "20261130000000",
            "2026-11-30T00:00:00Z",
            "2026-11-30T00:00",
            "2026-11-30 00:00:00",
            "2026-11-30 00:00:00.750",
            "2026-11-30 00:00:00 UTC",
            "2026-11-30T02:00:00+02:00",
            "2026-11-30T02:00:00+0200",
            "2026-11-30 02:00:00 +0200",
            "2026-11-30T02:00:00.5+02",
            "20261130T000000Z",
            " 2026-11-30 ",
            "Mon, 30 Nov 2026 00:00:00 GMT",
            "Mon, 30 Nov 2026 01:00:00 +0100",
            "1795996800",
            "1795996800000",
        ] {
            assert_eq!(seconds(&Value::Text(text)), Some(day), "{text}");
        }
        for (number, expected) in [
            (day, day),
            (1000 * day, day),
            (1_000_000 * day, day),
            (1_000_000_000 * day, day),
            (-2_026_113, -2_026_113),
            (20_261_130, day),
            (0, 0),
            (-1, -1),
        ] {
            assert_eq!(seconds(&Value::Integer(number)), Some(expected), "{number}");
        }
        assert_eq!(seconds(&Value::Float(1_795_996_800.25)), Some(day));
        for text in [
            "",
            "30. November",
            "2026-13-01",
            "2026-11",
            "nan",
            "2026-11-30T25:00:00Z",
            "é",
        ] {
            assert_eq!(seconds(&Value::Text(text)), None, "{text}");
        }
        assert_eq!(seconds(&Value::Float(f64::NAN)), None);
        assert!(seconds(&Value::Integer(i64::MIN)).is_some());
        assert_eq!(seconds(&Value::Integer(20_261_131)), None);
    }
}
