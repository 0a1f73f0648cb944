//! Colour where somebody looks, and text that a terminal can show without being moved by it.

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

/// The text in one line, without characters that command a terminal: text comes from anywhere, and an escape
/// sequence in it must not be obeyed.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c.is_control() || is_line_break(c)) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        c if c.is_whitespace() => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    Cow::Owned(text.replace("\r\n", "\n").chars().map(shown).collect())
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
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
        assert_eq!(visible("a\x1b[31mb\r\nc\u{9b}d"), "a\u{fffd}[31mb c\u{fffd}d");
        assert_eq!(excerpt("中文文本", 2), "中文…");
        assert_eq!(excerpt("中文", 2), "中文");
        assert_eq!(Paint::PLAIN.kept("x").to_string(), "x");
    }
}
