//! Growth by counting: twice the hostile text takes at most 2.2 times the steps.

use super::{Folder, Tokens};
use crate::steps;

fn steps(text: &str) -> usize {
    let (mut folder, mut out) = (Folder::default(), Tokens::default());
    steps::steps(|| {
        folder.fold(text, &mut out);
    })
}

#[test]
fn the_counter_counts() {
    for text in ["ab cd ef", "1,2,3,4,", "é é é ", "&amp;&lt;", "一二三"] {
        let most = 2 * text.chars().count();
        assert!(steps(text) >= 4, "{text}: {} of {most}", steps(text));
    }
}

/// Each text is one of these, or one in front of another, many times: a run of what is skipped, say, before what asks for
/// its neighbours.
const PIECES: &[&str] = &[
    "a",
    "ab ",
    "a-",
    "A",
    "é",
    "ж",
    "中",
    "ก",
    "한",
    "각",
    "ß",
    "ﷺ",
    "½",
    "①",
    "ｱﾞ",
    "e\u{301}",
    "\u{301}",
    "\u{323}\u{301}",
    "\u{345}",
    "\u{200d}",
    "a\u{200d}",
    "👩\u{200d}",
    "\u{200b}",
    "\u{ad}",
    "\u{feff}",
    "ـ",
    "aـ",
    "کـ",
    "i\u{307}",
    "1",
    "001,",
    "100,",
    "1,",
    "12,",
    "1,23,",
    "1.",
    "1,000.",
    "1.000,",
    "1'000",
    "1 000 ",
    "1 ",
    "1 000,",
    "12 345 ",
    "1,000.00",
    "٬1",
    "1٬000",
    "1٫5",
    "١٬٥٠٠ ",
    "१२,",
    ".5",
    "1\u{200b}",
    "1,\u{200b}",
    "1\u{200b},",
    "1^2",
    "2^",
    "^",
    "^-2",
    "10²",
    "²",
    "⁻",
    "⁻²",
    "₂",
    "1⁻²",
    "1+",
    "1^+",
    "-",
    "-1",
    "--5",
    "-$",
    "-$5",
    "$",
    "−",
    "−\u{200b}",
    "-\u{200b}",
    "–5",
    "(-5",
    "(",
    "-.5",
    "-$.5",
    "= -1 ",
    "一",
    "二〇",
    "十",
    "百",
    "第",
    "第三",
    "之一",
    "分之一",
    "一\u{200b}",
    "万",
    "十一",
    "(一",
    "一、",
    "一\u{301}",
    "&",
    "&amp;",
    "&amp",
    "amp;",
    "&#49;",
    "&#x31;",
    "&nbsp;",
    "&eacute;",
    "&#",
    "&;",
    ";",
    "'",
    "’",
    "1'",
    " ",
    "\n",
    "\u{a0}",
    "\0",
    ",",
    ".",
    "%",
    "²\u{200b}",
    "^\u{200b}",
    "+\u{200b}",
];

/// Each group that might lead others was held against all that follow: 400 kB took 5 s, and these 4 MB would take hours.
#[test]
fn groups_of_digits_are_read_once() {
    let groups: Vec<String> = (0..1_000_000).map(|n| format!("{:03}", n % 1_000)).collect();
    let folded = super::fold(&groups.join(","));
    assert!(folded.as_str() == groups.join("."));
    assert_eq!(folded.hashes().len(), 1);
}

#[test]
fn hostile_texts_take_linear_time() {
    let mut wrong = Vec::new();
    let mut check = |what: &str, n: usize, text: &dyn Fn(usize) -> String| {
        let (small, large) = (text(n), text(2 * n));
        let (once, twice) = (steps(&small), steps(&large));
        if 10 * twice > 22 * once + 2_000 || once > 40 * small.len() + 1_000 {
            wrong.push(format!(
                "{what}: {once} for {} bytes, {twice} for {}",
                small.len(),
                large.len()
            ));
        }
    };
    for piece in PIECES {
        check(&format!("{piece:?}"), 2_000, &|n| piece.repeat(n));
    }
    for one in PIECES {
        for other in PIECES {
            check(&format!("{one:?} and {other:?} in turn"), 200, &|n| {
                format!("{one}{other}").repeat(n)
            });
            check(&format!("{one:?} many times, {other:?} many times"), 300, &|n| {
                one.repeat(n) + &other.repeat(n)
            });
            check(&format!("{one:?} many times, {other:?}, and again"), 60, &|n| {
                (one.repeat(n) + other).repeat(8)
            });
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
