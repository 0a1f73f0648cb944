use super::*;

/// Cleans with more arguments; the removed lines as `id:text`.
fn removed(scratch: &Scratch, more: &[&str]) -> Vec<String> {
    let mut args = vec!["clean", "in.jsonl", "-o", "out.jsonl", "--removed", "r.jsonl"];
    args.extend(more);
    scratch.redite(&args).ends(0);
    let lines = scratch.removed("r.jsonl");
    let id = |r: &Value| r["article"].to_string();
    lines
        .iter()
        .map(|r| format!("{}:{}", id(r), r["text"].as_str().unwrap().trim()))
        .collect()
}

fn starts(found: &[String], expected: &[&str]) {
    let fits = found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| f.starts_with(e));
    assert!(fits, "{found:#?} instead of {expected:#?}");
}

#[test]
fn each_option_does_what_it_says() {
    let scratch = Scratch::new();
    let longer = format!("{LEAD} {OTHER}");
    let records = [
        json!({"id": 1, "text": longer, "rank": 3, "day": "2024-03-01"}),
        json!({"id": 2, "text": format!("{OTHER} {THIRD}\n\n{LEAD} {OTHER}"), "rank": 1, "day": "2024-01-01"}),
        json!({"id": 3, "text": format!("{THIRD} {THIRD}"), "rank": 2, "day": "2024-02-01"}),
    ];
    let content: String = records.iter().map(|r| format!("{r}\n")).collect();
    scratch.put("in.jsonl", content);
    let pa = format!("2:{LEAD}");
    starts(
        &removed(&scratch, &[]),
        &["2:La pluie", &pa, "3:Les élèves", "3:Les élèves"],
    );
    starts(&removed(&scratch, &["--unit", "paragraph"]), &[&pa]);
    starts(
        &removed(&scratch, &["--unit", "sentence"]),
        &[
            "2:La pluie",
            "2:Le conseil",
            "2:La pluie",
            "3:Les élèves",
            "3:Les élèves",
        ],
    );
    starts(
        &removed(&scratch, &["--scope", "article"]),
        &["2:La pluie", "3:Les élèves"],
    );
    starts(
        &removed(&scratch, &["--keep", "last", "--unit", "sentence"]),
        &[
            "1:Le conseil",
            "1:La pluie",
            "2:La pluie",
            "2:Les élèves",
            "3:Les élèves",
        ],
    );
    let lowest = [
        "1:Le conseil",
        "1:La pluie",
        "2:La pluie",
        "3:Les élèves",
        "3:Les élèves",
    ];
    starts(&removed(&scratch, &["--keep", "rank", "--unit", "sentence"]), &lowest);
    starts(&removed(&scratch, &["--keep", "day", "--unit", "sentence"]), &lowest);
    starts(
        &removed(&scratch, &["--keep", "-rank", "--unit", "sentence"]),
        &[
            "2:La pluie",
            "2:Les élèves",
            "2:Le conseil",
            "2:La pluie",
            "3:Les élèves",
        ],
    );
    starts(&removed(&scratch, &["--min-tokens", "20", "--unit", "sentence"]), &[]);
}

/// A lead, and five texts like it: with a slip, another number, more words, another word, fewer words.
#[test]
fn thresholds_measures_and_levels() {
    let scratch = Scratch::new();
    let texts = [
        LEAD.to_owned(),
        LEAD.replace("budget", "bugdet"),
        LEAD.replace("1 500", "2 800"),
        format!("{} et de la musique.", LEAD.trim_end_matches('.')),
        LEAD.replace("budget", "crédit"),
        LEAD.replace(" hier soir", ""),
    ];
    let lines = (1..).zip(&texts).map(|(id, text)| line(id, text));
    scratch.put("in.jsonl", lines.collect::<String>());
    let fit = ["2:", "6:"];
    starts(&removed(&scratch, &[]), &fit);
    starts(&removed(&scratch, &["--threshold", "1"]), &[]);
    starts(&removed(&scratch, &["--threshold", "0.85"]), &[]);
    starts(&removed(&scratch, &["--level", "exact"]), &["6:"]);
    starts(&removed(&scratch, &["--level", "editor"]), &fit);
    starts(
        &removed(&scratch, &["--level", "boilerplate"]),
        &["2:", "3:", "4:", "5:", "6:"],
    );
    starts(
        &removed(&scratch, &["--similarity", "edit", "--threshold", "0.9"]),
        &["2:"],
    );
    starts(
        &removed(&scratch, &["--similarity", "jaccard:3", "--threshold", "0.8"]),
        &[],
    );
    starts(
        &removed(&scratch, &["--similarity", "containment", "--threshold", "0.7"]),
        &fit,
    );
    let lines = scratch.removed("r.jsonl");
    assert!(lines.iter().all(|r| r["measure"] == "containment:1,2"));
}

#[test]
fn paragraphs_by_blank_lines_or_by_every_break() {
    let scratch = Scratch::new();
    let (a, b) = (
        "Marché place Saint-Pierre demain matin",
        "Concert gratuit au kiosque du parc",
    );
    let c = "Vide-grenier des voisins rue Pasteur";
    scratch.put(
        "in.jsonl",
        format!(
            "{}{}",
            line(1, &format!("{a}\n{b}\n{c}\n\n{c}\n{b}\n{a}")),
            line(2, &format!("{b}\n{a}"))
        ),
    );
    let auto = removed(&scratch, &["--unit", "paragraph"]);
    // the second article has no blank line: there a line is a paragraph
    starts(&auto, &["1:Vide"]);
    starts(
        &removed(&scratch, &["--unit", "paragraph", "--paragraphs", "blank"]),
        &["1:Vide", "2:Concert"],
    );
    starts(
        &removed(&scratch, &["--unit", "paragraph", "--paragraphs", "line"]),
        &["1:Vide", "1:Concert", "1:Marché", "2:Concert", "2:Marché"],
    );
}

#[test]
fn languages_from_the_field_or_the_option() {
    let scratch = Scratch::new();
    let text = "El ayuntamiento ha aprobado esta semana un nuevo plan para los barrios de la ciudad y sus vecinos. Las \
        obras empezarán después del verano y durarán todo el año.";
    let content = format!(
        "{}\n{}\n",
        json!({"l": {"code": "fr"}, "text": text}),
        json!({"text": text})
    );
    scratch.put("in.jsonl", &content);
    let languages = |more: &[&str]| {
        let mut args = vec!["clean", "in.jsonl", "-q", "-o", "out.jsonl", "--stats", "s.json"];
        args.extend(more);
        scratch.redite(&args).ends(0);
        let stats = scratch.json("s.json");
        let languages = stats["languages"].as_object().unwrap();
        languages
            .iter()
            .map(|(code, s)| format!("{code}={}", s["articles"]))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(languages(&[]), "es=2");
    assert_eq!(languages(&["--lang-field", "l.code"]), "es=1 fr=1");
    assert_eq!(languages(&["--lang-field", "l.code", "--lang", "pt"]), "fr=1 pt=1");
}

#[test]
fn ids_from_another_field() {
    let scratch = Scratch::new();
    let content = format!("{{\"url\":\"a\\/b\",\"text\":\"{LEAD}\"}}\n{{\"url\":\"c\",\"text\":\"{LEAD}\"}}\n");
    scratch.put("in.jsonl", content);
    scratch
        .redite(&[
            "clean",
            "in.jsonl",
            "-o",
            "o.jsonl",
            "--removed",
            "r.jsonl",
            "--id-field",
            "url",
        ])
        .ends(0);
    let removed = scratch.removed("r.jsonl");
    assert_eq!(
        (&removed[0]["article"], &removed[0]["kept"]["article"]),
        (&json!("c"), &json!("a/b"))
    );
}

#[test]
fn a_run_that_would_remove_too_much_stops_or_warns() {
    let scratch = Scratch::new();
    scratch.put(
        "in.jsonl",
        format!("{}{}{}", line(1, LEAD), line(2, LEAD), line(3, LEAD)),
    );
    let run = scratch.clean(&["--max-removed", "50%"]);
    run.ends(2).says(&[
        "66.7 % of the text would be removed",
        "nothing was written",
        "--max-removed",
    ]);
    assert_eq!(scratch.files(), ["in.jsonl"]);
    let run = scratch
        .redite(&["clean", "in.jsonl", "-o", "out.jsonl", "--max-removed", "0.7"])
        .ends(0);
    assert!(!run.err.contains("WARNING"));
    scratch
        .redite(&["clean", "in.jsonl", "-o", "out.jsonl"])
        .ends(0)
        .says(&["WARNING: 66.7 % of the text is removed"]);
}

#[test]
fn stats_are_json_and_add_up() {
    let scratch = Scratch::new();
    let sample = support::data("sample");
    scratch
        .redite(&[
            "clean",
            sample.to_str().unwrap(),
            "-o",
            "out",
            "--removed",
            "r.jsonl",
            "--stats",
            "s.json",
        ])
        .ends(0);
    let (stats, removed) = (scratch.json("s.json"), scratch.removed("r.jsonl"));
    let number = |name: &str| stats[name].as_u64().unwrap_or_else(|| panic!("{name} in {stats}"));
    assert_eq!(
        (number("files"), number("articles"), number("faulty_records")),
        (3, 68, 0)
    );
    assert_eq!(
        (
            number("failed_files"),
            number("skipped_files"),
            number("dropped_records")
        ),
        (0, 0, 0)
    );
    let rules = strings(&removed, "rule");
    let count = |rule: &str| rules.iter().filter(|r| *r == rule).count() as u64;
    assert_eq!(
        (number("removed_equal"), number("removed_near")),
        (count("equal"), count("near"))
    );
    let bytes: u64 = removed
        .iter()
        .map(|r| r["text"].as_str().unwrap().trim().len() as u64)
        .sum();
    assert_eq!(number("removed_bytes"), bytes);
    for field in [
        "articles",
        "text_bytes",
        "removed_bytes",
        "removed_equal",
        "removed_near",
    ] {
        let languages = stats["languages"].as_object().unwrap();
        let sum: u64 = languages.values().map(|share| share[field].as_u64().unwrap()).sum();
        assert_eq!(sum, number(field), "{field}");
    }
    assert!(stats["languages"].as_object().unwrap().len() >= 20);
    assert_eq!(
        (&stats["similarity"], &stats["threshold"]),
        (&json!("jaccard:1,2"), &json!(0.52))
    );
    let seconds = stats["seconds"].as_f64().unwrap();
    let stages = stats["stages"].as_array().unwrap();
    let sum = |field: &str| -> f64 { stages.iter().map(|stage| stage[field].as_f64().unwrap_or(0.0)).sum() };
    assert!(sum("seconds") > 0.0 && sum("seconds") <= seconds, "{stages:?}");
    assert!(sum("one_thread_seconds") <= sum("seconds"), "{stages:?}");
    assert_eq!(cfg!(unix), sum("cpu_seconds") > 0.0, "{stages:?}");
}

#[test]
fn quiet_and_not() {
    let scratch = Scratch::new();
    scratch.put(
        "in.jsonl",
        format!("{}{}{}", line(1, LEAD), line(2, DRESSED), line(3, OTHER)),
    );
    let run = scratch.redite(&["clean", "in.jsonl", "--quiet"]).ends(0);
    assert_eq!(run.err, "");
    assert_eq!(
        String::from_utf8(run.out).unwrap(),
        format!("{}{}{}", line(1, LEAD), line(2, ""), line(3, OTHER))
    );
    scratch
        .redite(&["clean", "in.jsonl"])
        .ends(0)
        .says(&["3 articles in 1 file", "1 equal, 0 near", "MB/s"]);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", line(1, LEAD));
    for (args, says) in [
        (&["--nope"][..], "--nope"),
        (&["--unit", "word"], "paragraph"),
        (&["--threshold", "0"], "above 0 and at most 1"),
        (&["--threshold", "1.01"], "above 0 and at most 1"),
        (&["--threshold", "nan"], "above 0 and at most 1"),
        (&["--threshold", "much"], "much"),
        (&["--similarity", "cosine"], "jaccard, containment or edit"),
        (&["--level", "strict"], "exact, editor, boilerplate"),
        (&["--similarity", "jaccard:0"], "from 1 to 16"),
        (&["--similarity", "edit:2"], "takes no shingle lengths"),
        (&["--min-tokens", "0"], "at least 1 word"),
        (&["--threads", "0"], "from 1 to 512"),
        (&["--keep", "-"], "first, longest, last"),
        (&["--max-removed", "120%"], "such as 50%"),
        (&["--text-field", "text,text"], "named twice"),
        (&["in.jsonl"], "given twice"),
        (&["nowhere.jsonl"], "no such file or folder"),
    ] {
        let mut all = vec!["clean", "in.jsonl", "-o", "out.jsonl", "--removed", "r.jsonl"];
        all.extend(args);
        scratch.redite(&all).ends(2).says(&[says]);
        assert_eq!(scratch.files(), ["in.jsonl"], "{args:?}");
    }
    scratch.redite(&["clean"]).ends(2).says(&["INPUT"]);
    scratch.redite(&["wash"]).ends(2).says(&["wash"]);
    scratch
        .redite(&["restore", "in.jsonl", "nowhere.jsonl"])
        .ends(2)
        .says(&["nowhere.jsonl", "--removed"]);
    let help = scratch.redite(&["--help"]).ends(0);
    assert!(String::from_utf8(help.out).unwrap().contains("Exit codes"));
}
