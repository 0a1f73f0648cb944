//! What the modules share: options, a clock, and the record of figures.

use super::text::{Article, Planted, Speaker};
use super::words;
use redite::segment::Language;
use std::fmt::{Debug, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};
use std::{fs, thread};

pub(crate) const SEED: u64 = 7;

/// Articles of one language.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) articles: Vec<Article>,
    /// `None` for the user's own text.
    pub(crate) planted: Option<Planted>,
}

impl Case {
    pub(crate) fn bytes(&self) -> usize {
        self.articles.iter().map(|article| article.text.len()).sum()
    }

    /// As the library takes them.
    pub(crate) fn given(&self) -> Vec<redite::Article<'_>> {
        let article = |a: &'_ Article| redite::Article::new(a.text.clone()).with_language(Language::from_tag(&a.lang));
        self.articles.iter().map(article).collect()
    }
}

/// What was asked for.
#[derive(Debug, Default, Clone)]
pub(crate) struct Options {
    lang: Option<String>,
    paths: Vec<PathBuf>,
    rounds: Option<usize>,
    kb: Option<usize>,
    pub(crate) count: bool,
    record: bool,
    /// Options of one module alone, as `--name value`.
    own: Vec<(String, String)>,
}

impl Options {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Self {
        let mut options = Self::default();
        let number = |value: Option<String>| value.and_then(|v| v.parse().ok()).expect("a number above 0");
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--kb" => options.kb = Some(number(args.next())),
                "--rounds" => options.rounds = Some(number(args.next()).max(1)),
                "--lang" => options.lang = args.next(),
                "--record" => options.record = true,
                "--count" => options.count = true,
                own if own.starts_with("--") => options.own.push((arg, args.next().unwrap_or_default())),
                _ => options.paths.push(arg.into()),
            }
        }
        options
    }
}

/// One run of a module, and its figures.
#[derive(Debug)]
pub(crate) struct Bench {
    name: &'static str,
    options: Options,
    pub(crate) rounds: usize,
    bytes: usize,
    /// Only what is the same on every machine is printed: for counts of instructions.
    pub(crate) count: bool,
    rows: String,
}

impl Bench {
    /// `kb`: text of each language.
    pub(crate) fn new(name: &'static str, kb: usize, options: &Options) -> Self {
        Self {
            name,
            rounds: if options.count { 1 } else { options.rounds.unwrap_or(5) },
            bytes: options.kb.unwrap_or(kb) * 1_000,
            count: options.count,
            rows: String::new(),
            options: options.clone(),
        }
    }

    /// An option of this module alone.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        let mut own = self.options.own.iter().filter(|(key, _)| key == name);
        own.next_back().map(|(_, value)| value.as_str())
    }

    /// The texts: generated, or the user's.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        let wanted = |lang: &str| self.options.lang.as_deref().is_none_or(|only| only == lang);
        if self.options.paths.is_empty() {
            for lang in words::ALL.iter().map(|words| words.lang).filter(|lang| wanted(lang)) {
                let (articles, planted) = Speaker::new(lang, SEED).articles(self.bytes);
                cases.push(Case {
                    name: lang.to_owned(),
                    articles,
                    planted: Some(planted),
                });
            }
        }
        for article in self.options.paths.iter().flat_map(|path| read(path)) {
            if !wanted(&article.lang) {
                continue;
            }
            match cases.iter_mut().find(|case| case.name == article.lang) {
                Some(case) => case.articles.push(article),
                None => cases.push(Case {
                    name: article.lang.clone(),
                    articles: vec![article],
                    planted: None,
                }),
            }
        }
        cases
    }

    /// Prints a line of the table.
    pub(crate) fn head(&self, line: &str) {
        if !self.count {
            println!("{}: {line}", self.name);
        }
    }

    /// Notes a figure for the record.
    pub(crate) fn note(&mut self, case: &str, figure: &str, value: f64) {
        let value = if value.fract() == 0.0 {
            format!("{value}")
        } else {
            format!("{value:.4}")
        };
        writeln!(self.rows, "{}\t{case}\t{figure}\t{value}", self.name).expect("a string takes all");
    }

    /// Prints and notes the speed of a case.
    pub(crate) fn speed(&mut self, case: &str, what: &str, bytes: usize, tokens: usize, seconds: f64, rest: &str) {
        if self.count {
            println!("count\t{}\t{case} {what}\t{tokens}", self.name);
            return;
        }
        let mb = bytes as f64 / 1e6;
        let (speed, each) = (mb / seconds, seconds * 1e9 / tokens.max(1) as f64);
        println!("{case:<5}{what:<12}{mb:>8.2} MB{seconds:>9.3} s{speed:>8.1} MB/s{each:>8.1} ns a token  {rest}");
        self.note(&format!("{case} {what}"), "MB", mb);
        self.note(&format!("{case} {what}"), "MB/s", speed);
        self.note(&format!("{case} {what}"), "ns/token", each);
    }

    /// Runs `work` as often as asked for, asserts that it answers the same each time, and gives the least CPU seconds
    /// of this thread.
    pub(crate) fn least<A: PartialEq + Debug>(&self, work: impl FnMut() -> A) -> (f64, A) {
        self.least_by(now, work)
    }

    /// As [`Bench::least`], by another clock.
    pub(crate) fn least_by<A: PartialEq + Debug>(&self, now: fn() -> f64, mut work: impl FnMut() -> A) -> (f64, A) {
        let (mut least, mut first) = (f64::MAX, None);
        for _ in 0..self.rounds {
            let start = now();
            let answer = measured(&mut work);
            least = least.min(now() - start);
            match &first {
                Some(first) => assert_eq!(*first, answer, "two rounds answer differently"),
                None => first = Some(answer),
            }
        }
        (least, first.expect("at least one round"))
    }

    /// Writes the figures, if that was asked for: those of this module replace its older ones of the day. Always
    /// true: nothing failed.
    pub(crate) fn finish(self) -> bool {
        if !self.options.record {
            return true;
        }
        let path = record_path();
        let old = fs::read_to_string(&path).unwrap_or_default();
        let cpu = cpu();
        let (arch, os, version) = (std::env::consts::ARCH, std::env::consts::OS, env!("CARGO_PKG_VERSION"));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let mut new = format!("# redite {version}, {cpu}, {cores} threads, {arch} {os}\nbench\tcase\tfigure\tvalue\n");
        let mine = format!("{}\t", self.name);
        for line in old
            .lines()
            .filter(|l| !l.starts_with('#') && !l.starts_with("bench\t") && !l.starts_with(&mine))
        {
            new.push_str(line);
            new.push('\n');
        }
        fs::write(&path, new + &self.rows).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        true
    }
}

/// Marks what is measured: a profiler counts what happens inside.
#[inline(never)]
pub(crate) fn measured<A>(work: &mut impl FnMut() -> A) -> A {
    work()
}

/// CPU seconds of this thread, where the system tells them, else those of the clock.
pub(crate) fn now() -> f64 {
    // The system adds up what a thread has used when it gives way.
    thread::yield_now();
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let used = stat.and_then(|stat| stat.split(' ').next()?.parse::<u64>().ok());
    used.map_or_else(clock, |nanoseconds| nanoseconds as f64 / 1e9)
}

/// Seconds of the clock.
pub(crate) fn clock() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// The most memory this process has had, in bytes.
pub(crate) fn peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0)
}

/// Articles of a JSON Lines file, or of all below a folder.
fn read(path: &Path) -> Vec<Article> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = fs::read_dir(path)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_dir() || path.extension().is_some_and(|e| e == "jsonl"))
            .collect();
        entries.sort();
        return entries.iter().flat_map(|path| read(path)).collect();
    }
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let article = |line: &str| -> Option<Article> {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(Article {
            lang: value["lang"].as_str().unwrap_or("und").to_owned(),
            text: value["text"].as_str()?.to_owned(),
        })
    };
    text.lines().filter_map(article).collect()
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

/// `benches/record/DATE-CPU.tsv`.
fn record_path() -> PathBuf {
    let days = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |d| d.as_secs() / 86_400);
    let words: Vec<String> = cpu()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/record");
    folder.join(format!("{}-{}.tsv", date(days), words.join("-")))
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar.
fn date(days: u64) -> String {
    let leap = |y: u64| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
    let (mut year, mut left) = (1970, days);
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
}
