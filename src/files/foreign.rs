//! Files that hold no articles as we read them: what they are, and what to do with them.

use serde_json::value::RawValue;

use super::sniff::{HEAD, space};

/// What a file is that must not be read as JSON Lines or text, whatever its name says, and what to do.
///
/// `unpacked`: its first bytes, at most [`HEAD`] of them. `whole`: whether that is all there is.
pub(crate) fn never_lines(unpacked: &[u8], whole: bool) -> Option<String> {
    if looks_like_utf16(unpacked) {
        return Some(
            "text in UTF-16, not UTF-8; convert it, for instance with `iconv -f UTF-16 -t UTF-8 FILE > NEW`".to_owned(),
        );
    }
    let json = unpacked
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(unpacked)
        .trim_ascii_start();
    match json.first()? {
        b'[' if is_one_array(json, whole) => Some(
            "one JSON array, not JSON Lines; convert it, for instance with `jq -c '.[]' FILE > NEW.jsonl`".to_owned(),
        ),
        b'{' if spans_lines(json) => Some(
            "JSON objects over several lines, not JSON Lines; convert it, for instance with `jq -c . FILE > NEW.jsonl`"
                .to_owned(),
        ),
        b'W' if json.starts_with(b"WARC/") => Some(WARC.to_owned()),
        _ => None,
    }
}

const WARC: &str = "a WARC archive of web pages; extract the text of its pages to JSON Lines first";

/// What a file is whose name says none of our formats; `None` if that cannot be told.
pub(crate) fn describe(extension: Option<&str>, unpacked: &[u8], whole: bool) -> Option<String> {
    if let Some(reason) = never_lines(unpacked, whole) {
        return Some(reason);
    }
    const MAGIC: [(&[u8], &str); 10] = [
        (b"%PDF", "a PDF file; extract its text first"),
        (b"PK\x03\x04", "a ZIP archive; unpack it first"),
        (b"Rar!", "a RAR archive; unpack it first"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
        (b"ARROW1", "an Arrow file; convert it to Parquet or JSON Lines"),
        (b"Obj\x01", "an Avro file; convert it to Parquet or JSON Lines"),
        (b"ORC", "an ORC file; convert it to Parquet or JSON Lines"),
        (
            b"SQLite format 3\0",
            "an SQLite database; export its articles as JSON Lines",
        ),
        (b"PARE", "encrypted Parquet; write it again without encryption"),
        (b"\x89PNG", "a PNG image, which holds no text"),
    ];
    let known = MAGIC.iter().find(|(magic, _)| unpacked.starts_with(magic));
    if let Some((_, what)) = known.filter(|_| !(unpacked.starts_with(b"ORC") && extension != Some("orc"))) {
        return Some((*what).to_owned());
    }
    if unpacked.get(257..262) == Some(b"ustar") {
        return Some("a tar archive; unpack it first".to_owned());
    }
    let table = |what: &str, option: &str| {
        format!(
            "a table in {what}; convert it to JSON Lines, for instance with `mlr --{option} --ojsonl cat FILE > NEW.jsonl`"
        )
    };
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("csv") => return Some(table("CSV", "icsv")),
        Some("tsv" | "tab") => return Some(table("TSV", "itsv")),
        Some("warc") => return Some(WARC.to_owned()),
        _ => {}
    }
    if unpacked.trim_ascii_start().starts_with(b"<") {
        return Some("HTML or XML; extract its text first".to_owned());
    }
    None
}

/// True for the file of removed units of an earlier run, of any version: its first line is not to be taken for an
/// article.
pub(crate) fn is_removed_file(unpacked: &[u8]) -> bool {
    let line = unpacked.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |part: &[u8]| memchr::memmem::find(line, part).is_some();
    line.starts_with(b"{\"redite\":\"removed\"")
        || (line.starts_with(b"{\"article\":")
            && has(b",\"source\":\"")
            && has(b"\",\"field\":\"")
            && [
                &b"\",\"unit\":\"paragraph\",\"bytes\":["[..],
                b"\",\"unit\":\"sentence\",\"bytes\":[",
            ]
            .into_iter()
            .any(has))
}

/// True for UTF-16 with a byte order mark, or JSON in it.
fn looks_like_utf16(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe")
        || head.starts_with(b"\xfe\xff")
        || head.starts_with(b"{\0")
        || head.starts_with(b"\0{")
}

/// True if what begins with a bracket is one array over the whole file: it goes on after the first line, or nothing
/// comes after it.
fn is_one_array(json: &[u8], whole: bool) -> bool {
    let of_objects = json[1..].iter().find(|byte| !space(byte)) == Some(&b'{');
    match json.iter().position(|byte| *byte == b'\n') {
        None if whole => of_objects && serde_json::from_slice::<&RawValue>(json).is_ok(),
        None => of_objects,
        Some(end) => {
            let one_line = of_objects && serde_json::from_slice::<&RawValue>(&json[..end]).is_ok();
            spans_lines(json) || (one_line && whole && json[end..].trim_ascii().is_empty())
        }
    }
}

/// True if the first JSON value has line breaks inside, as far as it can be seen. A line that is broken has not: what
/// would go on in the next line must be valid.
fn spans_lines(json: &[u8]) -> bool {
    let Some(end) = json.iter().position(|byte| *byte == b'\n') else {
        return false;
    };
    let mut values = serde_json::Deserializer::from_slice(json).into_iter::<&RawValue>();
    match values.next() {
        Some(Ok(value)) => value.get().trim_end().len() > end,
        Some(Err(error)) => error.is_eof() && json[end..].iter().any(|byte| !space(byte)) && json.len() >= HEAD / 2,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_and_pretty_json_are_told_from_broken_lines() {
        let told = |bytes: &str| never_lines(bytes.as_bytes(), true).unwrap_or_default();
        for array in [
            "[{\"text\":\"a\"},{\"text\":\"b\"}]\n",
            "[\n{\"text\":\"a\"},\n{\"text\":\"b\"}\n]",
            " [1,\n2]\n",
        ] {
            assert!(told(array).contains("jq -c '.[]'"), "{array}");
        }
        for pretty in [
            "{\n  \"text\": \"a\"\n}\n",
            "{\"text\":\"a\",\n\"b\":1}\n{\n}\n",
            "\u{feff}{\n\"text\":1}",
        ] {
            assert!(told(pretty).contains("jq -c ."), "{pretty}");
        }
        for lines in [
            "{\"text\":\"a\"}\n{\"text\":\"b\"}\n",
            "{\"text\":\"one\n{\"text\":\"two\"}\n",
            "{\"text\":\"one\"\n{\"text\":\"two\"}\n",
            "{\n{\"text\":\"two\"}\n",
            "[]\n",
            "[1,2]\n",
            "[1,2]\n{\"text\":\"two\"}\n",
            "[1,\n{\"text\":\"two\"}\n",
            "{\"text\":",
            "",
            "\n\n",
        ] {
            assert_eq!(told(lines), "", "{lines}");
        }
        // more than can be seen
        let long = format!("[\n{}", " {\"text\": \"abc\"},\n".repeat(HEAD / 16));
        assert!(never_lines(&long.as_bytes()[..HEAD], false).is_some());
        let line = format!("[{{\"text\":\"{}", "a".repeat(HEAD));
        assert!(never_lines(&line.as_bytes()[..HEAD], false).is_some());
    }

    #[test]
    fn removed_files_of_all_versions_are_known() {
        let old = "{\"article\":2,\"source\":\"in.jsonl:2\",\"field\":\"text\",\"unit\":\"sentence\",\"bytes\":[0,5],\"chars\":[0,5],\"text\":\"x\"";
        assert!(is_removed_file(old.as_bytes()));
        assert!(is_removed_file(b"{\"redite\":\"removed\",\"version\":1}\n"));
        assert!(!is_removed_file(
            b"{\"article\":2,\"source\":\"in.jsonl:2\",\"text\":\"x\"}\n"
        ));
        assert!(!is_removed_file(b"{\"redite\":\"planted\"}\n"));
    }
}
