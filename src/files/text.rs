//! Text files: one file is one article.

use super::read::ReadOptions;
use super::record::{Batch, Fault, FaultKind, FieldText, Fields, Id, Item, Place};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The whole file as a batch of one record. A byte order mark stays in the file and is no part of the text. `mark`: whether
/// it begins with one, if that is known.
pub(crate) fn parse_text(data: Vec<u8>, name: &str, options: &ReadOptions, mark: Option<bool>) -> Batch {
    let head = if mark != Some(false) && data.starts_with(BOM) {
        BOM.len()
    } else {
        0
    };
    let outcome = read_text(&data[head..], head, name, options);
    let place = Place {
        line_or_row: 1,
        byte: head as u64,
    };
    let items = vec![Item {
        line: head..data.len(),
        place,
        outcome: Some(outcome),
    }];
    Batch {
        data,
        head,
        items,
        lines: false,
    }
}

fn read_text(bytes: &[u8], head: usize, name: &str, options: &ReadOptions) -> Result<Fields, Fault> {
    if bytes.len() as u64 > options.max_text_bytes {
        let message = format!("the text has more than {} bytes; split it", options.max_text_bytes);
        return Err(Fault::new(FaultKind::TooLarge, None, message));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = head + error.valid_up_to();
        let utf16 = if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            " (it looks like UTF-16; convert it, for instance with `iconv -f UTF-16 -t UTF-8 FILE > NEW`)"
        } else {
            ""
        };
        Fault::new(
            FaultKind::InvalidUtf8,
            Some(at),
            format!("byte {} is not UTF-8{utf16}", at + 1),
        )
    })?;
    let text = FieldText {
        field: 0,
        text: text.to_owned(),
        raw: None,
    };
    Ok(Fields {
        id: Some(Id::from_text(name)),
        lang: None,
        rank: None,
        group: None,
        date: None,
        texts: vec![text],
    })
}
