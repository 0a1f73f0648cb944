//! What refuses a pair that is alike: facts and news.
//!
//! Guards look at the folds of a pair that reaches the threshold, the later one first, and ask what would be lost if
//! the later one went.

use super::Rule;
use super::measure::Threshold;
use super::pair::{Pair, Token};
use crate::fold::{is_mark, is_unspaced};
use std::collections::{HashMap, HashSet};

/// What refuses a pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Guard {
    /// The later unit holds a number that the earlier one does not: see [`missing_numbers`].
    Numbers,
    /// Too few of its pairs of letters stand in the earlier one: see [`covers`].
    Letters,
    /// It says something at length that the earlier one does not: see [`tells_more`].
    Additions,
    /// A word in another's place is another fact: see [`Names`].
    Names,
}

impl Rule {
    /// The first guard that keeps `later` although it is like `earlier`, both being folds that are not equal.
    ///
    /// The joins know all guards but that of [`Names::Template`]: the many entries of one form are like its first, which
    /// stands for them all while they are looked for; that they stay is decided afterwards.
    #[must_use]
    pub fn refusal(&self, later: &str, earlier: &str) -> Option<Guard> {
        let refills = || self.names == Names::Template && refills(later, earlier);
        self.refusal_in_join(later, earlier)
            .or_else(|| refills().then_some(Guard::Names))
    }

    /// As [`Rule::refusal`], with the guards that the joins know.
    pub(super) fn refusal_in_join(&self, later: &str, earlier: &str) -> Option<Guard> {
        self.refusal_of_pair(&Pair::new(later, earlier), later, earlier)
    }

    /// The same where the folds have been laid side by side already.
    pub(super) fn refusal_of_pair(&self, pair: &Pair<'_>, later: &str, earlier: &str) -> Option<Guard> {
        if self.guard_numbers && lacking(pair).next().is_some() {
            Some(Guard::Numbers)
        } else if self.guard_letters && !pair_covers(pair, later, earlier, self.threshold) {
            Some(Guard::Letters)
        } else if self.guard_additions && adds(pair, self.threshold) {
            Some(Guard::Additions)
        } else if self.names == Names::Strict && replaces(pair) {
            Some(Guard::Names)
        } else {
            None
        }
    }
}

/// All scripts written without spaces stand behind U+0800: their letters begin with this byte or a greater one.
const FIRST_UNSPACED: u8 = 0xE0;

/// False if fold `a`, the later one, is written at least in part without spaces and `b` holds fewer of its pairs of
/// neighbouring letters than [`tells_more`] asks for; or if `a` is written mostly so and `b` is not.
///
/// Where every letter is a token, one foreign name of fifteen letters counts no more than one letter: "X is the founder
/// of the party" is like "Y is the founder of the party" in all but the name. Pairs of letters weigh the name as it
/// looks to a reader. If three in four tokens of `a` are such letters, the threshold's share of its pairs of tokens must
/// stand in `b`, too: letters are so few that many are shared by chance, but not side by side.
#[must_use]
pub fn covers(a: &str, b: &str, threshold: Threshold) -> bool {
    pair_covers(&Pair::new(a, b), a, b, threshold)
}

/// True if three in four tokens of a fold are letters of scripts written without spaces.
pub(super) fn is_dense(tokens: usize, fold: &str) -> bool {
    // Cheap to tell of most folds.
    let may_be = fold.bytes().filter(|&byte| byte >= FIRST_UNSPACED).count();
    if tokens == 0 || 4 * may_be < 3 * tokens {
        return false;
    }
    let first = |token: &str| token.chars().next().is_some_and(is_unspaced);
    4 * fold.split(' ').filter(|token| first(token)).count() >= 3 * tokens
}

/// The least number of its pairs of tokens that a dense unit of so many tokens shares with one that covers it.
pub(super) fn least_pairs(tokens: usize, threshold: Threshold) -> usize {
    threshold.least(tokens.saturating_sub(1))
}

fn pair_covers(pair: &Pair<'_>, a: &str, b: &str, threshold: Threshold) -> bool {
    if a.bytes().all(|byte| byte < FIRST_UNSPACED) {
        return true;
    }
    if is_dense(pair.later.len(), a) && pair.shared_pairs() < least_pairs(pair.later.len(), threshold) {
        return false;
    }
    let letters = |fold: &str| -> Vec<char> { fold.chars().filter(|&c| c != ' ' && !is_mark(c)).collect() };
    // Of all letters, so many are of scripts without spaces.
    let unspaced = |letters: &[char]| {
        let unspaced = letters.iter().filter(|&&c| is_unspaced(c)).count();
        (unspaced, letters.iter().filter(|c| c.is_alphabetic()).count())
    };
    let later = letters(a);
    let (mine, all) = unspaced(&later);
    if 10 * mine < all || mine == 0 {
        return true;
    }
    let earlier = letters(b);
    let (theirs, of) = unspaced(&earlier);
    if 3 * mine > all && 3 * theirs <= of {
        return false;
    }
    let mut stock: HashMap<&[char], u32, ahash::RandomState> = HashMap::with_hasher(crate::hash::map_state());
    earlier.windows(2).for_each(|pair| *stock.entry(pair).or_default() += 1);
    let mut shared = 0_u32;
    for pair in later.windows(2) {
        if let Some(n) = stock.get_mut(pair).filter(|n| **n > 0) {
            *n -= 1;
            shared += 1;
        }
    }
    f64::from(shared)
        >= least_held(threshold) * f64::from(u32::try_from(later.len().saturating_sub(1)).unwrap_or(u32::MAX))
}

/// The numbers of fold `a` that do not stand in fold `b`, by value and as often, in order.
#[must_use]
pub fn missing_numbers<'a>(a: &'a str, b: &str) -> Vec<&'a str> {
    let pair = Pair::new(a, b);
    let mut lacking = lacking(&pair).map(|token| pair.text(token)).peekable();
    let tokens = a.split(' ');
    tokens.filter(|&token| lacking.next_if_eq(&token).is_some()).collect()
}

/// The numbers of the later fold that the earlier one lacks.
fn lacking<'p>(pair: &'p Pair<'_>) -> impl Iterator<Item = Token> + use<'p> {
    let mut stock = if pair.later.iter().any(|t| t.is_number) {
        pair.stock(&pair.earlier)
    } else {
        Vec::new()
    };
    let numbers = pair.later.iter().copied().filter(|t| t.is_number);
    numbers.filter(move |t| {
        let left = &mut stock[t.id as usize];
        let is_missing = *left == 0;
        *left = left.saturating_sub(1);
        is_missing
    })
}

/// True if fold `a`, the later one, says something at length that fold `b` does not, so that more than wording would go
/// with it:
///
/// - of its words (two letters of a script without spaces count as one) fewer than five in eight stand in `b`, or fewer
///   in proportion where the threshold is below .58; or
/// - it has a stretch of new words, five or more and at least 18 % of all, and `b` does not stand whole in it. A text
///   that is another plus a clause repeats it; one that goes another way halfway through does not.
///
/// A word is new if no two neighbouring words (four letters) with it among them stand in `b`. The stretch is the one in
/// which new words most outnumber others, so that one edited word here and there is none.
#[must_use]
pub fn tells_more(a: &str, b: &str, threshold: Threshold) -> bool {
    adds(&Pair::new(a, b), threshold)
}

fn adds(pair: &Pair<'_>, threshold: Threshold) -> bool {
    let all = weight(&pair.later);
    if f64::from(shared(pair, &pair.later, &pair.earlier)) < least_held(threshold) * f64::from(all) {
        return true;
    }
    let news = news(&pair.later, &pair.earlier);
    news.stretch >= 10
        && 100 * u64::from(news.stretch) >= 18 * u64::from(all)
        && self::news(&pair.earlier, &pair.later).all >= PAIR
}

/// The share of the later text that must stand in the earlier one. Below the threshold of the default, where it is five
/// in eight, it falls with the threshold; above, the threshold itself asks for more.
fn least_held(threshold: Threshold) -> f64 {
    0.625 * (threshold.value() / 0.58).min(1.0)
}

/// What a word in another's place means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Names {
    /// Nothing: words are words.
    Ignore,
    /// Another fact, where the text is evidently a form that has been filled in: see [`refills`]. Sentences and
    /// paragraphs that differ from the same text in the same place, each in its own words, are kept, too.
    #[default]
    Template,
    /// Always another fact: only what adds, drops or moves words is a repeat.
    Strict,
}

/// True if the folds look like one form with different entries: they have fewer than nine words (eighteen letters of a
/// script without spaces), and a word stands in another's place; or they differ in two places or more, and in each the
/// same words stand in the place of the same.
#[must_use]
pub fn refills(a: &str, b: &str) -> bool {
    let pair = Pair::new(a, b);
    let short = weight(&pair.later).min(weight(&pair.earlier)) < 18;
    short && replaces(&pair) || renames(&pair.later, &pair.earlier)
}

/// True if each has a word that the other lacks.
fn replaces(pair: &Pair<'_>) -> bool {
    let lacks = |a: &[Token], b: &[Token]| shared(pair, a, b) < weight(a);
    lacks(&pair.later, &pair.earlier) && lacks(&pair.earlier, &pair.later)
}

/// True if texts of as many tokens differ in at least two runs of tokens, all of them alike.
fn renames(a: &[Token], b: &[Token]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut first = None;
    let (mut runs, mut at) = (0, 0);
    while at < a.len() {
        let run = a[at..].iter().zip(&b[at..]).take_while(|(x, y)| x != y).count();
        if run > 0 {
            let found = (&a[at..at + run], &b[at..at + run]);
            if *first.get_or_insert(found) != found {
                return false;
            }
            runs += 1;
        }
        at += run.max(1);
    }
    runs > 1
}

/// Half words in the window by which new words are told: two words, or four letters.
const PAIR: u32 = 4;

/// In half words.
fn weight(tokens: &[Token]) -> u32 {
    tokens.iter().map(|t| u32::from(t.weight)).sum()
}

/// Half words of `a` that stand in `b`, too, as often.
fn shared(pair: &Pair<'_>, a: &[Token], b: &[Token]) -> u32 {
    let mut stock = pair.stock(b);
    let held = a.iter().filter(|t| {
        let left = &mut stock[t.id as usize];
        let is_there = *left > 0;
        *left = left.saturating_sub(1);
        is_there
    });
    held.map(|t| u32::from(t.weight)).sum()
}

struct News {
    /// By how much new half words outnumber others where they do so most.
    stretch: u32,
    /// New half words.
    all: u32,
}

/// The windows of the least number of tokens that weigh [`PAIR`].
fn windows(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    let (mut end, mut weight) = (0, 0);
    (0..tokens.len()).map_while(move |start| {
        while weight < PAIR {
            weight += u32::from(tokens.get(end)?.weight);
            end += 1;
        }
        weight -= u32::from(tokens[start].weight);
        Some(&tokens[start..end])
    })
}

/// What of `a` is new to `b`.
fn news(a: &[Token], b: &[Token]) -> News {
    let mut theirs: HashSet<&[Token], ahash::RandomState> = HashSet::with_hasher(crate::hash::map_state());
    theirs.extend(windows(b));
    let mut held = 0; // tokens before this one stand in a window that is theirs
    let mut news = News { stretch: 0, all: 0 };
    let mut run = 0;
    let mut windows = windows(a);
    for (at, token) in a.iter().enumerate() {
        if let Some(window) = windows.next().filter(|w| theirs.contains(w)) {
            held = at + window.len();
        }
        let weight = u32::from(token.weight);
        if at < held {
            run = u32::saturating_sub(run, weight);
        } else {
            news.all += weight;
            run += weight;
            news.stretch = news.stretch.max(run);
        }
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    fn folded(a: &str, b: &str, guard: impl Fn(&str, &str) -> bool) -> bool {
        guard(fold(a).as_str(), fold(b).as_str())
    }

    fn news(a: &str, b: &str) -> bool {
        let threshold = Threshold::new(0.58).unwrap();
        folded(a, b, |a, b| tells_more(a, b, threshold))
    }

    const LEAD: &str = "The council opened the new bridge on Monday after two years of work near the old market.";

    #[test]
    fn a_clause_added_is_no_news_another_course_is() {
        let whole = "The council opened the new bridge on Monday after two years of work near the old market, \
            which had long been asked for.";
        let elsewhere = "The council opened the new bridge on Monday after two years of work near the station \
            that nobody had ever wanted there.";
        let edited = "The board opened the big bridge on Friday after two weeks of work near the old market.";
        assert!(!news(whole, LEAD));
        assert!(!news(LEAD, whole));
        assert!(news(elsewhere, LEAD));
        assert!(!news(edited, LEAD));
        assert!(news(
            "Nobody else had asked for it in all those years, and the council opened the bridge.",
            LEAD
        ));
        let sun = "東京では今日も朝から雨が降り続いていますが、明日は晴れるでしょう。";
        assert!(!news(
            "東京では今日も朝から雪が降り続いていますが、明日は晴れるでしょう。",
            sun
        ));
        assert!(news(
            "東京では今日も朝から雨が降り続いているため、大会は来週に延期されました。",
            sun
        ));
    }

    #[test]
    fn no_script_without_spaces_is_of_two_bytes() {
        assert!(!('\0'..'\u{800}').any(is_unspaced));
    }

    #[test]
    fn forms_are_short_or_change_one_name_throughout() {
        let refilled = |a: &str, b: &str| folded(a, b, refills);
        assert!(refilled("The default of port is none.", "The default of host is none."));
        assert!(!refilled(
            "The default of port is none.",
            "The default of the port is none."
        ));
        assert!(!refilled(LEAD, &LEAD.replace("council", "board")));
        let both = LEAD.replace("bridge", "road").replace("market", "road");
        assert!(!refilled(LEAD, &both), "two names, not one");
        let throughout = LEAD.replace("the", "their").replace("The", "Their");
        assert!(refilled(LEAD, &throughout));
    }

    #[test]
    fn strict_names_let_nothing_be_replaced() {
        let refused = |a: &str, b: &str| folded(a, b, |a, b| replaces(&Pair::new(a, b)));
        assert!(refused(LEAD, &LEAD.replace("council", "board")));
        assert!(!refused(LEAD, &LEAD.replace("new ", "")));
        assert!(!refused(LEAD, &LEAD.replace("new bridge", "bridge new")));
    }
}
