//! Which of the repeats go: by conditions, by how often they are said, and by how much repeats at a stretch.

use crate::args::ChoiceArgs;
use crate::condition::Condition;
use anyhow::{Result, bail};
use redite::files::marks::{ArticleMarks, Family, LeaderMark, UnitMark};
use serde_json::Value;
use std::cmp::Reverse;
use std::fmt;
use std::ops::RangeInclusive;

/// What goes, and what stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Choice {
    conditions: Vec<Condition>,
    copies: Copies,
    min_count: u64,
    min_share: f64,
    min_run: u64,
    bridge: u64,
}

/// What goes of one article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Of the units that repeat others, those that go, by their places; ascending.
    pub(crate) units: Vec<usize>,
    /// The same of the units that others repeat.
    pub(crate) leaders: Vec<usize>,
    /// What goes along between two units, by the places of these.
    pub(crate) bridges: Vec<[usize; 2]>,
}

impl Chosen {
    /// True if nothing goes.
    pub(crate) fn is_nothing(&self) -> bool {
        self.units.is_empty() && self.leaders.is_empty()
    }
}

impl Choice {
    pub(crate) fn of(args: &ChoiceArgs) -> Result<Self> {
        let choice = Self {
            conditions: args.conditions.clone(),
            copies: args.keep_copies.clone().unwrap_or_default(),
            min_count: args.min_count.unwrap_or(0),
            min_share: args.min_share.unwrap_or(0.0),
            min_run: args.min_run.unwrap_or(0),
            bridge: args.bridge.unwrap_or(0),
        };
        if choice.min_run > 0 && choice.copies.may_be_none() {
            bail!(
                "--min-run: runs are made of what repeats others, so the first copies stay; leave out none in \
                 --keep-copies"
            );
        }
        Ok(choice)
    }

    /// True if it asks in how many articles something stands.
    pub(crate) fn asks_for_articles(&self) -> bool {
        self.min_count > 1 || self.min_share > 0.0
    }

    /// True if it asks how often something is said, or for runs: what stands in a test set is no copy.
    pub(crate) fn counts_copies(&self) -> bool {
        let by_conditions = Self {
            conditions: self.conditions.clone(),
            ..Self::default()
        };
        *self != by_conditions
    }

    /// What was asked for, by the names of the options; nothing if every repeat goes.
    pub(crate) fn described(args: &ChoiceArgs) -> Option<Value> {
        if Self::of(args).is_ok_and(|choice| choice.is_everything()) {
            return None;
        }
        let conditions: Vec<&str> = args.conditions.iter().map(Condition::typed).collect();
        let named = [
            ("where", (!conditions.is_empty()).then(|| conditions.into())),
            (
                "keep_copies",
                args.keep_copies.as_ref().map(|copies| copies.to_string().into()),
            ),
            ("min_count", args.min_count.map(Value::from)),
            ("min_share", args.min_share.map(Value::from)),
            ("min_run", args.min_run.map(Value::from)),
            ("bridge", args.bridge.map(Value::from)),
        ];
        let named = named
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let named: serde_json::Map<String, Value> = named.collect();
        (!named.is_empty()).then(|| named.into())
    }

    /// True if every repeat goes and nothing else, whatever the marks are.
    pub(crate) fn is_everything(&self) -> bool {
        self.conditions.is_empty()
            && self.copies == Copies::default()
            && self.min_count == 0
            && self.min_share <= 0.0
            && self.min_run == 0
    }

    /// What goes of an article.
    pub(crate) fn of_article(&self, article: &ArticleMarks) -> Chosen {
        let goes = |unit: &UnitMark| {
            // What stands in a test set is no copy of a unit.
            let is_copy = unit.family.as_ref().zip(unit.nth);
            is_copy.is_none_or(|(family, nth)| {
                u64::from(nth) > self.copies.of(family.copies()) && self.is_frequent(family, article)
            }) && self.conditions.iter().all(|condition| condition.holds(article, unit))
        };
        let goes: Vec<bool> = article.units.iter().map(goes).collect();
        let mut chosen = self.in_runs(article, &goes);
        let leader_goes = |leader: &LeaderMark| {
            let family = &leader.family;
            self.copies.of(family.copies()) == 0
                && self.is_frequent(family, article)
                && self
                    .conditions
                    .iter()
                    .all(|condition| condition.holds_of_leader(article, leader))
        };
        // Runs are made of what repeats others.
        if self.min_run == 0 {
            let goes: Vec<bool> = article.leaders.iter().map(leader_goes).collect();
            chosen.leaders = outermost(article, &goes);
            let mut going: Vec<_> = chosen.leaders.iter().map(|&at| place(&article.leaders[at])).collect();
            going.sort_unstable();
            chosen.units.retain(|&at| {
                let unit = &article.units[at];
                let before = going.partition_point(|&(field, start, _)| (field, start) <= (&unit.field, unit.bytes[0]));
                let leader = before.checked_sub(1).map(|before| going[before]);
                leader.is_none_or(|(field, _, end)| field != unit.field || end < unit.bytes[1])
            });
        }
        chosen
    }

    #[expect(clippy::cast_precision_loss, reason = "a share that is compared with what was typed")]
    fn is_frequent(&self, family: &Family, article: &ArticleMarks) -> bool {
        let articles = u64::from(family.articles);
        articles >= self.min_count && articles as f64 >= self.min_share * article.among as f64
    }

    /// Of units that may go, those that are part of a run that is long enough, and what goes along between two runs.
    fn in_runs(&self, article: &ArticleMarks, goes: &[bool]) -> Chosen {
        let units = &article.units[..];
        let mut leaders: Vec<_> = article.leaders.iter().map(place).collect();
        leaders.sort_unstable();
        // What others repeat is kept for them.
        let no_leader_before = |at: usize| {
            let (field, from, to) = (&*units[at].field, units[at - 1].bytes[1], units[at].bytes[0]);
            let next = leaders.partition_point(|&(of, start, _)| (of, start) < (field, from));
            leaders
                .get(next)
                .is_none_or(|&(of, start, _)| of != field || start >= to)
        };
        let follows = |at: usize, most: u64| {
            let (before, here) = (&units[at - 1], &units[at]);
            goes[at - 1]
                && goes[at]
                && before.field == here.field
                && before.kept.source == here.kept.source
                && here.gap.is_some_and(|gap| gap <= most)
        };
        let mut chosen = Chosen::default();
        let mut at = 0;
        while at < units.len() {
            let mut end = at + 1;
            while end < units.len() && follows(end, 0) {
                end += 1;
            }
            let bytes = units[at..end]
                .iter()
                .map(|unit| u64::from(unit.bytes[1].saturating_sub(unit.bytes[0])));
            if goes[at] && bytes.sum::<u64>() >= self.min_run {
                if at > 0
                    && chosen.units.last() == Some(&(at - 1))
                    && self.bridge > 0
                    && follows(at, self.bridge)
                    && no_leader_before(at)
                {
                    chosen.bridges.push([at - 1, at]);
                }
                chosen.units.extend(at..end);
            }
            at = end;
        }
        chosen
    }
}

/// Where a leader stands.
fn place(leader: &LeaderMark) -> (&str, u32, u32) {
    (&leader.field, leader.bytes[0], leader.bytes[1])
}

/// Of the leaders that may go, those that stand in no other one of them, and hold none that stays.
fn outermost(article: &ArticleMarks, goes: &[bool]) -> Vec<usize> {
    let place = |at: usize| place(&article.leaders[at]);
    let mut order: Vec<usize> = (0..goes.len()).collect();
    // What holds another comes before it.
    order.sort_by_key(|&at| {
        let (field, start, end) = place(at);
        (field, start, Reverse(end))
    });
    let mut out: Vec<usize> = Vec::new();
    for (nth, &at) in order.iter().enumerate().filter(|(_, at)| goes[**at]) {
        let (field, start, end) = place(at);
        let is_inside = out.last().is_some_and(|&last| {
            let (outer, _, outer_end) = place(last);
            outer == field && start < outer_end
        });
        let is_held = |other: &&usize| {
            let (inner, inner_start, _) = place(**other);
            inner == field && inner_start < end
        };
        let mut held = order[nth + 1..].iter().take_while(is_held);
        if !is_inside && held.all(|&inner| goes[inner]) {
            out.push(at);
        }
    }
    out.sort_unstable();
    out
}

/// How many copies stay of what is said so often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copies {
    /// Of those that no row speaks of, one stays.
    rows: Vec<(RangeInclusive<u64>, Stay)>,
}

/// How many copies stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stay {
    All,
    First(u64),
}

impl Default for Copies {
    fn default() -> Self {
        Self {
            rows: vec![(1..=u64::MAX, Stay::First(1))],
        }
    }
}

impl Copies {
    /// Reads what was typed.
    pub(crate) fn parse(typed: &str) -> Result<Self, String> {
        if let Some(stay) = Stay::parse(typed.trim()) {
            return Ok(Self {
                rows: vec![(1..=u64::MAX, stay)],
            });
        }
        let mut rows: Vec<(RangeInclusive<u64>, Stay)> = Vec::new();
        for row in typed.split(',') {
            let (range, stay) = row.trim().split_once(':').ok_or_else(wrong)?;
            let number = |typed: &str| typed.trim().parse::<u64>().ok().filter(|&n| n > 0);
            let (from, to) = match range.split_once('-') {
                None => (number(range), number(range)),
                Some((from, "")) => (number(from), Some(u64::MAX)),
                Some((from, to)) => (number(from), number(to)),
            };
            let (Some(from), Some(to), Some(stay)) = (from, to, Stay::parse(stay.trim())) else {
                return Err(wrong());
            };
            if to < from || rows.iter().any(|(row, _)| from <= *row.end() && *row.start() <= to) {
                return Err(format!(
                    "{range}: no number of copies may stand in two rows, and ranges go up, as in 4-9"
                ));
            }
            rows.push((from..=to, stay));
        }
        Ok(Self { rows })
    }

    /// True if of something no copy stays.
    fn may_be_none(&self) -> bool {
        self.rows.iter().any(|(_, stay)| *stay == Stay::First(0))
    }

    /// How many stay of so many copies.
    fn of(&self, copies: u64) -> u64 {
        let row = self.rows.iter().find(|(row, _)| row.contains(&copies));
        match row.map_or(Stay::First(1), |row| row.1) {
            Stay::All => u64::MAX,
            Stay::First(n) => n,
        }
    }
}

impl fmt::Display for Copies {
    /// As it is read, a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (row, stay)) in self.rows.iter().enumerate() {
            let comma = if nth > 0 { "," } else { "" };
            match *row.end() {
                u64::MAX => write!(f, "{comma}{}-:", row.start())?,
                end => write!(f, "{comma}{}-{end}:", row.start())?,
            }
            match stay {
                Stay::All => f.write_str("all")?,
                Stay::First(n) => write!(f, "{n}")?,
            }
        }
        Ok(())
    }
}

impl Stay {
    fn parse(typed: &str) -> Option<Self> {
        match typed {
            "all" => Some(Self::All),
            "none" => Some(Self::First(0)),
            number => number.parse().ok().map(Self::First),
        }
    }
}

fn wrong() -> String {
    "give a number of copies, all, none, or a table such as 1-3:all,4:3,5-99:5,100-:none".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_copies() {
        let of = |typed: &str, copies: u64| Copies::parse(typed).unwrap().of(copies);
        for (typed, expected) in [
            ("1", [1, 1, 1, 1]),
            ("3", [3, 3, 3, 3]),
            ("none", [0, 0, 0, 0]),
            ("0", [0, 0, 0, 0]),
            ("all", [u64::MAX; 4]),
            ("1-3:all,4:3,5-99:5,100-:none", [u64::MAX, 3, 5, 0]),
            ("100-:2", [1, 1, 1, 2]),
            (" 2-4 : 2 , 5-:none", [2, 2, 0, 0]),
        ] {
            assert_eq!([2, 4, 99, 100].map(|copies| of(typed, copies)), expected, "{typed}");
            let told = Copies::parse(typed).unwrap();
            assert_eq!(Copies::parse(&told.to_string()), Ok(told), "{typed}");
        }
        for typed in [
            "",
            "-1",
            "some",
            "1:",
            ":1",
            "3-2:1",
            "0-2:1",
            "1-3:1,3:2",
            "1-:1,7:2",
            "1:1,,2:1",
            "1-2-3:1",
        ] {
            assert!(Copies::parse(typed).is_err(), "{typed}");
        }
    }

    /// Units of so many bytes, each with the gap before it and the article that it repeats.
    fn article(units: &[(u32, Option<u64>, &str)]) -> ArticleMarks {
        let mut at = 0;
        let units: Vec<serde_json::Value> = units
            .iter()
            .map(|(bytes, gap, kept)| {
                at += 1000;
                serde_json::json!({"field": "text", "unit": "sentence", "bytes": [at, at + bytes], "chars": [at, at + bytes],
                    "rule": "equal", "similarity": 1.0, "lost": [], "gap": gap, "nth": 2,
                    "kept": {"article": 1, "source": kept, "bytes": [0, bytes], "text": ""},
                    "family": {"equal": 1, "near": 0, "articles": 2}})
            })
            .collect();
        serde_json::from_value(
            serde_json::json!({"article": 7, "source": "in:3", "lang": "de", "bytes": 9000,
            "among": 9, "compared": 9000, "repeated": 0, "within": 0, "new": {"sentences": 0, "bytes": 0}, "most": null, "relation": "mixed",
            "story": {"article": 7, "source": "in:3", "articles": 1},
            "units": units, "leaders": []}),
        )
        .unwrap()
    }

    #[test]
    fn runs_count_together_and_short_islands_go_along() {
        let article = article(&[
            (300, None, "a"),
            (300, Some(0), "a"),
            (500, Some(20), "a"),
            (100, Some(10), "a"),
            (600, Some(5), "b"),
            (300, Some(0), "a"),
        ]);
        let choose = |min_run, bridge| {
            let choice = Choice {
                min_run,
                bridge,
                ..Choice::default()
            };
            let chosen = choice.of_article(&article);
            (chosen.units, chosen.bridges)
        };
        assert_eq!(choose(0, 0), ((0..6).collect(), vec![]));
        assert_eq!(choose(500, 0), (vec![0, 1, 2, 4], vec![]));
        assert_eq!(choose(600, 0), (vec![0, 1, 4], vec![]));
        assert_eq!(choose(500, 19), (vec![0, 1, 2, 4], vec![]));
        assert_eq!(choose(500, 20), (vec![0, 1, 2, 4], vec![[1, 2]]));
        assert_eq!(choose(700, 20), (vec![], vec![]));
    }
}
