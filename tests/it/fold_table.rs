//! The committed folding table is what ICU4X says today.
//!
//! `REDITE_ACCEPT=1 cargo test fold_table` writes it anew.

use icu_casemap::CaseMapper;
use icu_normalizer::properties::CanonicalCombiningClassMap;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{
    BinaryProperty, DefaultIgnorableCodePoint, GeneralCategory, LineBreak, NumericType, Script,
};
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

/// The same letter in another dress, beyond NFKC_Casefold: `src/fold/mod.rs` gives each its reason.
fn undress(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            'ı' => out.push('i'),
            '\u{307}' if out.ends_with('i') => {}
            'œ' => out.push_str("oe"),
            'ё' => out.push('е'),
            'ș' => out.push('ş'),
            'ț' => out.push('ţ'),
            '\u{326}' => out.push('\u{327}'),
            'ی' => out.push('ي'),
            'ک' => out.push('ك'),
            '٪' => out.push('%'),
            '؉' => out.push('‰'),
            '؊' => out.push('‱'),
            _ => out.push(c),
        }
    }
    out
}

/// Elongations: tatweel, NKo lajanyalan, Mongolian nirugu.
fn is_stretch(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{7FA}' | '\u{180A}')
}

/// What `src/fold/han.rs` reads.
const HAN_NUMERALS: &str = "〇零一壹二贰貳弐两兩三叁參参四肆五伍六陆陸七柒八捌九玖十拾百佰千仟万萬亿億兆";

/// Superscript and subscript digits.
fn is_raised(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉')
}

/// Values of the runs of numerals that are neither decimal digits nor unified with them by NFKC: first, last, value of
/// the first, step.
const NUMERALS: &[(char, char, u32, u32)] = &[
    ('\u{1369}', '\u{1371}', 1, 1),   // Ethiopic
    ('\u{1372}', '\u{137A}', 10, 10), // Ethiopic tens
    ('\u{137B}', '\u{137B}', 100, 1),
    ('\u{137C}', '\u{137C}', 10_000, 1),
    ('\u{19DA}', '\u{19DA}', 1, 1),   // New Tai Lue
    ('\u{24EB}', '\u{24F4}', 11, 1),  // negative circled
    ('\u{24F5}', '\u{24FE}', 1, 1),   // double circled
    ('\u{24FF}', '\u{24FF}', 0, 1),   // negative circled
    ('\u{2776}', '\u{277F}', 1, 1),   // dingbats
    ('\u{2780}', '\u{2789}', 1, 1),   // dingbats
    ('\u{278A}', '\u{2793}', 1, 1),   // dingbats
    ('\u{10A40}', '\u{10A43}', 1, 1), // Kharoshthi
    ('\u{10E60}', '\u{10E68}', 1, 1), // Rumi
    ('\u{11052}', '\u{1105A}', 1, 1), // Brahmi
    ('\u{1F10B}', '\u{1F10C}', 0, 0), // dingbats
];

fn numeral(c: char) -> Option<u32> {
    NUMERALS
        .iter()
        .find(|(first, last, ..)| (*first..=*last).contains(&c))
        .map(|&(first, _, value, step)| value + step * (c as u32 - first as u32))
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
        _ if is_stretch(c) => 'T',
        _ if is_raised(c) => 'R',
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
            } else if HAN_NUMERALS.contains(c) {
                'H'
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
        // A character composes with what stands before it if some base changes under NFC when it follows; or when what
        // it is taken apart into follows (U+113C5, which is twice U+113C2).
        let nfc = ComposingNormalizerBorrowed::new_nfc();
        let apart = DecomposingNormalizerBorrowed::new_nfd()
            .normalize(&c.to_string())
            .into_owned();
        !nfc.is_normalized(&c.to_string()) || composes_backwards(c) || apart.starts_with(composes_backwards)
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
        let mapped = match numeral(c) {
            Some(value) => value.to_string(),
            None => undress(&nfkc_casefold(&c.to_string())),
        };
        let mut flags = String::new();
        if ccc.get_u8(c) != 0 {
            flags.push('n');
        }
        let first = mapped.chars().find(|&c| !is_stretch(c));
        if nfc_maybe(c) || first.is_some_and(|m| ccc.get_u8(m) != 0 && m != c || composes_backwards(m)) {
            flags.push('q');
        }
        // What expands to more than a Han numeral is read where it stands among its neighbours.
        if mapped != c.to_string() && mapped.contains(|m| HAN_NUMERALS.contains(m)) && !flags.contains('q') {
            flags.push('q');
        }
        let mut class = class(c);
        let mut chars = mapped.chars();
        let what = if matches!(class, 'I' | 'T') {
            String::new()
        } else if let Some(value) = digit_value(c).or_else(|| mapped.parse().ok().filter(|_| class == 'R')) {
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
         #        R superscript or subscript digit, Y symbol that is a token, S separator, I ignored,\n\
         #        T elongation, H Han numeral. Not listed: L, unchanged.\n\
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
fn every_digit_has_a_value() {
    let types = CodePointMapData::<NumericType>::new();
    for c in '\0'..=char::MAX {
        let is_digit = matches!(types.get(c), NumericType::Digit | NumericType::Decimal);
        let folds = nfkc_casefold(&c.to_string());
        if is_digit && !folds.contains(|f: char| f.is_ascii_digit()) {
            let decimal = CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::DecimalNumber;
            assert!(decimal || numeral(c).is_some(), "U+{:04X}", c as u32);
        }
    }
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
