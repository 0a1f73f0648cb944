use proptest::prelude::*;

use super::*;

/// A JSON string in some spelling: (inside of the quotes, text).
fn spelled() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{1,5}",
        1 => "[é日😀ß]",
        1 => Just("\\n".to_owned()),
        1 => prop::sample::select(vec!["\\t", "\\/", "/", "\\\\", "\\\"", "\\b", "\\u0041", "\\u00e9", "\\u00E9",
            "\\u65e5", "\\ud83d\\ude00", "\\uD83D\\uDE00", "\\u0000", "\\u007f", "\\uffff", "\\u0800", "\u{7f}",
            "\u{2028}"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn record() -> impl Strategy<Value = String> {
    let space = prop::sample::select(vec!["", " ", "\t", "  "]);
    let good = (spelled(), spelled(), spelled(), space, any::<bool>()).prop_map(|(a, b, c, s, turned)| {
        let text = format!("{s}\"text\"{s}:{s}\"{a}\"{s}");
        let nested = format!("\"doc\":{{\"x\":[{{\"text\":\"{c}\"}}],{s}\"body\":\"{b}\"}}");
        let rest = format!("\"d\":1.0e+5,{s}\"d\":\"\\/{c}\"");
        if turned {
            format!("{{{nested},{rest},{text}}}")
        } else {
            format!("{{{text},{nested},{rest}}}{s}")
        }
    });
    let other = prop::sample::select(vec![
        "",
        "  ",
        "{",
        "{}",
        "[1]",
        "{\"text\":null}",
        "{\"text\":\"\\ud800\"}",
    ]);
    let end = prop::sample::select(vec!["\n", "\n", "\r\n"]);
    (prop_oneof![4 => good, 1 => other.prop_map(str::to_owned)], end).prop_map(|(line, end)| format!("{line}{end}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_taken_out_goes_back(
        lines in prop::collection::vec(record(), 0..8),
        bom in any::<bool>(),
        cut in any::<bool>(),
        choice in prop::collection::vec(any::<bool>(), 1..40),
        dropped in prop::collection::vec(any::<bool>(), 8),
    ) {
        let mut file = if bom { "\u{feff}".to_owned() } else { String::new() };
        file.extend(lines);
        if cut && file.ends_with('\n') {
            file.pop();
        }
        let folder = Folder::new();
        let source = folder.source("a.jsonl", &file);
        let options = fields(&["doc.body", "text"]);
        let mut turn = 0;
        let mut choose = |_, _, text: &str| {
            let mut ends: Vec<u32> = vec![0];
            for (at, _) in text.char_indices().skip(1) {
                turn += 1;
                if choice[turn % choice.len()] {
                    ends.push(u32::try_from(at).unwrap());
                }
            }
            ends.push(u32::try_from(text.len()).unwrap());
            let from = usize::from(choice[turn % choice.len()]);
            ends[from.min(ends.len() - 1)..].chunks_exact(2).map(|end| Span::new(end[0], end[1])).collect()
        };
        let out = folder.path("out.jsonl");
        let drop_line = |line: u64| dropped[usize::try_from(line).unwrap() % 8];
        let (removed, stats) = clean(&source, &options, &out, &mut choose, &drop_line);
        prop_assert_eq!(stats.dropped, removed.lines.len() as u64);
        let back = folder.path("back.jsonl");
        restore(&one(&out), &options, &back, &removed);
        prop_assert_eq!(fs::read_to_string(&back).unwrap(), file);
    }
}
