//! Comma-separated values by RFC 4180: a header line, CRLF line ends, quotes where they are needed.

use std::io::{self, Write};

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
    fn quotes_where_needed() {
        let mut out = Vec::new();
        super::line(&mut out, &["a", "b,c", "say \"x\"", "", "1\n2"]).unwrap();
        assert_eq!(out, b"a,\"b,c\",\"say \"\"x\"\"\",,\"1\n2\"\r\n");
    }
}
