//! What the words of a language do: which are common, and which say another thing when they change.
//!
//! A language is a file in `lang/`, see `lang/README.md`. A language without one has no closed classes; where it is not known
//! which words are common, those of up to three letters are.

use crate::fold::{Folder, Tokens, fold, is_number, is_unspaced};
use crate::hash;
use crate::segment::Language;
use crate::steps::{looked, once};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// What one word does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Kind {
    /// Stands in most texts, and so says little.
    pub(super) is_common: bool,
    pub(super) is_negation: bool,
    /// Says per cent, or a part of that.
    pub(super) is_percent: bool,
    /// Says no more than that there are people.
    pub(super) is_person: bool,
    /// Names who says something: `said`, `according`.
    pub(super) is_speech: bool,
    /// The closed classes it belongs to.
    pub(super) classes: Classes,
    /// Letters of a script without spaces with which an entry begins that has more of them.
    pub(super) goes_on: bool,
}

impl Kind {
    /// True if a text may lack the word, or has a sign for it.
    pub(super) fn says_little(self) -> bool {
        self.is_common || self.is_percent
    }
}

/// Closed classes, a bit for each: numbers in words; months and weekdays; parts of the day or year; sets of words that limit
/// or exclude each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Classes(u64);

impl Classes {
    /// True if a word of these in the place of one of those is another statement.
    pub(super) fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    kinds: HashMap<Box<str>, Kind, ahash::RandomState>,
    /// Letters of the longest entry of a script without spaces.
    longest: usize,
    /// Of a script without spaces, two letters that stand side by side in many texts.
    pairs: HashSet<Box<str>, ahash::RandomState>,
    /// Written in one word with the next.
    particles: Vec<Box<str>>,
    /// False if it is not known which words are common.
    knows_common: bool,
}

include!("lang/languages.rs");

/// News agencies, for texts in any language.
const AGENCIES: &str = include_str!("agencies.txt");

/// True if a word, all of its letters in a row, is a news agency: `Reuters`.
pub(super) fn is_agency(word: &str) -> bool {
    static NAMES: OnceLock<HashSet<String, ahash::RandomState>> = OnceLock::new();
    let read = || {
        let mut names = HashSet::with_hasher(hash::map_state());
        let lines = AGENCIES.lines().filter(|line| !line.starts_with('#'));
        names.extend(
            lines
                .flat_map(|line| line.split(' '))
                .map(|name| fold(name).iter().collect::<String>()),
        );
        names
    };
    NAMES.get_or_init(|| once(read)).contains(word)
}

/// The classes of numbers in words, and of months and weekdays, in all languages.
const NUMBER: u64 = 1;
const CALENDAR: u64 = 2;

/// Of a text in Latin letters with so many words, one in so many is common in its language, at least.
const LEAST_TOLD: u32 = 20;
const MOST_WORDS_FOR_ONE: u32 = 7;

/// Which languages a word is common in, by their place among [`LANGUAGES`].
fn speakers() -> &'static HashMap<&'static str, Vec<u8>, ahash::RandomState> {
    static SPEAKERS: OnceLock<HashMap<&'static str, Vec<u8>, ahash::RandomState>> = OnceLock::new();
    SPEAKERS.get_or_init(|| {
        let mut speakers: HashMap<&'static str, Vec<u8>, _> = HashMap::with_hasher(hash::map_state());
        for (place, language) in (0..LANGUAGES.len()).zip(0..) {
            for (word, _) in Words::at(place).kinds.iter().filter(|(_, kind)| kind.is_common) {
                speakers.entry(word).or_default().push(language);
            }
        }
        speakers
    })
}

/// The language of a letter that only one large language writes, kana aside.
fn language_of_script(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{4e00}'..='\u{9fff}' => "zh",
        '\u{e00}'..='\u{e7f}' => "th",
        '\u{e80}'..='\u{eff}' => "lo",
        '\u{1000}'..='\u{109f}' => "my",
        '\u{1780}'..='\u{17ff}' => "km",
        _ => return None,
    })
}

impl Words {
    /// None, and nothing is known of what is common.
    fn empty() -> Self {
        Self {
            kinds: HashMap::with_hasher(hash::map_state()),
            longest: 0,
            pairs: HashSet::with_hasher(hash::map_state()),
            particles: Vec::new(),
            knows_common: false,
        }
    }

    /// Those of a language, by its code.
    fn of(code: &str) -> Option<&'static Self> {
        LANGUAGES
            .binary_search_by_key(&code, |language| language.0)
            .ok()
            .map(Self::at)
    }

    /// Those of a text in an unknown language: numbers, months and weekdays of all languages are told from one another.
    fn of_unknown() -> &'static Self {
        static UNKNOWN: OnceLock<Words> = OnceLock::new();
        UNKNOWN.get_or_init(|| {
            let mut unknown = Self::empty();
            for words in (0..LANGUAGES.len()).map(Self::at) {
                let classes = |kind: &Kind| kind.classes.0 & (NUMBER | CALENDAR);
                let told = words
                    .kinds
                    .iter()
                    .filter(|(word, kind)| classes(kind) != 0 && !word.starts_with(is_unspaced));
                told.for_each(|(word, kind)| {
                    unknown.kinds.entry(word.clone()).or_default().classes.0 |= classes(kind);
                });
            }
            unknown
        })
    }

    /// Those of the language at that place among [`LANGUAGES`].
    fn at(place: usize) -> &'static Self {
        static TABLES: [OnceLock<Words>; LANGUAGES.len()] = [const { OnceLock::new() }; LANGUAGES.len()];
        TABLES[place].get_or_init(|| once(|| Self::parse(LANGUAGES[place].1)))
    }

    /// Those that are common in any language, an unknown one too, and those that say per cent.
    pub(super) fn of_any_language() -> &'static Self {
        static ANY: OnceLock<Words> = OnceLock::new();
        ANY.get_or_init(|| {
            let mut any = Self::empty();
            for words in (0..LANGUAGES.len()).map(Self::at) {
                any.longest = any.longest.max(words.longest);
                words.kinds.iter().for_each(|(word, kind)| {
                    let known = any.kinds.entry(word.clone()).or_default();
                    known.is_common |= kind.is_common;
                    known.is_percent |= kind.is_percent;
                    known.goes_on |= kind.goes_on;
                });
            }
            any
        })
    }

    /// Those of the language of a text, by its tokens: of that whose common words it has most of; of several English, or
    /// the first by code. A script that one large language writes tells by itself.
    ///
    /// The text decides alone, not its article: quotations and untranslated paragraphs are in another language, short articles say
    /// nothing of theirs, and equal texts are judged alike wherever they stand.
    pub(super) fn of_text<'t>(tokens: impl Iterator<Item = &'t str> + Clone) -> &'static Self {
        let (mut letters, mut words, mut latin, mut is_kana) = (0, 0, 0, false);
        let mut first = None;
        let mut counts = [0_u32; LANGUAGES.len()];
        let mut most = 0;
        for token in tokens {
            looked(1);
            if let Some(letter) = token.chars().next().filter(|&c| is_unspaced(c)) {
                letters += 1;
                is_kana |= matches!(letter, '\u{3041}'..='\u{30ff}');
                first = first.or_else(|| language_of_script(letter));
            } else if !is_number(token) {
                words += 1;
                latin += u32::from(token.starts_with(|c: char| c.is_ascii_alphabetic()));
                for &language in speakers().get(token).into_iter().flatten() {
                    let count = &mut counts[usize::from(language)];
                    *count += 1;
                    most = most.max(*count);
                }
            }
        }
        if letters > 2 * words {
            let code = if is_kana { Some("ja") } else { first };
            return code.and_then(Self::of).unwrap_or_else(Self::of_unknown);
        }
        // So few of a long text are common in some language by accident.
        let is_latin = 2 * latin > words;
        let is_accident = is_latin && words >= LEAST_TOLD && most * MOST_WORDS_FOR_ONE < words;
        if most == 0 || is_accident {
            return Self::of_unknown();
        }
        // Pidgin and others share many words with English.
        let english = LANGUAGES.binary_search_by_key(&"en", |language| language.0).ok();
        let best = english.filter(|&english| counts[english] == most);
        Self::at(
            best.or_else(|| counts.iter().position(|&count| count == most))
                .unwrap_or(0),
        )
    }

    fn parse(file: &str) -> Self {
        let mut words = Self::empty();
        let (mut folder, mut folded) = (Folder::default(), Tokens::default());
        let mut sets = 2;
        for line in file.lines() {
            let Some((key, list)) = line.split_once(": ").filter(|_| !line.starts_with('#')) else {
                continue;
            };
            sets += u32::from(key == "contrast");
            for word in list.split(' ') {
                folded.clear();
                folder.fold(word, &mut folded);
                let mut letters = folded.as_str().chars().filter(|&c| c != ' ');
                let name: Box<str> = if letters.clone().any(is_unspaced) {
                    letters.by_ref().collect::<String>().into()
                } else {
                    folded.as_str().into()
                };
                match key {
                    "pair" => {
                        words.pairs.insert(name);
                        continue;
                    }
                    "particle" => {
                        words.particles.push(name);
                        continue;
                    }
                    _ => (),
                }
                words.longest = words.longest.max(folded.hashes().len());
                words.put_beginnings(&folded);
                let kind = words.kinds.entry(name).or_default();
                match key {
                    "common" => {
                        kind.is_common = true;
                        words.knows_common = true;
                    }
                    "negation" => kind.is_negation = true,
                    "speech" => kind.is_speech = true,
                    "percent" => kind.is_percent = true,
                    "person" => kind.is_person = true,
                    "number" => kind.classes.0 |= NUMBER,
                    "calendar" => kind.classes.0 |= CALENDAR,
                    "time" => kind.classes.0 |= 4,
                    _ => kind.classes.0 |= 1 << sets.min(63),
                }
            }
        }
        words
    }

    /// What is left of a word without one particle before it, without two, and so on.
    fn after_particles<'w>(&self, word: &'w str) -> impl Iterator<Item = &'w str> {
        const LEAST: usize = 2;
        let rest = |word: &&'w str| {
            let mut rests = self
                .particles
                .iter()
                .filter_map(|particle| word.strip_prefix(&**particle));
            rests.find(|rest| rest.chars().take(LEAST).count() == LEAST)
        };
        std::iter::successors(rest(&word), rest)
    }

    /// True if two words are one but for the particles before them: `من`, `ومن`.
    pub(super) fn differ_in_particles(&self, a: &str, b: &str) -> bool {
        let all = |word| std::iter::once(word).chain(self.after_particles(word));
        !self.particles.is_empty() && all(a).any(|a| all(b).any(|b| a == b))
    }

    /// Marks what an entry of a script without spaces begins with.
    fn put_beginnings(&mut self, entry: &Tokens) {
        let mut beginning = String::new();
        for letter in entry.iter().take(entry.hashes().len().saturating_sub(1)) {
            if !letter.starts_with(is_unspaced) {
                return;
            }
            beginning.push_str(letter);
            self.kinds.entry(beginning.as_str().into()).or_default().goes_on = true;
        }
    }

    /// Letters of the longest entry of a script without spaces that is looked for.
    pub(super) fn longest(&self) -> usize {
        const MOST: usize = 8;
        self.longest.min(MOST)
    }

    /// True if two letters of a script without spaces stand side by side in many texts of the language.
    pub(super) fn is_common_pair(&self, two: &str) -> bool {
        self.pairs.contains(two)
    }

    /// What a word does: a token, or letters of a script without spaces in a row. A word that the table lacks and that begins
    /// with particles (`ومن`, and from) does what the rest of it does, but for negations: these are listed with theirs, and
    /// `كلا` is not `لا`.
    pub(super) fn kind(&self, word: &str) -> Kind {
        let rest = || {
            let rest = self.after_particles(word).find_map(|rest| self.kinds.get(rest))?;
            Some(Kind {
                is_negation: false,
                ..*rest
            })
        };
        let kind = self.kinds.get(word).copied().or_else(rest).unwrap_or_default();
        let is_short = || word.chars().take(4).count() < 4 && !word.starts_with(is_unspaced);
        Kind {
            is_common: kind.is_common || !self.knows_common && is_short(),
            ..kind
        }
    }
}

/// A digest of the tables of words that verdicts depend on: 16 hexadecimal digits, the same for the same tables on every machine.
///
/// ```
/// assert_eq!(redite::verdict::tables_digest().len(), 16);
/// ```
#[must_use]
pub fn tables_digest() -> String {
    let files = LANGUAGES.iter().copied().chain([("agencies", AGENCIES)]);
    let tables: String = files.flat_map(|(name, file)| [name, "\n", file]).collect();
    format!("{:016x}", hash::bytes(tables.as_bytes()))
}

/// True if a word negates, as a whole or in part (`don't`), by the list of its language. A language without a list has none.
///
/// ```
/// use redite::segment::Language;
/// use redite::verdict::is_negation;
///
/// assert!(is_negation(Language::from_tag("de"), "nicht"));
/// ```
pub fn is_negation(language: Language, word: &str) -> bool {
    let Some(words) = Words::of(language.code()) else {
        return false;
    };
    let folded = fold(word);
    let whole: String = folded.iter().collect();
    words.kind(&whole).is_negation || folded.iter().any(|token| words.kind(token).is_negation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_negate_in_their_language() {
        let negates = |tag, word| is_negation(Language::from_tag(tag), word);
        assert!(negates("en", "Not") && negates("en", "don't") && negates("de", "keine") && negates("zh", "不是"));
        assert!(!negates("en", "note") && !negates("de", "not") && !negates("und", "not"));
    }

    #[test]
    fn languages_are_sorted_and_say_what_is_known() {
        assert!(LANGUAGES.is_sorted_by(|a, b| a.0 < b.0));
        const KEYS: [&str; 11] = [
            "common", "pair", "negation", "number", "calendar", "time", "contrast", "person", "speech", "percent",
            "particle",
        ];
        for (code, file) in LANGUAGES {
            let lines = file.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
            for line in lines {
                let key = line.split_once(": ").map(|(key, _)| key);
                assert!(key.is_some_and(|key| KEYS.contains(&key)), "{code}: {line}");
            }
        }
    }

    #[test]
    fn a_text_says_what_its_language_is() {
        let of = |text: &str| {
            let tokens = fold(text);
            std::ptr::from_ref(Words::of_text(tokens.as_str().split(' ')))
        };
        for (code, text) in [
            ("en", "The port of the house is not what it was when they came."),
            ("de", "Der Hafen ist nicht mehr das, was er war, als sie kamen."),
            ("fr", "Le port n’est plus ce qu’il était quand ils sont venus."),
            ("ru", "Порт уже не тот, каким он был, когда они пришли."),
            ("zh", "他们来的时候，港口已经不是原来的样子了。"),
            ("ja", "港は彼らが来たときとはもう違っていた。"),
            ("th", "ท่าเรือไม่เหมือนเดิมอีกต่อไป"),
        ] {
            assert_eq!(of(text), std::ptr::from_ref(Words::of(code).unwrap()), "{text}");
        }
        assert!(!Words::of_text(["xyzzy"].into_iter()).knows_common);
    }
}
