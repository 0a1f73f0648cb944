//! Where an article comes from and when, and which articles are compared by that.

use crate::hash;
use std::time::Duration;

/// Where an article comes from and when, as far as that is known.
///
/// ```
/// use redite::{Article, Origin};
///
/// let origin = Origin { group: Some(3), time: Some(1_790_000_000) };
/// assert_eq!(Article::new("A day.").with_origin(origin).origin, origin);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Origin {
    /// The number of its group, such as a site, a crawl or a newspaper; all articles without one are a group of their own. Counts
    /// with [`crate::Scope::Group`] and [`crate::Scope::OtherGroups`].
    pub group: Option<u32>,
    /// When it appeared, in seconds since whatever moment. Counts with [`crate::DetectorBuilder::within`], where articles without
    /// a time are compared with one another only.
    pub time: Option<i64>,
}

/// How many words of 32 bits an origin is on disk.
pub(crate) const WORDS: usize = 4;

impl Origin {
    pub(crate) fn words(self) -> [u32; WORDS] {
        let [low, high] = crate::spill::split(self.time.unwrap_or_default().cast_unsigned());
        let known = u32::from(self.group.is_some()) | u32::from(self.time.is_some()) << 1;
        [known, self.group.unwrap_or_default(), low, high]
    }

    pub(crate) fn of_words([known, group, low, high]: [u32; WORDS]) -> Self {
        Self {
            group: (known & 1 == 1).then_some(group),
            time: (known & 2 == 2).then(|| crate::spill::join(low, high).cast_signed()),
        }
    }
}

/// Which groups are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Groups {
    #[default]
    All,
    /// Each with itself.
    Same,
    /// Each with all others.
    Other,
}

/// Which articles are compared: by default all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Reach {
    pub(crate) groups: Groups,
    /// How far apart in time they may be.
    pub(crate) within: Option<Duration>,
}

impl Reach {
    /// True if all articles are compared.
    pub(crate) fn is_everything(self) -> bool {
        self == Self::default()
    }

    /// True if articles are parted into classes, and compared if they are of one class. In other cases A and B may be compared, and B
    /// and C, but not A and C.
    pub(crate) fn parts(self) -> bool {
        self.groups != Groups::Other && self.within.is_none()
    }

    /// True if articles of these origins are compared.
    pub(crate) fn joins(self, a: Origin, b: Origin) -> bool {
        let by_group = match self.groups {
            Groups::All => true,
            Groups::Same => a.group == b.group,
            Groups::Other => a.group != b.group,
        };
        by_group
            && self.within.is_none_or(|most| match (a.time, b.time) {
                (Some(a), Some(b)) => a.abs_diff(b) <= most.as_secs(),
                (None, None) => true,
                _ => false,
            })
    }

    /// What of an origin matters.
    pub(crate) fn class(self, origin: Origin) -> Origin {
        Origin {
            group: origin.group.filter(|_| self.groups != Groups::All),
            time: origin.time.filter(|_| self.within.is_some()),
        }
    }

    /// By which the keys of units are told apart that are never compared: 0 if there are none. Of two groups it may be the same.
    pub(crate) fn salt(self, origin: Origin) -> u32 {
        match (self.groups, origin.group) {
            (Groups::Same, Some(group)) => hash::token(&group.to_le_bytes()),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(group: impl Into<Option<u32>>, time: impl Into<Option<i64>>) -> Origin {
        Origin {
            group: group.into(),
            time: time.into(),
        }
    }

    #[test]
    fn origins_are_read_as_they_are_written() {
        for origin in [
            Origin::default(),
            at(0, 0),
            at(u32::MAX, i64::MIN),
            at(7, None),
            at(None, i64::MAX),
            at(None, -1),
        ] {
            assert_eq!(Origin::of_words(origin.words()), origin);
        }
    }

    #[test]
    fn who_is_compared() {
        let week = Some(Duration::from_secs(7));
        let reach = |groups, within| Reach { groups, within };
        for (reach, a, b, joins) in [
            (reach(Groups::All, None), at(1, 1), at(2, 99), true),
            (reach(Groups::Same, None), at(1, 1), at(1, 99), true),
            (reach(Groups::Same, None), at(1, 1), at(2, 1), false),
            (reach(Groups::Same, None), at(None, 1), at(None, 1), true),
            (reach(Groups::Same, None), at(None, 1), at(0, 1), false),
            (reach(Groups::Other, None), at(1, 1), at(1, 1), false),
            (reach(Groups::Other, None), at(1, 1), at(None, 1), true),
            (reach(Groups::All, week), at(1, -3), at(2, 4), true),
            (reach(Groups::All, week), at(1, -3), at(2, 5), false),
            (reach(Groups::All, week), at(1, i64::MIN), at(1, i64::MAX), false),
            (reach(Groups::All, week), at(1, None), at(2, None), true),
            (reach(Groups::All, week), at(1, None), at(1, 0), false),
            (reach(Groups::Same, week), at(1, 0), at(1, 7), true),
            (reach(Groups::Same, week), at(1, 0), at(2, 7), false),
        ] {
            assert_eq!(reach.joins(a, b), joins, "{reach:?} {a:?} {b:?}");
            assert_eq!(reach.joins(b, a), joins, "{reach:?} {b:?} {a:?}");
            let [x, y] = [reach.class(a), reach.class(b)];
            assert_eq!(reach.joins(x, y), joins, "what of an origin matters is all that counts");
            assert!(!joins || reach.salt(a) == reach.salt(b));
        }
    }
}
