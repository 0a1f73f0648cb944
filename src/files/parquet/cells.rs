//! The values of one column, null or not, in order.

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::schema::types::ColumnDescriptor;

/// One value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bytes(ByteArray),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Truth(bool),
    /// Of a type that nobody asks about.
    Other,
}

/// A column of one row group.
pub(crate) struct Cells {
    reader: ColumnReader,
    /// The level at which a value is there.
    full: i16,
    unsigned: bool,
    scale: Option<Scale>,
}

/// What whole numbers of a column with dates or times count.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scale {
    Days,
    /// So many a second.
    Parts(i64),
}

impl Scale {
    fn of(column: &ColumnDescriptor) -> Option<Self> {
        match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => Some(Self::Days),
            (Some(LogicalType::Timestamp(of)), _) => Some(Self::Parts(match of.unit {
                TimeUnit::MILLIS => 1000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            })),
            (None, ConvertedType::TIMESTAMP_MILLIS) => Some(Self::Parts(1000)),
            (None, ConvertedType::TIMESTAMP_MICROS) => Some(Self::Parts(1_000_000)),
            _ => None,
        }
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(self, n: i64) -> i64 {
        match self {
            Self::Days => n.saturating_mul(86_400),
            Self::Parts(parts) => n.div_euclid(parts),
        }
    }
}

impl Cells {
    pub(crate) fn new(reader: ColumnReader, column: &ColumnDescriptor) -> Self {
        let logical = matches!(column.logical_type_ref(), Some(LogicalType::Integer(of)) if !of.is_signed);
        let converted = column.converted_type();
        let unsigned = logical || matches!(converted, ConvertedType::UINT_32 | ConvertedType::UINT_64);
        Self {
            reader,
            full: column.max_def_level(),
            unsigned,
            scale: Scale::of(column),
        }
    }

    /// What its whole numbers count, if they are dates or times.
    pub(crate) fn scale(&self) -> Option<Scale> {
        self.scale
    }

    /// The next `count` values.
    pub(crate) fn take(&mut self, count: usize) -> Result<Vec<Value>> {
        let (full, unsigned) = (self.full, self.unsigned);
        let integer = |wide: i64, bits: u64| {
            if unsigned {
                Value::Unsigned(bits)
            } else {
                Value::Integer(wide)
            }
        };
        match &mut self.reader {
            ColumnReader::ByteArrayColumnReader(reader) => take(reader, full, count, Value::Bytes),
            ColumnReader::Int32ColumnReader(reader) => take(reader, full, count, |n| {
                integer(i64::from(n), u64::from(n.cast_unsigned()))
            }),
            ColumnReader::Int64ColumnReader(reader) => take(reader, full, count, |n| integer(n, n.cast_unsigned())),
            ColumnReader::FloatColumnReader(reader) => take(reader, full, count, |x| Value::Float(f64::from(x))),
            ColumnReader::DoubleColumnReader(reader) => take(reader, full, count, Value::Float),
            // a timestamp, as older programs write it
            ColumnReader::Int96ColumnReader(reader) => {
                take(reader, full, count, |time| Value::Integer(time.to_seconds()))
            }
            ColumnReader::BoolColumnReader(reader) => take(reader, full, count, Value::Truth),
            _ => Ok(vec![Value::Other; count]),
        }
    }
}

fn take<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    full: i16,
    count: usize,
    cell: impl Fn(T::T) -> Value,
) -> Result<Vec<Value>> {
    let (levels, values) = take_raw(reader, full, count)?;
    let mut values = values.into_iter().map(cell);
    if full == 0 {
        return Ok(values.collect());
    }
    let next = |level| {
        if level == full {
            values.next().ok_or_else(too_few)
        } else {
            Ok(Value::Null)
        }
    };
    levels.into_iter().map(next).collect()
}

/// The next `count` rows: definition levels (none in a required column) and the values that are there.
pub(crate) fn take_raw<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    full: i16,
    count: usize,
) -> Result<(Vec<i16>, Vec<T::T>)> {
    let (mut levels, mut values) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut have = 0;
    while have < count {
        let (rows, ..) = reader.read_records(count - have, (full > 0).then_some(&mut levels), None, &mut values)?;
        if rows == 0 {
            return Err(too_few());
        }
        have += rows;
    }
    let there = if full == 0 {
        count
    } else {
        levels.iter().filter(|level| **level == full).count()
    };
    if there != values.len() || (full > 0 && levels.len() != count) {
        return Err(too_few());
    }
    Ok((levels, values))
}

fn too_few() -> ParquetError {
    ParquetError::EOF("a column has fewer values than its row group has rows".to_owned())
}
