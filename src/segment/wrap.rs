//! Are the line breaks of a paragraph only there to keep its lines short?

use super::chars;
use crate::steps::looked;

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
    let likely = if lines > 2 { 40..=120 } else { 60..=100 };
    if lines < 2 || !likely.contains(&widest) {
        return false;
    }
    let mut before = None;
    for line in Lines(text) {
        let mut letters = line.chars();
        let first = match letters.next() {
            Some(c) if chars::ideographic(c) => 1,
            Some(_) => 2 + letters.take_while(|c| !c.is_whitespace()).count(),
            None => 0,
        };
        if before.is_some_and(|width| width + first <= widest) {
            return false;
        }
        before = Some(line.chars().count());
    }
    true
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
    use super::wrapped;

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
