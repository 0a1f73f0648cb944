//! Parquet: one article a row, read column by column without Arrow.

mod cells;
mod check;
pub(super) mod nested;
mod thrift;
mod write;

use std::cell::Cell;
use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use ::parquet::basic::{ConvertedType, LogicalType, Type};
use ::parquet::column::reader::get_column_reader;
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::reader::FileReader;
use ::parquet::file::serialized_reader::SerializedFileReader;
use ::parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use self::cells::{Cells, Scale, Value};
use self::check::{CheckedPages, check_encryption, check_rows, refused, too_large};
use super::error::FileError;
use super::jsonl::{listed, no_field};
use super::members::Refused;
use super::name::printable;
use super::read::{ReadOptions, Source};
use super::record::{Batch, Fault, FaultKind, FieldText, Fields, Id, Item, Place, RankValue};

/// Bytes of text after which a batch is full.
const BATCH_BYTES: usize = 4 << 20;
/// Rows after which a batch is full.
const BATCH_ROWS: usize = 8192;
/// Rows that are read from each column in turn.
const STEP: usize = 64;

/// The columns that matter.
struct Columns {
    /// (number of the field, number of the leaf column)
    texts: Vec<(usize, usize)>,
    /// The name of each text.
    names: Vec<String>,
    id: Option<usize>,
    lang: Option<usize>,
    rank: Option<usize>,
    group: Option<usize>,
    date: Option<usize>,
    /// Set if there is no text column: what to say of every row.
    fault: Option<Fault>,
    /// What to say of text columns that cannot be used, where others can.
    notes: Vec<String>,
}

/// The leaf column of that name. One whose name has the dots in it wins over a nested one.
fn leaf(schema: &SchemaDescriptor, name: &str) -> ParquetResult<Option<usize>> {
    let columns = || schema.columns().iter().map(|column| column.path()).enumerate();
    let plain = columns().filter(|(_, path)| matches!(path.parts(), [only] if only == name));
    let nested = columns().filter(|(_, path)| path.parts().len() > 1 && path.string() == name);
    let number = |(leaf, _)| leaf;
    for found in [plain.map(number).collect::<Vec<_>>(), nested.map(number).collect()] {
        let first = found.first().copied();
        if found.len() > 1 {
            return Err(refused(format!(
                "two columns have the name `{}`, and programs differ in which one counts; rename one of them",
                printable(name)
            )));
        }
        if first.is_some() {
            return Ok(first);
        }
    }
    Ok(None)
}

/// What keeps a column from being a text.
fn why_no_text(column: &ColumnDescriptor) -> Option<String> {
    let of_strings = match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::String), _) | (_, ConvertedType::UTF8) => true,
        // old writers leave the annotation out; whether it is text is then seen cell by cell
        (None, ConvertedType::NONE) => true,
        _ => false,
    };
    if column.max_rep_level() > 0 {
        Some("a list or a map".to_owned())
    } else if column.physical_type() != Type::BYTE_ARRAY {
        Some(column.physical_type().to_string())
    } else if !of_strings {
        Some("binary data".to_owned())
    } else {
        None
    }
}

impl Columns {
    fn new(schema: &SchemaDescriptor, options: &ReadOptions) -> ParquetResult<Self> {
        let mut texts = Vec::new();
        let mut notes = Vec::new();
        for (field, name) in options.text_fields.iter().enumerate() {
            let column = format!("the column `{}`", printable(name));
            match leaf(schema, name)? {
                Some(leaf) => match why_no_text(&schema.column(leaf)) {
                    None => texts.push((field, leaf)),
                    Some(why) => notes.push(format!("{column} holds {why}, not strings")),
                },
                // a struct or list: its leaves are columns, it is none
                None => {
                    let below = schema.columns().iter().map(|column| column.path().string());
                    let below: Vec<String> = below.filter(|path| path.starts_with(&format!("{name}."))).collect();
                    if !below.is_empty() {
                        let below = listed(below.iter().map(String::as_str)).join(", ");
                        notes.push(format!("{column} holds no strings, but columns of its own ({below})"));
                    }
                }
            }
        }
        let fault = texts.is_empty().then(|| {
            if notes.is_empty() {
                let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
                no_field(&options.text_fields, names.iter().map(String::as_str))
            } else {
                Fault::new(FaultKind::WrongType, None, std::mem::take(&mut notes).join("; "))
            }
        });
        let plain = |name: Option<&str>| -> ParquetResult<Option<usize>> {
            let leaf = name.map_or(Ok(None), |name| leaf(schema, name))?;
            Ok(leaf.filter(|leaf| schema.column(*leaf).max_rep_level() == 0))
        };
        Ok(Self {
            texts,
            names: options.text_fields.clone(),
            id: plain(Some(options.id_field.as_deref().unwrap_or("id")))?,
            lang: plain(Some(options.lang_field.as_deref().unwrap_or("lang")))?,
            rank: plain(options.rank_field.as_deref())?,
            group: plain(options.group_field.as_deref())?,
            date: plain(options.date_field.as_deref())?,
            fault,
            notes,
        })
    }
}

pub(crate) use write::rewrite;

pub(crate) fn open_file(source: &Source) -> Result<File, FileError> {
    match &source.spool {
        None => source.open_file(),
        Some(spool) => {
            let file = spool
                .0
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .try_clone();
            file.map_err(|error| FileError::reading(&source.path, error))
        }
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What `read` gives. The decoders trust the file in places: some broken ones make them panic, which ends here.
pub(crate) fn guarded<T>(read: impl FnOnce() -> ParquetResult<T>) -> ParquetResult<T> {
    let before = GUARDED.replace(true);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    GUARDED.set(before);
    result.unwrap_or_else(|_| Err(ParquetError::General("the data makes no sense".to_owned())))
}

/// Keeps panics off standard error that are caught and become a [`FileError`]: the Parquet decoders panic over some
/// broken files. For programs, once, at their start; other panics are reported as before.
///
/// (In programs built with `panic = "abort"` nothing can be caught, and such a file ends the program.)
pub fn hush_caught_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                report(panic);
            }
        }));
    });
}

/// The rows of a file, a batch at a time; no batch reaches over the end of a row group.
pub(crate) struct Rows {
    reader: SerializedFileReader<File>,
    file: File,
    name: String,
    size: u64,
    count: Arc<AtomicU64>,
    columns: Columns,
    options: ReadOptions,
    /// The next row group.
    group: usize,
    open: Option<Group>,
    /// Rows that were read.
    row: u64,
    rows: u64,
    /// Most bytes that the texts may have together, and how many they had so far.
    limit: u64,
    unpacked: u64,
}

fn file_error(name: &str, row: Option<u64>, error: ParquetError) -> FileError {
    if let ParquetError::External(cause) = &error
        && let Some(refused) = cause.downcast_ref::<Refused>()
    {
        return FileError::unread(name, &refused.0);
    }
    FileError::parquet(name, row, error)
}

struct Group {
    texts: Vec<Cells>,
    id: Option<Cells>,
    lang: Option<Cells>,
    rank: Option<Cells>,
    group: Option<Cells>,
    date: Option<Cells>,
    left: usize,
}

impl Rows {
    pub(crate) fn open(source: &Source, options: &ReadOptions, count: &Arc<AtomicU64>) -> Result<Self, FileError> {
        let file = open_file(source)?;
        let opened = guarded(|| {
            check_encryption(&file, source.size)?;
            let reader = SerializedFileReader::new(file.try_clone()?)?;
            let rows = check_rows(reader.metadata(), source.size)?;
            let columns = Columns::new(reader.metadata().file_metadata().schema_descr(), options)?;
            Ok((reader, rows, columns))
        });
        let (reader, rows, columns) = opened.map_err(|error| file_error(&source.name, None, error))?;
        let limit = options.unpacked_limit(source.size);
        Ok(Self {
            columns,
            rows,
            reader,
            file,
            name: source.name.clone(),
            size: source.size,
            count: Arc::clone(count),
            options: options.clone(),
            group: 0,
            open: None,
            row: 0,
            limit,
            unpacked: 0,
        })
    }

    /// What a person should know of the columns.
    pub(crate) fn notes(&self) -> &[String] {
        &self.columns.notes
    }

    /// The names of the columns, as they are printed.
    pub(crate) fn column_names(&self) -> Vec<String> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
        listed(names.iter().map(String::as_str))
    }

    fn open_group(&self) -> ParquetResult<Group> {
        let reader = self.reader.get_row_group(self.group)?;
        let cells = |leaf: usize| {
            let about = reader.metadata();
            let column = about.schema_descr().column(leaf);
            let pages = reader.get_column_page_reader(leaf)?;
            let rows = about.num_rows().unsigned_abs();
            let (file, chunk) = (self.file.try_clone()?, about.column(leaf));
            let pages = CheckedPages::new(pages, file, chunk, rows, self.size, self.limit)?;
            let reader = get_column_reader(Arc::clone(&column), Box::new(pages));
            Ok::<_, ParquetError>(Cells::new(reader, &column))
        };
        // without a text column nothing needs to be read
        let other = |leaf: Option<usize>| leaf.filter(|_| self.columns.fault.is_none()).map(cells).transpose();
        Ok(Group {
            texts: self
                .columns
                .texts
                .iter()
                .map(|(_, leaf)| cells(*leaf))
                .collect::<ParquetResult<_>>()?,
            id: other(self.columns.id)?,
            lang: other(self.columns.lang)?,
            rank: other(self.columns.rank)?,
            group: other(self.columns.group)?,
            date: other(self.columns.date)?,
            left: usize::try_from(reader.metadata().num_rows())?,
        })
    }

    /// The number of the row group that the next batch is from, if there is one.
    fn advance(&mut self) -> ParquetResult<Option<usize>> {
        while self.open.as_ref().is_none_or(|open| open.left == 0) {
            if self.open.take().is_some() {
                self.group += 1;
            }
            if self.group == self.reader.num_row_groups() {
                return Ok(None);
            }
            self.open = Some(self.open_group()?);
        }
        Ok(Some(self.group))
    }

    fn batch(&mut self) -> ParquetResult<Batch> {
        let mut items = Vec::new();
        let mut bytes = 0;
        let Some(group) = &mut self.open else {
            return Err(ParquetError::General("no row group".to_owned()));
        };
        while group.left > 0 && bytes < BATCH_BYTES && items.len() < BATCH_ROWS {
            let step = group.left.min(STEP);
            let texts: Vec<Vec<Value>> = group
                .texts
                .iter_mut()
                .map(|cells| cells.take(step))
                .collect::<ParquetResult<_>>()?;
            let other = |cells: &mut Option<Cells>| match cells {
                Some(cells) => cells.take(step).map(Vec::into_iter),
                None => Ok(Vec::new().into_iter()),
            };
            let (mut ids, mut langs) = (other(&mut group.id)?, other(&mut group.lang)?);
            let (mut ranks, mut groups) = (other(&mut group.rank)?, other(&mut group.group)?);
            let scale = group.date.as_ref().and_then(Cells::scale);
            let mut dates = other(&mut group.date)?;
            for at in 0..step {
                let (id, lang, rank) = (ids.next(), langs.next(), ranks.next());
                let (group, date) = (groups.next(), dates.next());
                let cells = texts.iter().map(|cells| &cells[at]);
                let outcome = match (&self.columns.fault, row_texts(&self.columns, cells, &self.options)) {
                    (Some(fault), _) => Err(fault.clone()),
                    (None, texts) => texts.map(|texts| {
                        bytes += texts.iter().map(|text| text.text.len()).sum::<usize>();
                        Fields {
                            id: id.and_then(|cell| cell.id()),
                            lang: lang.and_then(|cell| cell.text().map(str::to_owned)),
                            rank: rank.and_then(|cell| cell.rank()),
                            group: group.and_then(|cell| cell.group()),
                            date: date.and_then(|cell| cell.date(scale)),
                            texts,
                        }
                    }),
                };
                if let Ok(fields) = &outcome {
                    let length: usize = fields.texts.iter().map(|text| text.text.len()).sum();
                    // a text that a dictionary holds once may stand in every row
                    self.unpacked += length as u64;
                    if self.unpacked > self.limit {
                        return Err(too_large());
                    }
                }
                self.row += 1;
                let place = Place {
                    line_or_row: self.row,
                    byte: 0,
                };
                items.push(Item {
                    line: 0..0,
                    place,
                    outcome: Some(outcome),
                });
            }
            group.left -= step;
        }
        Ok(Batch {
            data: Vec::new(),
            head: 0,
            items,
            lines: false,
        })
    }

    /// The next batch and the number of its row group.
    pub(crate) fn next_batch(&mut self) -> Option<Result<(usize, Batch), FileError>> {
        let read = guarded(|| match self.advance()? {
            None => Ok(None),
            Some(group) => Ok(Some((group, self.batch()?))),
        });
        let done = u128::from(self.row) * u128::from(self.size) / u128::from(self.rows.max(1));
        self.count
            .store(u64::try_from(done).unwrap_or(self.size), Ordering::Relaxed);
        match read {
            Ok(batch) => batch.map(Ok),
            Err(error) => {
                // the iterator ends here
                self.open = None;
                self.group = self.reader.num_row_groups();
                Some(Err(file_error(&self.name, Some(self.row), error)))
            }
        }
    }
}

/// The texts of one row.
fn row_texts<'c>(
    columns: &Columns,
    cells: impl Iterator<Item = &'c Value>,
    options: &ReadOptions,
) -> Result<Vec<FieldText>, Fault> {
    let mut texts = Vec::new();
    for ((field, _), cell) in columns.texts.iter().zip(cells) {
        let name = &columns.names[*field];
        let Value::Bytes(bytes) = cell else { continue };
        let bytes = bytes.data();
        if bytes.len() as u64 > options.max_text_bytes {
            let message = format!(
                "the text in `{}` has more than {} bytes",
                printable(name),
                options.max_text_bytes
            );
            return Err(Fault::new(FaultKind::TooLarge, None, message));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            Fault::new(
                FaultKind::InvalidUtf8,
                Some(at),
                format!("byte {} of `{}` is not UTF-8", at + 1, printable(name)),
            )
        })?;
        texts.push(FieldText {
            field: *field,
            text: text.to_owned(),
            raw: None,
        });
    }
    match (texts.is_empty(), columns.texts.first()) {
        (true, Some((field, _))) => Err(Fault::new(
            FaultKind::WrongType,
            None,
            format!("`{}` is null, not a string", printable(&columns.names[*field])),
        )),
        _ => Ok(texts),
    }
}

impl Value {
    fn id(&self) -> Option<Id> {
        match self {
            Self::Integer(_) | Self::Unsigned(_) => self.number().map(|number| Id::from_raw(&number)),
            _ => self.text().map(Id::from_text),
        }
    }

    fn number(&self) -> Option<String> {
        match self {
            Self::Integer(number) => Some(number.to_string()),
            Self::Unsigned(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn rank(&self) -> Option<RankValue> {
        match self {
            Self::Float(number) => Some(RankValue::Float(*number)),
            Self::Integer(_) | Self::Unsigned(_) => self.number().and_then(|number| RankValue::number(&number)),
            _ => self.text().map(|text| RankValue::Text(text.to_owned())),
        }
    }

    fn group(&self) -> Option<String> {
        match self {
            Self::Truth(is) => Some(is.to_string()),
            _ => self.number().or_else(|| self.text().map(str::to_owned)),
        }
    }

    /// As [`Self::rank`], of a date or timestamp in seconds.
    fn date(&self, scale: Option<Scale>) -> Option<RankValue> {
        match (self, scale) {
            (Self::Integer(n), Some(scale)) => Some(RankValue::Integer(scale.seconds(*n))),
            _ => self.rank(),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok(),
            _ => None,
        }
    }
}
