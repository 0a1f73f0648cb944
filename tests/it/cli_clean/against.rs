//! `--against`: items of a test set, planted in texts of many scripts in many disguises.

use super::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Of each golden language the sentences `a`, `b` and `c`.
fn sentences() -> Vec<(String, [String; 3])> {
    let sentence = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().to_owned()
    };
    let languages = support::golden().into_iter();
    let all: Vec<_> = languages
        .map(|(language, text)| (language, ["a: ", "b: ", "c: "].map(|name| sentence(&text, name))))
        .collect();
    assert_eq!(all.len(), 22);
    all
}

/// True where words are not parted by spaces.
fn is_unspaced(language: &str) -> bool {
    matches!(language, "ja" | "zh" | "th" | "km")
}

/// Where a line may be broken, in the order of the text: at spaces, and in scripts without them between letters. Not inside of
/// numbers: `12` and `500` on two lines are two.
fn breaks(text: &str, language: &str) -> Vec<usize> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let inner = chars.windows(2).filter_map(|pair| {
        let [(_, before), (at, c)] = [pair[0], pair[1]];
        let is_letter = |c: char| c.is_alphabetic() && !c.is_ascii() && c != '一';
        let may =
            c == ' ' && !before.is_numeric() || matches!(language, "ja" | "zh") && is_letter(before) && is_letter(c);
        may.then_some(at)
    });
    inner.collect()
}

fn insert(text: &str, at: usize, what: &str) -> String {
    format!("{}{what}{}", &text[..at], &text[at..])
}

/// The item, written in other ways.
fn disguises(item: &str, language: &str) -> Vec<(&'static str, String)> {
    let breaks = breaks(item, language);
    let middle = breaks.get(breaks.len() / 2).copied();
    let every = |nth: usize, what: &str| {
        let mut out = item.to_owned();
        for at in breaks.iter().step_by(nth).rev() {
            out.insert_str(*at, what);
        }
        out
    };
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| !matches!(c, ',' | '.' | ';' | '、' | '，' | '。' | '،' | '।' | '።' | '։'))
            .collect()
    };
    let mut all = vec![
        ("as it is", item.to_owned()),
        ("upper case", item.to_uppercase()),
        ("wrapped", every(3, "\n")),
        ("wide", every(1, "\u{a0} ")),
        ("grouped by spaces", item.replace("12,500", "12 500")),
        ("grouped by a stop", item.replace("12,500", "12.500")),
        ("wide digits", item.replace("12,500", "１２５００")),
        ("without punctuation", plain(&item.replace("12,500", "12500"))),
        ("decomposed", item.nfd().collect()),
    ];
    if let Some(at) = middle {
        all.push(("in two paragraphs", insert(item, at, "\n\n")));
        all.push(("marked up", insert(item, at, "<br>")));
    }
    if item.chars().any(|c| !c.is_ascii() && c.is_alphabetic()) {
        let referred = |c: char| match c.is_alphabetic() && !c.is_ascii() {
            true => format!("&#{};", u32::from(c)),
            false => c.to_string(),
        };
        all.push(("in character references", item.chars().map(referred).collect()));
    }
    let bare: String = item
        .nfd()
        .filter(|&c| !matches!(canonical_combining_class(c), 10..=35 | 200..))
        .nfc()
        .collect();
    if bare != item {
        all.push(("without accents", bare));
    }
    // one word in the middle is another; in scripts without spaces two letters
    let words: Vec<&str> = item.split(' ').collect();
    if is_unspaced(language) {
        let chars: Vec<char> = item.chars().collect();
        let half = chars.len() * 2 / 3;
        let edited: String = chars[..half]
            .iter()
            .chain(&['x', 'y'])
            .chain(&chars[half + 2..])
            .collect();
        all.push(("edited", edited));
    } else if words.len() >= 14 {
        let mut words = words;
        words[9] = "xyzzy";
        all.push(("edited", words.join(" ")));
    }
    all
}

/// The text without what may be left or lost where something is cut out.
fn said(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn planted_items_are_found_in_every_script_and_nothing_else_goes() {
    let scratch = Scratch::new();
    let (mut set, mut inputs, mut cases) = (String::new(), String::new(), Vec::new());
    for (language, [item, before, after]) in sentences() {
        set += &line(0, &item);
        let gap = if is_unspaced(&language) { "" } else { " " };
        let at = breaks(&before, &language);
        let at = at.get(at.len() / 2).copied();
        for (how, planted) in disguises(&item, &language) {
            let mut places = vec![
                ("a paragraph", format!("{before}\n\n{planted}\n\n{after}")),
                ("a sentence", format!("{before}{gap}{planted}{gap}{after}")),
                ("alone", planted.clone()),
            ];
            if let Some(at) = at {
                let (head, tail) = before.split_at(at);
                places.push(("inside", format!("{head}{gap}{planted}{gap}{tail}\n{after}")));
                places.push(("in brackets", format!("{head} ({planted}) {tail}\n{after}")));
                places.push(("quoted", format!("{head} “{planted}” {tail}\n{after}")));
            }
            for (place, text) in places {
                let host = if place == "alone" {
                    String::new()
                } else {
                    format!("{before}{after}")
                };
                inputs += &line(0, &text);
                cases.push((format!("{language}: {how}, {place}"), text, said(&host)));
            }
        }
    }
    scratch.put("set.jsonl", set);
    scratch.put("in.jsonl", inputs);
    scratch.clean(&["--against", "set.jsonl"]).ends(0);
    let cleaned = scratch.get_text("out.jsonl");
    let mut missed = Vec::new();
    for ((name, text, host), line) in cases.iter().zip(cleaned.lines()) {
        let left: Value = serde_json::from_str(line).unwrap();
        let left = said(left["text"].as_str().unwrap());
        if left != *host {
            missed.push(format!("{name}\n  of   {text:?}\n  left {left:?}"));
        }
        // Whatever is left of the item, the text around it is whole.
        let first: String = host.chars().take(8).collect();
        assert!(left.starts_with(&first), "{name}: {left}");
        let mut rest = left.chars();
        assert!(
            host.chars().all(|c| rest.any(|there| there == c)),
            "{name}: {host} in {left}"
        );
    }
    assert!(cases.len() > 1200, "{}", cases.len());
    assert!(
        missed.len() * 100 <= cases.len(),
        "{} of {} are missed:\n{}",
        missed.len(),
        cases.len(),
        missed.join("\n")
    );
    scratch
        .redite(&["restore", "out.jsonl", "r.jsonl", "-o", "back.jsonl"])
        .ends(0);
    assert!(scratch.get("back.jsonl") == scratch.get("in.jsonl"));
}

#[test]
fn short_lines_are_found_as_lines_and_not_as_parts_of_others() {
    let scratch = Scratch::new();
    let (mut set, mut inputs, mut hosts) = (String::new(), String::new(), Vec::new());
    for (language, [item, before, after]) in sentences() {
        // six words, or twelve letters of a script without spaces
        let short: String = match language.as_str() {
            "ja" | "zh" => before.chars().take(12).collect(),
            "th" | "km" => continue,
            _ => before.split(' ').take(6).collect::<Vec<_>>().join(" "),
        };
        if before == short {
            continue;
        }
        set += &line(0, &format!("{short}\n\nno"));
        for (text, host) in [
            (format!("{item}\n{short}\n{after}"), format!("{item}{after}")),
            (
                format!("{item}\n\n- {}!\n\n{after}", short.to_uppercase()),
                format!("{item}-{after}"),
            ),
            (format!("{item}\nX: {short}\n{after}"), format!("{item}X:{after}")),
            // as part of a sentence it is none
            (format!("{item}\n{before}\n{after}"), format!("{item}{before}{after}")),
        ] {
            inputs += &line(0, &text);
            hosts.push((text, said(&host)));
        }
    }
    scratch.put("set.jsonl", set);
    scratch.put("in.jsonl", inputs);
    scratch.clean(&["--against", "set.jsonl"]).ends(0);
    for ((text, host), line) in hosts.iter().zip(scratch.get_text("out.jsonl").lines()) {
        let left: Value = serde_json::from_str(line).unwrap();
        assert_eq!(said(left["text"].as_str().unwrap()), *host, "of {text:?}");
    }
    // and not at all where the minimum is higher
    scratch.clean(&["--against", "set.jsonl", "--min-tokens", "7"]).ends(0);
    assert_eq!(scratch.get("out.jsonl"), scratch.get("in.jsonl"));
}

const QUESTION: &str = "A train leaves at 9:40 and travels 1,200 km in 8 hours. How fast is it?";

/// A text that has it, one that has it edited, one that has not.
fn put(scratch: &Scratch) {
    let texts = [
        line(1, &format!("Quiz!\n\n{QUESTION} Tell me.")),
        line(
            2,
            &format!("So: {} Tell me.", QUESTION.replace("travels", "goes").to_uppercase()),
        ),
        line(3, LEAD),
        "{\"text\":17}\n".to_owned(),
        line(4, LEAD),
    ];
    scratch.put("in.jsonl", texts.concat());
    let item = json!({"id": "q7", "question": QUESTION, "answer": "It goes 150 km an hour."});
    scratch.put(
        "set/test.jsonl",
        format!("{}\n", json!({"id": "q6", "question": OTHER})) + &format!("{item}\n"),
    );
}

#[test]
fn what_went_is_told_field_by_field() {
    let scratch = Scratch::new();
    put(&scratch);
    let fields = [
        "--against",
        "set",
        "--against-field",
        "question,answer",
        "--stats",
        "s.json",
    ];
    let run = scratch.clean(&fields).ends(0);
    assert!(run.err.contains("removed 2 spans from 2 articles"), "{}", run.err);
    assert!(run.err.contains("of the test set 1 of 3 texts"), "{}", run.err);
    let cleaned = scratch.get_text("out.jsonl");
    assert!(
        cleaned.starts_with(&(line(1, "Quiz!\n\nTell me.") + &line(2, "So: Tell me."))),
        "{cleaned}"
    );
    // repeats stay
    assert!(
        cleaned.ends_with(&(line(3, LEAD) + "{\"text\":17}\n" + &line(4, LEAD))),
        "{cleaned}"
    );

    let removed = scratch.removed("r.jsonl");
    let kept = json!({"article": "q7", "source": "set/test.jsonl:2", "field": "question", "bytes": [0, 70],
        "text": &QUESTION[..70]});
    assert_eq!(
        removed[0],
        json!({"article": 1, "source": "in.jsonl:1", "field": "text", "unit": "span", "bytes": [7, 79], "chars": [7, 79],
            "text": format!("{QUESTION} "), "rule": "against", "measure": "contained:8", "similarity": 1, "lost": [], "kept": kept})
    );
    assert_eq!((&removed[1]["lost"], &removed[1]["kept"]), (&json!(["goes"]), &kept));
    assert_eq!(removed[1]["similarity"], json!(0.9375));
    let stats = scratch.json("s.json");
    for (name, value) in [
        ("removed_spans", 2),
        ("edited_spans", 1),
        ("contaminated_articles", 2),
        ("test_texts", 3),
        ("test_texts_found", 1),
        ("faulty_records", 1),
        ("against_tokens", 8),
    ] {
        assert_eq!(stats[name], json!(value), "{name}");
    }
    scratch
        .redite(&["restore", "out.jsonl", "r.jsonl", "-o", "back.jsonl"])
        .ends(0);
    assert_eq!(scratch.get("back.jsonl"), scratch.get("in.jsonl"));
}

#[test]
fn marks_say_the_same_and_are_applied() {
    let scratch = Scratch::new();
    put(&scratch);
    let fields = ["--against", "set/test.jsonl", "--against-field", "question"];
    scratch.clean(&fields).ends(0);
    scratch
        .redite(&[&["mark", "in.jsonl", "-o", "m.jsonl"][..], &fields].concat())
        .ends(0);
    for (conditions, is_all) in [
        (&["--where", "rule=against"][..], true),
        (&["--where", "unit=span", "--where", "bytes>50"], true),
        (&["--where", "similarity=1"], false),
        (&["--where", "rule=equal,near"], false),
    ] {
        let args = [
            "apply",
            "m.jsonl",
            "in.jsonl",
            "-o",
            "applied.jsonl",
            "--removed",
            "ra.jsonl",
        ];
        scratch.redite(&[&args[..], conditions].concat()).ends(0);
        assert_eq!(
            scratch.get("applied.jsonl") == scratch.get("out.jsonl"),
            is_all,
            "{conditions:?}"
        );
        // but for the header, which knows the conditions
        let units = |name: &str| {
            let removed = scratch.get_text(name);
            removed.split_once('\n').map(|(_, units)| units.to_owned())
        };
        assert_eq!(units("ra.jsonl") == units("r.jsonl"), is_all, "{conditions:?}");
    }
    let marks = scratch.get_text("m.jsonl");
    let articles: Vec<Value> = marks
        .lines()
        .skip(1)
        .take(4)
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        strings(&articles, "relation"),
        ["reprint", "reprint", "original", "original"]
    );
    assert_eq!(
        articles[0]["most"],
        json!({"article": "q7", "source": "set/test.jsonl:2", "bytes": 71})
    );
    assert_eq!(articles[0]["units"][0].get("family"), None);

    let dolma = ["mark", "in.jsonl", "-o", "d.jsonl", "--format", "dolma"];
    scratch.redite(&[&dolma[..], &fields].concat()).ends(0);
    let first: Value = serde_json::from_str(scratch.get_text("d.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(
        first,
        json!({"id": "1", "attributes": {"redite__against": [[7, 79, 1.0]]}})
    );
}

#[test]
fn a_test_set_is_read_in_every_format_and_the_threads_change_nothing() {
    let scratch = Scratch::new();
    put(&scratch);
    scratch
        .clean(&["--against", "set", "--against-field", "question"])
        .ends(0);
    let (cleaned, removed) = (scratch.get("out.jsonl"), scratch.removed_text("r.jsonl"));
    scratch.put("set.parquet", support::parquet(&[(1, None), (2, Some(QUESTION))]));
    scratch.put("set.txt", format!("{OTHER}\n\n{QUESTION}\n"));
    for (codec, end) in CODECS {
        scratch.put(&format!("set.jsonl{end}"), pack(codec, line(1, QUESTION).as_bytes()));
    }
    let mut sets = vec!["set.parquet".to_owned(), "set.txt".to_owned()];
    sets.extend(CODECS.map(|(_, end)| format!("set.jsonl{end}")));
    for set in &sets {
        scratch.clean(&["--against", set]).ends(0);
        assert_eq!(scratch.get("out.jsonl"), cleaned, "{set}");
    }
    scratch.put("other.jsonl", line(1, OTHER));
    scratch
        .clean(&["--against", "other.jsonl", "--against", "set.txt"])
        .ends(0);
    assert_eq!(scratch.get("out.jsonl"), cleaned);
    for threads in ["1", "2", "7"] {
        scratch
            .clean(&["--against", "set", "--against-field", "question", "--threads", threads])
            .ends(0);
        assert_eq!(
            (scratch.get("out.jsonl"), scratch.removed_text("r.jsonl")),
            (cleaned.clone(), removed.clone())
        );
    }
    // an input in Parquet, restored
    scratch.put(
        "in.parquet",
        support::parquet(&[(1, Some(&format!("Quiz. {QUESTION} Well."))), (2, None)]),
    );
    let args = [
        "clean",
        "in.parquet",
        "-o",
        "out.parquet",
        "--removed",
        "rp.jsonl",
        "--against",
        "set.txt",
    ];
    scratch.redite(&args).ends(0).says(&["removed 1 span"]);
    scratch
        .redite(&["restore", "out.parquet", "rp.jsonl", "-o", "back.parquet"])
        .ends(0);
    scratch.redite(&["find", "back.parquet"]).ends(0);
    // through pipes
    let run = scratch
        .redite_with(&["clean", "-", "--against", "set.txt"], &scratch.get("in.jsonl"))
        .ends(0);
    assert_eq!(run.out, cleaned);
    let run = scratch
        .redite_with(&["clean", "in.jsonl", "--against", "-"], QUESTION.as_bytes())
        .ends(0);
    assert_eq!(run.out, cleaned);
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let scratch = Scratch::new();
    put(&scratch);
    let field = ["--against-field", "question"];
    for (more, said) in [
        (&["--against", "set", "--threshold", "0.7"][..], "--threshold"),
        (&["--against", "set", "--unit", "sentence"], "--unit"),
        (&["--against", "set", "--scope", "article"], "--scope"),
        (&["--against", "set", "--similarity", "edit"], "--similarity"),
        (&["--against", "set", "--level", "exact"], "--level"),
        (&["--against", "set", "--keep", "last"], "--keep"),
        (&["--against", "set", "--paragraphs", "line"], "--paragraphs"),
        (&["--against-tokens", "9"], "--against"),
        (&["--against-field", "question"], "--against"),
        (&["--against", "set", "--against-tokens", "1"], "2..=1000"),
        (&["--against", "missing"], "missing"),
        (&["--against", "in.jsonl"], "is an input and in the test set"),
        (&["--against", "set"], "--against-field (its fields: id, question"),
        (
            &["--against", "set", "--against-field", "question", "--max-removed", "1%"],
            "redite mark --against",
        ),
        (
            &["--against", "set", "--against-field", "question", "--strict"],
            "--strict",
        ),
    ] {
        scratch.clean(more).ends(2).says(&[said]);
        assert!(!scratch.has("out.jsonl") && !scratch.has("r.jsonl"), "{more:?}");
    }
    // nor is it written over
    let before = scratch.get("set/test.jsonl");
    for output in ["-o", "--removed", "--stats"] {
        let args = ["clean", "in.jsonl", output, "set/test.jsonl", "--against", "set"];
        scratch
            .redite(&[&args[..], &field].concat())
            .ends(2)
            .says(&["set/test.jsonl would overwrite"]);
        assert_eq!(scratch.get("set/test.jsonl"), before);
    }
    // what is lost of the test set is lost for the search
    scratch.put("set/broken.jsonl.gz", b"\x1f\x8b\x08broken");
    scratch
        .clean(&[&["--against", "set"], &field[..]].concat())
        .ends(3)
        .says(&["set/broken.jsonl.gz"]);
}

#[test]
fn memory_and_time_are_told_and_kept() {
    let scratch = Scratch::new();
    put(&scratch);
    let args = ["--against", "set", "--against-field", "question"];
    let run = scratch.clean(&[&args[..], &["--dry-run"]].concat()).ends(0);
    let told = String::from_utf8(run.out).unwrap();
    assert!(
        told.contains("test set: 2 texts in 1 file, 29 tokens; memory: about"),
        "{told}"
    );
    assert!(!scratch.has("out.jsonl"));
    scratch.clean(&[&args[..], &["--memory", "300M"]].concat()).ends(0);
    let mut large = String::new();
    let mut random = support::random(7);
    for id in 0..20_000 {
        let words: Vec<String> = (0..40).map(|_| format!("w{}", random(1_000_000))).collect();
        large += &line(id, &words.join(" "));
    }
    scratch.put("large.jsonl", large);
    let run = scratch
        .clean(&["--against", "large.jsonl", "--memory", "120M", "--threads", "1"])
        .ends(2);
    assert!(run.err.contains("the test set takes about"), "{}", run.err);
}
