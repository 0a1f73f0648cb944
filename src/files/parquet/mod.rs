//! Parquet: one article a row, read column by column without Arrow.

mod cells;
mod write;

use std::cell::Cell;
use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use ::parquet::basic::{ConvertedType, LogicalType, Type};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::reader::FileReader;
use ::parquet::file::serialized_reader::SerializedFileReader;
use ::parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use self::cells::{Cells, Value};
use super::error::FileError;
use super::jsonl::no_field;
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
    /// Set if there is no text column: what to say of every row.
    fault: Option<Fault>,
}

/// The leaf column of that name. One whose name has the dots in it wins over a nested one.
fn leaf(schema: &SchemaDescriptor, name: &str) -> Option<usize> {
    let columns = || schema.columns().iter().map(|column| column.path());
    columns()
        .position(|path| matches!(path.parts(), [only] if only == name))
        .or_else(|| columns().position(|path| path.string() == name))
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
        Some("a list or map".to_owned())
    } else if column.physical_type() != Type::BYTE_ARRAY {
        Some(format!("of type {}", column.physical_type()))
    } else if !of_strings {
        Some("binary".to_owned())
    } else {
        None
    }
}

impl Columns {
    fn new(schema: &SchemaDescriptor, options: &ReadOptions) -> Self {
        let mut texts = Vec::new();
        let mut other = None;
        for (field, name) in options.text_fields.iter().enumerate() {
            match leaf(schema, name) {
                Some(leaf) => match why_no_text(&schema.column(leaf)) {
                    None => texts.push((field, leaf)),
                    Some(why) => other = other.or(Some(format!("the column `{name}` is {why}, not strings"))),
                },
                // a struct or list: its leaves are columns, it is none
                None => {
                    let below = format!("{name}.");
                    if schema
                        .columns()
                        .iter()
                        .any(|column| column.path().string().starts_with(&below))
                    {
                        other = other.or(Some(format!(
                            "the column `{name}` has columns below it, and is no string"
                        )));
                    }
                }
            }
        }
        let fault = texts.is_empty().then(|| match other {
            Some(message) => Fault::new(FaultKind::WrongType, None, message),
            None => {
                let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
                no_field(&options.text_fields, names.iter().map(String::as_str))
            }
        });
        let plain = |name: Option<&str>| {
            name.and_then(|name| leaf(schema, name))
                .filter(|leaf| schema.column(*leaf).max_rep_level() == 0)
        };
        Self {
            texts,
            names: options.text_fields.clone(),
            id: plain(Some(options.id_field.as_deref().unwrap_or("id"))),
            lang: plain(Some(options.lang_field.as_deref().unwrap_or("lang"))),
            rank: plain(options.rank_field.as_deref()),
            fault,
        }
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
}

struct Group {
    texts: Vec<Cells>,
    id: Option<Cells>,
    lang: Option<Cells>,
    rank: Option<Cells>,
    left: usize,
}

impl Rows {
    pub(crate) fn open(source: &Source, options: &ReadOptions, count: &Arc<AtomicU64>) -> Result<Self, FileError> {
        let file = open_file(source)?;
        let reader = guarded(|| SerializedFileReader::new(file))
            .map_err(|error| FileError::parquet(&source.name, None, error))?;
        let file = reader.metadata().file_metadata();
        Ok(Self {
            columns: Columns::new(file.schema_descr(), options),
            rows: reader
                .metadata()
                .row_groups()
                .iter()
                .map(|group| group.num_rows().unsigned_abs())
                .sum(),
            reader,
            name: source.name.clone(),
            size: source.size,
            count: Arc::clone(count),
            options: options.clone(),
            group: 0,
            open: None,
            row: 0,
        })
    }

    fn open_group(&self) -> ParquetResult<Group> {
        let reader = self.reader.get_row_group(self.group)?;
        let cells = |leaf: usize| {
            let column = reader.metadata().schema_descr().column(leaf);
            Ok::<_, ParquetError>(Cells::new(reader.get_column_reader(leaf)?, &column))
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
            let mut ranks = other(&mut group.rank)?;
            for at in 0..step {
                let (id, lang, rank) = (ids.next(), langs.next(), ranks.next());
                let cells = texts.iter().map(|cells| &cells[at]);
                let outcome = match (&self.columns.fault, row_texts(&self.columns, cells, &self.options)) {
                    (Some(fault), _) => Err(fault.clone()),
                    (None, texts) => texts.map(|texts| {
                        bytes += texts.iter().map(|text| text.text.len()).sum::<usize>();
                        Fields {
                            id: id.and_then(|cell| cell.id()),
                            lang: lang.and_then(|cell| cell.text().map(str::to_owned)),
                            rank: rank.and_then(|cell| cell.rank()),
                            texts,
                        }
                    }),
                };
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
                Some(Err(FileError::parquet(&self.name, Some(self.row), error)))
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
            let message = format!("the text in `{name}` has more than {} bytes", options.max_text_bytes);
            return Err(Fault::new(FaultKind::TooLarge, None, message));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            Fault::new(
                FaultKind::InvalidUtf8,
                Some(at),
                format!("byte {} of `{name}` is not UTF-8", at + 1),
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
            format!("`{}` is null, not a string", columns.names[*field]),
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

    fn text(&self) -> Option<&str> {
        match self {
            Self::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok(),
            _ => None,
        }
    }
}
