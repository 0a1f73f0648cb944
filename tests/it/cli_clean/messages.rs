//! Every text that the program shows, held in `tests/data/messages`: help, manual, errors, reports.
//!
//! `REDITE_ACCEPT=1 cargo test messages` writes them anew.

use super::*;

/// Compares with the committed text, or replaces it.
#[track_caller]
fn hold(name: &str, text: &str) {
    let path = support::data("messages").join(name);
    if std::env::var_os("REDITE_ACCEPT").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let held = fs::read_to_string(&path).unwrap_or_default();
    let differs = held.lines().zip(text.lines()).find(|(held, now)| held != now);
    assert!(
        held == text,
        "tests/data/messages/{name} differs, first at {differs:#?}; accept with REDITE_ACCEPT=1"
    );
}

/// What the program prints, at a fixed width and without the version.
fn printed(scratch: &Scratch, args: &[&str]) -> String {
    let output = scratch.command(args).env("COLUMNS", "100").output().unwrap();
    assert!(output.status.success(), "{args:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn help_of_every_command() {
    let scratch = Scratch::new();
    let mut text = String::new();
    for command in [
        &[][..],
        &["clean"],
        &["restore"],
        &["mark"],
        &["apply"],
        &["find"],
        &["explain"],
        &["evaluate"],
        &["report"],
        &["debug"],
        &["debug", "units"],
        &["debug", "fold"],
        &["debug", "shingles"],
        &["debug", "candidates"],
        &["completions"],
        &["man"],
    ] {
        let args = [command, &["--help"]].concat();
        text += &format!("$ redite {}\n{}\n", args.join(" "), printed(&scratch, &args));
    }
    hold("help.txt", &text);
}

#[test]
fn the_manual() {
    hold("manual.roff", &printed(&Scratch::new(), &["man"]));
}

#[test]
fn errors_and_reports() {
    let scratch = Scratch::new();
    let long = "Deux mots. ".repeat(3);
    let input = [
        line(1, LEAD),
        line(1, DRESSED),
        line(2, &LEAD.replace("budget", "bugdet")),
        line(3, &LEAD.replace("1 500", "2 800")),
        line(4, &long),
        "{\"text\": 17}\n".to_owned(),
        "{\"text\": \n".to_owned(),
    ];
    scratch.put("in.jsonl", input.concat());
    scratch.put("none.jsonl", line(1, OTHER));
    scratch.put("folder/a.txt", format!("{LEAD} {LEAD}\n"));
    scratch.put("folder/b.bin", [0, 1, 2]);
    scratch.put("broken/a.jsonl.gz", b"\x1f\x8b\x08broken");
    scratch.put("broken/b.jsonl", line(1, LEAD));
    scratch.put("full/articles.jsonl", line(1, LEAD));
    scratch.put("latin.txt", [b'a', 0xe9, b'z']);
    scratch.clean(&[]).ends(0);
    let mut text = String::new();
    for args in [
        &["clean", "in.jsonl", "-o", "out.jsonl"][..],
        &["clean", "in.jsonl", "-o", "out.jsonl", "--strict"],
        &["clean", "folder", "-o", "out"],
        &["clean", "folder"],
        &["clean", "broken", "-o", "out2"],
        &["clean", "missing.jsonl"],
        &["clean", "in.jsonl", "-o", "in.jsonl"],
        &["clean", "in.jsonl", "-o", "x.jsonl", "--removed", "x.jsonl"],
        &["clean", "in.jsonl", "--removed", "-"],
        &["clean", "in.jsonl", "--max-removed", "1%"],
        &["clean", "in.jsonl", "--max-removed", "much"],
        &["clean", "in.jsonl", "--threshold", "0"],
        &["clean", "in.jsonl", "--min-tokens", "0"],
        &["clean", "in.jsonl", "--similarity", "cosine"],
        &["clean", "in.jsonl", "--similarity", "edit:2"],
        &["clean", "in.jsonl", "--similarity", "jaccard:0"],
        &["clean", "in.jsonl", "--keep", "-"],
        &["clean", "in.jsonl", "--lang", "french"],
        &["clean", "in.jsonl", "--lang", "klingonish"],
        &["clean", "in.jsonl", "--threads", "10000"],
        &["clean", "in.jsonl", "--threads", "1", "--memory", "1M"],
        &["clean", "in.jsonl", "--memory", "lots"],
        &["clean", "in.jsonl", "--temp-dir", "missing"],
        &["clean", "in.jsonl", "--text-field", "a,b,a"],
        &["clean", "in.jsonl", "--text-field", ""],
        &["clean", "in.jsonl", "-o", "against.jsonl", "--against", "folder"],
        &[
            "clean",
            "in.jsonl",
            "-o",
            "against.jsonl",
            "--against",
            "none.jsonl",
            "--against-field",
            "question",
        ],
        &["clean", "in.jsonl", "-o", "against.jsonl", "--against", "in.jsonl"],
        &[
            "clean",
            "in.jsonl",
            "-o",
            "against.jsonl",
            "--against",
            "folder",
            "--threshold",
            "0.7",
        ],
        &["mark", "in.jsonl", "-o", "against.jsonl", "--against", "folder"],
        &["mark", "in.jsonl", "-o", "m.jsonl"],
        &["apply", "m.jsonl", "in.jsonl", "-o", "a.jsonl", "--where", "rule=equal"],
        &["apply", "m.jsonl", "in.jsonl", "--dry-run", "--where", "copies>lots"],
        &["apply", "in.jsonl", "in.jsonl", "-o", "a.jsonl"],
        &["find", "in.jsonl"],
        &["find", "in.jsonl", "--limit", "1"],
        &["find", "in.jsonl", "--limit", "1", "--format", "csv"],
        &["find", "none.jsonl"],
        &["explain", LEAD, DRESSED],
        &["explain", LEAD, &LEAD.replace("budget", "crédit")],
        &["explain", LEAD, &LEAD.replace("a voté", "n'a pas voté")],
        &["explain", "--level", "exact", LEAD, &LEAD.replace("budget", "bugdet")],
        &["explain", LEAD, "Le conseil a voté."],
        &["explain", LEAD, "mot"],
        &["explain", "", "…"],
        &[
            "explain",
            "--level",
            "boilerplate",
            LEAD,
            "Le conseil a voté hier soir 7 budgets, 8 taxes et 9 lois.",
        ],
        &["explain", "--similarity", "edit", LEAD, OTHER],
        &[
            "explain",
            "--similarity",
            "containment",
            LEAD,
            "Le conseil a voté 1, 2, 3, 4 et 5 budgets.",
        ],
        &["explain", "--in", "in.jsonl", "nosuch", "2"],
        &["explain", "--in", "in.jsonl", "3#0-9999", "2"],
        &["explain", "--in", "in.jsonl", "3#title:0-9", "2"],
        &["explain", "3#0-9", LEAD],
        &["explain", "-", "-"],
        &["explain", "@missing", LEAD],
        &["explain", "latin.txt", LEAD],
        &["debug", "candidates", "in.jsonl"],
        &["evaluate", "in.jsonl"],
        &["evaluate", "in.jsonl", "--write", "full"],
        &["evaluate", "in.jsonl", "--write", "in.jsonl"],
        &["evaluate", "in.jsonl", "--keep", "day"],
        &["evaluate", "in.jsonl", "--max-text", "much"],
        &["evaluate", "--score", "missing", "in.jsonl"],
        &["evaluate", "--labels", "missing"],
        &["evaluate", "--labels", "in.jsonl"],
        &["evaluate", "--labels", "in.jsonl", "in.jsonl"],
        &["evaluate", "--labels", "in.jsonl", "--text-field", "text"],
        &["evaluate", "--labels", "in.jsonl", "--text-field", "a,b,c"],
        &["evaluate", "--labels", "in.jsonl", "--scope", "article"],
        &["restore", "missing.jsonl", "r.jsonl"],
        &["restore", "out.jsonl", "missing.jsonl"],
        &["restore", "none.jsonl", "r.jsonl", "-o", "back.jsonl"],
        &["restore", "out.jsonl", "none.jsonl", "-o", "back.jsonl"],
        &["restore", "out.jsonl", "r.jsonl", "-o", "out.jsonl"],
    ] {
        let run = scratch.redite_with(args, b"");
        let shown = args.iter().map(|a| {
            if a.contains([' ', '…']) || a.is_empty() {
                format!("'{a}'")
            } else {
                (*a).to_owned()
            }
        });
        text += &format!("$ redite {}\n", shown.collect::<Vec<_>>().join(" "));
        // what is written is not what is said
        let is_data = matches!(args, ["find", .., "csv"] | ["debug", ..]) || args.contains(&"clean");
        if !is_data {
            text += &String::from_utf8(run.out).unwrap();
        }
        // the last line of a summary gives times
        let said = run.err.lines().filter(|line| !line.ends_with("MB/s"));
        said.for_each(|line| text += &format!("{line}\n"));
        text += &format!("exit code {}\n\n", run.code.unwrap());
    }
    hold("errors.txt", &text);
}
