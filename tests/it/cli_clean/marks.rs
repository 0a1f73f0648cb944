use super::*;
use std::collections::BTreeSet;

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// The sample of the repository and an article that repeats itself, marked; the lines of that.
fn marked(scratch: &Scratch, more: &[&str]) -> Vec<Value> {
    let twice = json!({"id": "twice", "lang": "fr", "text": format!("{LEAD}\n\n{OTHER} {DRESSED}")});
    scratch.put(
        "in.jsonl",
        format!("{}{twice}\n", support::text("sample/articles.jsonl")),
    );
    let args = ["mark", "in.jsonl", "-o", "marks.jsonl", "-q"];
    scratch.redite(&[&args, more].concat()).ends(0);
    lines(&scratch.get("marks.jsonl"))
}

fn articles(marks: &[Value]) -> Vec<&Value> {
    marks.iter().filter(|line| line.get("article").is_some()).collect()
}

/// Every figure, counted anew from the units and the texts.
#[test]
fn figures_are_those_of_a_naive_count() {
    let scratch = Scratch::new();
    let marks = marked(&scratch, &[]);
    let inputs = lines(&scratch.get("in.jsonl"));
    let articles = articles(&marks);
    assert_eq!(articles.len(), inputs.len());
    let mut families: BTreeMap<String, (u64, u64, BTreeSet<String>)> = BTreeMap::new();
    let name = |kept: &Value| format!("{} {}", kept["source"], kept["bytes"]);
    for article in &articles {
        for unit in article["units"].as_array().unwrap() {
            let family = families.entry(name(&unit["kept"])).or_default();
            match unit["rule"].as_str().unwrap() {
                "equal" => family.0 += 1,
                _ => family.1 += 1,
            }
            family.2.insert(article["source"].to_string());
            family.2.insert(unit["kept"]["source"].to_string());
        }
    }
    let mut copies: BTreeMap<String, u64> = BTreeMap::new();
    let (mut units, mut near, mut within_seen, mut others_seen) = (0, 0, false, false);
    for (article, input) in articles.iter().zip(&inputs) {
        let text = input["text"].as_str().unwrap();
        assert_eq!(article["article"], input["id"]);
        assert_eq!(
            (&article["lang"], number(&article["bytes"])),
            (&input["lang"], text.len() as u64)
        );
        let (mut repeated, mut within) = (0, 0);
        let mut others: BTreeMap<String, u64> = BTreeMap::new();
        for unit in article["units"].as_array().unwrap() {
            let at = |field: &str| [0, 1].map(|i| usize::try_from(number(&unit[field][i])).unwrap());
            let ([start, end], [first, last]) = (at("bytes"), at("chars"));
            let said = &text[start..end];
            assert_eq!(said.trim(), said);
            assert_eq!(said, text.chars().skip(first).take(last - first).collect::<String>());
            let bytes = (end - start) as u64;
            repeated += bytes;
            if unit["kept"]["source"] == article["source"] {
                within += bytes;
            } else {
                *others.entry(unit["kept"]["source"].to_string()).or_default() += bytes;
            }
            let (equal, near_ones, articles) = &families[&name(&unit["kept"])];
            let family = json!({"equal": equal, "near": near_ones, "articles": articles.len()});
            assert_eq!(unit["family"], family);
            let nth = copies.entry(name(&unit["kept"])).or_insert(1);
            *nth += 1;
            assert_eq!(number(&unit["nth"]), *nth);
            units += 1;
            near += u64::from(unit["rule"] == "near");
        }
        assert_eq!(
            (number(&article["repeated"]), number(&article["within"])),
            (repeated, within)
        );
        let most = others
            .iter()
            .map(|(source, bytes)| (*bytes, source))
            .max_by_key(|other| other.0);
        assert_eq!(article["most"].is_null(), most.is_none());
        if let Some((bytes, _)) = most {
            assert_eq!(number(&article["most"]["bytes"]), bytes);
            assert_eq!(others[&article["most"]["source"].to_string()], bytes);
        }
        within_seen |= within > 0;
        others_seen |= most.is_some();
    }
    assert!(
        near > 0 && within_seen && others_seen,
        "{near} {within_seen} {others_seen}"
    );
    let end = &marks.last().unwrap()["end"];
    assert_eq!(*end, json!({"files": 1, "articles": inputs.len(), "units": units}));
}

/// Whatever is chosen goes, nothing else does, and it can be put back.
#[test]
fn only_what_is_chosen_goes() {
    let scratch = Scratch::new();
    let marks = marked(&scratch, &[]);
    let marks = articles(&marks);
    for (conditions, chosen) in [
        (
            &["rule=equal"][..],
            (|_, unit| unit["rule"] == "equal") as fn(&Value, &Value) -> bool,
        ),
        (&["unit=sentence", "copies>=3"], |_, unit| {
            unit["unit"] == "sentence" && number(&unit["family"]["equal"]) + number(&unit["family"]["near"]) >= 2
        }),
        (&["similarity<1"], |_, unit| unit["similarity"].as_f64().unwrap() < 1.0),
        (&["within=yes"], |article, unit| {
            unit["kept"]["source"] == article["source"]
        }),
        (&["lang=de,fr", "share>=10%"], |article, _| {
            (article["lang"] == "de" || article["lang"] == "fr")
                && 10 * number(&article["repeated"]) >= number(&article["bytes"])
        }),
        (&["nth>2"], |_, unit| number(&unit["nth"]) > 2),
        (&["bytes>4000"], |_, _| false),
    ] {
        let mut args = vec![
            "apply",
            "marks.jsonl",
            "in.jsonl",
            "-o",
            "out.jsonl",
            "--removed",
            "r.jsonl",
        ];
        args.extend(conditions.iter().flat_map(|condition| ["--where", condition]));
        let run = scratch.redite(&args).ends(0);
        let expected: Vec<(String, String, u64)> = (marks.iter())
            .flat_map(|article| {
                let units = article["units"].as_array().unwrap().iter();
                units.filter(|unit| chosen(article, unit)).map(|unit| {
                    (
                        article["source"].to_string(),
                        unit["kept"].to_string(),
                        number(&unit["bytes"][0]),
                    )
                })
            })
            .collect();
        let removed = lines(&scratch.get("r.jsonl"));
        let removed: Vec<&Value> = removed.iter().filter(|line| line.get("unit").is_some()).collect();
        assert_eq!(removed.len(), expected.len(), "{conditions:?}");
        for (unit, (source, kept, start)) in removed.iter().zip(&expected) {
            assert_eq!((&unit["source"].to_string(), &unit["kept"].to_string()), (source, kept));
            assert!(number(&unit["bytes"][0]) <= *start && *start < number(&unit["bytes"][1]));
        }
        assert!(
            run.err.contains(&format!("removed {} of ", expected.len())),
            "{}",
            run.err
        );
        scratch
            .redite(&["restore", "out.jsonl", "r.jsonl", "-o", "back.jsonl"])
            .ends(0);
        assert!(scratch.get("back.jsonl") == scratch.get("in.jsonl"), "{conditions:?}");
        let dry = scratch.redite(&[&args[..], &["--dry-run"]].concat()).ends(0);
        assert_eq!(
            String::from_utf8(dry.out).unwrap(),
            run.err.replacen("removed", "would remove", 1)
        );
    }
}

/// Of two repeats side by side either may go alone, and the paragraphs around them stay apart.
#[test]
fn what_stays_is_set_apart_as_before() {
    let scratch = Scratch::new();
    let record = |id: u32, text: &str| format!("{}\n", json!({"id": id, "text": text}));
    let text = format!("Premier.\n\n{LEAD} {OTHER}\n\nDernier.");
    let all = [
        record(1, &format!("{LEAD}\n\n{THIRD}")),
        record(2, &format!("{OTHER} Et plus.")),
        record(3, &text),
    ];
    scratch.put("in.jsonl", all.concat());
    scratch.redite(&["mark", "in.jsonl", "-o", "marks.jsonl"]).ends(0);
    for (condition, left) in [
        ("chars>=78", format!("Premier.\n\n{OTHER}\n\nDernier.")),
        ("chars<78", format!("Premier.\n\n{LEAD}\n\nDernier.")),
        ("chars>0", "Premier.\n\nDernier.".to_owned()),
    ] {
        scratch
            .redite(&[
                "apply",
                "marks.jsonl",
                "in.jsonl",
                "-o",
                "out.jsonl",
                "--where",
                condition,
            ])
            .ends(0);
        assert_eq!(lines(&scratch.get("out.jsonl"))[2]["text"], left, "{condition}");
    }
}

#[test]
fn marks_on_disk_are_those_in_memory() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", memory::articles(4));
    scratch.redite(&["mark", "in.jsonl", "-o", "memory.jsonl"]).ends(0);
    let capped = [
        "mark",
        "in.jsonl",
        "-o",
        "disk.jsonl.zst",
        "--memory",
        "120M",
        "--threads",
        "2",
    ];
    scratch.redite(&capped).ends(0).says(&["compared in"]);
    let memory = scratch.get("memory.jsonl");
    assert!(memory == unpack(redite::files::Codec::Zstd, &scratch.get("disk.jsonl.zst")));
    assert!(
        articles(&lines(&memory))
            .iter()
            .any(|article| !article["units"].as_array().unwrap().is_empty())
    );
    let one_thread = scratch.redite(&["mark", "in.jsonl", "--threads", "1", "-q"]).ends(0);
    assert!(one_thread.out == memory);
}

/// The spans of dolma are characters, and without them the text is what clean leaves.
#[test]
fn attributes_for_dolma() {
    let scratch = Scratch::new();
    scratch.put(
        "documents/a.jsonl.gz",
        pack(
            redite::files::Codec::Gzip,
            support::text("sample/articles.jsonl").as_bytes(),
        ),
    );
    scratch
        .redite(&[
            "mark",
            "documents",
            "-o",
            "attributes/redite",
            "--format",
            "dolma",
            "-q",
        ])
        .ends(0);
    scratch.redite(&["clean", "documents", "-o", "out", "-q"]).ends(0);
    let attributes = unpack(redite::files::Codec::Gzip, &scratch.get("attributes/redite/a.jsonl.gz"));
    let [documents, cleaned] = ["documents/a.jsonl.gz", "out/a.jsonl.gz"]
        .map(|name| lines(&unpack(redite::files::Codec::Gzip, &scratch.get(name))));
    let attributes = lines(&attributes);
    assert_eq!(attributes.len(), documents.len());
    let mut spans_seen = 0;
    for ((row, document), cleaned) in attributes.iter().zip(&documents).zip(&cleaned) {
        let id = document["id"]
            .as_str()
            .map_or_else(|| document["id"].to_string(), str::to_owned);
        assert_eq!(row["id"], id);
        let spans = |name: &str| row["attributes"][name].as_array().unwrap().clone();
        let text: Vec<char> = document["text"].as_str().unwrap().chars().collect();
        let mut keep = vec![true; text.len()];
        for span in [spans("redite__paragraph"), spans("redite__sentence")].concat() {
            let [start, end] = [0, 1].map(|i| usize::try_from(number(&span[i])).unwrap());
            assert!(keep[start..end].iter().all(|keep| *keep), "{span}");
            keep[start..end].fill(false);
            assert!(span[2].as_f64().unwrap() > 0.5);
            spans_seen += 1;
        }
        let left: String = text
            .iter()
            .zip(&keep)
            .filter(|(_, keep)| **keep)
            .map(|(c, _)| c)
            .collect();
        assert_eq!(cleaned["text"], left);
        let gone = keep.iter().filter(|keep| !**keep).count();
        let share = gone as f64 / text.len().max(1) as f64;
        let whole = &spans("redite__repeated")[0];
        assert_eq!((number(&whole[0]), number(&whole[1])), (0, text.len() as u64));
        assert!((whole[2].as_f64().unwrap() - share).abs() < 1e-9, "{whole}");
    }
    assert!(spans_seen > 20, "{spans_seen}");
}

#[test]
fn what_apply_refuses() {
    let scratch = Scratch::new();
    scratch.put("in/a.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
    scratch.put("in/b.jsonl", format!("{}{}", line(3, OTHER), line(4, OTHER)));
    scratch.redite(&["mark", "in", "-o", "marks.jsonl"]).ends(0);
    let marks = scratch.get_text("marks.jsonl");
    let apply = |marks: &str, inputs: &[&str], said: &str| {
        scratch.put("m.jsonl", marks);
        let args = [&["apply", "m.jsonl"], inputs, &["-o", "out", "--removed", "r.jsonl"]].concat();
        scratch.redite(&args).ends(2).says(&[said]);
        assert!(!scratch.has("out") && !scratch.has("r.jsonl"), "{said}");
    };
    let of = |from: usize, to: usize| marks.split_inclusive('\n').collect::<Vec<_>>()[from..to].concat();
    let count = marks.lines().count();
    apply("", &["in"], "the file is empty");
    apply(&of(0, count - 1), &["in"], "cut off");
    apply(&[of(0, 2), of(3, count)].concat(), &["in"], "lines were lost");
    apply(&of(1, count), &["in"], "no header of a file of marks");
    apply(&format!("{marks}{{}}\n"), &["in"], "after the end line");
    apply(
        &marks.replacen("\"version\":1", "\"version\":2", 1),
        &["in"],
        "use a newer redite",
    );
    apply(
        &marks.replacen("\"rule\":\"equal\"", "\"rule\":\"equal\",\"more\":1", 1),
        &["in"],
        "unknown field",
    );
    apply(&marks, &["in/a.jsonl"], "has the marks of 2 files");
    apply(&marks, &["in/b.jsonl", "in/a.jsonl"], "the same order");
    // a unit that is not there
    apply(
        &marks.replacen(
            "\"units\":[{\"field\":\"text\",\"unit\":\"paragraph\",\"bytes\":[0,",
            "\"units\":[{\"field\":\"text\",\"unit\":\"paragraph\",\"bytes\":[90000,",
            1,
        ),
        &["in"],
        "has changed",
    );
    for changed in [
        format!("{}{}", line(1, LEAD), line(2, &DRESSED.replace("hier", "avant-hier"))),
        format!("{}{}", line(1, &LEAD.replace("hier", "tard")), line(2, DRESSED)),
        format!("{}{}{}", line(1, LEAD), line(2, DRESSED), line(5, THIRD)),
        line(1, LEAD),
        String::new(),
    ] {
        scratch.put("in/a.jsonl", &changed);
        apply(&marks, &["in"], "");
    }
    for (condition, said) in [
        ("copies", "give a field"),
        ("size>3", "is no field"),
        ("lang>de", "is no number"),
    ] {
        scratch
            .redite(&["apply", "marks.jsonl", "in", "--where", condition])
            .ends(2)
            .says(&[said]);
    }
}

#[test]
fn what_mark_refuses() {
    let scratch = Scratch::new();
    scratch.put("in.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
    scratch.put("in.txt", LEAD);
    fs::create_dir(scratch.path("folder")).unwrap();
    for (args, said) in [
        (&["in.jsonl", "-o", "in.jsonl"][..], "in.jsonl"),
        (&["in.jsonl", "-o", "folder"], "name a file for the marks"),
        (
            &["in.txt", "--format", "dolma", "-o", "x.jsonl"],
            "its documents are JSON Lines",
        ),
        (
            &[
                "in.jsonl",
                "--format",
                "dolma",
                "-o",
                "x.jsonl",
                "--text-field",
                "title,text",
            ],
            "have one text",
        ),
    ] {
        scratch.redite(&[&["mark"], args].concat()).ends(2).says(&[said]);
    }
    assert_eq!(scratch.files(), ["in.jsonl", "in.txt"]);
    // a file that cannot be read is marked as such, and copied
    scratch.put("in/a.jsonl", format!("{}{}", line(1, LEAD), line(2, DRESSED)));
    scratch.put("in/b.parquet", "PAR1 broken");
    scratch.redite(&["mark", "in", "-o", "m.jsonl"]).ends(3);
    scratch.redite(&["apply", "m.jsonl", "in", "-o", "out"]).ends(3);
    scratch.redite(&["clean", "in", "-o", "cleaned"]).ends(3);
    assert!(scratch.tree("out") == scratch.tree("cleaned"));
}

/// What each article is to the one that it repeats most.
#[test]
fn articles_are_reprints_updates_and_excerpts() {
    let scratch = Scratch::new();
    let sample = support::sample();
    // Paragraphs of one language that say different things.
    let french = sample.iter().filter(|(lang, ..)| lang == "fr");
    let mut seen = BTreeSet::new();
    let paragraphs: Vec<&str> = french
        .flat_map(|(_, _, text)| text.split("\n\n"))
        .filter(|paragraph| paragraph.len() > 80 && seen.insert(paragraph[..40].to_owned()))
        .collect();
    assert!(paragraphs.len() >= 4, "{}", paragraphs.len());
    let new = |n: usize| {
        format!(
            "{OTHER} {THIRD} Numéro {n} : {}",
            ["Lundi tout recommence ainsi.", "Rien ne sera plus comme avant."][n % 2]
        )
    };
    let story = paragraphs[..4].join("\n\n");
    let dressed = story.replace(", ", " , ").replace('’', "'");
    for (text, relation) in [
        (story.clone(), "original"),
        (dressed.clone(), "reprint"),
        (format!("{dressed}\n\nSuite."), "reprint"),
        (
            format!("{dressed}\n\n{LEAD}\n\n{}\n\n{}", new(0), story.replace(' ', " x ")),
            "update",
        ),
        (paragraphs[..2].join("\n\n"), "excerpt"),
        (
            format!("{}\n\n{}", paragraphs[0], paragraphs[0].replace(' ', " y ")),
            "mixed",
        ),
        (
            "Une toute autre histoire se joue ce soir au grand théâtre de la ville basse.".to_owned(),
            "original",
        ),
    ] {
        let records = [story.as_str(), &text].into_iter().enumerate();
        let records: Vec<String> = records
            .map(|(id, text)| format!("{}\n", json!({"id": id, "lang": "fr", "text": text})))
            .collect();
        let is_first = text == story;
        scratch.put("in.jsonl", if is_first { records[0].clone() } else { records.concat() });
        scratch.redite(&["mark", "in.jsonl", "-o", "marks.jsonl"]).ends(0);
        let marks = lines(&scratch.get("marks.jsonl"));
        let last = articles(&marks)[usize::from(!is_first)].clone();
        assert_eq!(last["relation"], relation, "{text}\n{last:#}");
        assert!(number(&last["repeated"]) <= number(&last["compared"]), "{last:#}");
    }
    // with other shares, an excerpt of two paragraphs of four is a reprint, and nothing still repeats nothing
    let none = "Une toute autre histoire se joue ce soir au grand théâtre de la ville basse.";
    for (text, share, relation) in [
        (&paragraphs[..2].join("\n\n"), "40%", "reprint"),
        (&none.to_owned(), "0%", "original"),
    ] {
        let records = [story.as_str(), text].map(|text| format!("{}\n", json!({"id": 1, "lang": "fr", "text": text})));
        scratch.put("in.jsonl", records.concat());
        let args = [
            "mark",
            "in.jsonl",
            "-o",
            "marks.jsonl",
            "--nearly-all",
            share,
            "--hardly-any",
            "0%",
        ];
        scratch.redite(&args).ends(0);
        assert_eq!(articles(&lines(&scratch.get("marks.jsonl")))[1]["relation"], relation);
    }
}

/// New is every sentence that no unit covers, and of one that a unit stands in the rest.
#[test]
fn new_sentences_are_those_of_a_naive_count() {
    let scratch = Scratch::new();
    let marks = marked(&scratch, &[]);
    let cut = scratch.redite(&["debug", "units", "in.jsonl"]).ends(0);
    let mut sentences: BTreeMap<String, Vec<[u64; 2]>> = BTreeMap::new();
    for unit in lines(&cut.out).iter().filter(|unit| unit["unit"] == "sentence") {
        let bytes = [0, 1].map(|i| number(&unit["bytes"][i]));
        sentences.entry(unit["source"].to_string()).or_default().push(bytes);
    }
    let (mut whole, mut in_part) = (0, 0);
    for article in articles(&marks) {
        let units = article["units"].as_array().unwrap();
        let units: Vec<[u64; 2]> = units
            .iter()
            .map(|unit| [0, 1].map(|i| number(&unit["bytes"][i])))
            .collect();
        let (mut count, mut bytes) = (0, 0);
        for &[start, end] in &sentences[&article["source"].to_string()] {
            let gone = units
                .iter()
                .map(|unit| unit[1].min(end).saturating_sub(unit[0].max(start)));
            let gone: u64 = gone.sum();
            if gone < end - start {
                count += 1;
                bytes += end - start - gone;
            }
            whole += u64::from(gone == end - start);
            in_part += u64::from(gone > 0 && gone < end - start);
        }
        assert_eq!(
            article["new"],
            json!({"sentences": count, "bytes": bytes}),
            "{article:#}"
        );
    }
    assert!(whole > 20 && in_part == 0, "{whole} {in_part}");
}

/// Whatever repeats the story in whatever way is told by the same article, in whatever order they are decided.
#[test]
fn stories_are_told_by_one_article() {
    let scratch = Scratch::new();
    let sample = support::sample();
    let french = sample.iter().filter(|(lang, ..)| lang == "fr");
    let mut seen = BTreeSet::new();
    let paragraphs: Vec<&str> = french
        .flat_map(|(_, _, text)| text.split("\n\n"))
        .filter(|paragraph| paragraph.len() > 80 && seen.insert(paragraph[..40].to_owned()))
        .collect();
    let story = paragraphs[..3].join("\n\n");
    let more = format!("{LEAD}\n\n{OTHER}\n\n{THIRD}");
    let texts = [
        (&*story, 0),
        (
            "Une toute autre histoire se joue ce soir au grand théâtre de la ville basse.",
            1,
        ),
        (&*format!("{}\n\n{more}", story.replace(", ", " , ")), 0),
        (&*paragraphs[..2].join("\n\n"), 0),
        // a reprint of what only the update has
        (&*more, 0),
        ("Bref.", 5),
        (&*format!("{story}\n\n{more}"), 0),
    ];
    let records = texts.iter().enumerate();
    let records =
        records.map(|(day, (text, _))| format!("{}\n", json!({"id": day, "lang": "fr", "day": day, "text": text})));
    scratch.put("in.jsonl", records.collect::<String>());
    for (keep, first) in [("first", 0), ("day", 0), ("last", 6), ("-day", 6)] {
        scratch
            .redite(&["mark", "in.jsonl", "-o", "marks.jsonl", "--keep", keep])
            .ends(0);
        let marks = lines(&scratch.get("marks.jsonl"));
        for (article, (_, story)) in articles(&marks).into_iter().zip(&texts) {
            let (story, count) = if *story == 0 { (first, 5) } else { (*story, 1) };
            let expected = json!({"article": story, "source": format!("in.jsonl:{}", story + 1), "articles": count});
            assert_eq!(article["story"], expected, "--keep {keep}: {article:#}");
        }
    }
    let apply = ["apply", "marks.jsonl", "in.jsonl", "--dry-run", "--where"];
    for (condition, is_all) in [
        ("story>=5", true),
        ("story>5", false),
        ("new<100", true),
        ("new>100", false),
    ] {
        let told = scratch.redite(&[&apply[..], &[condition]].concat()).ends(0);
        assert_eq!(
            !String::from_utf8(told.out).unwrap().contains("remove 0"),
            is_all,
            "{condition}"
        );
    }
}

/// A sentence with another word stays, and is taken from the other article all the same; one with another number is not.
#[test]
fn reworded_sentences_are_taken_from_the_other_article() {
    let scratch = Scratch::new();
    let story = "The storm tore the roof off the old market hall in the lower town on Friday night at 3. Nobody was hurt, said the \
                 fire brigade, which had been called by a baker on his way to work.\n\nTraders on the square now fear for their \
                 stalls, which stood under that roof for more than a hundred years in all weathers.";
    for (from, to, new, relation) in [
        ("on Friday night", "on Sunday night", 1, "reprint"),
        // a paragraph stays whole for its number
        ("at 3", "at 4", 2, "mixed"),
    ] {
        let later = story.replace(from, to);
        scratch.put("in.jsonl", format!("{}{}", line(1, story), line(2, &later)));
        scratch.redite(&["mark", "in.jsonl", "-o", "marks.jsonl"]).ends(0);
        let marks = lines(&scratch.get("marks.jsonl"));
        let article = articles(&marks)[1].clone();
        assert_eq!(article["new"]["sentences"], new, "{article:#}");
        assert_eq!(article["relation"], relation, "{article:#}");
    }
}

/// What the README says can be typed, in a folder with the sample and the inputs that it names.
#[test]
fn recipes_of_the_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let scratch = Scratch::new();
    for folder in ["tests/data/sample", "tests/data/golden"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            scratch.put(&format!("{folder}/{name}"), fs::read(entry.path()).unwrap());
        }
    }
    let question = "Which of the nine planets is the largest of all, and how many moons does it have?";
    let page = |n: u32| {
        let text = format!(
            "Home News Sport Weather\n\nStory number {n} of {} towns. {question}",
            30 + n
        );
        format!(
            "{}\n",
            json!({"url": format!("https://www.a.example/{n}"), "text": text})
        )
    };
    let pages: String = (0..9).map(page).collect();
    scratch.put("pages/a.jsonl", &pages);
    scratch.put("target/.keep", "");
    let commands =
        ["mark", "apply", "clean", "index", "find tests/data/sample"].map(|command| format!("redite {command} "));
    let is_recipe = |line: &&str| commands.iter().any(|start| line.starts_with(start.as_str())) && !line.contains('…');
    let recipes: Vec<&str> = readme.lines().filter(is_recipe).collect();
    assert!(recipes.len() >= 8, "{recipes:?}");
    for recipe in &recipes {
        let words = recipe.split(' ').skip(1).map(|word| word.trim_matches('\''));
        let output = Command::new(env!("CARGO_BIN_EXE_redite"))
            .args(words)
            .current_dir(scratch.path(""))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{recipe}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert!(!scratch.tree("target/chosen").is_empty());
    scratch
        .redite(&["restore", "target/chosen", "target/chosen.jsonl", "-o", "back"])
        .ends(0);
    for (name, bytes) in scratch.tree("back") {
        assert!(
            fs::read(root.join("tests/data/sample").join(&name)).unwrap() == bytes,
            "{name}"
        );
    }
    let stats = scratch.redite(&["index", "stats", "target/seen"]).ends(0);
    assert!(String::from_utf8(stats.out).unwrap().contains("in 1 run"));
    let menus = String::from_utf8(scratch.get("target/menus.jsonl")).unwrap();
    assert!(menus.contains("\"rule\":\"frequent\""));
}

/// What `apply` needs to know it has from the marks, and nothing of a changed input reaches standard output.
#[test]
fn apply_takes_identities_from_the_marks() {
    let scratch = Scratch::new();
    let record = |n: u32, text: &str| format!("{}\n", json!({"id": {"odd": n}, "url": format!("u{n}"), "text": text}));
    scratch.put("in/a.jsonl", format!("{}{}", record(1, LEAD), record(2, DRESSED)));
    // the marks and the removed file stand among the inputs
    let mark = ["mark", "in", "-o", "in/marks.jsonl", "--id-field", "url"];
    scratch.redite(&mark).ends(0);
    let apply = ["apply", "in/marks.jsonl", "in", "-o", "out", "--removed", "in/r.jsonl"];
    scratch.redite(&apply).ends(0);
    fs::remove_file(scratch.path("in/marks.jsonl")).unwrap();
    let applied = scratch.get("in/r.jsonl");
    fs::remove_file(scratch.path("in/r.jsonl")).unwrap();
    let clean = [
        "clean",
        "in",
        "-o",
        "cleaned",
        "--removed",
        "r.jsonl",
        "--id-field",
        "url",
    ];
    scratch.redite(&clean).ends(0);
    assert_eq!(String::from_utf8(applied).unwrap(), scratch.get_text("r.jsonl"));
    assert!(scratch.tree("out") == scratch.tree("cleaned"));

    scratch.redite(&["mark", "in/a.jsonl", "-o", "m.jsonl"]).ends(0);
    let whole = scratch.redite(&["apply", "m.jsonl", "in/a.jsonl"]).ends(0).out;
    assert!(whole == scratch.get("out/a.jsonl"));
    let changed = record(2, &DRESSED.replace("hier", "avant-hier"));
    scratch.put("in/a.jsonl", format!("{}{changed}", record(1, LEAD)));
    let run = scratch
        .redite(&["apply", "m.jsonl", "in/a.jsonl"])
        .ends(2)
        .says(&["has changed"]);
    assert!(run.out.is_empty());
}

#[test]
fn a_single_file_of_attributes_is_packed_as_its_name_says() {
    let scratch = Scratch::new();
    let input = format!("{}{}", line(1, LEAD), line(2, DRESSED));
    scratch.put("in.jsonl.gz", pack(redite::files::Codec::Gzip, input.as_bytes()));
    for (name, codec) in [
        ("a.jsonl", redite::files::Codec::Plain),
        ("a.jsonl.zst", redite::files::Codec::Zstd),
    ] {
        scratch
            .redite(&["mark", "in.jsonl.gz", "-o", name, "--format", "dolma"])
            .ends(0);
        assert_eq!(lines(&unpack(codec, &scratch.get(name))).len(), 2);
    }
}
