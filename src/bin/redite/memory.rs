//! How much memory, disk space and time a run needs, and the limit that `--memory` sets.

use crate::args::MemoryArgs;
use crate::console;
use crate::corpus::article;
use crate::paint::visible;
use crate::summary::count;
use anyhow::{Context, Result, bail};
use redite::files::{Codec, Format, ReadOptions, Source};
use redite::{Article, Detector, Memory};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What the program, the batches that are read and the copy that is written take beside the session, and what each
/// thread does: measured on JSON Lines, with a little to spare.
const BESIDE: u64 = 60_000_000;
const A_THREAD: u64 = 14_000_000;

/// The least that is left for the session: with less the shares become so small that a run takes many times as long.
const LEAST: u64 = 32_000_000;

/// What is taken beside the session, with the threads there are.
fn beside() -> u64 {
    BESIDE + A_THREAD * rayon::current_num_threads() as u64
}

/// Inputs of so many bytes have their needs told before the run.
pub(crate) const LARGE: u64 = 1_000_000_000;

/// Bytes of the inputs that are read to estimate the rest, from so many files.
const SAMPLE: u64 = 24 << 20;
const FILES: usize = 12;

/// A run takes so many times the time of reading, cutting and folding alone.
const WHOLE_RUN: f64 = 2.5;

/// So many times that if not all fits into memory.
const ON_DISK: f64 = 1.5;

/// What was asked for with `--memory` and `--temp-dir`.
#[derive(Debug, Clone)]
pub(crate) struct Cap {
    bytes: u64,
    folder: PathBuf,
}

impl Cap {
    /// The cap that was set, if any. Temporary files of all kinds go to the folder from now on.
    pub(crate) fn of(args: &MemoryArgs) -> Result<Option<Self>> {
        if let Some(folder) = &args.temp_dir {
            if !folder.is_dir() {
                bail!(
                    "--temp-dir {}: no such folder; create it or name another",
                    folder.display()
                );
            }
            // It can be set once, and only this has set it.
            let _set_before = tempfile::env::override_temp_dir(folder);
        }
        let Some(bytes) = args.memory else { return Ok(None) };
        let least = beside() + LEAST;
        if bytes < least {
            bail!(
                "--memory {}: the least is {} with {}, most of it for the program itself; allow more, or use fewer threads",
                size(bytes),
                size(least),
                count(rayon::current_num_threads() as u64, "thread"),
            );
        }
        Ok(Some(Self {
            bytes,
            folder: tempfile::env::temp_dir(),
        }))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a session may take.
    pub(crate) fn memory(&self) -> Memory {
        let bytes = usize::try_from(self.bytes - beside()).unwrap_or(usize::MAX);
        Memory::new(bytes).in_folder(&self.folder)
    }

    /// Refuses a run for which there is too little room on disk, as far as can be told.
    pub(crate) fn check(&self, estimate: &Estimate) -> Result<()> {
        let needed = estimate.disk(self);
        match free(&self.folder) {
            Some(free) if free < needed => bail!(
                "{}: {} free, but temporary files will need about {}; free some space, choose another folder with \
                 --temp-dir, or allow more with --memory",
                self.folder.display(),
                size(free),
                size(needed)
            ),
            _ => Ok(()),
        }
    }
}

/// What a run will take, as far as a sample tells.
#[derive(Debug)]
pub(crate) struct Estimate {
    files: u64,
    bytes: u64,
    sampled: u64,
    articles: u64,
    text: u64,
    held: u64,
    time: Duration,
}

impl Estimate {
    /// Reads some of the inputs.
    pub(crate) fn of(sources: &[Source], options: &ReadOptions, detector: &Detector) -> Result<Self> {
        let mut session = detector.session_within(Memory::unlimited())?;
        let (mut sampled, mut articles, mut text) = (0, 0_u64, 0_u64);
        let sources: Vec<&Source> = sources.iter().filter(|source| source.unread().is_none()).collect();
        let started = Instant::now();
        let step = sources.len().div_ceil(FILES).max(1);
        let files = sources.len().div_ceil(step) as u64;
        for source in sources.iter().step_by(step) {
            let mut packed = 0;
            let is_plain = source.format() == Format::Jsonl && source.codec() == Codec::Plain;
            // What cannot be read is left to the run to say.
            let Ok(mut batches) = source.read(options) else {
                continue;
            };
            let whole = loop {
                let Some(Ok(batch)) = batches.next() else { break true };
                let mut some: Vec<Article<'_>> = Vec::new();
                for record in batch.records() {
                    packed = record.place.byte;
                    if let Ok(fields) = record.outcome {
                        articles += 1;
                        let here = fields.texts.iter().map(|t| t.text.len() as u64).sum::<u64>();
                        packed += here;
                        text += here;
                        some.push(article(fields));
                    }
                }
                session.push_all(&some)?;
                if !is_plain {
                    packed = batches.bytes_read();
                }
                if packed >= SAMPLE / files.max(1) {
                    break false;
                }
            };
            sampled += if whole { source.size() } else { packed };
        }
        let time = started.elapsed();
        let bytes: u64 = sources.iter().map(|source| source.size()).sum();
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let scale = bytes as f64 / sampled.max(1) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an estimate"
        )]
        let scaled = |n: u64| (n as f64 * scale) as u64;
        Ok(Self {
            files: sources.len() as u64,
            bytes,
            sampled,
            articles: scaled(articles),
            text: scaled(text),
            held: scaled(session.held()),
            time: time.mul_f64(scale * WHOLE_RUN),
        })
    }

    /// Memory with everything in it.
    fn memory(&self) -> u64 {
        beside() + Memory::needed(self.held)
    }

    /// Temporary files under a cap.
    fn disk(&self, cap: &Cap) -> u64 {
        if cap.memory().suffices(self.held) {
            0
        } else {
            // with the kept texts, and the places of units
            Memory::disk(self.held) + self.text / 4
        }
    }

    /// The same for people.
    pub(crate) fn tell(&self, cap: Option<&Cap>) -> String {
        let mut out = format!(
            "{}, {}: about {} of text in {} (estimated from {} of input)\nmemory: about {} without a limit\n",
            count(self.files, "input file"),
            size(self.bytes),
            size(self.text),
            count(round(self.articles), "article"),
            size(self.sampled),
            size(self.memory()),
        );
        let mut time = self.time;
        if let Some(cap) = cap {
            let disk = self.disk(cap);
            out += &format!("--memory {}: ", size(cap.bytes));
            if disk == 0 {
                out += "enough, no temporary files are needed\n";
            } else {
                time = time.mul_f64(ON_DISK);
                let folder = cap.folder.display();
                let free = free(&cap.folder).map_or(String::new(), |free| format!(" ({} free)", size(free)));
                out += &format!("about {} of temporary files in {folder}{free}\n", size(disk));
            }
        }
        out + &format!("time: about {}", duration(time))
    }
}

/// Bytes of free disk that a folder has for us, where the system tells.
fn free(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let there = rustix::fs::statvfs(folder).ok()?;
        Some(there.f_bavail.saturating_mul(there.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

/// Two digits that count.
fn round(n: u64) -> u64 {
    let mut scale = 1;
    while n / scale >= 100 {
        scale *= 10;
    }
    (n + scale / 2) / scale * scale
}

/// `1.2 GB`, with two digits that count.
pub(crate) fn size(bytes: u64) -> String {
    let bytes = round(bytes);
    let (unit, name) = match bytes {
        1_000_000_000.. => (1_000_000_000, "GB"),
        1_000_000.. => (1_000_000, "MB"),
        _ => (1000, "kB"),
    };
    match (bytes / unit, bytes % unit * 10 / unit) {
        (whole, tenth) if whole < 10 && tenth > 0 => format!("{whole}.{tenth} {name}"),
        (whole, _) => format!("{whole} {name}"),
    }
}

/// `3 minutes`.
fn duration(time: Duration) -> String {
    match time.as_secs().max(1) {
        seconds @ ..100 => count(seconds, "second"),
        seconds @ ..6000 => count(seconds.div_ceil(60), "minute"),
        seconds => count(seconds.div_ceil(3600), "hour"),
    }
}

/// Prints what a run would take.
pub(crate) fn dry_run(
    sources: &[Source],
    options: &ReadOptions,
    detector: &Detector,
    cap: Option<&Cap>,
    out: &mut impl std::io::Write,
) -> Result<()> {
    for source in sources {
        writeln!(out, "{:>10}  {}", size(source.size()), visible(source.name()))?;
    }
    let estimate = Estimate::of(sources, options, detector)?;
    writeln!(out, "{}", estimate.tell(cap))?;
    writeln!(out, "These are estimates. Nothing was written.")?;
    if let Some(cap) = cap {
        cap.check(&estimate)?;
    }
    Ok(())
}

/// `512M` as bytes: k, M, G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024, in either case, with or without B.
pub(crate) fn parse(typed: &str) -> Result<u64, String> {
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = typed[digits.len()..].to_ascii_lowercase();
    let scale = match unit.strip_suffix('b').unwrap_or(&unit) {
        "" => 1.0,
        "k" => 1e3,
        "m" => 1e6,
        "g" => 1e9,
        "t" => 1e12,
        "ki" => 1024.0,
        "mi" => 1_048_576.0,
        "gi" => 1_073_741_824.0,
        "ti" => 1_099_511_627_776.0,
        _ => 0.0,
    };
    let bytes = digits.trim().parse::<f64>().map_or(0.0, |n| n * scale);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is held to be positive and small enough"
    )]
    if (1.0..1e18).contains(&bytes) {
        Ok(bytes as u64)
    } else {
        Err("give a size in bytes, such as 500k, 20MB, 1.5G (powers of 1000) or 512MiB (of 1024)".to_owned())
    }
}

/// Says what a large run will take, and refuses it if there is too little room.
pub(crate) fn before_run(
    sources: &[Source],
    options: &ReadOptions,
    detector: &Detector,
    cap: Option<&Cap>,
    quiet: bool,
) -> Result<()> {
    let bytes: u64 = sources.iter().map(Source::size).sum();
    let is_large = bytes >= LARGE && !quiet;
    let may_spill = cap.is_some_and(|cap| bytes > cap.bytes / 64);
    if !is_large && !may_spill {
        return Ok(());
    }
    let estimate = Estimate::of(sources, options, detector).context("cannot estimate what the run needs")?;
    if is_large {
        console::lines(format_args!("{}\n", estimate.tell(cap)));
    }
    cap.map_or(Ok(()), |cap| cap.check(&estimate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (typed, bytes) in [
            ("512M", 512_000_000),
            ("0.5G", 500_000_000),
            ("7", 7),
            ("20k", 20_000),
            ("1T", 1_000_000_000_000),
            ("512m", 512_000_000),
            ("512MB", 512_000_000),
            ("512 mb", 512_000_000),
            ("512MiB", 536_870_912),
            ("512Mi", 536_870_912),
            ("1.5gib", 1_610_612_736),
            ("2KiB", 2048),
            ("7B", 7),
        ] {
            assert_eq!(parse(typed), Ok(bytes), "{typed}");
        }
        for typed in [
            "", "M", "-1G", "0", "nan", "inf", "1X", "1e30G", "1i", "1iB", "1MBB", "1BM", "infM", "0.1", "1é",
        ] {
            assert!(parse(typed).is_err(), "{typed}");
        }
        for (bytes, told) in [
            (0, "0 kB"),
            (1_234_567, "1.2 MB"),
            (512_000_000, "510 MB"),
            (99_700_000_000, "100 GB"),
        ] {
            assert_eq!(size(bytes), told);
        }
        assert_eq!(duration(Duration::from_secs(130)), "3 minutes");
    }
}
