//! What differs between languages: read once from `lang/*.txt`, then looked up.

use std::sync::OnceLock;

use ahash::AHashMap;

use super::chars::{self, Stop};

macro_rules! languages {
    ($($code:literal)*) => { &[$(($code, include_str!(concat!("lang/", $code, ".txt")))),*] };
}

/// Code and file of every language; `und`, the rules for the rest, is first.
#[rustfmt::skip]
static FILES: &[(&str, &str)] = languages![
    "und"
    "am" "ar" "az" "be" "bg" "bn" "bo" "bs" "ca" "cs" "cy" "da" "de" "el" "en" "eo" "es" "et" "eu" "fa" "fi" "fr" "ga"
    "gl" "gu" "he" "hi" "hr" "hu" "hy" "id" "is" "it" "ja" "ka" "kk" "km" "kn" "ko" "la" "lo" "lt" "lv" "mk" "ml" "mn"
    "mr" "ms" "my" "nb" "ne" "nl" "nn" "or" "pa" "pl" "pt" "ro" "ru" "si" "sk" "sl" "sq" "sr" "sv" "sw" "ta" "te" "th"
    "tl" "tr" "uk" "ur" "uz" "vi" "zh" "template"
];

static CELLS: [OnceLock<Rules>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
static BASE: OnceLock<[u64; 256]> = OnceLock::new();
static TAGS: OnceLock<AHashMap<&'static str, u8>> = OnceLock::new();

/// The word before a dot marks an abbreviation that no sentence ends with: "Dr."
pub(super) const HARD: u8 = 1;
/// An abbreviation a sentence may end with: "etc."
pub(super) const SOFT: u8 = 2;
/// An abbreviation before a number: "No. 5".
pub(super) const NUMBER: u8 = 4;
/// Any abbreviation.
pub(super) const ABBREVIATED: u8 = HARD | SOFT | NUMBER;
/// A word that, with a capital, shows that a sentence begins: "The".
pub(super) const STARTER: u8 = 8;
/// A word that follows an ordinal: "3. Oktober".
pub(super) const COUNTED: u8 = 16;

/// A word that has a capital wherever it stands: "I".
pub(super) const CAPITAL: u8 = 32;

/// A word that begins a phrase of time or place: "By 9 p.m. Rome".
pub(super) const OPENER: u8 = 64;

/// The mask of a byte at which the scanner must look, whatever follows.
const LOOK: u64 = u64::MAX;

/// The rules of one language.
#[derive(Debug)]
pub(super) struct Rules {
    /// For every byte that may begin a stop, a line break, a list marker or, with `phrase_floor`, a space: which second
    /// bytes may follow, by their low six bits. All of them for ASCII, none for bytes that begin nothing of the kind.
    pub(super) table: [u64; 256],
    /// A number and a dot are an ordinal.
    pub(super) ordinals: bool,
    /// Letters after which a space ends a phrase; 0 if never.
    pub(super) phrase_floor: u32,
    /// What follows a closed quotation and shows that the sentence goes on.
    pub(super) quote_continues: Vec<&'static str>,
    extra_stops: Vec<char>,
    words: AHashMap<Box<str>, u8>,
}

impl Rules {
    /// The rules in file number `index`.
    pub(super) fn get(index: u8) -> &'static Self {
        let index = usize::from(index).min(FILES.len() - 1);
        CELLS[index].get_or_init(|| Self::read(index))
    }

    /// All that is known of `word`, as bits.
    pub(super) fn word(&self, word: &str) -> u8 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// As [`chars::stop`], with the language's own.
    pub(super) fn stop(&self, c: char) -> Option<Stop> {
        match chars::stop(c) {
            None if self.extra_stops.contains(&c) => Some(if c.is_ascii() { Stop::Bang } else { Stop::Full }),
            known => known,
        }
    }

    fn read(index: usize) -> Self {
        let mut rules = Self {
            table: *BASE.get_or_init(base_table),
            ordinals: false,
            phrase_floor: 0,
            quote_continues: Vec::new(),
            extra_stops: Vec::new(),
            words: AHashMap::new(),
        };
        // Titles and the like are the same in many languages, and mixed text is common.
        rules.add(FILES[0].1);
        if index != 0 {
            rules.add(FILES[index].1);
        }
        rules
    }

    fn add(&mut self, file: &'static str) {
        for (key, values) in entries(file) {
            match key {
                "like" => {
                    if let Some(index) = FILES.iter().position(|(code, _)| *code == values) {
                        self.add(FILES[index].1);
                    }
                }
                "ordinals" => self.ordinals = values == "yes",
                "phrase-floor" => {
                    self.phrase_floor = values.parse().unwrap_or(0);
                    self.table[usize::from(b' ')] = LOOK;
                }
                "extra-stops" => {
                    for c in values.chars().filter(|c| !c.is_whitespace()) {
                        self.extra_stops.push(c);
                        mark(&mut self.table, c);
                    }
                }
                "quote-continues" => self.quote_continues.extend(values.split_whitespace()),
                "abbrev-hard" => self.learn(values, HARD),
                "abbrev-soft" => self.learn(values, SOFT),
                "abbrev-number" => self.learn(values, NUMBER),
                "starters" => self.learn(values, STARTER),
                "capitals" => self.learn(values, CAPITAL),
                "openers" => self.learn(values, OPENER),
                "counted" => self.learn(values, COUNTED),
                _ => {}
            }
        }
    }

    fn learn(&mut self, words: &'static str, class: u8) {
        for word in words.split_whitespace() {
            *self.words.entry(word.into()).or_default() |= class;
            let mut letters = word.chars();
            let first = letters.next().filter(|c| c.is_lowercase());
            // "p." is a page, "P." an initial.
            if let Some(first) = first.filter(|_| word.chars().nth(1).is_some() || matches!(class, STARTER | OPENER)) {
                let title: String = first.to_uppercase().chain(letters).collect();
                *self.words.entry(title.into()).or_default() |= class;
            }
        }
    }
}

/// The `key: values` lines of a file. Repeated keys add up; `#` begins a comment.
fn entries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (key, values) = line.split_once(':')?;
        Some((key.trim(), values.trim()))
    })
}

/// The number of the file for a language code of two or three letters.
pub(super) fn index_of(code: &str) -> Option<u8> {
    TAGS.get_or_init(|| {
        let mut tags = AHashMap::new();
        for (index, (code, file)) in (0..).zip(FILES) {
            tags.insert(*code, index);
            for tag in entries(file)
                .filter(|(key, _)| *key == "tags")
                .flat_map(|(_, tags)| tags.split_whitespace())
            {
                tags.insert(tag, index);
            }
        }
        tags
    })
    .get(code)
    .copied()
}

/// The code of file number `index`.
pub(super) fn code_of(index: u8) -> &'static str {
    FILES.get(usize::from(index)).map_or("und", |file| file.0)
}

/// The table of [`super::parts`]: every stop, and the line feed.
pub(super) fn part_table() -> &'static [u64; 256] {
    static TABLE: OnceLock<[u64; 256]> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = *stop_table();
        mark(&mut table, '\n');
        table
    })
}

/// Marks every stop.
fn stop_table() -> &'static [u64; 256] {
    static TABLE: OnceLock<[u64; 256]> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = [0; 256];
        // No stop lies among ideographs or Hangul, nor beyond the historic scripts.
        let chars = ('\0'..'\u{3100}')
            .chain('\u{a000}'..'\u{ac00}')
            .chain('\u{fe00}'..'\u{20000}');
        chars
            .filter(|&c| chars::stop(c).is_some())
            .for_each(|c| mark(&mut table, c));
        table
    })
}

/// Marks every stop and line break, bullets, brackets for "1) first 2) second" and faces, and what rules are drawn with.
fn base_table() -> [u64; 256] {
    let mut table = *stop_table();
    let others = [
        '\n', '\u{b}', '\u{c}', '\r', '\u{85}', '\u{2028}', '\u{2029}', '(', ')', '*', '=', '_',
    ];
    for c in others.into_iter().chain(chars::INLINE_BULLETS) {
        mark(&mut table, c);
    }
    table
}

fn mark(table: &mut [u64; 256], c: char) {
    match c.encode_utf8(&mut [0; 4]).as_bytes() {
        [first] => table[usize::from(*first)] = LOOK,
        [first, second, ..] => table[usize::from(*first)] |= 1 << (second & 63),
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[&str] = &[
        "name",
        "tags",
        "source",
        "like",
        "ordinals",
        "phrase-floor",
        "extra-stops",
        "quote-continues",
        "abbrev-hard",
        "abbrev-soft",
        "abbrev-number",
        "starters",
        "counted",
        "openers",
        "capitals",
    ];

    #[test]
    fn every_file_is_well_formed() {
        for (code, file) in FILES {
            for (number, line) in (1..).zip(file.lines()) {
                let known = line.split_once(':').is_some_and(|(key, values)| {
                    KEYS.contains(&key) && !values.trim().is_empty() && values.starts_with(' ')
                });
                assert!(
                    line.is_empty() || line.starts_with('#') || known,
                    "lang/{code}.txt:{number}: {line}"
                );
            }
            for key in ["name", "source"] {
                assert!(entries(file).any(|(k, _)| k == key), "lang/{code}.txt has no `{key}:`");
            }
            for (key, values) in entries(file) {
                match key {
                    "ordinals" => assert!(matches!(values, "yes" | "no"), "lang/{code}.txt: ordinals"),
                    "phrase-floor" => assert!(values.parse::<u32>().is_ok(), "lang/{code}.txt: phrase-floor"),
                    "like" => assert!(
                        FILES
                            .iter()
                            .any(|(other, text)| *other == values && !text.contains("\nlike:")),
                        "lang/{code}.txt: like {values}: no such file, or it is like another itself"
                    ),
                    "abbrev-hard" | "abbrev-soft" | "abbrev-number" => {
                        for word in values.split_whitespace() {
                            assert!(
                                !word.ends_with('.'),
                                "lang/{code}.txt: leave out the last dot of {word}"
                            );
                            assert!(
                                word.len() <= 32,
                                "lang/{code}.txt: {word} is longer than the scanner looks"
                            );
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn tags_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, file) in FILES {
            assert!(seen.insert(*code), "{code} twice");
            for tag in entries(file)
                .filter(|(key, _)| *key == "tags")
                .flat_map(|(_, tags)| tags.split_whitespace())
            {
                assert!(seen.insert(tag), "lang/{code}.txt: tag {tag} is taken");
                assert_eq!(index_of(tag).map(code_of), Some(*code));
            }
        }
    }

    #[test]
    fn table_meets_every_stop() {
        let rules = Rules::get(0);
        for c in (0..0x11_0000)
            .filter_map(char::from_u32)
            .filter(|&c| chars::stop(c).is_some())
        {
            let mut buffer = [0; 4];
            let bytes = c.encode_utf8(&mut buffer).as_bytes();
            let second = bytes.get(1).map_or(0, |b| b & 63);
            assert!(
                rules.table[usize::from(bytes[0])] >> second & 1 == 1,
                "U+{:04X}",
                u32::from(c)
            );
        }
    }
}
