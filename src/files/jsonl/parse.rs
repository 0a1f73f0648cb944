//! One line of JSON: where the wanted strings stand, and what they say.
//!
//! Lines are read by [`scan`]. What it does not take (broken lines, and values nested deeper than it
//! follows), and every line with a fault, is read again by `serde_json`, which has the last word and words the fault.
//! It skips values without recursion: 200,000 nested brackets cost no stack.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::scan;
use crate::files::name::printable;
use crate::files::read::ReadOptions;
use crate::files::record::{Fault, FaultKind, FieldText, Fields, Id, RankValue};
use crate::steps::looked;

/// Number of field names that a message lists.
const LISTED: usize = 12;

/// The fields that `options` asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'o> {
    options: &'o ReadOptions,
    id: &'o str,
    lang: &'o str,
    rank: Option<&'o str>,
    group: Option<&'o str>,
    date: Option<&'o str>,
}

impl<'o> Wanted<'o> {
    pub(crate) fn new(options: &'o ReadOptions) -> Self {
        Self {
            options,
            id: options.id_field.as_deref().unwrap_or("id"),
            lang: options.lang_field.as_deref().unwrap_or("lang"),
            rank: options.rank_field.as_deref(),
            group: options.group_field.as_deref(),
            date: options.date_field.as_deref(),
        }
    }

    fn may_need(&self, key: &str) -> bool {
        self.options.text_fields.iter().any(|path| leads_to(key, path))
            || leads_to(key, self.id)
            || leads_to(key, self.lang)
            || [self.rank, self.group, self.date]
                .iter()
                .flatten()
                .any(|path| leads_to(key, path))
    }

    /// Reads one line without its line end.
    pub(crate) fn read(&self, line: &[u8]) -> Result<Fields, Fault> {
        let line = utf8(line)?;
        if let Some(entries) = scan::object(line, |key| self.may_need(key))
            && let Ok(fields) = self.pick(line, &Object { entries })
        {
            return Ok(fields);
        }
        self.read_strictly(line)
    }

    /// The same by `serde_json` alone.
    pub(super) fn read_strictly(&self, line: &str) -> Result<Fields, Fault> {
        let start = line.len() - line.trim_start_matches([' ', '\t', '\r']).len();
        if !line[start..].starts_with('{') {
            return Err(match serde_json::from_str::<&RawValue>(line) {
                Ok(_) => Fault::new(FaultKind::NotAnObject, Some(start), "not a JSON object"),
                Err(error) => broken(line, &error),
            });
        }
        let object = read_object(line).map_err(|error| broken(line, &error))?;
        self.pick(line, &object)
    }

    fn pick(&self, line: &str, object: &Object<'_>) -> Result<Fields, Fault> {
        let id = match object.look_up(self.id) {
            Found::Value(raw) => (raw.starts_with('"') || RankValue::number(raw).is_some()).then(|| Id::from_raw(raw)),
            Found::Nothing => None,
            Found::Twice(second) => return Err(twice(line, self.id, second)),
        };
        let lang = match object.look_up(self.lang) {
            Found::Value(raw) => string(raw),
            _ => None,
        };
        let ordered = |name: Option<&str>| match name.map(|name| object.look_up(name)) {
            Some(Found::Value(raw)) => RankValue::number(raw).or_else(|| string(raw).map(RankValue::Text)),
            _ => None,
        };
        let (rank, date) = (ordered(self.rank), ordered(self.date));
        let group = match self.group.map(|group| object.look_up(group)) {
            Some(Found::Value("null")) => None,
            Some(Found::Value(raw)) if raw.starts_with(['{', '[']) => None,
            Some(Found::Value(raw)) => string(raw).or_else(|| Some(raw.to_owned())),
            _ => None,
        };

        let mut texts = Vec::new();
        let mut other = None;
        for (field, name) in self.options.text_fields.iter().enumerate() {
            let raw = match object.look_up(name) {
                Found::Value(raw) => raw,
                Found::Nothing => continue,
                Found::Twice(second) => return Err(twice(line, name, second)),
            };
            if !raw.starts_with('"') {
                other = other.or(Some((name, raw)));
                continue;
            }
            let inside = offset(line, raw) + 1..offset(line, raw) + raw.len() - 1;
            if inside.len() as u64 > self.options.max_text_bytes {
                return Err(Fault::new(
                    FaultKind::TooLarge,
                    Some(inside.start),
                    format!(
                        "the text in `{}` has {} bytes, more than {}",
                        printable(name),
                        inside.len(),
                        self.options.max_text_bytes
                    ),
                ));
            }
            texts.push(FieldText {
                field,
                text: decode(line, name, inside.clone())?,
                raw: Some(inside),
            });
        }
        if !texts.is_empty() {
            return Ok(Fields {
                id,
                lang,
                rank,
                group,
                date,
                texts,
            });
        }
        Err(match other {
            Some((name, raw)) => Fault::new(
                FaultKind::WrongType,
                Some(offset(line, raw)),
                format!("`{}` is {}, not a string", printable(name), kind_of(raw)),
            ),
            None => no_field(
                &self.options.text_fields,
                object.entries.iter().map(|(key, _)| key.as_ref()),
            ),
        })
    }
}

/// True if a look for `path` has to see what stands under `key`.
fn leads_to(key: &str, path: &str) -> bool {
    path.strip_prefix(key)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The line as text.
pub(super) fn utf8(line: &[u8]) -> Result<&str, Fault> {
    looked(line.len());
    // twice as fast as that of the standard library, which says where it is wrong
    simdutf8::basic::from_utf8(line)
        .or_else(|_| std::str::from_utf8(line))
        .map_err(|error| {
            let at = error.valid_up_to();
            Fault::new(
                FaultKind::InvalidUtf8,
                Some(at),
                format!("byte {} of the line is not UTF-8", at + 1),
            )
        })
}

/// The keys of a line, if it is an object.
pub(super) fn keys(line: &[u8]) -> Vec<String> {
    let object = std::str::from_utf8(line).ok().and_then(|line| read_object(line).ok());
    let entries = object.map(|object| object.entries).unwrap_or_default();
    entries.into_iter().map(|(key, _)| key.into_owned()).collect()
}

/// Field names as a message lists them: shortened, and not too many.
pub(crate) fn listed<'k>(names: impl Iterator<Item = &'k str>) -> Vec<String> {
    let mut names = names;
    let shown = |key: &str| match key.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", printable(&key[..end])),
        None => printable(key).into_owned(),
    };
    let mut list: Vec<String> = names.by_ref().take(LISTED).map(shown).collect();
    match names.count() {
        0 => {}
        more => list.push(format!("and {more} more")),
    }
    list
}

/// The fault of a record that has none of the wanted fields.
pub(crate) fn no_field<'k>(wanted: &[String], present: impl Iterator<Item = &'k str>) -> Fault {
    let wanted: Vec<String> = wanted.iter().map(|name| format!("`{}`", printable(name))).collect();
    let list = listed(present);
    let list = if list.is_empty() {
        "none".to_owned()
    } else {
        list.join(", ")
    };
    let wanted = wanted.join(", ");
    Fault::new(
        FaultKind::NoField,
        None,
        format!("no field {wanted} (fields here: {list}); if the text is in one of them, name it with --text-field"),
    )
}

/// What a value says that is a string without half a surrogate pair.
fn string(raw: &str) -> Option<String> {
    scan::unescape(raw.strip_prefix('"')?.strip_suffix('"')?)
}

fn decode(line: &str, name: &str, inside: Range<usize>) -> Result<String, Fault> {
    if let Some(text) = scan::unescape(&line[inside.clone()]) {
        return Ok(text);
    }
    // the grammar has been checked: all that is left to fail is what an escape stands for
    serde_json::from_str(&line[inside.start - 1..=inside.end]).map_err(|error: serde_json::Error| {
        let at = inside.start + error.column().saturating_sub(2);
        Fault::new(
            FaultKind::LoneSurrogate,
            Some(at.min(inside.end)),
            format!(
                "`{}` has half of a surrogate pair at byte {} of the line, which no text can hold",
                printable(name),
                at + 1
            ),
        )
    })
}

/// Byte of `line` at which `part`, a slice of it, begins.
fn offset(line: &str, part: &str) -> usize {
    part.as_ptr() as usize - line.as_ptr() as usize
}

fn kind_of(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'n') => "null",
        Some(b't' | b'f') => "true or false",
        Some(b'[') => "a list",
        Some(b'{') => "an object",
        _ => "a number",
    }
}

fn twice(line: &str, name: &str, second: &str) -> Fault {
    Fault::new(
        FaultKind::DuplicateKey,
        Some(offset(line, second)),
        format!(
            "`{}` appears twice in the record, and programs differ in which one counts",
            printable(name)
        ),
    )
}

fn broken(line: &str, error: &serde_json::Error) -> Fault {
    // its "line 1" is of no use: the caller knows the line
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(what, _)| what);
    let column = error.column().clamp(1, line.len().max(1));
    Fault::new(
        FaultKind::BrokenJson,
        Some(column - 1),
        format!("broken JSON: {}", plainly(message)),
    )
}

/// The parser's message in plain words.
fn plainly(message: &str) -> &str {
    match message {
        "EOF while parsing a string" => "the line ends inside a string",
        "EOF while parsing a list" => "the line ends inside a list",
        "EOF while parsing an object" => "the line ends inside an object",
        "EOF while parsing a value" => "the line ends where a value should be",
        "expected `:`" => "a colon is missing after a key",
        "expected `,` or `]`" => "a comma or closing bracket is missing in a list",
        "expected `,` or `}`" => "a comma or closing brace is missing in an object",
        "expected value" => "a JSON value is expected here",
        "expected ident" => "a word other than true, false or null",
        "key must be a string" => "a key is not a string in double quotes",
        "trailing comma" => "there is a comma after the last entry",
        "trailing characters" => "there is more text after the end of the object",
        "invalid escape" => "a backslash is followed by a character that it cannot escape",
        "invalid number" => "a number is not valid JSON",
        "number out of range" => "a number is too large",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a string contains an unescaped control character"
        }
        "unexpected end of hex escape" | "lone leading surrogate in hex escape" => "a \\u escape is incomplete",
        other => other,
    }
}

/// The entries of an object that can matter, and all its keys.
pub(super) struct Object<'j> {
    pub(super) entries: Vec<(Cow<'j, str>, &'j str)>,
}

#[derive(Clone, Copy)]
enum Found<'j> {
    Nothing,
    Value(&'j str),
    /// The second of two values under one name.
    Twice(&'j str),
}

impl<'j> Object<'j> {
    /// `path`: a key, or keys joined by dots; the key that is literally `path` wins.
    fn look_up(&self, path: &str) -> Found<'j> {
        match self.get(path) {
            Found::Nothing => {}
            found => return found,
        }
        let Some((first, rest)) = path.split_once('.') else {
            return Found::Nothing;
        };
        match self.get(first) {
            Found::Value(raw) if raw.starts_with('{') => {
                let object = match scan::object(raw, |key| leads_to(key, rest)) {
                    Some(entries) => Ok(Object { entries }),
                    None => read_object(raw),
                };
                object.map_or(Found::Nothing, |object| object.look_up(rest))
            }
            Found::Value(_) => Found::Nothing,
            found => found,
        }
    }

    fn get(&self, key: &str) -> Found<'j> {
        looked(self.entries.len());
        let mut values = self.entries.iter().filter(|(k, _)| k == key).map(|(_, value)| *value);
        match (values.next(), values.next()) {
            (None, _) => Found::Nothing,
            (Some(value), None) => Found::Value(value),
            (Some(_), Some(second)) => Found::Twice(second),
        }
    }
}

pub(super) fn read_object<'j>(json: &'j str) -> serde_json::Result<Object<'j>> {
    struct Entries;

    impl<'j> Visitor<'j> for Entries {
        type Value = Object<'j>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Object<'j>, A::Error> {
            let mut entries = Vec::new();
            // keys are taken raw, too: one with half a surrogate pair is no reason to refuse the text beside it
            while let Some(key) = map.next_key::<&RawValue>()? {
                let value = map.next_value::<&RawValue>()?;
                let raw = key.get();
                looked(raw.len() + value.get().len());
                let inside = &raw[1..raw.len() - 1];
                let key = match inside.contains('\\') {
                    true => serde_json::from_str(raw).map_or(Cow::Borrowed(inside), Cow::Owned),
                    false => Cow::Borrowed(inside),
                };
                entries.push((key, value.get()));
            }
            Ok(Object { entries })
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(json);
    let object = deserializer.deserialize_map(Entries)?;
    deserializer.end()?;
    Ok(object)
}
