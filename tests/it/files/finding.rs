use super::*;

#[test]
fn folders_are_walked_in_byte_order() {
    let folder = Folder::new();
    let line = "{\"text\":\"a\"}\n";
    for name in [
        "d/b.jsonl",
        "d/a/z.jsonl",
        "d/a-b.jsonl",
        "d/a/y.txt",
        "d/.hidden.jsonl",
        "d/.git/x.txt",
    ] {
        folder.put(name, line);
    }
    for name in [
        "d/page.html",
        "d/list.json",
        "d/image.png",
        "d/lie.parquet",
        "d/x.tar.gz",
    ] {
        folder.put(name, line);
    }
    folder.put("d/fakegz.jsonl.gz", line);
    folder.put("d/zipped.jsonl", pack(Codec::Gzip, line.as_bytes()));
    let found = find(&[folder.path("d")]);
    let (read, unread): (Vec<_>, Vec<_>) = found.sources.iter().partition(|source| source.unread().is_none());
    let names = |sources: &[&Source]| -> Vec<String> {
        let names = sources
            .iter()
            .map(|source| source.relative().to_str().unwrap().to_owned());
        names.collect()
    };
    assert_eq!(
        names(&read),
        [
            "a-b.jsonl",
            "a/y.txt",
            "a/z.jsonl",
            "b.jsonl",
            "fakegz.jsonl.gz",
            "zipped.jsonl"
        ]
    );
    assert_eq!(read[0].name(), folder.path("d/a-b.jsonl").to_str().unwrap());
    assert!(read[4].note().unwrap().contains("gzip"));
    assert_eq!((read[4].codec(), read[5].codec()), (Codec::Plain, Codec::Gzip));
    assert_eq!(
        names(&unread),
        [
            ".git/x.txt",
            ".hidden.jsonl",
            "image.png",
            "lie.parquet",
            "list.json",
            "page.html",
            "x.tar.gz"
        ]
    );
    for source in unread {
        let hidden = source.relative().starts_with(".git") || source.relative().starts_with(".hidden.jsonl");
        let kind = source.unread().unwrap().kind;
        let expected = if hidden {
            SkipKind::Hidden
        } else {
            SkipKind::UnknownFormat
        };
        assert_eq!(kind, expected, "{source:?}");
        assert!(source.read(&ReadOptions::default()).is_err());
        let out = folder.path("copy");
        source.copy(Output::file(&out)).unwrap();
        assert_eq!(fs::read(&out).unwrap(), line.as_bytes());
    }
    assert!(found.skipped.is_empty());

    // named by hand, the first line counts
    assert_eq!(one(&folder.path("d/list.json")).format(), Format::Jsonl);
    assert_eq!(one(&folder.path("d/.hidden.jsonl")).format(), Format::Jsonl);
}

#[test]
fn missing_input_is_named() {
    let folder = Folder::new();
    let error = discover(&[folder.path("nowhere.jsonl")], io::empty(), &[]).unwrap_err();
    assert!(
        error.to_string().contains("nowhere.jsonl") && error.is_settings(),
        "{error}"
    );
}

#[test]
fn two_inputs_of_one_name() {
    let folder = Folder::new();
    let (a, b) = (folder.put("a/x.jsonl", "{}\n"), folder.put("b/x.jsonl", "{}\n"));
    let found = find(&[a.clone(), b.clone()]);
    let names: Vec<_> = found
        .sources
        .iter()
        .map(|source| source.relative().to_str().unwrap())
        .collect();
    assert_eq!(names, ["a/x.jsonl", "b/x.jsonl"]);
    let found = find(&[folder.path("a"), folder.path("b")]);
    assert_eq!(found.sources[1].relative().to_str(), Some("b/x.jsonl"));
    // the same file, spelled twice
    for again in [a.clone(), folder.path("b/../a/x.jsonl"), folder.path("a")] {
        let error = discover(&[a.clone(), again], io::empty(), &[]).unwrap_err();
        assert!(error.to_string().contains("once"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.put("d/a.jsonl", "{}\n");
    folder.put("elsewhere/b.jsonl", "{}\n");
    symlink("..", folder.path("d/up")).unwrap();
    symlink("../elsewhere", folder.path("d/else")).unwrap();
    symlink("nowhere", folder.path("d/dangling.jsonl")).unwrap();
    symlink("self.jsonl", folder.path("d/self.jsonl")).unwrap();
    let found = find(&[folder.path("d")]);
    let names: Vec<_> = found
        .sources
        .iter()
        .map(|source| source.relative().to_str().unwrap())
        .collect();
    // `up/d` is the folder itself
    assert_eq!(names, ["a.jsonl", "else/b.jsonl"]);
    let kinds: Vec<_> = found.skipped.iter().map(|skipped| skipped.kind).collect();
    assert_eq!(
        kinds,
        [
            SkipKind::Unreadable,
            SkipKind::Unreadable,
            SkipKind::Loop,
            SkipKind::Again
        ]
    );
    assert!(found.skipped[2].path.ends_with("d/up/d"));
    assert!(found.skipped[2].reason.contains("leads back"));
}

#[test]
fn own_output_is_not_read() {
    let folder = Folder::new();
    folder.put("d/a.jsonl", "{}\n");
    folder.put("d/out/a.jsonl", "{}\n");
    folder.put("d/removed.jsonl", "{}\n");
    let exclude = [
        folder.path("d/out"),
        folder.path("d/removed.jsonl"),
        folder.path("d/not-yet"),
    ];
    let found = discover(&[folder.path("d")], io::empty(), &exclude).unwrap();
    assert_eq!(found.sources.len(), 1);
    assert_eq!(
        found.skipped.iter().filter(|s| s.kind == SkipKind::OwnOutput).count(),
        2
    );
    let error = discover(&[folder.path("d")], io::empty(), &[folder.path("d")]).unwrap_err();
    assert!(error.is_settings(), "{error}");

    // never over an input
    let input = folder.path("d/a.jsonl");
    let source = one(&input);
    assert!(refuse_overwrite([&source], [folder.path("d/../d/a.jsonl")]).is_err());
    assert!(refuse_overwrite([&source], [folder.path("d/b.jsonl")]).is_ok());
    let error = source
        .rewrite::<FileError>(&ReadOptions::default(), Output::file(&input), &mut |_| Ok(Edit::Keep))
        .unwrap_err();
    assert!(error.to_string().contains("input"), "{error}");
    assert_eq!(fs::read(&input).unwrap(), b"{}\n");
}

#[test]
fn standard_input_is_read_twice() {
    for (codec, extension) in CODECS {
        let folder = Folder::new();
        let text = b"{\"text\":\"abc\"}\n{\"text\":\"def\"}\n";
        let packed = pack(codec, text);
        let found = discover(&["-".into()], &packed[..], &[]).unwrap();
        let source = &found.sources[0];
        assert_eq!(
            (source.name(), source.codec(), source.size()),
            ("-", codec, packed.len() as u64)
        );
        assert_eq!(source.relative().to_str().unwrap(), format!("stdin.jsonl{extension}"));
        assert_eq!(read(source).unwrap().len(), 2);
        let out = folder.path("out");
        clean(
            source,
            &ReadOptions::default(),
            &out,
            &mut |_, _, _| vec![Span::new(0, 1)],
            &|line| line == 1,
        );
        assert_eq!(unpack(codec, &fs::read(&out).unwrap()), b"{\"text\":\"ef\"}\n");
    }
    let error = discover(&["-".into(), "-".into()], io::empty(), &[]).unwrap_err();
    assert!(error.is_settings());
    let found = discover(&["-".into()], &b"Bonjour."[..], &[]).unwrap();
    assert_eq!(found.sources[0].format(), Format::Text);
    let error = discover(&["-".into()], &b"\x7fELF\0\0\0"[..], &[]).unwrap_err();
    assert!(error.is_settings(), "{error}");
}
