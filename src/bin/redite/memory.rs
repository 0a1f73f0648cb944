//! How much memory, disk space and time a run needs, and the limit that `--memory` sets.

use crate::amounts::{count, duration, round, size};
use crate::args::MemoryArgs;
use crate::article::article;
use crate::console;
use crate::origins::Origins;
use crate::paint::visible;
use anyhow::{Context, Result, bail};
use redite::files::{Codec, Format, ReadOptions, Source};
use redite::{Article, Detector, Keep, Memory, Scope};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What the program, the batches that are read and the copy that is written take beside the session, and what each
/// thread does: measured on JSON Lines, with a little to spare.
const BESIDE: u64 = 60_000_000;
const A_THREAD: u64 = 14_000_000;

/// The least that is left for the session: with less the shares become so small that a run takes many times as long.
const LEAST: u64 = 32_000_000;

/// What is taken beside the session, with the threads there are.
pub(crate) fn beside() -> u64 {
    BESIDE + A_THREAD * rayon::current_num_threads() as u64
}

/// Starts the program again, before it has done anything, so that all threads share one arena of glibc's allocator. Each has one
/// of its own otherwise, where what another thread has freed stays: with two threads a run took a third more memory than it held,
/// with more threads more. Where it cannot be started again it goes on as it is.
pub(crate) fn share_one_arena() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::os::unix::process::CommandExt;
        const ARENAS: &str = "MALLOC_ARENA_MAX";
        // Where the loader forgets the variable above, as for a program with privileges, it is not tried a second time.
        const STARTED_AGAIN: &str = "REDITE_STARTED_AGAIN";
        let is_set = |name| std::env::var_os(name).is_some();
        if let (false, Ok(program)) = (is_set(ARENAS) || is_set(STARTED_AGAIN), std::env::current_exe()) {
            let mut typed = std::env::args_os();
            let mut again = std::process::Command::new(program);
            if let Some(name) = typed.next() {
                again.arg0(name);
            }
            let _cannot = again.args(typed).env(ARENAS, "1").env(STARTED_AGAIN, "1").exec();
        }
    }
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

    /// Refuses what is held as a whole and takes more than there is. `what`: its name.
    pub(crate) fn check_held(&self, bytes: u64, what: &str) -> Result<()> {
        let needed = beside() + bytes;
        if needed > self.bytes {
            bail!(
                "--memory {}: {what} takes about {}, with the program {}; allow that, or give less of it at a time",
                size(self.bytes),
                size(bytes),
                size(needed),
            );
        }
        Ok(())
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
    /// Articles are decided in another order than they come in: they are written twice more.
    is_reordered: bool,
    time: Duration,
}

impl Estimate {
    /// Reads some of the inputs.
    pub(crate) fn of(sources: &[Source], options: &ReadOptions, detector: &Detector) -> Result<Self> {
        let mut session = detector.session_within(Memory::unlimited());
        let (mut sampled, mut articles, mut text) = (0, 0_u64, 0_u64);
        let sources: Vec<&Source> = sources.iter().filter(|source| source.unread().is_none()).collect();
        let mut origins = Origins::default();
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
                        some.push(article(fields, &mut origins));
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
            is_reordered: detector.settings().scope() != Scope::Article
                && !matches!(detector.settings().keep(), Keep::First | Keep::Last),
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
            let copies = if self.is_reordered { 2 } else { 1 };
            copies * Memory::disk(self.held) + self.text / 4
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
