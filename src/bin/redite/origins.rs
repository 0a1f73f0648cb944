//! Where articles come from and when, by what their records say.

use crate::args::{OtherRuleArgs, ReachArgs};
use crate::settings::{date_field, ranks_by_date};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use redite::Origin;
use redite::files::{Fields, RankValue};
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// The field for dates if none is named.
pub(crate) const DATE_FIELD: &str = "date";

/// Gives each group a number, and reads dates.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    by_host: bool,
    ranks_by_date: bool,
    is_grouped: bool,
    groups: HashMap<Box<str>, u32>,
    /// How many articles there are: in all, of each group by its number, and of none.
    all: u64,
    articles: Vec<u64>,
    without: u64,
    /// That of each article, where it is known or counts.
    seen: Option<Vec<Origin>>,
    /// How many articles there were at the last [`Origins::mark`], and the groups of those since.
    marked: u64,
    since: Vec<Option<u32>>,
}

impl Origins {
    pub(crate) fn new(rule: &OtherRuleArgs) -> Self {
        let ReachArgs { group_by, across, .. } = &rule.reach;
        let is_sought = rule.reach.group().is_some() || date_field(rule).is_some();
        Self {
            // A unit is compared with all other groups.
            is_grouped: group_by.is_some() && !across,
            by_host: rule.reach.group().is_some_and(|group| group.host),
            ranks_by_date: ranks_by_date(rule),
            seen: is_sought.then(Vec::new),
            ..Self::default()
        }
    }

    /// True if articles are ranked by their dates.
    pub(crate) fn ranks_by_date(&self) -> bool {
        self.ranks_by_date
    }

    /// That of a record, which holds what was asked for.
    pub(crate) fn of(&mut self, fields: &Fields) -> Origin {
        let group = self.name(fields).map(|name| {
            let next = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
            *self.groups.entry(name).or_insert(next)
        });
        self.all += 1;
        // Else the number of all is enough.
        if self.is_grouped {
            *self.count(group) += 1;
            self.since.push(group);
        }
        let origin = Origin {
            group,
            time: fields.date.as_ref().and_then(seconds),
        };
        if let Some(seen) = &mut self.seen {
            seen.push(origin);
        }
        origin
    }

    /// Those of all articles by their numbers, if anything is known of them.
    pub(crate) fn seen(&self) -> Option<&[Origin]> {
        self.seen.as_deref()
    }

    /// The name of a record's group.
    fn name(&self, fields: &Fields) -> Option<Box<str>> {
        let name = fields.group.as_deref()?;
        Some(if self.by_host {
            host(name).to_lowercase().into()
        } else {
            name.into()
        })
    }

    /// The number of articles of a group.
    fn count(&mut self, group: Option<u32>) -> &mut u64 {
        match group {
            None => &mut self.without,
            Some(group) => {
                let group = group as usize;
                if self.articles.len() <= group {
                    self.articles.resize(group + 1, 0);
                }
                &mut self.articles[group]
            }
        }
    }

    /// How many articles have the group of a record, among all that have come; all, if groups are not told apart.
    pub(crate) fn articles_with(&self, fields: &Fields) -> u64 {
        if !self.is_grouped {
            return self.all;
        }
        let Some(name) = self.name(fields) else {
            return self.without;
        };
        let group = self.groups.get(&name).map(|&group| group as usize);
        group.and_then(|group| self.articles.get(group)).copied().unwrap_or(0)
    }

    /// What comes from now on may be [taken back](Self::rollback).
    pub(crate) fn mark(&mut self) {
        self.marked = self.all;
        self.since.clear();
    }

    /// Forgets the articles since the last mark.
    pub(crate) fn rollback(&mut self) {
        for group in std::mem::take(&mut self.since) {
            *self.count(group) -= 1;
        }
        if let Some(seen) = &mut self.seen {
            seen.truncate(usize::try_from(self.marked).unwrap_or(usize::MAX));
        }
        self.all = self.marked;
    }
}

/// The host of a URL, without what does not tell sites apart; of what is no URL, all of it up to the first slash.
fn host(url: &str) -> &str {
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
pub(crate) fn spelled(seconds: i64) -> Option<String> {
    let moment = DateTime::from_timestamp(seconds, 0)?;
    Some(moment.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Seconds since 1970 of what a record says.
pub(crate) fn seconds(value: &RankValue) -> Option<i64> {
    match value {
        RankValue::Integer(n) if CALENDAR.contains(n) => calendar(&n.to_string()),
        RankValue::Integer(n) => calendar(&n.to_string()).or_else(|| {
            let finer = FINER.iter().rfind(|(from, _)| n.unsigned_abs() > *from);
            Some(n.div_euclid(finer.map_or(1, |finer| finer.1)))
        }),
        #[expect(clippy::cast_possible_truncation, reason = "it is held to be in range")]
        RankValue::Float(x) => {
            let seconds = if x.abs() > 1e11 { x / 1000.0 } else { *x };
            (seconds.abs() < 1e15).then(|| seconds.floor() as i64)
        }
        RankValue::Text(text) => of_text(text.trim()),
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
        .or_else(|| text.parse().ok().and_then(|n| seconds(&RankValue::Integer(n))))
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
            assert_eq!(seconds(&RankValue::Text(text.to_owned())), Some(day), "{text}");
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
            assert_eq!(seconds(&RankValue::Integer(number)), Some(expected), "{number}");
        }
        assert_eq!(seconds(&RankValue::Float(1_795_996_800.25)), Some(day));
        for text in [
            "",
            "30. November",
            "2026-13-01",
            "2026-11",
            "nan",
            "2026-11-30T25:00:00Z",
            "é",
        ] {
            assert_eq!(seconds(&RankValue::Text(text.to_owned())), None, "{text}");
        }
        assert_eq!(seconds(&RankValue::Float(f64::NAN)), None);
        assert!(seconds(&RankValue::Integer(i64::MIN)).is_some());
        assert_eq!(seconds(&RankValue::Integer(20_261_131)), None);
    }
}
