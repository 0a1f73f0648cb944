//! Where a paragraph falls into sentences.

use crate::model::Span;

use super::chars::{self, Stop, cap};
use super::language::Language;
use super::next::{Next, is_roman};
use super::part::POINT;
use super::rules::{ABBREVIATED, CAPITAL, COUNTED, HARD, NUMBER, OPENER, Rules, SOFT, STARTER, part_table};
use super::wrap::wrapped;
use crate::steps::looked;

/// Appends the sentences of `paragraph` to `out`: byte spans into `paragraph`, in order, trimmed of white space and
/// not empty.
///
/// Together they hold every character that is not white space. A paragraph longer than 4 GiB is read up to there,
/// the reach of a [`Span`]. Time is linear in the length of the paragraph: 200 to 800 MB/s on running text, by the
/// length of its sentences, 1.5 GB/s where nothing stops, 20 MB/s on nothing but initials.
///
/// # Where a sentence ends
/// At the stops of every script ([UAX #29] `Sentence_Terminal`, and `…`), after the quotes and brackets that close
/// behind them, as in UAX #29. Unlike it, not
/// - before a lower-case letter, also not after `!` and `?`: « Viens ! » dit-il; unless the sentence began with one, too,
///   or a dot stands behind a word that is too long for an abbreviation, or before a word that begins sentences;
/// - after what `language` knows as an abbreviation, an initial or an ordinal, unless a word follows that begins
///   sentences ("in the U.S. He");
/// - after an abbreviation, where all before it is a phrase of time or place: "By 9 p.m. Rome slept";
/// - after the number of a list item, before which it does end: "1) one 2) two" are two;
/// - after a quotation that a particle takes up: 「はい。」と言った。
///
/// A face `:-)` before a capital and a rule `====` between two sentences end one, too. `:` and `;` end nothing, save
/// where a language uses them as a stop (Armenian, Greek).
///
/// # Line breaks
/// A blank line ends a sentence. A single line break does too (it parts the items of a list and the rows of a table)
/// unless the next line begins with a lower-case letter and the sentence did not, the line before ends in a comma, an
/// opening bracket or an abbreviation, or the whole paragraph looks hard-wrapped: every line is as full as the next
/// word allows, at 40 to 120 characters.
///
/// # Languages without a stop
/// Thai and Lao end a sentence with a space, but put spaces elsewhere too. There, a "sentence" is a run of phrases: it
/// ends at the first space between two letters after at least 60 characters, also where `language` is another, if the
/// paragraph begins in Thai or Lao. Khmer, Burmese and Tibetan texts do have stops (។ ။ །) and are cut at those.
///
/// [UAX #29]: https://www.unicode.org/reports/tr29/#Sentence_Boundaries
///
/// ```
/// use redite::segment::{Language, sentences};
///
/// let text = "Am 3. Mai kam Dr. Braun. Er blieb.";
/// let mut found = Vec::new();
/// sentences(text, Language::from_tag("de"), &mut found);
/// assert_eq!(&text[found[1].range()], "Er blieb.");
/// ```
pub fn sentences(paragraph: &str, language: Language, out: &mut Vec<Span>) {
    scan(paragraph, language, |sentence, _| out.push(sentence));
}

/// As [`sentences`]; says of each whether [`super::parts`] would leave it whole. Where it cannot tell it says no.
pub(crate) fn sentences_and_whole(paragraph: &str, language: Language, out: &mut Vec<(Span, bool)>) {
    scan(paragraph, language, |sentence, whole| out.push((sentence, whole)));
}

fn scan(paragraph: &str, language: Language, out: impl FnMut(Span, bool)) {
    let text = cap(paragraph);
    let rules = language.rules();
    // A Thai paragraph is one in whatever language it was said to be.
    let thai = || {
        text.chars()
            .take(REACH)
            .find(|c| c.is_alphabetic())
            .is_some_and(chars::thai)
    };
    let floor = match rules.phrase_floor {
        0 if thai() => Language::from_tag("th").rules().phrase_floor,
        floor => floor,
    };
    Scanner {
        text,
        rules,
        floor,
        start: 0,
        list: None,
        wrapped: None,
        small: None,
        quotes: (0, 0),
        counted: 0,
        letters: 0,
    }
    .run(out);
}

/// The farthest a word before a stop is looked at, in bytes.
const REACH: usize = 40;

/// As many `=` or `_` are a rule drawn, fewer a heading's or a form's.
const RULE: usize = 16;

struct Scanner<'t> {
    text: &'t str,
    rules: &'static Rules,
    /// Letters after which a space ends a phrase; 0 if never.
    floor: u32,
    /// Where the sentence being read begins.
    start: usize,
    /// Number and sign of the last list item: `(1, ')')`.
    list: Option<(u32, u8)>,
    /// Whether the paragraph is hard-wrapped, once someone asked.
    wrapped: Option<bool>,
    /// Straight quotes up to a byte.
    quotes: (usize, usize),
    /// Whether the sentence being read begins with a small letter, once someone asked.
    small: Option<bool>,
    /// For languages cut at spaces: characters of this sentence up to `counted`.
    letters: u32,
    counted: usize,
}

/// What was found at one place: a cut there or none, and where to read on.
struct Found {
    cut: Option<usize>,
    next: usize,
}

impl<'t> Scanner<'t> {
    fn run(mut self, mut out: impl FnMut(Span, bool)) {
        let bytes = self.text.as_bytes();
        let mut spaced;
        let table = if self.floor == self.rules.phrase_floor {
            &self.rules.table
        } else {
            spaced = self.rules.table;
            spaced[usize::from(b' ')] = u64::MAX;
            &spaced
        };
        let parting = part_table();
        // The first place in this sentence at which it may be cut into parts.
        let mut first = None;
        let mut push = |text: &str, start: usize, end: usize, first: Option<usize>| {
            if let Some(sentence) = chars::trimmed(text, start, end) {
                let end = sentence.range().end;
                let last = |at: usize| text[at..end].chars().nth(1).is_none();
                out(sentence, first.is_none_or(|at| at >= end || last(at)));
            }
        };
        let mut from = 0;
        while let Some(at) = chars::find(bytes, from, table) {
            looked(at - from);
            let found = self.look(at);
            // What has been passed may begin with a stop of the language only (`;` in Greek) and hold another.
            let parts = |&byte: &u8| parting[usize::from(byte)] != 0 || byte == b'\n';
            if first.is_none() && bytes[at..found.next].iter().any(parts) {
                first = Some(at);
            }
            if let Some(cut) = found.cut {
                push(self.text, self.start, cut, first);
                // What stands between the cut and here has been passed.
                first = (cut < at).then_some(cut);
                self.start = cut;
                self.small = None;
            }
            from = found.next;
        }
        push(self.text, self.start, self.text.len(), first);
    }

    fn look(&mut self, at: usize) -> Found {
        let bytes = self.text.as_bytes();
        let Some(c) = self.char_at(at) else {
            return Found {
                cut: None,
                next: bytes.len(),
            };
        };
        let next = at + c.len_utf8();
        if let Some(stop) = self.rules.stop(c) {
            return self.stop(at, next, stop);
        }
        match c {
            ')' => Found {
                cut: self.list_item(at, next, b')').or_else(|| self.face(next)),
                next,
            },
            ' ' => self.phrase(at),
            c if chars::inline_bullet(c) && self.space_before(at) => Found { cut: Some(at), next },
            '(' => Found {
                cut: self.face(next),
                next,
            },
            '*' | '=' | '_' => self.rule(at),
            _ if chars::line_break(&bytes[at..]).is_some() => self.line(at),
            _ => Found { cut: None, next },
        }
    }

    /// A stop at `at`: reads the run of stops and closers that it begins, then decides.
    fn stop(&mut self, at: usize, mut end: usize, first: Stop) -> Found {
        let mut stop = first;
        let bytes = self.text.as_bytes();
        // A dot of one to three bytes: `.`, U+2024, U+FE52.
        let dot = end - at;
        if bytes[at..].starts_with(b".)") && self.is_listed(at) {
            return Found { cut: None, next: end };
        }
        let (mut closed, mut noted) = (false, false);
        while let Some(c) = self.char_at(end) {
            if let Some(more) = self.rules.stop(c) {
                stop = match (stop, more) {
                    (Stop::Full, _) | (_, Stop::Full) => Stop::Full,
                    (Stop::Bang, _) | (_, Stop::Bang) => Stop::Bang,
                    (Stop::Dot, Stop::Dot) | (Stop::Ellipsis, _) | (_, Stop::Ellipsis) => Stop::Ellipsis,
                };
            } else if chars::closes(c) || (chars::turns(c) && !self.letter_at(end + c.len_utf8())) {
                closed = true;
            } else if let Some(length) =
                chars::reference(&bytes[end..], noted).or_else(|| chars::note_in_words(&self.text[end..]))
            {
                end += length;
                noted = true;
                continue;
            } else if c == ' ' && stop != Stop::Full && self.spaced_stop(end + 1) {
                // ". . ." and "! ! !" are one stop.
                end += 1;
                continue;
            } else {
                break;
            }
            end += c.len_utf8();
        }
        if first == Stop::Dot && stop == Stop::Dot {
            end += self.note(at, end, closed);
        }
        let mut gap = chars::gap(self.text, end);
        // « Oui ! » and " so ! " close after a space.
        if gap.end > end && !gap.line {
            while let Some(c) = self.char_at(gap.end) {
                let after = gap.end + c.len_utf8();
                if !matches!(c, '\u{bb}' | '"' | '\u{201d}' | ')' | '\'' | '\u{2019}')
                    || self
                        .char_at(after)
                        .is_some_and(|c| !c.is_whitespace() && !matches!(c, '.' | ',' | ')' | ';' | '\'' | '"'))
                {
                    break;
                }
                if c == '"' && self.char_at(after).is_some_and(char::is_whitespace) && !self.quoted(gap.end) {
                    break;
                }
                (end, closed) = (after, true);
                gap = chars::gap(self.text, end);
                if gap.end == end || gap.line {
                    break;
                }
            }
        }
        let next = Next::read(self.text, gap.end);
        let cut = if gap.end >= self.text.len() {
            None
        } else if stop == Stop::Dot && !closed && self.list.is_some() {
            match self.list_item(at, at + dot, b'.') {
                Some(cut) => {
                    return Found {
                        cut: Some(cut),
                        next: end,
                    };
                }
                None => self.ends(at, end, gap.end > end, stop, closed, &next).then_some(end),
            }
        } else {
            self.ends(at, end, gap.end > end, stop, closed, &next).then_some(end)
        };
        Found { cut, next: end }
    }

    /// The length of a note's number right behind a stop at `at`, as in "so.11 12 Then": digits, a space, a capital.
    fn note(&self, at: usize, end: usize, closed: bool) -> usize {
        let bytes = &self.text.as_bytes()[end..];
        let digits = bytes
            .iter()
            .take(10)
            .take_while(|b| matches!(b, b'0'..=b'9' | b' ' | b','))
            .count();
        let numbers = bytes[..digits].trim_ascii_end();
        if digits == numbers.len()
            || !bytes[0].is_ascii_digit()
            || !bytes.get(digits).is_some_and(u8::is_ascii_uppercase)
        {
            return 0;
        }
        let short = numbers.split(|b| matches!(b, b' ' | b',')).all(|n| n.len() <= 2);
        let worded = closed
            || self.text[..at].ends_with(')')
            || self
                .word_before(at)
                .is_some_and(|w| w.len() > 3 && w.chars().all(chars::lower) && self.rules.word(w) == 0);
        if short && worded { numbers.len() } else { 0 }
    }

    fn ends(&mut self, at: usize, end: usize, space: bool, stop: Stop, closed: bool, next: &Next<'_>) -> bool {
        let Some(c) = next.first else {
            return space && next.marks == 0;
        };
        match stop {
            Stop::Full => {
                if closed
                    && !space
                    && self
                        .rules
                        .quote_continues
                        .iter()
                        .any(|w| self.text[end..].starts_with(w))
                {
                    return false;
                }
                if !space && !c.is_alphabetic() && self.text[at..end].contains(POINT) {
                    return false;
                }
                // ．as in １．５, ۔ as in یو۔ایس
                space || !(c.is_alphanumeric() && self.is_inner(at, c, next))
            }
            Stop::Dot if space && next.ellipsis => true,
            _ if !chars::alphanumeric(c) => false,
            _ if chars::lower(c) => space && self.uncapped(at, stop, closed, next),
            Stop::Bang if space => true,
            Stop::Bang => {
                closed && next.marks == 0
                    || !c.is_ascii() && !chars::upper(c) && !c.is_numeric()
                    || self.glued(at, c, next)
            }
            Stop::Ellipsis if space || closed => {
                // Three dots and the stop.
                let run = &self.text[at..end];
                let ended = || run.matches('.').count() + 3 * run.matches('\u{2026}').count() > 3;
                (chars::upper(c) || chars::syllabic(c) || chars::ideographic(c) || c.is_alphabetic() && ended())
                    && self.rules.word(next.word) & CAPITAL == 0
            }
            Stop::Ellipsis => self.glued(at, c, next),
            Stop::Dot if space => self.dot_ends(at, end, closed, next),
            Stop::Dot => closed && chars::upper(c) && self.glued(at, c, next) || self.glued(at, c, next),
        }
    }

    /// A stop before a space and a small letter: an end only where someone does without capitals.
    fn uncapped(&mut self, at: usize, stop: Stop, closed: bool, next: &Next<'_>) -> bool {
        if matches!(next.word, "http" | "https" | "www") {
            return stop != Stop::Dot
                || self
                    .word_before(at)
                    .is_none_or(|w| self.rules.word(w) & ABBREVIATED == 0);
        }
        let word = match self.word_before(at) {
            None if stop == Stop::Dot => {
                // ".) but", where no abbreviation can be.
                return !closed && self.text[..at].ends_with([')', '"']) && self.rules.word(next.word) & STARTER != 0;
            }
            word => word.unwrap_or_default(),
        };
        let letters = word.chars().count();
        if stop == Stop::Dot
            && (letters < 3 || self.rules.word(word) & ABBREVIATED != 0 || is_lettered(word) || is_roman(word))
        {
            return false;
        }
        let known = self.rules.word(next.word);
        // One who begins without a capital does so again, and one who writes "i" never used them.
        if known & CAPITAL != 0 && stop != Stop::Ellipsis || self.small() {
            return true;
        }
        // Abbreviations are short. The Armenian dot is a colon.
        stop == Stop::Dot
            && !closed
            && (letters >= 6 || known & STARTER != 0)
            && !self.text[..at - word.len()].ends_with('-')
            && word
                .chars()
                .all(|c| c.is_alphabetic() && !matches!(c, '\u{530}'..='\u{58f}'))
    }

    /// A dot before a space and something that is not lower-case.
    fn dot_ends(&mut self, at: usize, end: usize, closed: bool, next: &Next<'_>) -> bool {
        let Some(c) = next.first else { return true };
        let Some(word) = self.word_before(at) else {
            // Tokenised text: "Mr . Smith".
            let title = self.text[..at]
                .strip_suffix(' ')
                .and_then(|before| self.word_before(before.len()));
            return !title.is_some_and(|w| w.starts_with(chars::upper) && self.rules.word(w) == HARD);
        };
        let mut known = self.rules.word(word);
        if let Some((before, last)) = word.rsplit_once('.') {
            // "dr.phil" is a title too; in "ended.Mr" a space is missing.
            if known == 0 && last.len() > 1 && self.rules.word(before) & HARD != 0 {
                return false;
            }
            if known == 0 && before.len() > 3 && last.len() > 1 {
                known = self.rules.word(last);
            }
        }
        if known == 0 && is_shouted(word) && is_shouted(next.word) {
            // "MR. SMITH OF ST. LOUIS" in a headline
            let mut letters = word.chars();
            let title: String = letters
                .next()
                .into_iter()
                .chain(letters.flat_map(char::to_lowercase))
                .collect();
            known = self.rules.word(&title);
        }
        let starter = || !next.initial && self.rules.word(next.word) & STARTER != 0;
        let number = || c.is_numeric() || next.is_roman() && self.rules.word(next.word) & STARTER == 0;
        if known & HARD != 0 && known & SOFT == 0 {
            return false;
        }
        if known & NUMBER != 0 && number() {
            return false;
        }
        if closed {
            return true;
        }
        if c.is_numeric() && self.is_unit(at - word.len(), word) {
            return false;
        }
        if known & SOFT != 0 {
            return !number() && !self.goes_along(end) && (starter() || !self.adverbial(at));
        }
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        // "6-4.", "17:30." and "3,5." are no ordinals, "FIFA-e." and ארה"ב. no initial, "J.-P." is one.
        let before = &self.text[..at - word.len()];
        let joined = before
            .strip_suffix(['-', '\u{2013}', '"', '\u{5f4}'])
            .is_some_and(|b| b.ends_with(char::is_alphanumeric))
            || before
                .strip_suffix([':', ','])
                .is_some_and(|b| b.ends_with(char::is_numeric))
            || before.ends_with(['\'', '\u{2019}']) && word.starts_with(chars::lower);
        if word.bytes().all(|b| b.is_ascii_digit() || b == b'.') && self.begins(at - word.len()) {
            // "3." or "3.4.2." before its item; a year is none.
            if !digits || word.len() <= 3 {
                self.list = word.parse().ok().map(|n| (n, b'.'));
                return false;
            }
        }
        if self.rules.ordinals && !joined && (digits && word.len() <= 2 || is_roman(word)) {
            return self.rules.word(next.word) & COUNTED == 0 && starter();
        }
        if self.rules.word(next.word) & COUNTED != 0 && digits && word.len() <= 2 {
            return false;
        }
        if word.len() == 1 && word.as_bytes()[0].is_ascii_lowercase() && self.begins(at - 1) {
            self.list = Some((u32::from(word.as_bytes()[0]), b'.'));
            return false;
        }
        if !joined && is_lettered(word) {
            return starter() || next.marks > 0 && !c.is_ascii();
        }
        true
    }

    /// A short word in small letters at `begin` is an abbreviation before a number if it stands right behind a bracket or
    /// a number: "(abb. 4)", "5 ft. 3 in. 2 lb."
    fn is_unit(&self, begin: usize, word: &str) -> bool {
        let before = &self.text[..begin];
        word.chars().all(chars::lower)
            && (before.ends_with(['(', '[']) && word.len() <= 8
                || word.len() <= 3
                    && before
                        .strip_suffix([' ', '\u{a0}'])
                        .is_some_and(|b| b.ends_with(char::is_numeric)))
    }

    /// After an abbreviation that ends at `end`, a bracket or a dash goes on: "Inc. (ACM)", "D.C. - Colombia".
    fn goes_along(&self, end: usize) -> bool {
        let rest = self.text[end..].trim_start();
        looked(self.text.len() - end - rest.len());
        rest.starts_with('(')
            || rest.starts_with(['-', '\u{2013}']) && rest.chars().nth(1).is_some_and(char::is_whitespace)
    }

    /// The sentence up to `at` says no more than when or where: "By 9 p.m.", "In St. Louis, Mo."
    fn adverbial(&self, at: usize) -> bool {
        at - self.start <= 48
            && self
                .rules
                .word(Next::read(self.text, chars::gap(self.text, self.start).end).word)
                & OPENER
                != 0
    }

    /// True if a stop without a space stands between two sentences all the same: "so.Then", "다.그".
    fn glued(&self, at: usize, c: char, next: &Next<'_>) -> bool {
        let Some(word) = self.word_before(at) else { return false };
        let mut letters = word.chars().rev();
        let last = letters.next().unwrap_or(' ');
        let cased = chars::upper(c);
        let starter = self.rules.word(next.word) & STARTER != 0;
        if cased && next.whole && starter && (word.len() > 2 && word.bytes().all(|b| b.is_ascii_digit())) {
            return true;
        }
        if next.word.chars().nth(1).is_none() || next.marks > 0 || !next.whole || !c.is_alphabetic() {
            return false;
        }
        if cased != chars::lower(last) || (!cased && (!last.is_alphabetic() || chars::upper(last))) {
            return false;
        }
        letters.clone().nth(1).is_some()
            && letters
                .all(|c| c.is_alphabetic() && (!cased || chars::lower(c)) || c == word.chars().next().unwrap_or(c))
            && !(cased && next.word.chars().skip(1).any(chars::upper) && !next.is_roman())
    }

    /// True for a stop inside a number or an abbreviation written without spaces.
    fn is_inner(&self, at: usize, c: char, next: &Next<'_>) -> bool {
        if c.is_numeric() {
            return self.text[..at].ends_with(char::is_numeric);
        }
        let Some(word) = self.word_before(at) else { return false };
        let is_short = |word: &str, most| word.chars().nth(most).is_none() && word.chars().all(char::is_alphabetic);
        matches!(c, '\u{600}'..='\u{6ff}') && is_short(word, 2) && is_short(next.word, 3)
    }

    /// A line break at `at`: whether it ends a sentence. See [`sentences`].
    fn line(&mut self, at: usize) -> Found {
        let gap = chars::gap(self.text, at);
        let next = Next::read(self.text, gap.end);
        // A list in small letters is one none the less.
        let goes_on = next.first.is_some_and(chars::lower) && !next.bullet && !self.small();
        let cut = gap.blank || !goes_on && !self.runs_on(at);
        if cut {
            self.letters = 0;
        }
        Found {
            cut: cut.then_some(at),
            next: gap.end,
        }
    }

    fn runs_on(&mut self, at: usize) -> bool {
        let before = self.text[self.start..at].trim_end();
        looked(at - self.start - before.len());
        let comma = before.ends_with([',', '(', '[', '\u{ab}', '\u{60c}', '\u{3001}', '\u{ff0c}', '\u{201e}']);
        let abbreviated = before.ends_with('.')
            && self
                .word_before(self.start + before.len() - 1)
                .is_some_and(|w| self.rules.word(w) & HARD != 0);
        let text = self.text;
        comma || abbreviated || *self.wrapped.get_or_insert_with(|| wrapped(text))
    }

    /// A space at `at` in a language whose spaces end phrases.
    fn phrase(&mut self, at: usize) -> Found {
        let gap = chars::gap(self.text, at);
        if gap.line {
            return self.line(at);
        }
        let from = self.counted.max(self.start);
        if self.counted <= self.start {
            self.letters = 0;
        }
        looked(at - from);
        let count = self.text[from..at].chars().count();
        self.letters = self.letters.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        self.counted = gap.end;
        let around = self.text[..at].chars().next_back().is_some_and(chars::phrasal)
            && self.char_at(gap.end).is_some_and(chars::phrasal);
        let cut = around && self.letters >= self.floor;
        if cut {
            self.letters = 0;
        }
        Found {
            cut: cut.then_some(at),
            next: gap.end,
        }
    }

    /// The end of a sentence after a face that ends at `end`, before a capital: "so :-) Then".
    fn face(&self, end: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let (mouth, before) = (bytes[end - 1], &bytes[..end - 1]);
        let before = before.strip_suffix(b"-").unwrap_or(before);
        let before = before.strip_suffix(b":").or_else(|| before.strip_suffix(b";"))?;
        let alone =
            mouth != bytes.get(end).copied().unwrap_or_default() && before.last().is_none_or(|b| b" .!?\n".contains(b));
        let gap = chars::gap(self.text, end);
        let next = self.char_at(gap.end)?;
        (alone && gap.end > end && chars::upper(next)).then_some(end)
    }

    /// A run of one sign at `at`: a rule drawn between two sentences, cut before and after it.
    fn rule(&self, at: usize) -> Found {
        let bytes = self.text.as_bytes();
        let sign = bytes[at];
        let length = bytes[at..].iter().take_while(|&&b| b == sign).count();
        looked(length);
        let next = at + length;
        let least = if sign == b'*' { 3 } else { RULE };
        let ruled = |end: usize| end >= least && bytes[end - least..end].iter().all(|&b| b == sign);
        let gap = chars::gap(self.text, next);
        let drawn = gap.end > next && self.char_at(gap.end).is_some_and(chars::upper);
        if length == 1 && ruled(next) && drawn {
            return Found { cut: Some(next), next };
        }
        let cut = length >= least && drawn && self.space_before(at);
        Found {
            cut: cut.then_some(at),
            next: if cut { next - 1 } else { next },
        }
    }

    /// The sign `)` or `.`, or a character like it, of a list item at `at`, which ends at `end`: notes it, and cuts before its
    /// number if it follows on the last.
    fn list_item(&mut self, at: usize, end: usize, sign: u8) -> Option<usize> {
        let word = self.word_before(at)?;
        let word = word.strip_suffix('.').unwrap_or(word);
        let begin = at - word.len() - usize::from(self.text.as_bytes()[at - 1] == b'.');
        let number = match word.as_bytes() {
            digits if digits.len() <= 2 && digits.iter().all(u8::is_ascii_digit) => word.parse().ok()?,
            [letter @ b'a'..=b'z'] => u32::from(*letter),
            [letter @ b'A'..=b'Z'] if sign == b')' => u32::from(*letter),
            _ => return None,
        };
        let after = Next::read(self.text, chars::gap(self.text, end).end);
        if !self.text[end..].starts_with([' ', '\t', '\u{a0}']) || after.first.is_none() {
            return None;
        }
        if self.begins(begin) {
            self.list = Some((number, sign));
            return None;
        }
        let follows = number
            .checked_sub(1)
            .is_some_and(|before| self.list == Some((before, sign)));
        if !follows || !self.space_before(begin) || (sign == b'.' && self.rules.ordinals) {
            return None;
        }
        self.list = Some((number, sign));
        Some(begin)
    }

    /// An odd number of straight quotes stands before `at`, so another one would close. Asked in order of `at`.
    fn quoted(&mut self, at: usize) -> bool {
        looked(at - self.quotes.0.min(at));
        let new = self.text.as_bytes()[self.quotes.0.min(at)..at]
            .iter()
            .filter(|&&b| b == b'"')
            .count();
        self.quotes = (at, self.quotes.1 + new);
        self.quotes.1 % 2 == 1
    }

    /// The sentence being read begins with a small letter.
    fn small(&mut self) -> bool {
        let (text, start) = (self.text, self.start);
        *self.small.get_or_insert_with(|| {
            Next::read(text, chars::gap(text, start).end)
                .first
                .is_some_and(chars::lower)
        })
    }

    /// At most two digits stand before `at`.
    fn is_listed(&self, at: usize) -> bool {
        self.word_before(at)
            .is_some_and(|word| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()))
    }

    /// Nothing but signs stands between the start of the sentence and `at`.
    fn begins(&self, at: usize) -> bool {
        at >= self.start
            && at - self.start <= REACH
            && self.text[self.start..at]
                .chars()
                .all(|c| c.is_whitespace() || chars::opens(c) || chars::bullet(c))
    }

    fn space_before(&self, at: usize) -> bool {
        self.text[..at].chars().next_back().is_none_or(char::is_whitespace)
    }

    fn char_at(&self, at: usize) -> Option<char> {
        looked(1);
        self.text[at..].chars().next()
    }

    fn letter_at(&self, at: usize) -> bool {
        self.char_at(at).is_some_and(|c| c.is_alphanumeric() || chars::opens(c))
    }

    /// Another stop by itself, after a space.
    fn spaced_stop(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        matches!(bytes.get(at), Some(b'.' | b'!' | b'?')) && bytes.get(at + 1).is_none_or(|b| matches!(b, b' ' | b'\n'))
    }

    /// The word that ends at `at`, inner dots included; none if it is longer than [`REACH`] or empty.
    fn word_before(&self, at: usize) -> Option<&'t str> {
        let mut floor = at.saturating_sub(REACH);
        looked(at - floor);
        while !self.text.is_char_boundary(floor) {
            floor += 1;
        }
        let window = &self.text[floor..at];
        let word = match window.char_indices().rev().find(|&(_, c)| !in_word(c)) {
            Some((i, c)) => &window[i + c.len_utf8()..],
            None if floor == 0 => window,
            None => return None,
        };
        (!word.is_empty()).then_some(word)
    }
}

/// True for characters a word before a stop may hold.
fn in_word(c: char) -> bool {
    match c {
        '.' | '&' | '\u{b0}' | '\u{aa}' | '\u{ba}' => true,
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' => false,
        _ => !c.is_whitespace(),
    }
}

/// True for a word of two letters or more that are all capitals.
fn is_shouted(word: &str) -> bool {
    word.chars().nth(1).is_some() && word.chars().all(chars::upper)
}

/// True for an initial, or for single letters with dots between: "J", "U.S", "z.B", "т.е".
fn is_lettered(word: &str) -> bool {
    word.split('.').all(|part| {
        let mut letters = part.chars();
        letters
            .next()
            .is_none_or(|c| c.is_alphabetic() && !chars::ideographic(c) && !chars::syllabic(c))
            && letters.next().is_none()
    })
}

#[cfg(test)]
mod tests;
