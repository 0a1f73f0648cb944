//! The edited copy of a Parquet file: text columns of the row groups that change are written anew, all else is
//! copied chunk by chunk.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use ::parquet::basic::Encoding;
use ::parquet::bloom_filter::Sbbf;
use ::parquet::column::page::Page;
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use ::parquet::file::reader::FileReader;
use ::parquet::file::serialized_reader::SerializedFileReader;
use ::parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};

use super::cells::take_raw;
use super::{Rows, guarded, open_file};
use crate::files::digest::{Digest, Digester};
use crate::files::edit::{self, Edit};
use crate::files::error::FileError;
use crate::files::output::{Output, Writer};
use crate::files::read::{ReadOptions, Source};
use crate::files::record::{FieldText, Record};
use crate::files::rewrite::{RewriteStats, cannot_drop, copy_whole};

/// Rows that are written at once.
const STEP: usize = 64;

/// The edits of one row group: (row in the group, edit), in order.
type GroupEdits = Vec<(usize, Edit)>;

pub(crate) fn rewrite<E: From<FileError>>(
    source: &Source,
    options: &ReadOptions,
    output: Output,
    edit: &mut dyn FnMut(&Record<'_>) -> Result<Edit, E>,
) -> Result<RewriteStats, E> {
    options.check()?;
    let mut rows = Rows::open(source, options, &Arc::new(AtomicU64::new(0)))?;
    let mut stats = RewriteStats::default();
    let mut copy = None;
    let mut output = Some(output);
    let mut edits = GroupEdits::new();
    let mut changed = vec![false; rows.columns.texts.len()];
    let (mut group, mut row) = (0, 0);
    let (mut read, mut written) = (Digester::default(), Digester::default());
    loop {
        let next = rows.next_batch().transpose()?;
        if next.as_ref().is_none_or(|(next, _)| *next != group) {
            // the row group is over, and all its edits are known
            if !edits.is_empty() {
                if let Some(output) = output.take() {
                    copy = Some(Copy::new(source, output)?);
                }
                if let Some(copy) = &mut copy {
                    let leaves: Vec<_> = rows.columns.texts.iter().zip(&changed).filter(|(_, c)| **c).collect();
                    let leaves: Vec<_> = leaves.into_iter().map(|(text, _)| *text).collect();
                    copy.copy_until(group)?;
                    copy.write_group(group, &leaves, &edits)?;
                }
            }
            edits.clear();
            changed.fill(false);
            row = 0;
        }
        let Some((number, batch)) = next else { break };
        group = number;
        for record in batch.records() {
            row += 1;
            let Ok(fields) = record.outcome else {
                stats.faulty += 1;
                for digester in [&mut read, &mut written] {
                    digester.update(FAULTY_ROW);
                }
                continue;
            };
            stats.records += 1;
            let edit = edit(&record)?;
            if edit == Edit::Drop {
                return Err(cannot_drop(source).into());
            }
            let bad = |what| FileError::edit(&source.name, record.place.line_or_row, what);
            edit::check_fields(&edit, fields).map_err(bad)?;
            let mut any = false;
            for text in &fields.texts {
                digest_text(&mut read, text.field, &text.text);
                let after = edit::apply(&edit, text).map_err(bad)?;
                digest_text(&mut written, text.field, after.as_deref().unwrap_or(&text.text));
                if after.is_some() {
                    any = true;
                    let column = rows.columns.texts.iter().position(|(field, _)| *field == text.field);
                    column.into_iter().for_each(|column| changed[column] = true);
                }
            }
            if any {
                stats.edited += 1;
                edits.push((row - 1, edit));
            }
        }
    }
    stats.read = read.digest();
    stats.written = written.digest();
    match (copy, output) {
        (Some(mut copy), _) => {
            copy.copy_until(usize::MAX)?;
            stats.file = copy.finish()?;
        }
        (None, Some(output)) => {
            stats.file = copy_whole(source, output)?;
            stats.copied = 1;
        }
        (None, None) => {}
    }
    Ok(stats)
}

/// What stands in the digest of a file's texts for a row that cannot be used.
const FAULTY_ROW: &[u8] = &[0xff];

/// Adds a text to the digest of a file's texts: the number of its field, its length, its bytes.
fn digest_text(digester: &mut Digester, field: usize, text: &str) {
    digester.update(&u32::try_from(field).unwrap_or(u32::MAX).to_le_bytes());
    digester.update(&(text.len() as u64).to_le_bytes());
    digester.update(text.as_bytes());
}

struct Copy<'s> {
    source: &'s Source,
    file: File,
    reader: SerializedFileReader<File>,
    metadata: ParquetMetaData,
    writer: SerializedFileWriter<Writer>,
    /// Row groups that are written.
    done: usize,
    /// What went wrong with a temporary file.
    failure: Failure,
}

type Failure = Arc<Mutex<Option<io::Error>>>;

/// A column that is written anew, and remembers what went wrong: of the errors of the Parquet writer nobody can tell.
struct Temporary {
    file: File,
    failure: Failure,
}

impl Temporary {
    fn new(failure: &Failure) -> io::Result<Self> {
        let file = tempfile::tempfile().inspect_err(|error| note(failure, error))?;
        let failure = Arc::clone(failure);
        Ok(Self { file, failure })
    }
}

fn note(failure: &Failure, error: &io::Error) {
    let again = error
        .raw_os_error()
        .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
    *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(again);
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let failure = &self.failure;
        self.file.write(bytes).inspect_err(|error| note(failure, error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<'s> Copy<'s> {
    fn new(source: &'s Source, output: Output) -> Result<Self, FileError> {
        let read_error = |error| FileError::parquet(&source.name, None, error);
        let file = open_file(source)?;
        let open = || SerializedFileReader::new(file.try_clone()?);
        let reader = guarded(open).map_err(read_error)?;
        let metadata = guarded(|| {
            ParquetMetaDataReader::new()
                .with_page_index_policy(PageIndexPolicy::Optional)
                .parse_and_finish(&file)
        })
        .map_err(read_error)?;

        let about = metadata.file_metadata();
        let groups = metadata.row_groups();
        let version = if about.version() >= 2 {
            WriterVersion::PARQUET_2_0
        } else {
            WriterVersion::PARQUET_1_0
        };
        let mut properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_key_value_metadata(about.key_value_metadata().cloned())
            .set_offset_index_disabled(
                !groups
                    .iter()
                    .flat_map(|group| group.columns())
                    .any(|chunk| chunk.offset_index_range().is_some()),
            );
        // readers look here for the bugs that the chunks may have, and most chunks are still that writer's
        if let Some(by) = about.created_by() {
            properties = properties.set_created_by(by.to_owned());
        }
        let sorting = groups.first().and_then(|group| group.sorting_columns());
        if sorting.is_some() && groups.iter().all(|group| group.sorting_columns() == sorting) {
            properties = properties.set_sorting_columns(sorting.cloned());
        }
        let schema = about.schema_descr().root_schema_ptr();
        let writer = output.open(source.mode())?;
        let path = writer.path().to_owned();
        let writer = SerializedFileWriter::new(writer, schema, Arc::new(properties.build()))
            .map_err(|error| FileError::writing(&path, std::io::Error::other(error)))?;
        Ok(Self {
            source,
            file,
            reader,
            metadata,
            writer,
            done: 0,
            failure: Failure::default(),
        })
    }

    /// Copies the row groups before number `end`.
    fn copy_until(&mut self, end: usize) -> Result<(), FileError> {
        while self.done < end.min(self.metadata.num_row_groups()) {
            self.write_group(self.done, &[], &GroupEdits::new())?;
        }
        Ok(())
    }

    /// Writes a row group, with `edits` in the text columns `leaves`: (number of the field, of the leaf).
    fn write_group(&mut self, group: usize, leaves: &[(usize, usize)], edits: &GroupEdits) -> Result<(), FileError> {
        let written = guarded(|| {
            let about = self.metadata.row_group(group);
            let index = self.metadata.page_index();
            let mut out = self.writer.next_row_group()?;
            for (leaf, chunk) in about.columns().iter().enumerate() {
                let bloom_filter = Sbbf::read_from_column_chunk(chunk, &self.file).ok().flatten();
                let column_index = index.and_then(|index| index.column_index(group, leaf)).cloned();
                let offset_index = index.and_then(|index| index.offset_index(group, leaf)).cloned();
                if let Some((field, _)) = leaves.iter().find(|(_, changed)| *changed == leaf) {
                    let properties = text_properties(
                        &self.reader,
                        group,
                        leaf,
                        column_index.is_some(),
                        bloom_filter.is_some(),
                    )?;
                    let sink = Temporary::new(&self.failure)?;
                    let (mut file, mut close) =
                        write_column(&self.reader, group, leaf, properties, sink, |row, text| {
                            match edits.binary_search_by_key(&row, |(row, _)| *row) {
                                Ok(at) => {
                                    let text = FieldText {
                                        field: *field,
                                        text: text.to_owned(),
                                        raw: None,
                                    };
                                    let after = edit::apply(&edits[at].1, &text).map_err(ParquetError::General)?;
                                    Ok(after.map(|after| ByteArray::from(after.as_bytes().to_vec())))
                                }
                                Err(_) => Ok(None),
                            }
                        })?;
                    close.offset_index = close.offset_index.filter(|_| offset_index.is_some());
                    close.column_index = close.column_index.filter(|_| column_index.is_some());
                    file.seek(SeekFrom::Start(0))?;
                    out.append_column(&file, close)?;
                } else {
                    let close = ColumnCloseResult {
                        bytes_written: chunk.compressed_size().unsigned_abs(),
                        rows_written: about.num_rows().unsigned_abs(),
                        metadata: with_sound_offsets(chunk)?,
                        bloom_filter,
                        column_index,
                        offset_index,
                    };
                    out.append_column(&self.file, close)?;
                }
            }
            out.close()?;
            Ok(())
        });
        self.done = group + 1;
        written.map_err(|error| self.error(error))
    }

    fn finish(mut self) -> Result<Digest, FileError> {
        guarded(|| self.writer.finish()).map_err(|error| self.error(error))?;
        let writer = self.writer.inner_mut();
        writer.commit()?;
        Ok(writer.digest())
    }

    /// Whose fault it was: that of a temporary file, the output's, or the input's.
    fn error(&mut self, error: ParquetError) -> FileError {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(failure) = failure {
            return FileError::temporary(format!("a column of {}", self.source.name), failure);
        }
        let writer = self.writer.inner_mut();
        match writer.failure() {
            Some(failure) => FileError::writing(writer.path(), failure),
            None => FileError::parquet(&self.source.name, None, error),
        }
    }
}

/// Some writers say that a dictionary is at byte 0, and mean that there is none.
fn with_sound_offsets(chunk: &ColumnChunkMetaData) -> ParquetResult<ColumnChunkMetaData> {
    match chunk.dictionary_page_offset() {
        Some(at) if at <= 0 => chunk.clone().into_builder().set_dictionary_page_offset(None).build(),
        _ => Ok(chunk.clone()),
    }
}

fn text_reader(
    reader: &SerializedFileReader<File>,
    group: usize,
    leaf: usize,
) -> ParquetResult<ColumnReaderImpl<ByteArrayType>> {
    match reader.get_row_group(group)?.get_column_reader(leaf)? {
        ColumnReader::ByteArrayColumnReader(reader) => Ok(reader),
        _ => Err(ParquetError::General("a text column is not of strings".to_owned())),
    }
}

/// Settings under which a text column is written as it was written before.
fn text_properties(
    reader: &SerializedFileReader<File>,
    group: usize,
    leaf: usize,
    indexed: bool,
    bloom: bool,
) -> ParquetResult<WriterProperties> {
    let row_group = reader.get_row_group(group)?;
    let chunk = row_group.metadata().column(leaf);
    let mut pages = row_group.get_column_page_reader(leaf)?;
    // pages of version 2 are not for every reader: not to be written where there were none
    let mut version = WriterVersion::PARQUET_1_0;
    while let Some(page) = pages.get_next_page()? {
        match page {
            Page::DictionaryPage { .. } => {}
            Page::DataPageV2 { .. } => {
                version = WriterVersion::PARQUET_2_0;
                break;
            }
            Page::DataPage { .. } => break,
        }
    }
    let encoding = [Encoding::DELTA_BYTE_ARRAY, Encoding::DELTA_LENGTH_BYTE_ARRAY]
        .into_iter()
        .find(|delta| chunk.encodings().any(|encoding| encoding == *delta))
        .unwrap_or(Encoding::PLAIN);
    let statistics = match (indexed, chunk.statistics().is_some()) {
        (true, _) => EnabledStatistics::Page,
        (false, true) => EnabledStatistics::Chunk,
        (false, false) => EnabledStatistics::None,
    };
    let dictionary = chunk
        .encodings()
        .any(|encoding| matches!(encoding, Encoding::RLE_DICTIONARY) || encoding.to_string() == "PLAIN_DICTIONARY");
    Ok(WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(chunk.compression())
        .set_dictionary_enabled(dictionary)
        .set_encoding(encoding)
        .set_statistics_enabled(statistics)
        .set_bloom_filter_enabled(bloom)
        .build())
}

/// Writes a column anew to a file of its own; `edit` gives the new text of a row, or `None`.
fn write_column(
    reader: &SerializedFileReader<File>,
    group: usize,
    leaf: usize,
    properties: WriterProperties,
    sink: Temporary,
    edit: impl Fn(usize, &str) -> ParquetResult<Option<ByteArray>>,
) -> ParquetResult<(File, ColumnCloseResult)> {
    let metadata = reader.metadata().row_group(group);
    let column = reader.metadata().file_metadata().schema_descr().column(leaf);
    let rows = usize::try_from(metadata.num_rows())?;
    let full = column.max_def_level();
    let mut cells = text_reader(reader, group, leaf)?;
    let mut sink = TrackedWrite::new(sink);
    let pages = Box::new(SerializedPageWriter::new(&mut sink));
    let ColumnWriter::ByteArrayColumnWriter(mut writer) = get_column_writer(column, Arc::new(properties), pages) else {
        return Err(ParquetError::General("a text column is not of strings".to_owned()));
    };
    let mut row = 0;
    while row < rows {
        let step = STEP.min(rows - row);
        let (levels, mut values) = take_raw(&mut cells, full, step)?;
        let there = (0..step).filter(|at| full == 0 || levels[*at] == full);
        for (at, value) in there.zip(&mut values) {
            // what is no text was not shown to the editor, and stays
            let Ok(text) = std::str::from_utf8(value.data()) else {
                continue;
            };
            if let Some(after) = edit(row + at, text)? {
                *value = after;
            }
        }
        writer.write_batch(&values, (full > 0).then_some(&levels), None)?;
        row += step;
    }
    let close = writer.close()?;
    Ok((sink.into_inner()?.file, close))
}
