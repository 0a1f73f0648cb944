//! Comma-separated values by RFC 4180: a header line, CRLF line ends, quotes where they are needed.
//!
//! The format is for spreadsheets, and the texts may come from anyone. So a cell of text that a spreadsheet would take
//! for a formula gets a leading apostrophe, which marks it as text (OWASP, "CSV Injection"), and control characters are
//! escaped. Programs that need the exact texts read JSON Lines instead.

use crate::paint::escaped_lines;
use std::borrow::Cow;
use std::io::{self, Write};

/// Text as it is safe in a cell.
pub(crate) fn text(cell: &str) -> Cow<'_, str> {
    let cell = escaped_lines(cell);
    // with the wide forms that some spreadsheets take for the narrow ones
    if cell
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
    {
        return Cow::Owned(format!("'{cell}"));
    }
    cell
}

/// Writes one line.
pub(crate) fn line(out: &mut impl Write, cells: &[&str]) -> io::Result<()> {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        if cell.contains([',', '"', '\r', '\n']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_is_never_a_formula() {
        for (text, cell) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            (" \t@SUM(A1)", "' \t@SUM(A1)"),
            ("－1", "'－1"),
            ("a-b", "a-b"),
            ("two\nlines\x1b", "two\nlines\\u{1b}"),
        ] {
            assert_eq!(super::text(text), cell);
        }
    }

    #[test]
    fn quotes_where_needed() {
        let mut out = Vec::new();
        super::line(&mut out, &["a", "b,c", "say \"x\"", "", "1\n2"]).unwrap();
        assert_eq!(out, b"a,\"b,c\",\"say \"\"x\"\"\",,\"1\n2\"\r\n");
    }
}
