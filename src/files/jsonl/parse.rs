//! One line of JSON: where the wanted strings stand, and what they say.
//!
//! Everything that knows JSON's grammar is behind [`parse_line`], so that a faster parser can take its place. Today
//! it is `serde_json`, which skips values without recursion: 200,000 nested brackets cost no stack.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::files::read::ReadOptions;
use crate::files::record::{Fault, FaultKind, FieldText, Fields, Id, RankValue};

/// Number of field names that a message lists.
const LISTED: usize = 12;

/// Reads the fields that `options` asks for from one line without its line end.
pub(crate) fn parse_line(line: &[u8], options: &ReadOptions) -> Result<Fields, Fault> {
    let line = std::str::from_utf8(line).map_err(|error| {
        let at = error.valid_up_to();
        Fault::new(
            FaultKind::InvalidUtf8,
            Some(at),
            format!("byte {} of the line is not UTF-8", at + 1),
        )
    })?;
    let start = line.len() - line.trim_start_matches([' ', '\t', '\r']).len();
    if !line[start..].starts_with('{') {
        return Err(match serde_json::from_str::<&RawValue>(line) {
            Ok(_) => Fault::new(FaultKind::NotAnObject, Some(start), "not a JSON object"),
            Err(error) => broken(line, &error),
        });
    }

    let mut wants: Vec<&str> = options.text_fields.iter().map(String::as_str).collect();
    let texts = wants.len();
    wants.push(options.id_field.as_deref().unwrap_or("id"));
    wants.push(options.lang_field.as_deref().unwrap_or("lang"));
    wants.extend(options.rank_field.as_deref());
    let object = read_object(line).map_err(|error| broken(line, &error))?;
    let found: Vec<Found<'_>> = wants.iter().map(|want| object.look_up(want)).collect();

    let id = match &found[texts] {
        Found::Value(raw) => (raw.starts_with('"') || RankValue::number(raw).is_some()).then(|| Id::from_raw(raw)),
        Found::Nothing => None,
        Found::Twice(second) => return Err(twice(line, wants[texts], second)),
    };
    let lang = match &found[texts + 1] {
        Found::Value(raw) => serde_json::from_str(raw).ok(),
        _ => None,
    };
    let rank = match found.get(texts + 2) {
        Some(Found::Value(raw)) => {
            RankValue::number(raw).or_else(|| serde_json::from_str(raw).ok().map(RankValue::Text))
        }
        _ => None,
    };

    let mut read = Vec::new();
    let mut other = None;
    for (field, found) in found[..texts].iter().enumerate() {
        let name = wants[field];
        let raw = match found {
            Found::Value(raw) => *raw,
            Found::Nothing => continue,
            Found::Twice(second) => return Err(twice(line, name, second)),
        };
        if !raw.starts_with('"') {
            other = other.or(Some((name, raw)));
            continue;
        }
        let inside = offset(line, raw) + 1..offset(line, raw) + raw.len() - 1;
        if inside.len() as u64 > options.max_text_bytes {
            return Err(Fault::new(
                FaultKind::TooLarge,
                Some(inside.start),
                format!(
                    "the text in `{name}` has {} bytes, more than {}",
                    inside.len(),
                    options.max_text_bytes
                ),
            ));
        }
        read.push(FieldText {
            field,
            text: decode(line, name, inside.clone())?,
            raw: Some(inside),
        });
    }
    if !read.is_empty() {
        return Ok(Fields {
            id,
            lang,
            rank,
            texts: read,
        });
    }
    Err(match other {
        Some((name, raw)) => Fault::new(
            FaultKind::WrongType,
            Some(offset(line, raw)),
            format!("`{name}` is {}, not a string", kind_of(raw)),
        ),
        None => no_field(&options.text_fields, object.entries.iter().map(|(key, _)| key.as_ref())),
    })
}

/// The fault of a record that has none of the wanted fields.
pub(crate) fn no_field<'k>(wanted: &[String], present: impl Iterator<Item = &'k str>) -> Fault {
    let wanted: Vec<String> = wanted.iter().map(|name| format!("`{name}`")).collect();
    let present: Vec<&str> = present.collect();
    let mut list: Vec<String> = present
        .iter()
        .take(LISTED)
        .map(|key| {
            if key.len() > 40 {
                format!("{}…", key.chars().take(40).collect::<String>())
            } else {
                (*key).into()
            }
        })
        .collect();
    if present.len() > LISTED {
        list.push(format!("and {} more", present.len() - LISTED));
    }
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

fn decode(line: &str, name: &str, inside: Range<usize>) -> Result<String, Fault> {
    if !line[inside.clone()].contains('\\') {
        return Ok(line[inside].to_owned());
    }
    // the grammar has been checked: all that is left to fail is what an escape stands for
    serde_json::from_str(&line[inside.start - 1..=inside.end]).map_err(|error: serde_json::Error| {
        let at = inside.start + error.column().saturating_sub(2);
        Fault::new(
            FaultKind::LoneSurrogate,
            Some(at.min(inside.end)),
            format!(
                "`{name}` has half of a surrogate pair at byte {} of the line, which no text can hold",
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
        format!("`{name}` stands twice in the record, and readers differ in which one counts"),
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
        format!("broken JSON: {message}"),
    )
}

/// The entries of an object that can matter, and all its keys.
struct Object<'j> {
    entries: Vec<(Cow<'j, str>, &'j str)>,
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
                read_object(raw).map_or(Found::Nothing, |object| object.look_up(rest))
            }
            Found::Value(_) => Found::Nothing,
            found => found,
        }
    }

    fn get(&self, key: &str) -> Found<'j> {
        let mut values = self.entries.iter().filter(|(k, _)| k == key).map(|(_, value)| *value);
        match (values.next(), values.next()) {
            (None, _) => Found::Nothing,
            (Some(value), None) => Found::Value(value),
            (Some(_), Some(second)) => Found::Twice(second),
        }
    }
}

fn read_object<'j>(json: &'j str) -> serde_json::Result<Object<'j>> {
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
