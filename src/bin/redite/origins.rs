//! Where articles come from and when, by what their records say.

use crate::args::{OtherRuleArgs, ReachArgs};
use crate::settings::{date_field, ranks_by_date};
use redite::Origin;
use redite::files::{Fields, RankValue};
use redite::metadata::{self, Value, host};
use std::collections::HashMap;

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

/// Seconds since 1970 of what a record says.
pub(crate) fn seconds(value: &RankValue) -> Option<i64> {
    metadata::seconds(&match value {
        RankValue::Integer(n) => Value::Integer(*n),
        RankValue::Float(x) => Value::Float(*x),
        RankValue::Text(text) => Value::Text(text),
    })
}
