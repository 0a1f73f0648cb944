//! The committed folding table is what ICU4X says today.
//!
//! `REDITE_ACCEPT=1 cargo test fold_table` writes it anew.

use icu_casemap::CaseMapper;
use icu_normalizer::properties::CanonicalCombiningClassMap;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{BinaryProperty, DefaultIgnorableCodePoint, GeneralCategory, LineBreak, Script};
use icu_properties::{CodePointMapData, CodePointSetData};
use std::fmt::Write as _;

/// NFKC_Casefold of one character (Unicode D146), by ICU4X alone.
fn nfkc_casefold(text: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let nfd = DecomposingNormalizerBorrowed::new_nfd();
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mapper = CaseMapper::new();
    let mut now = nfd.normalize(text).into_owned();
    loop {
        let kept: String = now.chars().filter(|&c| !ignorable.contains(c)).collect();
        let next = nfkc.normalize(&mapper.fold_string(&kept)).into_owned();
        if next == now {
            return nfc.normalize(&next).into_owned();
        }
        now = next;
    }
}

/// Letter classes of the table, one letter each; see `src/fold/table.rs`.
fn class(c: char) -> char {
    use GeneralCategory as G;
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let script = CodePointMapData::<Script>::new().get(c);
    let line_break = CodePointMapData::<LineBreak>::new().get(c);
    let unspaced = matches!(script, Script::Han | Script::Hiragana | Script::Katakana | Script::Yi)
        || line_break == LineBreak::ComplexContext
        || matches!(
            line_break,
            LineBreak::Aksara | LineBreak::AksaraPrebase | LineBreak::AksaraStart
        )
        || (line_break == LineBreak::Ideographic && !matches!(script, Script::Common | Script::Hangul));
    match category {
        _ if DefaultIgnorableCodePoint::for_char(c) => 'I',
        G::Format => 'I',
        G::DecimalNumber => 'D',
        G::NonspacingMark | G::EnclosingMark | G::SpacingMark => 'M',
        G::UppercaseLetter
        | G::LowercaseLetter
        | G::TitlecaseLetter
        | G::ModifierLetter
        | G::OtherLetter
        | G::LetterNumber
        | G::OtherNumber => {
            if matches!(c, '\u{2b9}'..='\u{2c8}') {
                'S' // modifier apostrophes and primes, written for the punctuation they look like
            } else if unspaced {
                'U'
            } else {
                'L'
            }
        }
        // Private use and whatever Unicode adds next are text, not nothing.
        G::Unassigned | G::PrivateUse | G::Surrogate => 'L',
        G::CurrencySymbol => 'Y',
        _ if matches!(c, '%' | '‰' | '‱' | '٪' | '؉' | '؊') => 'Y',
        _ => 'S',
    }
}

fn generate() -> String {
    let nfc_maybe = |c: char| {
        // A character composes with what stands before it if some base changes under NFC when it follows.
        let nfc = ComposingNormalizerBorrowed::new_nfc();
        !nfc.is_normalized(&c.to_string()) || composes_backwards(c)
    };
    let ccc = CanonicalCombiningClassMap::new();
    let digit_value = |c: char| -> Option<u32> {
        // Nd characters stand in runs of ten with values 0 to 9.
        let map = CodePointMapData::<GeneralCategory>::new();
        if map.get(c) != GeneralCategory::DecimalNumber {
            return None;
        }
        let mut start = c as u32;
        while start > 0 && char::from_u32(start - 1).is_some_and(|p| map.get(p) == GeneralCategory::DecimalNumber) {
            start -= 1;
        }
        Some((c as u32 - start) % 10)
    };
    let mut rows: Vec<(u32, u32, String)> = Vec::new();
    for cp in 0..=0x10_FFFF_u32 {
        let Some(c) = char::from_u32(cp) else { continue };
        let mapped = nfkc_casefold(&c.to_string());
        let mut flags = String::new();
        if ccc.get_u8(c) != 0 {
            flags.push('n');
        }
        let first = mapped.chars().next();
        if nfc_maybe(c) || first.is_some_and(|m| ccc.get_u8(m) != 0 && m != c || composes_backwards(m)) {
            flags.push('q');
        }
        let mut class = class(c);
        let mut chars = mapped.chars();
        let what = if class == 'I' {
            String::new()
        } else if let Some(value) = digit_value(c) {
            let delta = i64::from(b'0') + i64::from(value) - i64::from(cp);
            if delta == 0 {
                String::new()
            } else {
                format!("{delta:+}")
            }
        } else {
            match (chars.next(), chars.next()) {
                // A symbol that folds to a letter (Ⓐ, ⼿) is set off as an expansion; else the folded class counts.
                (Some(one), None)
                    if !one.is_ascii_digit()
                        && (one == c || !matches!(class, 'S' | 'Y') || matches!(self::class(one), 'S' | 'Y')) =>
                {
                    class = self::class(one);
                    let delta = i64::from(u32::from(one)) - i64::from(cp);
                    if delta == 0 {
                        String::new()
                    } else {
                        format!("{delta:+}")
                    }
                }
                _ => {
                    let mut list = String::from(">");
                    for m in mapped.chars() {
                        let _ = write!(list, " {:X}", m as u32);
                    }
                    list
                }
            }
        };
        let row = format!("{class}{flags} {what}").trim_end().to_owned();
        match rows.last_mut() {
            Some((_, end, last)) if *end + 1 == cp && *last == row && !row.contains('>') => *end = cp,
            _ => rows.push((cp, cp, row)),
        }
    }
    let mut out = String::from(
        "# How each code point is folded: START[-END] CLASS[FLAGS] [+DELTA | -DELTA | > EXPANSION].\n\
         # Generated from ICU4X (Unicode data, Unicode licence v3) by tests/it/fold_table.rs; do not edit.\n\
         # CLASS  L letter, U letter of a script written without spaces, M mark, D decimal digit,\n\
         #        Y symbol that is a token, S separator, I ignored. Not listed: L, unchanged.\n\
         # FLAGS  n non-starter, q may compose with or be reordered against its neighbours.\n",
    );
    for (start, end, row) in rows {
        if row == "L" {
            continue;
        }
        if start == end {
            let _ = writeln!(out, "{start:X} {row}");
        } else {
            let _ = writeln!(out, "{start:X}-{end:X} {row}");
        }
    }
    out
}

/// True if the character is the second half of some canonical composition.
fn composes_backwards(c: char) -> bool {
    use std::collections::HashSet;
    use std::sync::OnceLock;
    static SECONDS: OnceLock<HashSet<char>> = OnceLock::new();
    SECONDS
        .get_or_init(|| {
            let nfd = DecomposingNormalizerBorrowed::new_nfd();
            let nfc = ComposingNormalizerBorrowed::new_nfc();
            let mut set = HashSet::new();
            for c in (0..=0x10_FFFF_u32).filter_map(char::from_u32) {
                let text = c.to_string();
                let apart = nfd.normalize(&text);
                if apart != text && nfc.normalize(&apart) == text {
                    set.extend(apart.chars().skip(1));
                }
            }
            // Hangul vowels and finals, for jamo pairs that no syllable decomposes to in one step.
            set.extend('\u{1161}'..='\u{1175}');
            set.extend('\u{11A8}'..='\u{11C2}');
            set
        })
        .contains(&c)
}

#[test]
fn fold_table_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fold/data/fold.txt");
    let fresh = generate();
    if std::env::var_os("REDITE_ACCEPT").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == fresh,
        "src/fold/data/fold.txt differs from what ICU4X says; accept with REDITE_ACCEPT=1"
    );
}
