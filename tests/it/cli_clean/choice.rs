use super::*;

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn put(scratch: &Scratch, records: &[Value]) {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    scratch.put("in.jsonl", lines);
}

/// Runs `clean` with some options, and `mark` and `apply` with the same: the bytes are the same, and can be put back. Gives the
/// texts that are left and the removed units.
fn choose(scratch: &Scratch, reach: &[&str], choice: &[&str]) -> (Vec<String>, Vec<Value>) {
    let outputs = [
        "-o",
        "out.jsonl",
        "--removed",
        "removed.jsonl",
        "--stats",
        "stats.json",
        "-q",
    ];
    scratch
        .redite(&[&["clean", "in.jsonl"], reach, choice, &outputs[..]].concat())
        .ends(0);
    scratch
        .redite(&[&["mark", "in.jsonl", "-o", "marks.jsonl", "-q"], reach].concat())
        .ends(0);
    let outputs = ["-o", "applied.jsonl", "--removed", "applied-removed.jsonl", "-q"];
    scratch
        .redite(&[&["apply", "marks.jsonl", "in.jsonl"], choice, &outputs[..]].concat())
        .ends(0);
    assert_eq!(scratch.get("out.jsonl"), scratch.get("applied.jsonl"), "{choice:?}");
    assert_eq!(
        scratch.get("removed.jsonl"),
        scratch.get("applied-removed.jsonl"),
        "{choice:?}"
    );
    scratch
        .redite(&["restore", "out.jsonl", "removed.jsonl", "-o", "back.jsonl", "-q"])
        .ends(0);
    assert_eq!(scratch.get("back.jsonl"), scratch.get("in.jsonl"), "{choice:?}");
    let removed: Vec<Value> = lines(&scratch.get("removed.jsonl"))
        .into_iter()
        .filter(|l| l.get("unit").is_some())
        .collect();
    let stats: Value = serde_json::from_slice(&scratch.get("stats.json")).unwrap();
    for (field, rule) in [
        ("removed_equal", "equal"),
        ("removed_near", "near"),
        ("removed_frequent", "frequent"),
        ("removed_bridges", "bridge"),
    ] {
        assert_eq!(
            stats[field],
            json!(removed.iter().filter(|unit| unit["rule"] == rule).count()),
            "{choice:?} {field}"
        );
    }
    let texts = lines(&scratch.get("out.jsonl"))
        .into_iter()
        .map(|record| record["text"].as_str().unwrap().to_owned());
    (texts.collect(), removed)
}

const MENU: &str = "Home News Sport Weather Contact us Search the whole site";
const NOTICE: &str = "We use cookies to make this site work and to see how it is used by readers.";
const REFRAIN: &str = "And the river goes on to the sea, and the river goes on to the sea.";

fn own(n: usize) -> String {
    let words = [
        "harbour", "engine", "orchard", "violin", "glacier", "market", "lantern", "bridge", "meadow", "cannon",
    ];
    let word = |k: usize| words[(3 * n + k * k + n * k) % words.len()];
    format!(
        "The {} of number {n} stood near the {} when the {} fell in {}.",
        word(0),
        word(1),
        word(2),
        1800 + n
    )
}

/// Ten articles of two sites: menu and notice on each of the first site, a refrain three times in one.
fn site() -> Vec<Value> {
    (0..10)
        .map(|n| {
            let site = if n < 6 { "a" } else { "b" };
            let text = match n {
                0..6 => format!("{MENU}\n\n{}\n\n{NOTICE}", own(n)),
                6 => format!("{REFRAIN}\n\n{}\n\n{REFRAIN}\n\n{}\n\n{REFRAIN}", own(6), own(16)),
                _ => format!("{}\n\n{}", own(n), if n == 9 { MENU } else { "" }),
            };
            json!({"id": n, "site": site, "text": text})
        })
        .collect()
}

fn count(texts: &[String], said: &str) -> usize {
    texts.iter().map(|text| text.matches(said).count()).sum()
}

#[test]
fn copies_stay_as_often_as_asked() {
    let scratch = Scratch::new();
    put(&scratch, &site());
    for (copies, [menus, notices, refrains]) in [
        ("1", [1, 1, 1]),
        ("2", [2, 2, 2]),
        ("all", [7, 6, 3]),
        ("none", [0, 0, 0]),
        ("0", [0, 0, 0]),
        ("2-3:all,4-6:2,7-:none", [0, 2, 3]),
        ("6:3", [1, 3, 1]),
    ] {
        let (texts, removed) = choose(&scratch, &[], &["--keep-copies", copies]);
        let left = [MENU, NOTICE, REFRAIN].map(|said| count(&texts, said));
        assert_eq!(left, [menus, notices, refrains], "{copies}");
        for n in 0..10 {
            assert_eq!(count(&texts, &own(n)), 1, "{copies} {n}");
        }
        let frequent: Vec<&Value> = removed.iter().filter(|unit| unit["rule"] == "frequent").collect();
        assert_eq!(frequent.len(), left.iter().filter(|&&n| n == 0).count(), "{copies}");
        assert!(frequent.iter().all(|unit| unit["kept"].is_null()));
    }
}

#[test]
fn what_is_rare_stays() {
    let scratch = Scratch::new();
    put(&scratch, &site());
    let left = |reach: &[&str], choice: &[&str]| {
        let (texts, _) = choose(&scratch, reach, choice);
        [MENU, NOTICE, REFRAIN].map(|said| count(&texts, said))
    };
    // A refrain stands in one article only, however often.
    assert_eq!(left(&[], &["--min-count", "2"]), [1, 1, 3]);
    assert_eq!(left(&[], &["--min-count", "7"]), [1, 6, 3]);
    assert_eq!(left(&[], &["--min-share", "65%", "--keep-copies", "none"]), [0, 6, 3]);
    assert_eq!(left(&[], &["--min-share", "60%"]), [1, 1, 3]);
    // The shares of a group: all six of the one, one of four of the other.
    let by_site = ["--group-by", "site"];
    assert_eq!(
        left(&by_site, &["--min-share", "90%", "--keep-copies", "none"]),
        [1, 0, 3]
    );
    assert_eq!(
        left(&by_site, &["--where", "copies>=3", "--where", "within=yes"]),
        [7, 6, 1]
    );
}

#[test]
fn only_long_runs_go_and_short_islands_with_them() {
    let scratch = Scratch::new();
    let paragraphs: Vec<String> = (20..26).map(own).collect();
    let island = "Advertisement 7";
    let with = |between: &str| {
        let (before, after) = (paragraphs[..3].join("\n\n"), paragraphs[3..].join("\n\n"));
        format!("{before}\n\n{between}\n\n{after}")
    };
    let records = [
        json!({"id": 1, "text": with("What stands here is said by nobody else in the world.")}),
        json!({"id": 2, "text": format!("{}\n\n{}", with(island), own(40))}),
        json!({"id": 3, "text": format!("{}\n\n{}", own(41), paragraphs[0])}),
    ];
    put(&scratch, &records);
    let one = paragraphs[0].len();
    let run = (2 * one).to_string();
    let (texts, removed) = choose(&scratch, &[], &["--min-run", &run]);
    assert_eq!(texts[1], format!("{island}\n\n{}", own(40)));
    assert_eq!(texts[2], records[2]["text"].as_str().unwrap());
    assert_eq!(removed.len(), 6);
    let (texts, removed) = choose(&scratch, &[], &["--min-run", &run, "--bridge", "14"]);
    assert_eq!(texts[1], own(40));
    let bridges: Vec<&Value> = removed.iter().filter(|unit| unit["rule"] == "bridge").collect();
    assert_eq!(bridges.len(), 1);
    assert_eq!(
        (&bridges[0]["unit"], &bridges[0]["lost"]),
        (&json!("span"), &json!(["advertisement", "7"]))
    );
    assert_eq!(bridges[0]["kept"]["article"], json!(1));
    let (texts, _) = choose(&scratch, &[], &["--min-run", &run, "--bridge", "13"]);
    assert_eq!(texts[1], format!("{island}\n\n{}", own(40)));
    let (texts, removed) = choose(&scratch, &[], &["--min-run", &(4 * one).to_string(), "--bridge", "99"]);
    assert_eq!((texts.len(), removed.len()), (3, 0));
}

/// Whatever is chosen of whatever corpus: clean does what mark and apply do, and it can be put back.
#[test]
fn any_choice_can_be_put_back() {
    let mut random = support::random(17);
    let sample = lines(support::text("sample/articles.jsonl").as_bytes());
    let mut gone = 0;
    for round in 0..24 {
        let scratch = Scratch::new();
        let records: Vec<Value> = (0..20 + random(30))
            .map(|n| {
                let mut pick = || sample[random(sample.len())]["text"].as_str().unwrap().to_owned();
                let mut text = format!("{}\n\n{}", pick(), pick());
                for _ in 0..random(4) {
                    let more = [MENU, NOTICE, REFRAIN][random(3)];
                    text = if random(2) == 0 {
                        format!("{more}\n\n{text}")
                    } else {
                        format!("{text} {more}")
                    };
                }
                let site = ["a", "b", "c"][random(3)];
                json!({"id": n, "site": site, "text": text})
            })
            .collect();
        put(&scratch, &records);
        let copies = ["none", "2", "1-3:all,4-6:none", "3-:2"][random(4)];
        let is_none = copies.contains("none");
        let [count, run, bridge] = [random(5), 50 * random(9), 10 * random(20)].map(|n| (n + 1).to_string());
        let share = format!("{}%", random(20));
        let mut choice: Vec<&str> = Vec::new();
        for option in [
            &["--keep-copies", copies][..],
            &["--min-count", &count],
            &["--min-share", &share],
            &["--min-run", &run, "--bridge", &bridge],
            &["--where", "bytes<300"],
        ] {
            let is_apart = option[0] == "--min-run" && is_none && choice.contains(&copies);
            if !is_apart && (random(3) == 0 || round < 2 && choice.is_empty()) {
                choice.extend(option);
            }
        }
        let reach: &[&str] = [&[][..], &["--group-by", "site"], &["--group-by", "site", "--across"]][random(3)];
        gone += choose(&scratch, reach, &choice).1.len();
    }
    assert!(gone > 300, "{gone}");
}

#[test]
fn choices_that_say_nothing_are_refused() {
    let scratch = Scratch::new();
    put(&scratch, &site());
    for options in [
        &["--keep-copies", "some"][..],
        &["--keep-copies", "1-3:all,2:1"],
        &["--min-share", "130%"],
        &["--bridge", "20"],
        &["--where", "size>3"],
    ] {
        scratch.redite(&[&["clean", "in.jsonl"], options].concat()).ends(2);
    }
}

/// A first copy goes only if that is what was asked for: not for a condition on how others repeat it, not where it holds one that is to
/// stay, and not between two runs.
#[test]
fn first_copies_stay_where_they_are_needed() {
    let scratch = Scratch::new();
    let pier = "The harbour master closed the northern pier after the storm and sent everybody home.";
    let hurt = "Nobody was hurt in the accident said police.";
    let records = |texts: &[String]| -> Vec<Value> {
        (1..)
            .zip(texts)
            .map(|(n, text)| json!({"id": n, "text": text}))
            .collect()
    };
    let texts = [format!("{pier}\n\n{}", own(1)), format!("{pier}\n\n{}", own(2))];
    put(&scratch, &records(&texts));
    let (left, removed) = choose(&scratch, &[], &["--keep-copies", "none", "--where", "within=yes"]);
    assert_eq!((&left[..], removed.len()), (&texts[..], 0));
    let (left, _) = choose(&scratch, &[], &["--keep-copies", "none", "--where", "unit=paragraph"]);
    assert_eq!(left, [own(1), own(2)]);

    let both = format!("{pier} {hurt}");
    put(
        &scratch,
        &records(&[
            both.clone(),
            both,
            format!("{} {hurt}", own(3)),
            format!("{} {hurt}", own(4)),
        ]),
    );
    let (left, _) = choose(&scratch, &[], &["--keep-copies", "2:none"]);
    assert_eq!(count(&left, hurt), 1, "{left:?}");

    let news = "The mayor resigned on Tuesday over fraud.";
    let trains = "Trains stood still for hours on every platform while the passengers waited for news.";
    let texts = [
        format!("{pier}\n\n{trains}"),
        format!("{pier}\n\n{news}\n\n{trains}"),
        format!("{}\n\n{news}", own(5)),
    ];
    put(&scratch, &records(&texts));
    let (left, removed) = choose(&scratch, &[], &["--min-run", "40", "--bridge", "60"]);
    assert_eq!(count(&left, news), 1, "{left:?}");
    assert!(removed.iter().all(|unit| unit["rule"] == "equal"));
}

/// What a run was asked for stands in its record, and the marks are not written over.
#[test]
fn choices_are_recorded_and_marks_are_safe() {
    let scratch = Scratch::new();
    put(&scratch, &site());
    choose(
        &scratch,
        &[],
        &["--keep-copies", "2-:3", "--where", "bytes>9", "--min-count", "2"],
    );
    let expected = json!({"where": ["bytes>9"], "keep_copies": "2-:3", "min_count": 2});
    let stats: Value = serde_json::from_slice(&scratch.get("stats.json")).unwrap();
    assert_eq!(stats["choice"], expected);
    assert_eq!(lines(&scratch.get("removed.jsonl"))[0]["settings"]["choice"], expected);
    let marks = scratch.get("marks.jsonl");
    for more in [
        &["-o", "marks.jsonl"][..],
        &["-o", "new.jsonl", "--removed", "marks.jsonl"],
    ] {
        let run = scratch.redite(&[&["apply", "marks.jsonl", "in.jsonl"], more].concat());
        run.ends(2).says(&["is the file of marks: choose another output"]);
        assert_eq!(scratch.get("marks.jsonl"), marks);
    }
    for (options, said) in [
        (
            &["--keep-copies", "none", "--min-run", "9"][..],
            "leave out none in --keep-copies",
        ),
        (&["--scope", "article", "--min-count", "2"], "--scope article"),
    ] {
        scratch
            .redite(&[&["clean", "in.jsonl"], options].concat())
            .ends(2)
            .says(&[said]);
    }
}
