//! Are the line breaks of a paragraph only there to keep its lines short?

use super::chars;
use crate::steps::looked;

/// Characters of the widest line of a text that was wrapped.
const LEAST: usize = 40;
const MOST: usize = 120;

/// Line breaks of `text` part nothing: they stand where the next word would no longer have fitted.
///
/// That is so if every line but the last would have grown wider than the widest one, had it taken the next line's
/// first word. Lines of a list or a table end anywhere, and some ends early. Widths are in characters; a paragraph
/// narrower than 40 or wider than 120 was not wrapped by a program that writes mail or plain text, and two lines,
/// which prove little, must be 60 to 100 wide.
pub(super) fn wrapped(text: &str) -> bool {
    looked(2 * text.len());
    let (mut lines, mut widest) = (0, 0);
    for line in Lines(text) {
        lines += 1;
        widest = widest.max(line.chars().count());
    }
    let likely = if lines > 2 { LEAST..=MOST } else { 60..=100 };
    if lines < 2 || !likely.contains(&widest) {
        return false;
    }
    let mut before = None;
    for line in Lines(text) {
        if before.is_some_and(|width| width + first_width(line) <= widest) {
            return false;
        }
        before = Some(line.chars().count());
    }
    true
}

/// The paragraphs of a text without blank lines whose lines were broken to keep them short, as byte ranges; `None` if
/// its line breaks mean something.
///
/// A line break keeps a line short if the next word would no longer have fitted (where no line has more than 120 characters),
/// or if it stands between a word, a comma or a hyphen and a small letter. If two in three do, the others end paragraphs.
pub(super) fn unwrapped(text: &str) -> Option<Vec<(usize, usize)>> {
    struct Row {
        start: usize,
        end: usize,
        width: usize,
        /// Characters of the first word and the space before it.
        first: usize,
        begins_small: bool,
        ends_open: bool,
    }
    chars::find_line_break(text.as_bytes(), 0)?;
    looked(2 * text.len());
    let mut rows: Vec<Row> = Vec::new();
    for line in Lines(text) {
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        let first = line.chars().next()?;
        let last = line.chars().next_back()?;
        rows.push(Row {
            start,
            end: start + line.len(),
            width: line.chars().count(),
            first: first_width(line),
            begins_small: chars::lower(first),
            ends_open: last.is_alphanumeric() || matches!(last, '-' | ',' | '،' | '，' | '、'),
        });
    }
    let widest = rows.iter().map(|row| row.width).max()?;
    if rows.len() < 2 || widest < LEAST {
        return None;
    }
    let is_certain = if rows.len() > 2 {
        widest <= MOST
    } else {
        (60..=100).contains(&widest)
    };
    let goes_on = |two: &[Row]| {
        let [row, next] = two else { return false };
        let is_full = is_certain && row.width + next.first > widest;
        is_full || row.width >= LEAST && row.ends_open && next.begins_small
    };
    let joined = rows.windows(2).filter(|two| goes_on(two)).count();
    if 3 * joined < 2 * (rows.len() - 1) {
        return None;
    }
    let mut blocks = Vec::new();
    let mut start = rows[0].start;
    for two in rows.windows(2).filter(|two| !goes_on(two)) {
        blocks.push((start, two[0].end));
        start = two[1].start;
    }
    blocks.push((start, text.len()));
    Some(blocks)
}

/// Characters that the first word of a line, and the space before it, would add to the line before.
fn first_width(line: &str) -> usize {
    let mut letters = line.chars();
    match letters.next() {
        Some(c) if chars::ideographic(c) => 1,
        Some(_) => 2 + letters.take_while(|c| !c.is_whitespace()).count(),
        None => 0,
    }
}

/// The lines that hold something, trimmed.
struct Lines<'t>(&'t str);

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let text = self.0.trim_start();
        if text.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        let mut end = 0;
        while end < bytes.len() && !(chars::may_break_line(bytes[end]) && chars::line_break(&bytes[end..]).is_some()) {
            end += 1;
        }
        self.0 = &text[end..];
        Some(text[..end].trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::{unwrapped, wrapped};

    #[test]
    fn wrapped_paragraphs_are_told_apart_without_blank_lines() {
        let text = "The minister said on Tuesday that the reform of the\npension system would be discussed in Berlin and in\n\
                    Paris before the summer.\nNobody should expect more than a first draft of it\nbefore the holidays begin.";
        let blocks = unwrapped(text).unwrap();
        assert_eq!(blocks.len(), 2);
        assert!(text[blocks[1].0..].starts_with("Nobody"));
        let two = "Police arrested three men on Monday morning after a robbery at a\nbank near the central station, but nobody was hurt.";
        assert_eq!(unwrapped(two).unwrap(), [(0, two.len())]);
        for list in [
            "Carrots from the farm behind the old railway station\nApples\nA pound of butter, salted",
            "a\nb",
            "one line",
            "",
        ] {
            assert_eq!(unwrapped(list), None, "{list}");
        }
    }

    #[test]
    fn tells_wrapped_from_lists() {
        let mail = "The minister said on Tuesday that the reform of the\npension system would be discussed in Berlin and in\n\
                    Paris before the summer, and that nobody should\nexpect more.";
        assert!(wrapped(mail));
        let list = "Carrots from the farm behind the old railway station\nApples\nA pound of butter, salted";
        assert!(!wrapped(list));
        assert!(!wrapped("one line"));
        assert!(!wrapped(""));
        assert!(!wrapped("short\nlines\nhere"));
    }
}
