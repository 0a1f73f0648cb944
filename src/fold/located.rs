//! Where in a text each token of its fold stands.
//!
//! The fold is read by the same steps, and after each of them the tokens that it has begun are noted with the bytes that it has
//! read. Where the slow path is needed, the text is first normalized piece by piece: a piece is a character that depends on no
//! other and those behind it that do.

use super::table::Table;
use super::writer::Writer;
use super::{Folder, Tokens, entity, slow};
use crate::model::Span;
use crate::steps::looked;

/// The tokens of a text with the bytes that each was read from.
#[derive(Debug, Default)]
pub(super) struct Steps {
    spans: Vec<Span>,
    /// Tokens that were there before.
    before: usize,
    /// Where the last step ended.
    last: usize,
}

/// Bytes of a text that can be located; the rest has no tokens.
const REACH: usize = u32::MAX as usize;

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Steps {
    /// Where nothing is noted.
    pub(super) fn nowhere() -> Self {
        Self::default()
    }

    /// A step begins at that byte, where the one before has ended.
    pub(super) fn at(&mut self, at: usize, writer: &Writer<'_>) {
        let begun = writer.begun().saturating_sub(self.before);
        if begun == self.spans.len()
            && writer.is_open()
            && let Some(span) = self.spans.last_mut()
        {
            span.end = narrow(at);
        }
        while self.spans.len() < begun {
            looked(1);
            self.spans.push(Span::new(narrow(self.last), narrow(at)));
        }
        self.last = at;
    }
}

/// A stretch of normalized text: where it begins, and where in the original.
#[derive(Debug, Clone, Copy)]
struct Origin {
    at: usize,
    from: usize,
    /// It is as it was; else it comes from all of the original up to the next stretch.
    is_same: bool,
}

impl Folder {
    /// As [`Folder::fold`], and appends to `spans` the bytes of `text` that each token was read from: in order, on character
    /// boundaries; tokens that one character folds to have the same. Of a text that 32 bits cannot reach only the beginning is
    /// read.
    pub(crate) fn locate(&mut self, text: &str, out: &mut Tokens, spans: &mut Vec<Span>) {
        let text = &text[..text.floor_char_boundary(REACH)];
        let table = Table::get();
        let before = (out.text.len(), out.hashes.len());
        if let Some(found) = self.scan_located::<false>(table, text, out) {
            spans.extend(found);
            return;
        }
        out.truncate(before.0, before.1);
        let (mut normalized, mut origins) = (String::new(), Vec::new());
        normalize(table, text, &mut normalized, &mut origins);
        let found = self.scan_located::<true>(table, &normalized, out).unwrap_or_default();
        // The stretch that a byte of the normalized text is in, and its number.
        let stretch = |byte: u32| {
            let after = origins.partition_point(|origin| origin.at <= byte as usize);
            let number = after.saturating_sub(1);
            (origins.get(number).copied(), number)
        };
        let start = |byte: u32| match stretch(byte) {
            (Some(origin), _) if origin.is_same => origin.from + (byte as usize - origin.at),
            (origin, _) => origin.map_or(0, |origin| origin.from),
        };
        let end = |byte: u32| match stretch(byte.saturating_sub(1)) {
            (Some(origin), _) if origin.is_same => origin.from + (byte as usize - origin.at),
            (_, number) => origins.get(number + 1).map_or(text.len(), |next| next.from),
        };
        let original = |span: Span| Span::new(narrow(start(span.start)), narrow(end(span.end)));
        spans.extend(found.into_iter().map(original));
    }

    fn scan_located<const TRUSTED: bool>(&mut self, table: &Table, text: &str, out: &mut Tokens) -> Option<Vec<Span>> {
        let mut steps = Steps {
            before: out.hashes.len(),
            ..Steps::default()
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut writer = Writer::new(out, &mut buffer, text.len());
        let is_whole = self.tokens::<TRUSTED, true>(table, text, &mut writer, &mut steps);
        if is_whole {
            writer.finish();
        }
        self.buffer = buffer;
        is_whole.then_some(steps.spans)
    }
}

/// As [`slow::normalize`], piece by piece, with where each piece came from.
fn normalize(table: &Table, text: &str, out: &mut String, origins: &mut Vec<Origin>) {
    let mut piece = Piece::default();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        looked(1);
        let reference = (c == '&').then(|| entity::at(text, at)).flatten();
        let (c, next) = reference.unwrap_or((c, at + c.len_utf8()));
        let entry = table.entry(c);
        let depends = entry.needs_context() || entry.is_non_starter() || entry.is_transparent();
        if !depends {
            piece.finish(table, out, origins);
            piece.from = at;
        }
        piece.text.push(c);
        piece.is_changed |= depends || reference.is_some();
        at = next;
    }
    piece.finish(table, out, origins);
}

#[derive(Default)]
struct Piece {
    text: String,
    from: usize,
    is_changed: bool,
    normalized: String,
}

impl Piece {
    fn finish(&mut self, table: &Table, out: &mut String, origins: &mut Vec<Origin>) {
        let is_same = !self.is_changed;
        let goes_on = is_same && origins.last().is_some_and(|origin| origin.is_same);
        if !self.text.is_empty() && !goes_on {
            origins.push(Origin {
                at: out.len(),
                from: self.from,
                is_same,
            });
        }
        if is_same {
            out.push_str(&self.text);
        } else {
            slow::normalize(table, &self.text, &mut self.normalized);
            out.push_str(&self.normalized);
        }
        self.text.clear();
        self.is_changed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;
    use proptest::prelude::*;

    fn located(text: &str) -> (Tokens, Vec<Span>) {
        let (mut tokens, mut spans) = (Tokens::default(), Vec::new());
        Folder::default().locate(text, &mut tokens, &mut spans);
        (tokens, spans)
    }

    #[test]
    fn tokens_are_found_where_they_stand() {
        for (text, parts) in [
            (
                "L’ÉTÉ, 1 500 -5 jihadistes.",
                &["L", "ÉTÉ", "1 500", "-5", "jihadistes"][..],
            ),
            (
                "l'e\u{301}te\u{301} caf&eacute;s &amp; th&#233;s",
                &["l", "e\u{301}te\u{301}", "caf&eacute;s", "th&#233;s"],
            ),
            (
                "war.[12] It is <b>so</b> 17 h 30",
                &["war", "It", "is", "so", "17 h 30"],
            ),
            (
                "今日は二三の万一7e",
                &["今", "日", "は", "二三", "の", "万", "一", "7", "e"],
            ),
            // one character, and half of it is a letter of its own
            ("กำ่ à", &["กำ่", "ำ่", "à"]),
            ("كـتاب ـ کتاب", &["كـتاب", "کتاب"]),
            ("50 % of §3", &["50", "%", "of", "3"]),
        ] {
            let (tokens, spans) = located(text);
            let found: Vec<&str> = spans.iter().map(|span| &text[span.range()]).collect();
            assert_eq!(found, parts, "{text:?} {:?}", tokens.as_str());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn located_tokens_are_those_of_the_fold(
            text in "\\PC{0,40}|[a-zÀ-ÿ0-9 .,'’\u{300}-\u{320}\u{345}ᄀ-ᇿ가-힣]{0,30}|[0-9., ²٬٫'-]{0,20}|(&(amp|eacute|#233|#769|lt);|[ae\u{301}ـ\u{200d}م &<>b/\\[\\]二十千ก่ำ½㍿ß-]){0,20}"
        ) {
            let (tokens, spans) = located(&text);
            let folded = fold(&text);
            prop_assert_eq!(tokens.as_str(), folded.as_str());
            prop_assert_eq!(tokens.hashes(), folded.hashes());
            prop_assert_eq!(spans.len(), folded.hashes().len());
            prop_assert!(spans.windows(2).all(|w| w[0].start <= w[1].start && w[0].end <= w[1].end), "{:?}", spans);
            for span in spans {
                prop_assert!(!span.is_empty() && text.get(span.range()).is_some(), "{:?}", span);
            }
        }
    }
}
