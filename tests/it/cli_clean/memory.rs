use super::*;

/// About `mb` million bytes of articles: the words of the sample, some sentences again, as they were or edited.
pub(super) fn articles(mb: usize) -> String {
    let mut random = support::random(11);
    let sample = support::sample();
    let words: Vec<&str> = sample.iter().flat_map(|(_, _, text)| text.split_whitespace()).collect();
    let mut said: Vec<String> = Vec::new();
    let mut out = String::new();
    for number in 0.. {
        if out.len() > mb * 1_000_000 {
            break;
        }
        let mut text = String::new();
        for paragraph in 0..4 {
            for _ in 0..4 {
                let mut sentence: Vec<&str> = match random(4) {
                    0 if !said.is_empty() => said[random(said.len())].split(' ').collect(),
                    _ => (0..14)
                        .map(|_| words[random(words.len())].trim_end_matches(['.', '?', '!']))
                        .collect(),
                };
                if random(2) == 0 {
                    let at = random(sentence.len());
                    sentence[at] = words[random(words.len())].trim_end_matches(['.', '?', '!']);
                }
                let sentence = sentence.join(" ");
                text += &format!("So {sentence}. ");
                if said.len() < 20_000 {
                    said.push(sentence);
                }
            }
            text += if paragraph < 3 { "\n\n" } else { "" };
        }
        let id = number % 2000;
        out += &format!(
            "{}\n",
            json!({"id": id, "title": format!("Number {number}"), "text": text})
        );
    }
    out
}

#[test]
fn what_does_not_fit_gives_the_same_bytes() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", articles(9));
    fs::create_dir(scratch.path("temp")).unwrap();
    let clean = |out: &str, more: &[&str]| {
        let (removed, stats) = (format!("{out}.removed"), format!("{out}.stats"));
        let mut args = vec!["clean", "in.jsonl", "-o", out, "--removed", &removed, "--stats", &stats];
        args.extend(more);
        scratch.redite(&args).ends(0).err
    };
    let told = clean("memory", &[]);
    assert!(!told.contains("compared in"), "{told}");
    let told = clean("disk", &["--memory", "120M", "--threads", "2", "--temp-dir", "temp"]);
    assert!(told.contains("compared in"), "it has not spilled: {told}");
    assert!(scratch.get("memory") == scratch.get("disk"));
    assert!(scratch.get("memory.removed") == scratch.get("disk.removed"));
    let stats = |name: &str| -> Value {
        let mut stats: Value = serde_json::from_slice(&scratch.get(name)).unwrap();
        for name in ["seconds", "stages", "threads", "memory"] {
            stats.as_object_mut().unwrap().remove(name);
        }
        stats
    };
    let stages = |name: &str| -> Vec<String> {
        let stats: Value = serde_json::from_slice(&scratch.get(name)).unwrap();
        let stages = stats["stages"].as_array().unwrap().iter();
        stages
            .map(|stage| stage["stage"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        stages("memory.stats"),
        ["read", "collapse", "count", "keys", "scan", "spare", "write"]
    );
    assert_eq!(
        stages("disk.stats"),
        ["read", "collapse", "count", "keys", "shards", "scan", "spare", "write"]
    );
    assert_eq!(stats("memory.stats"), stats("disk.stats"));
    assert!(stats("disk.stats")["duplicate_ids"].as_u64() > Some(500));
    assert!(stats("disk.stats")["removed_near"].as_u64() > Some(1000));
    assert_eq!(fs::read_dir(scratch.path("temp")).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_under_a_cap_is_said() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", line(1, LEAD));
    scratch
        .redite(&["clean", "in.jsonl", "--memory", "1M", "--threads", "1"])
        .ends(2)
        .says(&["the least is 110 MB with 1 thread"]);
    scratch
        .redite(&["clean", "in.jsonl", "--memory", "lots"])
        .ends(2)
        .says(&["such as 500k"]);
    scratch
        .redite(&["clean", "in.jsonl", "--memory", "1G", "--temp-dir", "missing"])
        .ends(2)
        .says(&["--temp-dir missing: no such folder"]);
    assert_eq!(scratch.files(), ["in.jsonl"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", articles(1));
    scratch.put("in/b.jsonl.gz", pack(CODECS[1].0, articles(1).as_bytes()));
    let run = scratch
        .redite(&[
            "clean",
            "in",
            "-o",
            "out",
            "--removed",
            "removed.jsonl",
            "--dry-run",
            "--memory",
            "0.2G",
        ])
        .ends(0);
    let told = String::from_utf8(run.out).unwrap();
    for part in [
        "a.jsonl",
        "b.jsonl.gz",
        "about 2 MB of text",
        "memory: about",
        "--memory 200 MB",
        "time: about",
        "Nothing was written",
    ] {
        assert!(told.contains(part), "{part:?} is not in:\n{told}");
    }
    assert_eq!(scratch.files(), ["in/a.jsonl", "in/b.jsonl.gz"]);
}
