//! The verdict on a pair of texts that are alike: what would be lost if the later one went?
//!
//! How alike two texts look hardly tells a repeat from another fact: `arrays` for `scalars` is one word of twenty, and so is
//! a misspelling. So the later text is laid beside the earlier one (`align`), and each word of it that has no match there
//! is asked what it says. These are facts, and one that would be lost keeps the text:
//!
//! - a **number** that the earlier text lacks, or has in another place;
//! - a **negation** on one side of a place where the texts differ;
//! - a word of a **closed class** for another one of it: `Monday` for `Tuesday`, `three` for `five`, `before` for `after`;
//! - a **content word** in another's place, or moved to another place; new ones beyond a few, or several in a row.
//!
//! In a reprint, where a paragraph beside the later text repeats one beside the earlier, an editor may have put one content word
//! for another ([`Context::Reprint`]).
//!
//! These are none: punctuation and formatting, which folds do not have; a close form of the same word (`near`); a common
//! word for another; a news agency before or after the text; words that only the earlier text has.
//!
//! The verdict is a pure function of both folds, the level and the tables in `lang/`. No count of the run enters it.

mod align;
mod anchors;
mod content;
mod glance;
mod left;
mod letters;
mod near;
mod pair;
mod words;

pub(crate) use anchors::{Anchors, filed};
pub(crate) use glance::is_replaced;
pub use left::left_out;
pub(crate) use pair::{Pair, Token};
pub use words::{is_negation, tables_digest};

use crate::steps::looked;
use align::{Region, increasing, regions};
use content::{contents, neighbours};
use near::{is_close_form, is_form_in_class};
use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;
use words::{Words, is_agency};

/// What may be lost with a repeat.
///
/// ```
/// use redite::{Detector, Level};
///
/// let text = "The port of Alpha is opened at noon today.\n\nThe port of Bravo is opened at noon today.";
/// assert!(Detector::new().repeats(text).is_empty());
/// let detector = Detector::builder().level(Level::Boilerplate).build()?;
/// assert_eq!(detector.repeats(text).len(), 1);
/// # Ok::<(), redite::SettingsError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Level {
    /// Nothing: every word of the later text stands in the earlier one, in the same order.
    Exact,
    /// No fact, as an editor would judge.
    #[default]
    Editor,
    /// Whatever fills in a form: one text of each form stays.
    Boilerplate,
}

/// Why a text stays although it is like an earlier one: the first fact that would be lost.
///
/// ```
/// use redite::verdict::{Level, Lost, lost};
///
/// let found = lost("he did not come on friday", "he did come on friday", Level::Editor);
/// assert_eq!(found, Some(Lost::Negation("not")));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Lost<'f> {
    /// A number that the earlier text lacks.
    Number(&'f str),
    /// A number that the earlier text has in another place.
    Order(&'f str),
    /// A negation that only one of them has, here.
    Negation(&'f str),
    /// A word in another's place.
    Replaced {
        /// The word that would be lost.
        later: &'f str,
        /// What stands in its place.
        earlier: &'f str,
    },
    /// A word that the earlier text has in another place.
    Moved(&'f str),
    /// A word that the earlier text lacks, one of too many.
    Added(&'f str),
    /// Too much differs for a repeat.
    Rewritten,
}

impl fmt::Display for Lost<'_> {
    /// What would be lost, as a phrase: `the number 2800`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "the number {number}"),
            Self::Order(number) => write!(f, "the place of the number {number}"),
            Self::Negation(word) => write!(f, "the negation `{word}`"),
            Self::Replaced { later, earlier } => write!(f, "`{later}` in the place of `{earlier}`"),
            Self::Moved(word) => write!(f, "the place of `{word}`"),
            Self::Added(word) => write!(f, "`{word}`, which is new"),
            Self::Rewritten => f.write_str("too much of it"),
        }
    }
}

/// New content words that a repeat may have, however short it is.
const FEW: f64 = 2.0;
/// In so few words each one counts: none may be new.
const SHORT: f64 = 8.0;
/// And of how many words one may be new.
const NEW_SHARE: f64 = 0.05;
/// And how many in all.
const MOST_NEW: f64 = 6.0;
/// What is too much in one place.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// New words, common ones too.
    run: f64,
    /// New content words.
    new: f64,
    /// New words one of which is a content word, if nothing of the earlier text is in their place: a clause.
    clause: Option<f64>,
    /// True if these count among those of the whole text.
    counts: bool,
}

const ANYWHERE: Limits = Limits {
    run: 5.0,
    new: 2.0,
    clause: Some(3.0),
    counts: true,
};
/// Before a text: a clause that leads to it, or a place.
const BEFORE: Limits = Limits {
    run: 5.0,
    new: 2.0,
    clause: None,
    counts: true,
};
/// Before or after a text where they name who says it (`the neighbor added`): nothing of the text itself is new.
const SOURCE: Limits = Limits {
    run: 9.0,
    new: 6.0,
    clause: None,
    counts: false,
};

/// Tokens in one place, if there are new content words among them.
const MOST_AROUND_NEW: usize = 8;
/// What new content words in a row may weigh inside a text, in half words, and what before and after it.
const MOST_INSIDE: usize = 4;
const MOST_OUTSIDE: usize = 16;
/// Tokens that say per cent: the letters of `パーセント`, or more.
const MOST_PERCENT: usize = 10;
/// A negated clause of the earlier text has so many times as many words as what stands in its place, and is not negated before
/// so many: what it denies is part of it.
const LONG_CLAUSE: usize = 8;
const BEFORE_NEGATION: usize = 3;
/// Words in one place. (Each is held against all that the earlier text has there.)
const MOST_IN_PLACE: usize = 64;
/// Moved content words.
const MOST_MOVED: u32 = 1;
/// Of all words, what may be changed in all.
const CHANGED_SHARE: f64 = 0.4;

/// What is known of where two texts stand.
///
/// ```
/// use redite::verdict::Context;
///
/// assert_eq!(Context::default(), Context::Unknown);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Context {
    /// Nothing.
    #[default]
    Unknown,
    /// Beside paragraphs that repeat one another, so that the whole has been printed again: at [`Level::Editor`] a content
    /// word may then stand in another's place, or one in twenty, in a text of ten words or more.
    Reprint,
}

/// Of how many words one may be exchanged in a reprint, and in how many words one at least.
const EXCHANGED_SHARE: f64 = 0.05;
const LEAST_EXCHANGED: f64 = 10.0;

/// What would be lost if fold `later` went while fold `earlier` stays; nothing if the later one is a repeat.
///
/// ```
/// use redite::verdict::{Level, lost};
///
/// assert_eq!(lost("it came on friday", "it came on friday evening", Level::Editor), None);
/// assert!(lost("it came on friday evening", "it came on friday", Level::Exact).is_some());
/// ```
#[must_use]
pub fn lost<'f>(later: &'f str, earlier: &'f str, level: Level) -> Option<Lost<'f>> {
    lost_of_pair(
        &Pair::new(later, earlier),
        level,
        Context::Unknown,
        &LaterLanguage::default(),
    )
}

/// What language a later text is in, once it has been asked for: for one that is held against many earlier ones.
#[derive(Debug, Default)]
pub(crate) struct LaterLanguage(OnceCell<&'static Words>);

/// The same of folds that have been laid side by side already, the later of which `told` is about.
pub(crate) fn lost_of_pair<'f>(
    pair: &Pair<'f>,
    level: Level,
    context: Context,
    told: &LaterLanguage,
) -> Option<Lost<'f>> {
    match level {
        Level::Boilerplate => None,
        Level::Exact => missing_in_order(pair),
        Level::Editor => match missing(pair).next() {
            Some(number) => Some(Lost::Number(pair.text(number))),
            None => Judge::new(pair, context, told).verdict(),
        },
    }
}

/// The first token of the later fold that the earlier one does not have after the ones before.
fn missing_in_order<'f>(pair: &Pair<'f>) -> Option<Lost<'f>> {
    let mut rest = pair.earlier.iter();
    let missing = pair
        .later
        .iter()
        .find(|token| !rest.any(|other| other.id == token.id))?;
    let text = pair.text(*missing);
    Some(if missing.is_number {
        Lost::Number(text)
    } else {
        Lost::Added(text)
    })
}

/// The numbers of fold `later` that do not stand in fold `earlier`, by value and as often, in order.
///
/// ```
/// use redite::verdict::missing_numbers;
///
/// assert_eq!(missing_numbers("from 3 to 7 of 9", "from 3 to 8 of 9"), ["7"]);
/// ```
#[must_use]
pub fn missing_numbers<'f>(later: &'f str, earlier: &str) -> Vec<&'f str> {
    let pair = Pair::new(later, earlier);
    let mut missing = missing(&pair).map(|token| pair.text(token)).peekable();
    let tokens = later.split(' ');
    tokens.filter(|&token| missing.next_if_eq(&token).is_some()).collect()
}

/// True if fold `earlier` lacks a number of fold `later`.
pub(crate) fn lacks_numbers(later: &str, earlier: &str) -> bool {
    missing(&Pair::new(later, earlier)).next().is_some()
}

/// The numbers of the later fold that the earlier one lacks.
fn missing<'p>(pair: &'p Pair<'_>) -> impl Iterator<Item = Token> + use<'p> {
    let mut stock = if pair.later.iter().any(|token| token.is_number) {
        pair.stock(&pair.earlier)
    } else {
        Vec::new()
    };
    let numbers = pair.later.iter().copied().filter(|token| token.is_number);
    numbers.filter(move |token| {
        let left = &mut stock[token.id as usize];
        let is_missing = *left == 0;
        *left = left.saturating_sub(1);
        is_missing
    })
}

/// One pair, and what has been found in it. Amounts are in words: a letter of a script without spaces is half of one.
struct Judge<'p, 'f> {
    pair: &'p Pair<'f>,
    words: &'static Words,
    /// How often each token stands in the earlier text, by number, and how often where that is matched by nothing.
    held: Vec<u32>,
    spare: Vec<u32>,
    /// Letters that common words cover, in either text, once they have been asked for.
    is_covered: [OnceCell<Vec<bool>>; 2],
    new: f64,
    common: f64,
    moved: u32,
    /// How many content words may yet stand in another's place.
    exchangeable: f64,
    /// True if the texts differ in one place only.
    is_only: bool,
    /// Rows of letters that have been sought in all of the earlier text, and its tokens between spaces, once one has been.
    sought: u32,
    fold: OnceCell<String>,
    /// For each token of the later text whether the earlier one has it nowhere near.
    is_new: Vec<bool>,
    /// True if any of these says something of its own: more than who reports.
    has_new: bool,
}

impl<'p, 'f> Judge<'p, 'f> {
    fn new(pair: &'p Pair<'f>, context: Context, told: &LaterLanguage) -> Self {
        let words = || Words::of_text(pair.later.iter().map(|token| pair.text(*token)));
        Self {
            pair,
            words: told.0.get_or_init(words),
            held: pair.stock(&pair.earlier),
            spare: Vec::new(),
            is_covered: [OnceCell::new(), OnceCell::new()],
            new: 0.0,
            common: 0.0,
            moved: 0,
            exchangeable: match (context, f64::from(weight(&pair.later)) / 2.0) {
                (Context::Reprint, words) if words >= LEAST_EXCHANGED => (EXCHANGED_SHARE * words).max(1.0),
                _ => 0.0,
            },
            sought: 0,
            is_only: false,
            fold: OnceCell::new(),
            is_new: vec![false; pair.later.len()],
            has_new: false,
        }
    }

    /// Given that no number is missing.
    fn verdict(mut self) -> Option<Lost<'f>> {
        let regions = regions(&self.pair.later, &self.pair.earlier);
        self.is_only = regions.len() == 1;
        self.spare = vec![0; self.pair.kinds()];
        for place in regions.iter().flat_map(|region| &region.earlier) {
            self.spare[self.pair.earlier[*place].id as usize] += 1;
        }
        let words = f64::from(weight(&self.pair.later)) / 2.0;
        for region in &regions {
            if let Some(lost) = self.region(region) {
                return Some(lost);
            }
        }
        let added = || {
            let tokens = regions.iter().flat_map(|region| region.later.clone());
            let mut tokens = tokens.map(|place| self.pair.text(self.pair.later[place]));
            tokens
                .find(|token| !self.words.kind(token).is_common)
                .map_or(Lost::Rewritten, Lost::Added)
        };
        let is_short = words <= SHORT && self.has_new;
        if is_short || self.new > FEW.max(NEW_SHARE * words) || self.new > MOST_NEW {
            return Some(added());
        }
        if let Some(place) = self.misplaced() {
            return Some(Lost::Added(self.pair.text(self.pair.later[place])));
        }
        (self.new + self.common > CHANGED_SHARE * words).then_some(Lost::Rewritten)
    }

    /// A new word that stands between other content words than the earlier text has beside one another: for all that is
    /// known, it is there in the place of another.
    fn misplaced(&self) -> Option<usize> {
        if !self.is_new.contains(&true) {
            return None;
        }
        let any = Words::of_any_language();
        let ours = contents(self.pair, &self.pair.later, any);
        let theirs = neighbours(&contents(self.pair, &self.pair.earlier, any));
        let mut before = content::EDGE;
        let mut rest = ours.as_slice();
        while let Some(next) = rest.first() {
            let count = rest.iter().take_while(|word| self.is_new[word.place]).count();
            if count == 0 {
                before = next.key;
                rest = &rest[1..];
                continue;
            }
            let after = rest.get(count).map_or(content::EDGE, |word| word.key);
            let is_outside = before == content::EDGE || after == content::EDGE;
            let most = if is_outside { MOST_OUTSIDE } else { MOST_INSIDE };
            let weight = rest[..count]
                .iter()
                .map(|word| usize::from(self.pair.later[word.place].weight))
                .sum::<usize>();
            if weight > most || theirs.binary_search(&[before, after]).is_err() {
                return Some(next.place);
            }
            rest = &rest[count..];
        }
        None
    }

    fn limits(&self, region: &Region) -> Limits {
        let is_outside = region.later.start == 0 || region.later.end == self.pair.later.len();
        if is_outside && self.names_a_source(region) {
            SOURCE
        } else if region.later.start == 0 {
            BEFORE
        } else {
            ANYWHERE
        }
    }

    /// True if a word of the region says that somebody says something, or is a news agency: `LONDON (Reuters) -`.
    fn names_a_source(&self, region: &Region) -> bool {
        let here = &self.pair.later[region.later.clone()];
        let is_source = |tokens: &[Token]| {
            let word: String = tokens.iter().map(|token| self.pair.text(*token)).collect();
            self.words.kind(&word).is_speech || is_agency(&word)
        };
        (1..=4).any(|count| here.windows(count).any(is_source))
    }

    /// What is lost in one place.
    fn region(&mut self, region: &Region) -> Option<Lost<'f>> {
        let here: Vec<Token> = region.later.clone().map(|place| self.pair.later[place]).collect();
        let there: Vec<Token> = region.earlier.iter().map(|&place| self.pair.earlier[place]).collect();
        looked(here.len() + there.len());
        if self.is_same_text(&here, &there) || self.says_percent(&here) && self.says_percent(&there) {
            return None;
        }
        if let Some(lost) = self.negation(&here, &there).or_else(|| self.release(region, &there)) {
            return Some(lost);
        }
        if let Some(number) = here.iter().find(|token| token.is_number) {
            return Some(Lost::Order(self.pair.text(*number)));
        }
        self.letters(region).or_else(|| self.spaced(region))
    }

    /// True if two rows of tokens are one word, and one or two: `e mail`, `email`.
    fn is_same_text(&self, a: &[Token], b: &[Token]) -> bool {
        let letters = |tokens: &[Token]| {
            tokens
                .iter()
                .flat_map(|token| self.pair.text(*token).bytes())
                .collect::<Vec<_>>()
        };
        matches!((a.len(), b.len()), (1, 2) | (2, 1)) && letters(a) == letters(b)
    }

    /// True if tokens say per cent and nothing else but common words: `%`, `percent`, `pour cent`.
    fn says_percent(&self, tokens: &[Token]) -> bool {
        let is_percent = |text: &str| text == "%" || self.words.kind(text).is_percent;
        let texts = || tokens.iter().map(|token| self.pair.text(*token));
        let all = || texts().all(|text| is_percent(text) || self.words.kind(text).is_common);
        (1..=MOST_PERCENT).contains(&tokens.len())
            && (texts().any(is_percent) && all() || is_percent(&texts().collect::<String>()))
    }

    fn negation(&self, here: &[Token], there: &[Token]) -> Option<Lost<'f>> {
        let is_negation = |token: &&Token| self.words.kind(self.pair.text(**token)).is_negation;
        let negations = |tokens: &[Token]| -> Vec<Token> { tokens.iter().filter(is_negation).copied().collect() };
        let (mut ours, mut theirs) = (negations(here), negations(there));
        if ours.len() == theirs.len() {
            return None;
        }
        // one may have slipped in the other text
        let slipped = |word: &Token, other: &[Token]| {
            let is_form = |other: &Token| {
                let text = self.pair.text(*other);
                !self.words.kind(text).is_negation && is_close_form(self.pair.text(*word), text)
            };
            looked(other.len().min(MOST_IN_PLACE));
            other.iter().take(MOST_IN_PLACE).any(is_form)
        };
        if ours.len().max(theirs.len()) <= MOST_IN_PLACE {
            ours.retain(|word| !slipped(word, there));
            theirs.retain(|word| !slipped(word, here));
        }
        // a clause that only the earlier text has may be negated: nothing stands in its place, or next to nothing
        let is_clause = here.is_empty() && there.len() > 3
            || ours.is_empty()
                && there.len() >= LONG_CLAUSE * here.len()
                && there[..BEFORE_NEGATION.min(there.len())]
                    .iter()
                    .all(|token| !is_negation(&token));
        let odd = ours
            .first()
            .or(theirs.first())
            .filter(|_| ours.len() != theirs.len() && !is_clause)?;
        Some(Lost::Negation(self.pair.text(*odd)))
    }

    /// The number of a release, if the earlier text has one that leads up to it: `2.2.0` for `2.2.0-preview1`.
    fn release(&self, region: &Region, there: &[Token]) -> Option<Lost<'f>> {
        const LONGEST: usize = 8;
        let [tag, number, ..] = there else { return None };
        let tag = self.pair.text(*tag);
        let is_tag = tag.len() <= LONGEST && tag.bytes().all(|letter| letter.is_ascii_lowercase()) && number.is_number;
        let before = region.later.start.checked_sub(1).map(|place| self.pair.later[place])?;
        let version = self.pair.text(before);
        let is_release = before.is_number && version.contains('.');
        (is_tag && is_release && !self.words.kind(tag).is_common).then_some(Lost::Number(version))
    }

    /// Words between spaces.
    fn spaced(&mut self, region: &Region) -> Option<Lost<'f>> {
        let (ours, theirs) = (&self.pair.later, &self.pair.earlier);
        // what is said once more in one place says nothing more
        let mut here: Vec<usize> = Vec::new();
        let mut again: Vec<[usize; 2]> = Vec::new();
        for place in region.later.clone().filter(|&place| ours[place].weight != 1) {
            match here.iter().find(|&&first| ours[first].id == ours[place].id) {
                Some(&first) => again.push([first, place]),
                None => here.push(place),
            }
            if here.len() > MOST_IN_PLACE {
                return Some(Lost::Rewritten);
            }
        }
        let there: Vec<Token> = region.earlier.iter().map(|&place| theirs[place]).collect();
        let there: Vec<Token> = there.into_iter().filter(|token| token.weight != 1).collect();
        let limits = self.limits(region);
        let mut used = vec![false; there.len()];
        let (mut run, mut new) = (0.0, 0.0);
        // what has a match here is out of the way before the rest is told what stands in its place
        let mut rest: Vec<(usize, Token)> = Vec::new();
        let mut matched: Vec<(usize, usize, bool)> = Vec::new();
        for &place in &here {
            let token = ours[place];
            let text = self.pair.text(token);
            let kind = self.words.kind(text);
            let matches = |at: &usize| {
                let other = self.pair.text(there[*at]);
                let is_close = if kind.classes.meet(self.words.kind(other).classes) {
                    is_form_in_class
                } else {
                    is_close_form
                };
                let is_one = || is_close(text, other) || kind.is_common && self.words.differ_in_particles(text, other);
                !used[*at] && is_one()
            };
            let close = (0..there.len()).find(matches).filter(|_| token.weight > 0);
            match close {
                Some(at) => {
                    used[at] = true;
                    matched.push((at, place, kind.is_common));
                }
                None => rest.push((place, token)),
            }
        }
        if let Some(place) = self.exchanged(&matched) {
            return Some(Lost::Moved(self.pair.text(ours[place])));
        }
        for (place, token) in rest {
            let text = self.pair.text(token);
            let kind = self.words.kind(text);
            if self.spare[token.id as usize] > 0 {
                self.spare[token.id as usize] -= 1;
                if !kind.is_common {
                    self.moved += 1;
                    if self.moved > MOST_MOVED {
                        return Some(Lost::Moved(text));
                    }
                }
                continue;
            }
            let other = |at: &usize| {
                let theirs = self.words.kind(self.pair.text(there[*at]));
                !used[*at] && !theirs.is_common && !theirs.is_person
            };
            let opposite = |at: &usize| {
                let theirs = self.words.kind(self.pair.text(there[*at]));
                !used[*at] && kind.classes.meet(theirs.classes)
            };
            run += 1.0;
            if let Some(at) = (0..there.len()).find(opposite) {
                return Some(Lost::Replaced {
                    later: text,
                    earlier: self.pair.text(there[at]),
                });
            }
            // where nothing else differs, a word was not edited but exchanged
            if self.is_only
                && here.len() == 1
                && let [other] = there[..]
                && kind.is_common != self.is_common_somewhere(self.pair.text(other))
                && !self.words.kind(self.pair.text(other)).is_person
                && !self.exchange(place..place + 1)
            {
                return Some(Lost::Replaced {
                    later: text,
                    earlier: self.pair.text(other),
                });
            }
            if kind.is_common {
                self.common += 1.0;
                continue;
            }
            if is_acronym(self.pair, ours, place, self.words) {
                self.common += 1.0;
                continue;
            }
            if let Some(at) = (0..there.len()).find(other) {
                if self.exchange(place..place + 1) {
                    used[at] = true;
                    self.common += 1.0;
                    continue;
                }
                return Some(Lost::Replaced {
                    later: text,
                    earlier: self.pair.text(there[at]),
                });
            }
            self.is_new[place] = true;
            // before or after the text, where sources do not count
            if !limits.counts && is_agency(text) {
                self.common += 1.0;
                continue;
            }
            self.has_new = true;
            if self.held[token.id as usize] > 0 {
                self.common += 0.5;
                new += 0.5;
            } else if region.later.len() > MOST_AROUND_NEW {
                return Some(Lost::Added(text));
            } else {
                self.new += f64::from(u8::from(limits.counts));
                new += 1.0;
            }
            if run >= limits.run || new >= limits.new {
                return Some(Lost::Added(text));
            }
        }
        again
            .into_iter()
            .for_each(|[first, place]| self.is_new[place] = self.is_new[first]);
        let is_clause = there.is_empty() && limits.clause.is_some_and(|least| run >= least) && new >= 1.0;
        (run >= limits.run || is_clause).then(|| Lost::Added(self.pair.text(ours[here[0]])))
    }

    /// True if a word is common in the language of the text or in another: quotations and pidgins mix them.
    fn is_common_somewhere(&self, word: &str) -> bool {
        self.words.kind(word).is_common || Words::of_any_language().kind(word).is_common
    }

    /// True if the content word at some places of the later text may stand in another's place: not beside a number, which it
    /// may be part of (`2.6.0-rc1`) or which it may measure.
    fn exchange(&mut self, places: Range<usize>) -> bool {
        let around = [places.start.checked_sub(1), Some(places.end)].into_iter().flatten();
        let is_number = |place: usize| self.pair.later.get(place).is_some_and(|token| token.is_number);
        let may = self.exchangeable >= 1.0 && !around.into_iter().any(is_number);
        self.exchangeable -= f64::from(u8::from(may));
        may
    }

    /// Counts what has moved among words that have a match in one place, given the places of the matches, their own, and
    /// whether they are common; a content word among them if it is too much. `A beat B` for `B beat A` are two.
    fn exchanged(&mut self, matched: &[(usize, usize, bool)]) -> Option<usize> {
        let is_behind = |i: usize| matched[..i].iter().any(|before| before.0 > matched[i].0);
        let is_before = |i: usize| matched[i..].iter().any(|after| after.0 < matched[i].0);
        let moved = (0..matched.len()).find(|&i| !matched[i].2 && (is_behind(i) || is_before(i)))?;
        let places: Vec<(usize, usize)> = matched.iter().enumerate().map(|(i, word)| (i, word.0)).collect();
        let in_order = increasing(&places).len();
        self.moved += u32::try_from(matched.len() - in_order).unwrap_or(u32::MAX);
        (self.moved > MOST_MOVED).then_some(matched[moved].1)
    }
}

/// True if the word at that place of a text is made of the first letters of those before it, common ones left out or not:
/// `World Health Organization (WHO)`.
fn is_acronym(pair: &Pair<'_>, text: &[Token], place: usize, words: &Words) -> bool {
    const LEAST: usize = 2;
    const MOST: usize = 8;
    let mut letters = pair.text(text[place]).chars().rev().peekable();
    let count = letters.clone().take(MOST + 1).count();
    for word in text[..place].iter().rev().take(2 * MOST).map(|token| pair.text(*token)) {
        looked(1);
        match letters.peek() {
            Some(&letter) if word.starts_with(letter) => letters.next(),
            Some(_) if words.kind(word).is_common => continue,
            _ => break,
        };
    }
    (LEAST..=MOST).contains(&count) && letters.peek().is_none()
}

fn weight(tokens: &[Token]) -> u32 {
    tokens.iter().map(|token| u32::from(token.weight)).sum()
}

#[cfg(test)]
mod tests;
