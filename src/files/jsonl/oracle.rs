//! The scanner against `serde_json`: the same lines taken, the same fields read, the same faults told. For tests and
//! fuzzing.

use std::borrow::Cow;

use super::parse::{Wanted, read_object, utf8};
use super::scan;
use crate::files::read::ReadOptions;

/// Options that read plain, nested and odd fields.
pub(crate) fn options() -> Vec<ReadOptions> {
    let fields = |fields: &[&str]| fields.iter().map(|&f| f.to_owned()).collect();
    vec![
        ReadOptions::default(),
        ReadOptions {
            text_fields: fields(&["a.b", "text", ""]),
            id_field: Some("a.id".to_owned()),
            rank_field: Some("n".to_owned()),
            max_text_bytes: 100,
            ..ReadOptions::default()
        },
        ReadOptions {
            text_fields: fields(&["a.a.b", "a.", "é"]),
            lang_field: Some("a".to_owned()),
            rank_field: Some("b.text".to_owned()),
            ..ReadOptions::default()
        },
    ]
}

/// Panics where scanner and `serde_json` differ on a line; true if the line is an object.
pub(crate) fn hold(line: &[u8], options: &[ReadOptions]) -> bool {
    for options in options {
        let wanted = Wanted::new(options);
        let ours = wanted.read(line);
        let strict = utf8(line).and_then(|line| wanted.read_strictly(line));
        assert_eq!(ours, strict, "{:?}", String::from_utf8_lossy(line));
    }
    let Ok(line) = str::from_utf8(line) else { return false };
    let strict = read_object(line);
    let ours = scan::object(line, |_| true);
    // the scanner has to refuse what is broken, but also to take all else: that is what makes it fast
    assert_eq!(ours.is_some(), strict.is_ok(), "{line:?}: {:?}", strict.err());
    if let (Some(ours), Ok(strict)) = (&ours, &strict) {
        assert_eq!(ours, &strict.entries, "{line:?}");
        for (_, raw) in ours.iter().filter(|(_, raw)| raw.starts_with('"')) {
            let said = serde_json::from_str::<Cow<'_, str>>(raw).ok();
            assert_eq!(
                scan::unescape(&raw[1..raw.len() - 1]),
                said.map(Cow::into_owned),
                "{raw}"
            );
        }
    }
    ours.is_some()
}
