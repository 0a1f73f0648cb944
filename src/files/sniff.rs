//! Which format a file has: its name proposes, its first bytes decide where they are certain.

use std::fmt;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::codec::Codec;
use super::discover::{SkipKind, Unread};
use super::foreign::{describe, is_removed_file, never_lines};

/// How articles stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON object a line (`.jsonl`, `.ndjson`).
    Jsonl,
    /// Apache Parquet: one article a row.
    Parquet,
    /// One article, the whole file (`.txt`, `.md`).
    Text,
}

impl Format {
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "parquet" => Some(Self::Parquet),
            "txt" | "md" => Some(Self::Text),
            _ => None,
        }
    }

    /// The format that a file's name says, with or without a compression after it: `.jsonl`, `.parquet`, `.txt.gz`.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        let extension = |path: &Path| path.extension().and_then(|e| e.to_str()).map(str::to_owned);
        let last = extension(path)?;
        if Codec::of_extension(&last).is_some() {
            return Self::of_extension(&extension(Path::new(path.file_stem()?))?);
        }
        Self::of_extension(&last)
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Text => "txt",
        }
    }

    /// True if records can be left out of a file of this format ([`Edit::Drop`](super::Edit::Drop)).
    #[must_use]
    pub fn can_drop(self) -> bool {
        self == Self::Jsonl
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jsonl => "JSON Lines",
            Self::Parquet => "Parquet",
            Self::Text => "text",
        })
    }
}

/// Number of first bytes that are looked at, packed and unpacked.
pub(crate) const HEAD: usize = 64 << 10;

/// Who named the file: the more a person meant it, the harder we look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// Found in a folder.
    Walked,
    /// Given by the user.
    Given,
    /// Standard input, a pipe: there is no name to tell.
    Not,
}

/// What was found out about a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) format: Format,
    pub(crate) codec: Codec,
    /// Set if the name says otherwise.
    pub(crate) note: Option<String>,
}

impl Known {
    /// A format that is known from elsewhere.
    pub(crate) fn plainly(format: Format, head: &[u8]) -> Self {
        let codec = Codec::of_bytes(head);
        Self {
            format,
            codec,
            note: None,
        }
    }
}

/// Tells format and codec from the name, the first [`HEAD`] bytes and the last 4, or says why the file is not read.
pub(crate) fn identify(path: &Path, head: &[u8], tail: &[u8], named: Named) -> Result<Known, Unread> {
    let known = identify_format(path, head, tail, named).map_err(|reason| Unread {
        kind: SkipKind::UnknownFormat,
        reason,
    })?;
    // what someone has named is meant, whatever it is
    if named == Named::Walked && known.format != Format::Parquet && is_removed_file(&unpack(known.codec, head)) {
        return Err(Unread {
            kind: SkipKind::RemovedUnits,
            reason: "the units that an earlier run removed, no articles; keep it outside of the inputs".to_owned(),
        });
    }
    Ok(known)
}

/// The first bytes of what is inside.
fn unpack(codec: Codec, head: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    if codec == Codec::Plain {
        unpacked.extend_from_slice(head);
    } else {
        let decoder = codec.decoder(Cursor::new(head.to_vec()), Arc::default());
        // the head is cut off: what comes out before the error is enough
        let _cut = decoder.take(HEAD as u64).read_to_end(&mut unpacked);
    }
    unpacked
}

fn identify_format(path: &Path, head: &[u8], tail: &[u8], named: Named) -> Result<Known, String> {
    let extension = |path: &Path| path.extension().and_then(|e| e.to_str()).map(str::to_owned);
    let (mut said_codec, mut said_format) = (Codec::Plain, None);
    let mut last = None;
    if named != Named::Not {
        last = extension(path);
        if let Some(codec) = last.as_deref().and_then(Codec::of_extension) {
            said_codec = codec;
            last = path.file_stem().map(Path::new).and_then(extension);
        }
        said_format = last.as_deref().and_then(Format::of_extension);
    }

    let codec = Codec::of_bytes(head);
    let unpacked = unpack(codec, head);
    let whole = head.len() < HEAD && unpacked.len() < HEAD;

    let note = match (codec == said_codec, head.is_empty()) {
        (true, _) => None,
        _ if named == Named::Not => None,
        (_, true) => Some(format!("the name says {said_codec}, but the file is empty")),
        (false, _) => Some(format!(
            "the name says {said_codec}, the first bytes say {codec}: read as {codec}"
        )),
    };
    let known = |format: Format, note: Option<String>| Ok(Known { format, codec, note });

    let parquet = unpacked.starts_with(b"PAR1");
    if parquet && codec != Codec::Plain {
        return Err(format!("Parquet inside {codec}; unpack it first"));
    }
    if parquet && (said_format == Some(Format::Parquet) || named == Named::Not) {
        return known(Format::Parquet, note);
    }
    if parquet && head.len() >= 12 && tail == b"PAR1" {
        return known(
            Format::Parquet,
            Some("the first and last bytes say Parquet: read as Parquet".to_owned()),
        );
    }
    if unpacked.starts_with(b"PARE") && (said_format == Some(Format::Parquet) || named == Named::Not) {
        return Err("encrypted Parquet; write it again without encryption".to_owned());
    }
    match said_format {
        Some(Format::Parquet) => {}
        Some(Format::Jsonl) => {
            return match never_lines(&unpacked, whole) {
                Some(reason) => Err(reason),
                None => known(Format::Jsonl, note),
            };
        }
        Some(Format::Text) => return known(Format::Text, note),
        None => {}
    }

    // an honest look, for files that someone has named
    let has_objects = looks_like_jsonl(&unpacked) || named == Named::Not && has_object_line(&unpacked);
    if named != Named::Walked && has_objects {
        let said = if named == Named::Given {
            Some("the first line says JSON Lines: read as JSON Lines".to_owned())
        } else {
            note
        };
        return known(Format::Jsonl, said);
    }
    if named == Named::Not && looks_like_text(&unpacked) {
        return known(Format::Text, None);
    }
    let format = match said_format {
        Some(format) if head.is_empty() => return Err(format!("empty, and so not the {format} that its name says")),
        Some(format) => format!("not the {format} that its name says"),
        None => String::new(),
    };
    let found = describe(last.as_deref(), &unpacked, whole);
    Err(match (found, named) {
        (Some(found), _) if format.is_empty() => found,
        (Some(found), _) => format!("{format}, but {found}"),
        (None, _) if !format.is_empty() => format!("{format}; write or fetch it again"),
        (None, Named::Walked) if looks_like_jsonl(&unpacked) => {
            "JSON Lines by its first line, but not by its name; rename it to end in .jsonl".to_owned()
        }
        (None, Named::Walked) => "its name ends in none of .jsonl, .ndjson, .parquet, .txt, .md (nor these with .gz, \
                                  .zst, .bz2, .xz); rename it, or convert it to JSON Lines"
            .to_owned(),
        (None, _) => match first_line_error(&unpacked) {
            Some(error) => format!("not JSON Lines (line 1: {error}) nor Parquet nor text; convert it to JSON Lines"),
            None => "neither JSON Lines nor Parquet nor text; convert it to JSON Lines".to_owned(),
        },
    })
}

pub(super) fn space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn without_mark(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)
}

/// True if the first line is an object, as far as it can be seen.
fn looks_like_jsonl(head: &[u8]) -> bool {
    let head = without_mark(head);
    let Some(start) = head.iter().position(|byte| !space(byte)) else {
        return false;
    };
    let head = &head[start..];
    if head[0] != b'{' {
        return false;
    }
    match memchr::memchr(b'\n', head) {
        Some(end) => serde_json::from_slice::<&RawValue>(&head[..end]).is_ok(),
        // the whole of a short file, or the beginning of a long line
        None if head.len() + start < HEAD / 2 => serde_json::from_slice::<&RawValue>(head).is_ok(),
        None => head[1..].iter().find(|byte| !space(byte)) == Some(&b'"'),
    }
}

/// True if the first line begins as an object does, and one that is seen whole is one: then the first is only broken.
fn has_object_line(head: &[u8]) -> bool {
    let head = without_mark(head).trim_ascii_start();
    let is_object = |line: &[u8]| line.starts_with(b"{") && serde_json::from_slice::<&RawValue>(line).is_ok();
    head.starts_with(b"{") && head.split(|&byte| byte == b'\n').any(is_object)
}

/// What is wrong with the first line of what begins as JSON does.
fn first_line_error(head: &[u8]) -> Option<String> {
    let head = without_mark(head).trim_ascii_start();
    let line = head
        .split(|&byte| byte == b'\n')
        .next()
        .filter(|line| line.starts_with(b"{"))?;
    let error = serde_json::from_slice::<&RawValue>(line).err()?;
    Some(format!("broken JSON at column {}", error.column()))
}

/// True if it is UTF-8 without control characters, and no markup or JSON.
fn looks_like_text(head: &[u8]) -> bool {
    let head = without_mark(head);
    let utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    utf8 && !head.contains(&0) && !matches!(head.trim_ascii_start().first(), Some(b'{' | b'[' | b'<'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(name: &str, head: &[u8], named: Named) -> Result<(Format, Codec, bool), String> {
        let tail = &head[head.len().saturating_sub(4)..];
        identify(Path::new(name), head, tail, named)
            .map(|known| (known.format, known.codec, known.note.is_some()))
            .map_err(|unread| unread.reason)
    }

    #[test]
    fn names_are_believed_until_the_bytes_say_otherwise() {
        use Codec::*;
        use Format::*;
        use Named::*;
        let gz = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0";
        assert_eq!(tell("a.jsonl", b"{}", Walked), Ok((Jsonl, Plain, false)));
        assert_eq!(tell("a.JSONL.GZ", gz, Walked), Ok((Jsonl, Gzip, false)));
        assert_eq!(tell("a.jsonl", gz, Walked), Ok((Jsonl, Gzip, true)));
        assert_eq!(tell("a.txt.gz", b"plain", Walked), Ok((Text, Plain, true)));
        assert_eq!(tell("a.md", b"# A", Walked), Ok((Text, Plain, false)));
        assert_eq!(tell("a.jsonl.gz", b"", Walked), Ok((Jsonl, Plain, true)));
        assert_eq!(tell("a.jsonl", b"", Walked), Ok((Jsonl, Plain, false)));
        assert_eq!(tell("a.parquet", b"PAR1....", Walked), Ok((Parquet, Plain, false)));
        assert_eq!(tell("a.jsonl", b"PAR1........PAR1", Walked), Ok((Parquet, Plain, true)));
        // a text may begin with any four letters
        assert_eq!(
            tell("a.txt", b"PAR1 is a stop on the line", Walked),
            Ok((Text, Plain, false))
        );
        assert_eq!(tell("a.txt", b"BZh9 is not bzip2", Walked), Ok((Text, Plain, false)));
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        use Codec::*;
        use Format::*;
        use Named::*;
        let line = b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n";
        assert!(tell("a.parquet", line, Walked).unwrap_err().contains("Parquet"));
        assert_eq!(tell("a.parquet", line, Given), Ok((Jsonl, Plain, true)));
        assert!(tell("a.json", line, Walked).is_err());
        assert_eq!(tell("a.json", line, Given), Ok((Jsonl, Plain, true)));
        assert!(tell("a.json", b"{\n \"text\": \"a\"\n}\n", Given).is_err());
        assert!(tell("a.json", b"[{\"text\": \"a\"}]", Given).is_err());
        assert!(tell("a.html", b"<html>", Given).is_err());
        assert!(tell("a", b"\x7fELF\0\0", Given).is_err());
        assert!(tell("a.parquet", b"", Walked).is_err());
        assert_eq!(tell("-", line, Not), Ok((Jsonl, Plain, false)));
        assert_eq!(tell("-", b"Bonjour.", Not), Ok((Text, Plain, false)));
        assert!(tell("-", b"<p>", Not).is_err());
        assert_eq!(
            tell("-", b"{\"text\": \"a\n{\"text\":\"b\"}\n", Not),
            Ok((Jsonl, Plain, false))
        );
        assert!(
            tell("-", b"{bad\n", Not)
                .unwrap_err()
                .contains("line 1: broken JSON at column 2")
        );
        assert!(tell("-", b"{\n \"text\": \"a\"\n}\n", Not).is_err());
        let long = [b"{ \"text\": \"".to_vec(), vec![b'a'; HEAD]].concat();
        assert_eq!(tell("-", &long[..HEAD], Not), Ok((Jsonl, Plain, false)));
    }
}
