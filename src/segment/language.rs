//! Which language a text is in.

mod likely;

use std::fmt;
use std::str;

use super::rules;

/// The language of a text: the code it was named by, and the rules it is cut by.
///
/// Any code can be held; one without rules of its own is cut by the rules of [`Language::UNKNOWN`], which know the
/// stops of every script and the titles and abbreviations that most languages share.
///
/// ```
/// use redite::segment::Language;
///
/// assert_eq!(Language::from_tag("de-AT"), Language::from_tag("de"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language {
    code: [u8; 8],
    len: u8,
    rules: u8,
}

/// Codes of ISO 639-2 and 639-3 and those of ISO 639-1, of languages that have no file of rules.
#[rustfmt::skip]
const SHORT: &[(&str, &str)] = &[
    ("afr", "af"), ("aka", "ak"), ("asm", "as"), ("bam", "bm"), ("cos", "co"), ("ewe", "ee"), ("fao", "fo"),
    ("fry", "fy"), ("gla", "gd"), ("glv", "gv"), ("grn", "gn"), ("hat", "ht"), ("hau", "ha"), ("ibo", "ig"),
    ("jav", "jv"), ("kal", "kl"), ("kin", "rw"), ("kir", "ky"), ("kur", "ku"), ("lin", "ln"), ("ltz", "lb"),
    ("lug", "lg"), ("mlg", "mg"), ("mlt", "mt"), ("mri", "mi"), ("nya", "ny"), ("oci", "oc"), ("orm", "om"),
    ("pus", "ps"), ("que", "qu"), ("roh", "rm"), ("run", "rn"), ("sag", "sg"), ("san", "sa"), ("sme", "se"),
    ("sna", "sn"), ("snd", "sd"), ("som", "so"), ("sot", "st"), ("ssw", "ss"), ("sun", "su"), ("tat", "tt"),
    ("tgk", "tg"), ("tir", "ti"), ("tsn", "tn"), ("tso", "ts"), ("tuk", "tk"), ("uig", "ug"), ("ven", "ve"),
    ("wol", "wo"), ("xho", "xh"), ("yid", "yi"), ("yor", "yo"), ("zul", "zu"),
];

/// Letters read by [`Language::detect`], in bytes: its cost is proportional to them.
const SAMPLE: usize = 512;

/// From so many letters on the answer of [`whatlang`] is taken whatever it thinks of it.
const SURE: u32 = 80;

/// First and last letter of the scripts that tell the language, with that language.
const SCRIPTS: &[(char, char, &str)] = &[
    ('\u{370}', '\u{3ff}', "el"),
    ('\u{531}', '\u{58f}', "hy"),
    ('\u{590}', '\u{5ff}', "he"),
    ('\u{980}', '\u{9ff}', "bn"),
    ('\u{a00}', '\u{a7f}', "pa"),
    ('\u{a80}', '\u{aff}', "gu"),
    ('\u{b00}', '\u{b7f}', "or"),
    ('\u{b80}', '\u{bff}', "ta"),
    ('\u{c00}', '\u{c7f}', "te"),
    ('\u{c80}', '\u{cff}', "kn"),
    ('\u{d00}', '\u{d7f}', "ml"),
    ('\u{d80}', '\u{dff}', "si"),
    ('\u{e00}', '\u{e7f}', "th"),
    ('\u{e80}', '\u{eff}', "lo"),
    ('\u{f00}', '\u{fff}', "bo"),
    ('\u{1000}', '\u{109f}', "my"),
    ('\u{10a0}', '\u{10ff}', "ka"),
    ('\u{1100}', '\u{11ff}', "ko"),
    ('\u{1200}', '\u{139f}', "am"),
    ('\u{1780}', '\u{17ff}', "km"),
    ('\u{1800}', '\u{18af}', "mn"),
    ('\u{1f00}', '\u{1fff}', "el"),
    ('\u{3041}', '\u{30ff}', "ja"),
    ('\u{3400}', '\u{9fff}', "zh"),
    ('\u{ac00}', '\u{d7a3}', "ko"),
    ('\u{20000}', '\u{3ffff}', "zh"),
];

impl Language {
    /// No language: the rules that hold everywhere. Its code is `und`, as BCP 47 has it.
    ///
    /// ```
    /// use redite::segment::Language;
    ///
    /// assert_eq!(Language::detect("…"), Language::UNKNOWN);
    /// ```
    pub const UNKNOWN: Self = Self {
        code: *b"und\0\0\0\0\0",
        len: 3,
        rules: 0,
    };

    /// The language a tag names. Only its first part counts: `fr`, `fr-FR`, `fr_FR.UTF-8` and `FRA` are all French.
    ///
    /// A tag whose language has no rules here keeps its code and is cut by the rules of [`Language::UNKNOWN`]. What
    /// is no tag at all (empty, digits, longer than eight letters) is `UNKNOWN`.
    ///
    /// ```
    /// use redite::segment::Language;
    ///
    /// assert_eq!(Language::from_tag("zh-Hans").code(), "zh");
    /// assert_eq!(Language::from_tag("deu"), Language::from_tag("de_AT"));
    /// assert_eq!(Language::from_tag("yo").code(), "yo");
    /// assert_eq!(Language::from_tag("?"), Language::UNKNOWN);
    /// ```
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let first = tag.trim().split(['-', '_', '.', '@']).next().unwrap_or_default();
        let mut language = Self {
            code: [0; 8],
            len: 0,
            rules: 0,
        };
        if !(2..=8).contains(&first.len()) || !first.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Self::UNKNOWN;
        }
        for (to, from) in language.code.iter_mut().zip(first.bytes()) {
            *to = from.to_ascii_lowercase();
            language.len += 1;
        }
        match rules::index_of(language.code()) {
            Some(index) => Self::with_rules(index),
            None => language.shortened(),
        }
    }

    /// With the code of two letters, if ISO 639-1 has one, of a language without rules of its own.
    fn shortened(mut self) -> Self {
        if let Ok(at) = SHORT.binary_search_by_key(&self.code(), |(long, _)| *long) {
            self.code = [0; 8];
            self.len = 2;
            self.code[..2].copy_from_slice(SHORT[at].1.as_bytes());
        }
        self
    }

    /// The code as two words, for a file that dies with the process.
    pub(crate) fn words(self) -> [u32; 2] {
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| self.code[at + i]));
        [word(0), word(4)]
    }

    /// The language of such [words](Self::words).
    pub(crate) fn of_words(words: [u32; 2]) -> Self {
        let bytes = words.map(u32::to_le_bytes);
        let code = bytes.as_flattened();
        let end = code.iter().position(|&b| b == 0).unwrap_or(code.len());
        str::from_utf8(&code[..end]).map_or(Self::UNKNOWN, Self::from_tag)
    }

    /// The language of `text`, told by its script where that is enough, by its common words where they are those of
    /// one language, else by [`whatlang`], on its first half kilobyte of letters; [`Language::UNKNOWN`] if none can
    /// tell.
    ///
    /// Meant for a whole article: on less than about 40 letters one guess in five is wrong. At most 4 kB of `text` are
    /// read, so the cost does not grow with its length: some microseconds by script or words, about a tenth of a
    /// millisecond by `whatlang`.
    ///
    /// ```
    /// use redite::segment::Language;
    ///
    /// let text = "Die Regierung hat am Montag beschlossen, dass die Schulen im Herbst wieder öffnen.";
    /// assert_eq!(Language::detect(text).code(), "de");
    /// ```
    #[must_use]
    pub fn detect(text: &str) -> Self {
        let mut letters = String::with_capacity(SAMPLE + 8);
        let mut counts = [0u32; SCRIPTS.len()];
        let (mut all, mut told) = (0u32, 0u32);
        let mut gap = false;
        for (at, c) in text.char_indices() {
            if letters.len() >= SAMPLE || at >= 8 * SAMPLE {
                break;
            }
            let letter = c.is_alphabetic();
            if !letter && !gap && !c.is_whitespace() && !c.is_ascii_punctuation() {
                // Marks belong to the letter before them.
                letters.push(c);
                continue;
            }
            if !letter {
                gap = true;
                continue;
            }
            if gap && !letters.is_empty() {
                letters.push(' ');
            }
            gap = false;
            letters.push(c);
            all += 1;
            if c >= '\u{370}'
                && let Some(script) = SCRIPTS.iter().position(|&(first, last, _)| (first..=last).contains(&c))
            {
                counts[script] += 1;
                told += 1;
            }
        }
        if all == 0 {
            return Self::UNKNOWN;
        }
        if told * 2 > all {
            // Japanese is written with the letters of Chinese between its own.
            let sum = |code| {
                SCRIPTS
                    .iter()
                    .zip(counts)
                    .filter(|(s, _)| s.2 == code)
                    .map(|(_, n)| n)
                    .sum::<u32>()
            };
            if sum("ja") * 10 > told {
                return Self::from_tag("ja");
            }
            let most = SCRIPTS.iter().map(|script| script.2).max_by_key(|code| sum(code));
            return Self::from_tag(most.unwrap_or_default());
        }
        let likely = likely::likely(&letters);
        let detected = match likely[..] {
            [] => None,
            [one] => return Self::from_tag(one.code()),
            _ => whatlang::Detector::with_allowlist(likely).detect(&letters),
        };
        let detected = detected.or_else(|| whatlang::detect(&letters));
        match detected {
            Some(info) if info.is_reliable() || all >= SURE => Self::from_tag(info.lang().code()),
            _ => Self::UNKNOWN,
        }
    }

    /// The language's code: of two letters where ISO 639-1 has one, else of three, in lower case; `und` if unknown.
    ///
    /// ```
    /// assert_eq!(redite::segment::Language::from_tag("pt-BR").code(), "pt");
    /// ```
    #[must_use]
    pub fn code(&self) -> &str {
        str::from_utf8(&self.code[..usize::from(self.len)]).unwrap_or_default()
    }

    pub(super) fn rules(self) -> &'static rules::Rules {
        rules::Rules::get(self.rules)
    }

    fn with_rules(rules: u8) -> Self {
        let mut language = Self {
            code: [0; 8],
            len: 0,
            rules,
        };
        for (to, from) in language.code.iter_mut().zip(rules::code_of(rules).bytes()) {
            *to = from;
            language.len += 1;
        }
        language
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.code())
    }
}

/// True if a text is evidently one sentence by the rules of every language: words of the Latin script with spaces, commas
/// and hyphens between them, dots inside numbers, and at most one stop, at the end.
///
/// A notice of one line need not be asked what language it is in, which takes longer than all else.
pub(crate) fn is_cut_alike(text: &str) -> bool {
    let text = text.trim_matches(' ');
    let text = text.strip_suffix(['.', '!', '?']).unwrap_or(text);
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    text.char_indices().all(|(at, c)| match c {
        ' ' | ',' | '-' => true,
        '.' => at > 0 && is_digit(at - 1) && is_digit(at + 1),
        _ => c < '\u{250}' && c.is_alphanumeric(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::sentences;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_cut_alike_is_one_sentence(text in "[a-zA-ZéßØ0-9 ,.!?-]{0,40}") {
            if is_cut_alike(&text) {
                let text = text.trim();
                for rules in 0..=u8::MAX {
                    let mut spans = Vec::new();
                    sentences(text, Language::with_rules(rules), &mut spans);
                    prop_assert!(spans.len() <= 1, "{text:?} in {}", Language::with_rules(rules));
                }
            }
        }
    }

    #[test]
    fn few_texts_are_cut_alike() {
        for text in ["We and our 12 partners, until 3.10.2000.", "", "Ça va ?", " one-off "] {
            assert!(is_cut_alike(text), "{text:?}");
        }
        for text in [
            "Mr. Ada",
            "a.b",
            "a: b",
            "α",
            "a\nb",
            "a...",
            "He said \"no.\"",
            ".5",
            "5. ",
        ] {
            assert_eq!(is_cut_alike(text), text == "5. ", "{text:?}");
        }
    }

    #[test]
    fn tags() {
        for (tag, code) in [
            ("fr", "fr"),
            ("fr-FR", "fr"),
            ("FR_fr", "fr"),
            (" fra ", "fr"),
            ("fr_FR.UTF-8", "fr"),
            ("zh-Hans", "zh"),
            ("cmn", "zh"),
            ("no", "nb"),
            ("yo-NG", "yo"),
            ("hsb", "hsb"),
            ("", "und"),
            ("x", "und"),
            ("12", "und"),
            ("klingonese", "und"),
            ("français", "und"),
            ("-", "und"),
            ("und", "und"),
        ] {
            assert_eq!(Language::from_tag(tag).to_string(), code, "{tag:?}");
        }
        assert_eq!(Language::UNKNOWN, Language::default());
        assert_eq!(Language::from_tag("und"), Language::UNKNOWN);
    }

    #[test]
    fn detects() {
        for (text, code) in [
            ("", "und"),
            ("12 000 — 50 %", "und"),
            (
                "Le ministre a annoncé hier que la réforme des retraites serait examinée au printemps.",
                "fr",
            ),
            (
                "Der Minister kündigte gestern an, dass die Reform im Frühjahr beraten werden soll.",
                "de",
            ),
            (
                "Министр вчера объявил, что реформа будет рассмотрена весной следующего года, но не сказал, чем её заменят.",
                "ru",
            ),
            ("首相は昨日、年金改革を春に審議すると発表した。", "ja"),
            ("部长昨天宣布，改革将于春季审议。", "zh"),
            ("장관은 어제 개혁안을 봄에 심의할 것이라고 발표했다.", "ko"),
            ("รัฐมนตรีประกาศเมื่อวานนี้", "th"),
            ("Ο υπουργός ανακοίνωσε χθες τη μεταρρύθμιση.", "el"),
            ("השר הודיע אתמול על הרפורמה.", "he"),
            ("মন্ত্রী গতকাল সংস্কারের ঘোষণা দিয়েছেন।", "bn"),
            ("Նախարարը երեկ հայտարարեց բարեփոխման մասին:", "hy"),
        ] {
            let found = Language::detect(text);
            assert_eq!(found.code(), code, "{text}");
        }
    }
}
