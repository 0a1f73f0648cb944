//! What an article is to the one that it repeats most: a reprint, an update, an excerpt.

use crate::args::SharesArgs;
use std::fmt;

/// How an article relates to earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relation {
    Original,
    Reprint,
    Update,
    Excerpt,
    Mixed,
}

/// All, in the order of tables.
pub(crate) const ALL: [Relation; 5] = [
    Relation::Original,
    Relation::Reprint,
    Relation::Update,
    Relation::Excerpt,
    Relation::Mixed,
];

/// The names of all.
pub(crate) const NAMES: [&str; 5] = ["original", "reprint", "update", "excerpt", "mixed"];

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES[*self as usize])
    }
}

impl Relation {
    /// True of an article that tells the story of the one that it repeats most.
    pub(crate) fn tells_the_same(self) -> bool {
        matches!(self, Self::Reprint | Self::Update | Self::Excerpt)
    }
}

/// From which shares on something counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shares {
    /// As nearly all.
    pub(crate) most: f64,
    /// As something at all.
    pub(crate) some: f64,
}

impl From<SharesArgs> for Shares {
    fn from(args: SharesArgs) -> Self {
        Self {
            most: args.nearly_all,
            some: args.hardly_any,
        }
    }
}

/// Bytes of an article that are compared, and what they repeat.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Repeated {
    /// All that are compared.
    pub(crate) compared: u64,
    /// Those that repeat anything.
    pub(crate) repeated: u64,
    /// Those that repeat other articles.
    pub(crate) of_others: u64,
    /// Those that repeat the article that is repeated most.
    pub(crate) of_most: u64,
    /// Of that article: the bytes that are compared, what it says twice counted once; those of them that repeat nothing; and those
    /// that are repeated here.
    pub(crate) most_once: u64,
    pub(crate) most_own: u64,
    pub(crate) most_covered: u64,
}

/// The share of a reprint that must be of that one article, and of that one that must be repeated: the rest may be what stands on
/// every page.
const HALF: f64 = 0.5;

impl Repeated {
    /// How the article relates to the one that it repeats most. What is taken from it (see `wording`) counts as repeated.
    ///
    /// Take the shares of this article that repeat any other (`r`), repeat that one (`m`) and are new (`n`); and, of that one, the
    /// share that is repeated here (`c`), and the same of what repeats nothing itself (`d`). *Original* if `r < some` or `r = 0`;
    /// *reprint* if `d >= most`, `c >= 1/2`, `m >= 1/2` and `n <= 1 - most`; *update* if `d >= most`, `c >= 1/2`, `m >= some` and
    /// `n > 1 - most`; *excerpt* if `m >= most`; else *mixed*.
    pub(crate) fn relation(&self, shares: Shares) -> Relation {
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = |part: u64, whole: u64| part.min(whole) as f64 / whole.max(1) as f64;
        let Shares { most, some } = shares;
        let (r, m) = (share(self.of_others, self.compared), share(self.of_most, self.compared));
        let is_all_said = share(self.repeated, self.compared) >= most;
        let covers =
            share(self.most_covered, self.most_own) >= most && share(self.most_covered, self.most_once) >= HALF;
        if r < some || self.of_most == 0 {
            Relation::Original
        } else if covers && m >= HALF && is_all_said {
            Relation::Reprint
        } else if covers && m >= some && !is_all_said {
            Relation::Update
        } else if m >= most {
            Relation::Excerpt
        } else {
            Relation::Mixed
        }
    }
}

/// How many bytes some ranges cover together, each of a field.
pub(crate) fn covered(mut ranges: Vec<(u16, u32, u32)>) -> u64 {
    ranges.sort_unstable();
    let (mut sum, mut last) = (0, (0, 0));
    for (field, start, end) in ranges {
        if last.0 != field {
            last = (field, 0);
        }
        let start = start.max(last.1);
        sum += u64::from(end.saturating_sub(start));
        last.1 = last.1.max(end);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations() {
        let shares = Shares { most: 0.8, some: 0.2 };
        for (compared, repeated, of_others, of_most, [most_once, most_own], most_covered, relation) in [
            (1000, 0, 0, 0, [0, 0], 0, Relation::Original),
            (0, 0, 0, 0, [0, 0], 0, Relation::Original),
            // repeats nothing but itself
            (1000, 900, 0, 0, [0, 0], 0, Relation::Original),
            (1000, 199, 199, 199, [200, 200], 200, Relation::Original),
            (1000, 950, 950, 950, [1000, 1000], 930, Relation::Reprint),
            // a reprint among what stands on every page
            (1000, 950, 950, 600, [620, 620], 600, Relation::Reprint),
            // pieces of many
            (1000, 950, 950, 300, [320, 320], 300, Relation::Mixed),
            (1000, 600, 600, 600, [620, 620], 600, Relation::Update),
            (1000, 250, 250, 250, [260, 260], 250, Relation::Update),
            (1000, 950, 950, 950, [5000, 5000], 950, Relation::Excerpt),
            (1000, 500, 500, 500, [5000, 5000], 500, Relation::Mixed),
            // of the other article little is its own, and that is repeated
            (1000, 250, 250, 250, [2000, 250], 250, Relation::Mixed),
            (1000, 950, 950, 600, [1000, 620], 600, Relation::Reprint),
        ] {
            let found = Repeated {
                compared,
                repeated,
                of_others,
                of_most,
                most_once,
                most_own,
                most_covered,
            };
            assert_eq!(found.relation(shares), relation, "{found:?}");
        }
    }

    #[test]
    fn ranges_cover_what_they_hold_once() {
        assert_eq!(covered(vec![]), 0);
        assert_eq!(
            covered(vec![(0, 5, 10), (0, 0, 4), (0, 6, 8), (0, 9, 12), (1, 0, 3), (1, 0, 3)]),
            14
        );
    }
}
