//! Colour on terminals, and escaping of text that a terminal must not obey.

use crate::args::ColorArg;
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::fmt;
use std::io::IsTerminal;

/// Puts styles round text, or leaves it plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// As asked for; by default in colour if standard output is a terminal and `NO_COLOR` is unset or empty
    /// (<https://no-color.org>).
    pub(crate) fn choose(asked: ColorArg) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            on: match asked {
                ColorArg::Always => true,
                ColorArg::Never => false,
                ColorArg::Auto => std::io::stdout().is_terminal() && !set("NO_COLOR") && !dumb,
            },
        }
    }

    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { on: false };

    pub(crate) fn is_on(self) -> bool {
        self.on
    }

    pub(crate) fn bold<T: fmt::Display>(self, what: T) -> Painted<T> {
        self.styled(Style::new().bold(), what)
    }

    pub(crate) fn dim<T: fmt::Display>(self, what: T) -> Painted<T> {
        self.styled(Style::new().dimmed(), what)
    }

    /// What stands only in the kept text.
    pub(crate) fn kept<T: fmt::Display>(self, what: T) -> Painted<T> {
        self.styled(AnsiColor::Red.on_default().strikethrough(), what)
    }

    /// What stands only in the repeat.
    pub(crate) fn repeat<T: fmt::Display>(self, what: T) -> Painted<T> {
        self.styled(AnsiColor::Green.on_default().bold(), what)
    }

    fn styled<T: fmt::Display>(self, style: Style, what: T) -> Painted<T> {
        let style = if self.on { style } else { Style::new() };
        Painted { style, what }
    }
}

/// Something to print with its style.
#[derive(Debug)]
pub(crate) struct Painted<T> {
    style: Style,
    what: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.style.render(), self.what, self.style.render_reset())
    }
}

/// Text from outside in one line: white space becomes a space, control characters and characters that reorder a line
/// are escaped as in `\u{1b}`, so that a terminal shows them instead of obeying them.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |c| c.is_whitespace().then_some(' '))
}

/// A message in one line: as [`visible`], with line breaks and tabs escaped, too.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    escape(text, |_| None)
}

/// Text of several lines, which keeps its line breaks and tabs.
pub(crate) fn escaped_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| matches!(c, '\n' | '\t').then_some(c))
}

/// Escapes what moves a terminal, but for the characters for which `instead` gives another.
fn escape(text: &str, instead: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.replace("\r\n", "\n").chars() {
        match instead(c) {
            _ if !is_dangerous(c) => out.push(c),
            Some(c) => out.push(c),
            None => out.extend(c.escape_debug()),
        }
    }
    Cow::Owned(out)
}

/// Control characters, line breaks, and the marks that embed or override a direction of writing.
fn is_dangerous(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The beginning of a text, in one line and at most `most` characters.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    let mut out: String = visible(text).chars().take(most).collect();
    if text.chars().nth(most).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_command_the_terminal() {
        let text = "a\x1b[31mb\r\nc\u{9b}d\te\u{202e}f";
        assert_eq!(visible(text), r"a\u{1b}[31mb c\u{9b}d e\u{202e}f");
        assert_eq!(escaped(text), r"a\u{1b}[31mb\nc\u{9b}d\te\u{202e}f");
        assert_eq!(escaped_lines("a\n\x07\n"), "a\n\\u{7}\n");
        assert_eq!(excerpt("中文文本", 2), "中文…");
        assert_eq!(excerpt("中文", 2), "中文");
        assert_eq!(Paint::PLAIN.kept("x").to_string(), "x");
    }
}
