//! The files of an index: the order of shingles, and the runs. Both are [packed streams](super::packed).
//!
//! The *order*: a count for each hash of a shingle by its lowest bits, 1 byte; and for what is more frequent a second one, 2 bytes. Both
//! have as many as a power of two.
//!
//! A *run*: first its head, numbers of 8 bytes that say what stands where in the others ([`Run::head`](crate::decide::Run::head)); then its
//! streams ([`Run::streams`](crate::decide::Run::streams)): the folds of all units; of paragraphs, and again of sentences and their parts, what
//! finds leaders (`join/shard.rs`), where the article of each comes from, what it is and where its fold stands, and what pieces it has;
//! and what stood beside leaders (`decide/external/rows.rs`); then the four streams of [`texts`].

use super::error::IndexError;
use super::manifest::{Entry, hex};
use super::packed::{self, Packing, Stream, WriteError, Writer};
use super::texts::{self, Texts};
use crate::decide::Run;
use crate::join::{Order, Rule};
use crate::spill::{Folder, Spool};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Bytes of a block of what is read from end to end, and of what is read here and there.
const LONG: usize = 256 << 10;
const SHORT: usize = 16 << 10;

/// By stream of a run how it is read: word by word, or here and there.
const STREAMS: [(usize, Packing); Run::STREAMS] = {
    let [words, some] = [(SHORT, Packing::None), (SHORT, Packing::Zstd)];
    [some, words, words, some, some, words, words, some, some, words]
};

pub(super) fn write_order(writer: &mut Writer, order: &Order) -> Result<(), WriteError> {
    let (counts, frequent) = order.tables();
    writer.bytes(&counts, LONG)?;
    let frequent: Vec<u8> = frequent.into_iter().flat_map(u16::to_le_bytes).collect();
    writer.bytes(&frequent, LONG)
}

pub(super) fn open_order(folder: &Path, entry: &Entry, rule: (&Rule, usize)) -> Result<Order, IndexError> {
    let order = order_of(&folder.join(&entry.file), &open(folder, entry)?, rule)?;
    order.ok_or_else(|| wrong(folder, entry))
}

/// The order that the streams of a file hold, if they hold one.
pub(super) fn order_of(
    path: &Path,
    streams: &[Stream],
    (rule, shortest): (&Rule, usize),
) -> Result<Option<Order>, IndexError> {
    let read = |stream: &Stream| stream.all().map_err(|cause| IndexError::io(path, "read", &cause));
    let [counts, frequent] = streams else {
        return Ok(None);
    };
    let frequent = read(frequent)?;
    let frequent = frequent.as_chunks().0.iter().map(|count| u16::from_le_bytes(*count));
    Ok(Order::restored(rule, shortest, (read(counts)?, frequent.collect())))
}

pub(super) fn write_run(writer: &mut Writer, run: &Run, texts: &Texts) -> Result<(), WriteError> {
    write_leaders(writer, run)?;
    writer.stream(&texts.places, SHORT, Packing::Zstd)?;
    writer.stream(&texts.articles, SHORT, Packing::Zstd)?;
    writer.stream(&texts.ids, SHORT, Packing::None)?;
    writer.bytes(&texts.dates(), SHORT)
}

/// Writes the head of a run and its streams, without texts.
pub(super) fn write_leaders(writer: &mut Writer, run: &Run) -> Result<(), WriteError> {
    let head: Vec<u8> = run.head().into_iter().flat_map(u64::to_le_bytes).collect();
    writer.bytes(&head, LONG)?;
    for (spool, (block, packing)) in run.streams().into_iter().zip(STREAMS) {
        writer.stream(spool, block, packing)?;
    }
    Ok(())
}

/// The run whose head and streams come next among those of a file, if there is one.
pub(super) fn leaders(path: &Path, streams: &mut impl Iterator<Item = Stream>) -> Result<Option<Run>, IndexError> {
    let Some(head) = streams.next() else { return Ok(None) };
    let head = head.all().map_err(|cause| IndexError::io(path, "read", &cause))?;
    let head: Vec<u64> = head.as_chunks().0.iter().map(|n| u64::from_le_bytes(*n)).collect();
    let here = Folder::of_index(path.parent().unwrap_or(path).to_owned());
    let all: Vec<Spool> = streams
        .take(Run::STREAMS)
        .map(|stream| here.complete(Arc::new(stream)))
        .collect();
    Ok(all.try_into().ok().and_then(|all| Run::restored(&head, all)))
}

/// A run that has been read, and the texts of its articles.
pub(super) struct Opened {
    pub(super) run: Run,
    pub(super) texts: Arc<[Spool; 3]>,
    pub(super) times: Option<(i64, i64)>,
    pub(super) bytes: u64,
    pub(super) gone: Arc<[u32]>,
}

pub(super) fn open_run(folder: &Path, entry: &Entry) -> Result<Opened, IndexError> {
    let mut streams = open(folder, entry)?.into_iter();
    let all_of = |stream: Option<Stream>| {
        let stream = stream.ok_or_else(|| wrong(folder, entry))?;
        let path = folder.join(&entry.file);
        stream.all().map_err(|cause| IndexError::io(&path, "read", &cause))
    };
    let path = folder.join(&entry.file);
    let run = leaders(&path, &mut streams)?.ok_or_else(|| wrong(folder, entry))?;
    let here = Folder::of_index(folder.to_owned());
    let mut next = || streams.next().map(|stream| here.complete(Arc::new(stream)));
    let texts = [next(), next(), next()];
    let [Some(places), Some(articles), Some(ids)] = texts else {
        return Err(wrong(folder, entry));
    };
    let times = texts::times(&all_of(streams.next())?);
    let is_whole = places.end() == 8 * (u64::from(run.articles) + 1);
    if !is_whole || streams.next().is_some() {
        return Err(wrong(folder, entry));
    }
    Ok(Opened {
        run,
        texts: Arc::new([places, articles, ids]),
        times,
        bytes: entry.bytes,
        gone: entry.gone.clone().into(),
    })
}

/// The streams of a file that is the one that the manifest names.
fn open(folder: &Path, entry: &Entry) -> Result<Vec<Stream>, IndexError> {
    let path = folder.join(&entry.file);
    let (streams, checksum) = packed::open(&path).map_err(|cause| IndexError::io(&path, "read", &cause))?;
    if hex(checksum) != entry.checksum {
        return Err(wrong(folder, entry));
    }
    Ok(streams)
}

/// Reads every byte of a file.
pub(super) fn verify(folder: &Path, entry: &Entry) -> Result<(), IndexError> {
    let path = folder.join(&entry.file);
    let verified = open(folder, entry)?.iter().try_for_each(Stream::verify);
    verified.map_err(|cause| IndexError::io(&path, "read", &cause))
}

fn wrong(folder: &Path, entry: &Entry) -> IndexError {
    let cause = io::Error::new(io::ErrorKind::InvalidData, "it is not the file that the manifest names");
    IndexError::io(&folder.join(&entry.file), "read", &cause)
}
