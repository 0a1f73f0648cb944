//! Columns into objects.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::vec::IntoIter;

use ::parquet::column::reader::{ColumnReader, get_column_reader};
use ::parquet::data_type::ByteArray;
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::reader::FileReader;
use ::parquet::file::serialized_reader::SerializedFileReader;
use ::parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Absent, Field, Levels, Type, schema, width};
use crate::files::error::FileError;
use crate::files::parquet::check::{CheckedPages, check_count, check_encryption, check_rows, lies, refused};
use crate::files::parquet::{file_error, guarded};
use crate::files::read::ReadOptions;

/// Rows that are read from each column in turn.
const STEP: usize = 64;

/// Reads the rows of a Parquet file that [`RowWriter`](super::RowWriter) wrote.
pub(crate) struct RowReader {
    name: String,
    file: File,
    size: u64,
    reader: SerializedFileReader<File>,
    fields: &'static [Field],
    /// The next row group.
    group: usize,
    /// Rows of the open row group that are still to come, and those that came from any.
    left: u64,
    rows: u64,
    columns: Columns,
}

impl RowReader {
    pub(crate) fn open(path: &Path, fields: &'static [Field]) -> Result<Self, FileError> {
        let name = path.display().to_string();
        let reading = |error| FileError::reading(path, error);
        let file = File::open(path).map_err(reading)?;
        let size = file.metadata().map_err(reading)?.len();
        let limit = ReadOptions::default().unpacked_limit(size);
        let reader = guarded(|| {
            check_encryption(&file, size)?;
            let reader = SerializedFileReader::new(file.try_clone()?)?;
            check_rows(reader.metadata(), size)?;
            Ok(reader)
        });
        Ok(Self {
            reader: reader.map_err(|error| file_error(&name, None, error))?,
            name,
            file,
            size,
            fields,
            group: 0,
            left: 0,
            rows: 0,
            columns: Columns {
                all: Vec::new(),
                next: 0,
                row: 0,
                limit,
            },
        })
    }

    /// What the end of the file says under that key.
    pub(crate) fn about(&self, key: &str) -> Option<&str> {
        let about = self.reader.metadata().file_metadata().key_value_metadata()?;
        about.iter().find(|about| about.key == key)?.value.as_deref()
    }

    /// Adds the next row to `out`, as JSON; `false` if there is none.
    pub(crate) fn row(&mut self, out: &mut Vec<u8>) -> Result<bool, FileError> {
        // the decoders trust the file in places
        guarded(|| self.next_row(out)).map_err(|error| file_error(&self.name, Some(self.rows), error))
    }

    fn next_row(&mut self, out: &mut Vec<u8>) -> ParquetResult<bool> {
        while self.left == 0 {
            self.columns.at_end()?;
            if self.group == self.reader.num_row_groups() {
                return Ok(false);
            }
            self.open_group()?;
        }
        self.left -= 1;
        self.rows += 1;
        self.columns.next = 0;
        self.columns.row = 0;
        self.columns.object(self.fields, Levels::default(), out)?;
        Ok(true)
    }

    fn open_group(&mut self) -> ParquetResult<()> {
        check_schema(
            self.reader.metadata().file_metadata().schema_descr(),
            &schema(self.fields)?,
        )?;
        let group = self.reader.get_row_group(self.group)?;
        self.group += 1;
        let about = group.metadata();
        self.left = u64::try_from(about.num_rows()).unwrap_or_default();
        self.columns.all.clear();
        for number in 0..about.num_columns() {
            let (chunk, column) = (about.column(number), about.schema_descr().column(number));
            let values = u64::try_from(chunk.num_values()).unwrap_or_default();
            check_count(values, "values", self.size)?;
            let pages = group.get_column_page_reader(number)?;
            let file = self.file.try_clone()?;
            let pages = CheckedPages::new(pages, file, chunk, values, self.size, self.columns.limit)?;
            self.columns.all.push(Column::new(&column, pages));
        }
        Ok(())
    }
}

/// Refuses columns of another type.
fn check_schema(found: &SchemaDescriptor, wanted: &SchemaDescriptor) -> ParquetResult<()> {
    let is_like = |(a, b): &(&Arc<ColumnDescriptor>, &Arc<ColumnDescriptor>)| {
        a.path() == b.path()
            && a.physical_type() == b.physical_type()
            && (a.max_def_level(), a.max_rep_level()) == (b.max_def_level(), b.max_rep_level())
    };
    let alike = found.columns().iter().zip(wanted.columns()).take_while(is_like).count();
    match (found.columns().get(alike), wanted.columns().get(alike)) {
        (None, None) => Ok(()),
        (_, Some(column)) => Err(refused(format!(
            "its column {} is not there, or not of the type that it was written with; use the file as it was written",
            column.path()
        ))),
        (Some(column), None) => Err(refused(format!(
            "it has a column {} that was not written with it; use the file as it was written",
            column.path()
        ))),
    }
}

/// A column of a row group, a step of rows at a time.
struct Column {
    reader: ColumnReader,
    full: i16,
    in_list: bool,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: Values,
    /// The next of the levels.
    at: usize,
}

enum Values {
    Texts(IntoIter<ByteArray>),
    Whole(IntoIter<i64>),
    Real(IntoIter<f64>),
    Flags(IntoIter<bool>),
}

/// A value of any column.
enum Value {
    Text(ByteArray),
    Whole(i64),
    Real(f64),
    Flag(bool),
}

impl Values {
    fn next(&mut self) -> Option<Value> {
        match self {
            Self::Texts(values) => values.next().map(Value::Text),
            Self::Whole(values) => values.next().map(Value::Whole),
            Self::Real(values) => values.next().map(Value::Real),
            Self::Flags(values) => values.next().map(Value::Flag),
        }
    }
}

impl Column {
    fn new(column: &Arc<ColumnDescriptor>, pages: CheckedPages) -> Self {
        Self {
            reader: get_column_reader(Arc::clone(column), Box::new(pages)),
            full: column.max_def_level(),
            in_list: column.max_rep_level() > 0,
            definitions: Vec::new(),
            repetitions: Vec::new(),
            values: Values::Flags(Vec::new().into_iter()),
            at: 0,
        }
    }

    /// Reads the next rows, if there are more.
    fn read(&mut self) -> ParquetResult<()> {
        self.at = 0;
        self.definitions.clear();
        self.repetitions.clear();
        let definitions = (self.full > 0).then_some(&mut self.definitions);
        let repetitions = self.in_list.then_some(&mut self.repetitions);
        macro_rules! values {
            ($reader:ident, $of:ident) => {{
                let mut values = Vec::new();
                let (_, _, levels) = $reader.read_records(STEP, definitions, repetitions, &mut values)?;
                self.values = Values::$of(values.into_iter());
                levels
            }};
        }
        let levels = match &mut self.reader {
            ColumnReader::ByteArrayColumnReader(reader) => values!(reader, Texts),
            ColumnReader::Int64ColumnReader(reader) => values!(reader, Whole),
            ColumnReader::DoubleColumnReader(reader) => values!(reader, Real),
            ColumnReader::BoolColumnReader(reader) => values!(reader, Flags),
            _ => return Err(lies("a column is of another type")),
        };
        if self.full == 0 {
            self.definitions.resize(levels, 0);
        }
        if !self.in_list {
            self.repetitions.resize(levels, 0);
        }
        Ok(())
    }

    /// The definition and repetition level of the next value, if there is one.
    fn peek(&mut self) -> ParquetResult<Option<(i16, i16)>> {
        if self.at >= self.definitions.len() {
            self.read()?;
        }
        let levels = (self.definitions.get(self.at), self.repetitions.get(self.at));
        Ok(match levels {
            (Some(definition), Some(repetition)) => Some((*definition, *repetition)),
            _ => None,
        })
    }
}

/// The columns, and at which of them a row has arrived.
struct Columns {
    all: Vec<Column>,
    next: usize,
    /// Bytes of text in this row, and how many it may have.
    row: u64,
    limit: u64,
}

fn disagree() -> ParquetError {
    lies("its columns do not belong together")
}

fn json(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) -> ParquetResult<()> {
    serde_json::to_writer(out, value).map_err(|error| ParquetError::General(error.to_string()))
}

impl Columns {
    /// Refuses a row group of which columns have more values than rows.
    fn at_end(&mut self) -> ParquetResult<()> {
        for column in &mut self.all {
            if column.peek()?.is_some() {
                return Err(disagree());
            }
        }
        Ok(())
    }

    fn object(&mut self, fields: &[Field], at: Levels, out: &mut Vec<u8>) -> ParquetResult<()> {
        out.push(b'{');
        let empty = out.len();
        for field in fields {
            let before = out.len();
            if before > empty {
                out.push(b',');
            }
            json(field.name, out)?;
            out.push(b':');
            if !self.field(field, at, out)? {
                match field.absent {
                    Absent::LeftOut => out.truncate(before),
                    Absent::Null | Absent::Never => out.extend(b"null"),
                }
            }
        }
        out.push(b'}');
        Ok(())
    }

    /// Writes the value of a field; `false` if there is none.
    fn field(&mut self, field: &Field, at: Levels, out: &mut Vec<u8>) -> ParquetResult<bool> {
        let here = at.present(field);
        let (definition, repetition) = self.column()?.peek()?.ok_or_else(disagree)?;
        if repetition != at.repetition || definition < at.definition {
            return Err(disagree());
        }
        if definition < here.definition {
            for _ in 0..field.width() {
                if self.take(at)?.is_some() {
                    return Err(disagree());
                }
            }
            return Ok(false);
        }
        match field.of {
            Type::Text | Type::Whole | Type::Real => {
                let value = self.there(here)?;
                print(value, out)?;
            }
            Type::Flag => {
                let value = self.there(here)?;
                if field.absent == Absent::LeftOut && matches!(value, Value::Flag(false)) {
                    return Ok(false);
                }
                print(value, out)?;
            }
            Type::Spelled => {
                let text = self.there(here)?;
                match self.take(at)? {
                    None => print(text, out)?,
                    Some(Value::Text(spelled)) => match serde_json::from_slice::<&RawValue>(spelled.data()) {
                        Ok(spelled) => out.extend(spelled.get().as_bytes()),
                        Err(_) => return Err(lies("what should be JSON is none")),
                    },
                    Some(_) => return Err(disagree()),
                }
            }
            Type::Range => {
                out.push(b'[');
                print(self.there(here)?, out)?;
                out.push(b',');
                print(self.there(here)?, out)?;
                out.push(b']');
            }
            Type::Object(fields) => self.object(fields, here, out)?,
            Type::Texts => self.elements(1, here, out, |columns, at, out| print(columns.there(at)?, out))?,
            Type::Objects(fields) => self.elements(width(fields), here, out, |columns, at, out| {
                columns.object(fields, at, out)
            })?,
        }
        Ok(true)
    }

    /// The elements of a list, which take so many columns.
    fn elements(
        &mut self,
        width: usize,
        at: Levels,
        out: &mut Vec<u8>,
        mut element: impl FnMut(&mut Self, Levels, &mut Vec<u8>) -> ParquetResult<()>,
    ) -> ParquetResult<()> {
        out.push(b'[');
        let first = self.next;
        let (definition, _) = self.column()?.peek()?.ok_or_else(disagree)?;
        if definition == at.definition {
            for _ in 0..width {
                if self.take(at)?.is_some() {
                    return Err(disagree());
                }
            }
        } else {
            let mut inside = at.element(true);
            loop {
                element(self, inside, out)?;
                let last = std::mem::replace(&mut self.next, first);
                let more = matches!(self.column()?.peek()?, Some((_, repetition)) if repetition == inside.lists);
                if !more {
                    self.next = last;
                    break;
                }
                out.push(b',');
                inside = at.element(false);
            }
        }
        out.push(b']');
        Ok(())
    }

    fn column(&mut self) -> ParquetResult<&mut Column> {
        self.all.get_mut(self.next).ok_or_else(disagree)
    }

    /// The value of the next column: none if it is not there although all around it is, which is at these levels.
    fn take(&mut self, at: Levels) -> ParquetResult<Option<Value>> {
        let column = self.column()?;
        let (definition, repetition) = column.peek()?.ok_or_else(disagree)?;
        column.at += 1;
        let value = if definition == column.full {
            column.values.next()
        } else if definition == at.definition {
            None
        } else {
            return Err(disagree());
        };
        if repetition != at.repetition {
            return Err(disagree());
        }
        if let Some(Value::Text(text)) = &value {
            // a text that a dictionary holds once may stand in the row very often
            self.row += text.len() as u64;
            if self.row > self.limit {
                return Err(refused(
                    "one of its rows unpacks to more than 1 GiB and a hundred times the size of the file; make it anew",
                ));
            }
        }
        self.next += 1;
        Ok(value)
    }

    /// The value of the next column, which is there.
    fn there(&mut self, at: Levels) -> ParquetResult<Value> {
        self.take(at)?.ok_or_else(disagree)
    }
}

fn print(value: Value, out: &mut Vec<u8>) -> ParquetResult<()> {
    match value {
        Value::Text(text) => match std::str::from_utf8(text.data()) {
            Ok(text) => json(text, out),
            Err(_) => Err(lies("a text is not UTF-8")),
        },
        Value::Whole(number) => json(&number, out),
        Value::Real(number) => json(&number, out),
        Value::Flag(flag) => json(&flag, out),
    }
}
