//! Any bytes after `PAR1` are read or refused; what can be read can be edited, and says the same afterwards.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::files::{Edit, FileError, Format, Source, hush_caught_panics};
use redite::model::Span;
use redite_fuzz::{Sink, file, one_thread, read_options};

fuzz_target!(
    init: {
        one_thread();
        // the decoders panic over some broken files, which the reader catches; other panics end the run as before
        hush_caught_panics();
    },
    |data: &[u8]| {
        let Some((how, bytes)) = data.split_first() else { return };
        let options = read_options(how & 1 == 1);
        let Some(source) = one(bytes) else { return };
        let Some(before) = texts(&source, how & 1 == 1) else { return };
        if how & 6 != 0 {
            return;
        }
        let sink = Sink::default();
        let done = source.rewrite::<FileError>(&options, sink.output(), &mut |record| {
            let fields = record.outcome.expect("only good records are edited");
            let first = |text: &str| text.chars().next().map_or(0, char::len_utf8);
            let cut = |text: &redite::files::FieldText| {
                let end = u32::try_from(first(&text.text)).expect("a character is short");
                (text.field, vec![Span::new(0, end)])
            };
            Ok(Edit::Delete(fields.texts.iter().map(cut).collect()))
        });
        if let Err(error) = done {
            assert!(!error.to_string().is_empty());
            return;
        }
        let written = sink.take();
        let again = one(&written).expect("what was written is Parquet");
        let after = texts(&again, how & 1 == 1).expect("what was written can be read");
        let shortened: Vec<_> = before
            .into_iter()
            .map(|record| record.map(|texts| texts.into_iter().map(|text| text.chars().skip(1).collect()).collect()))
            .collect();
        assert_eq!(after, shortened);
    }
);

fn one(bytes: &[u8]) -> Option<Source> {
    file(bytes).filter(|source| source.format() == Format::Parquet)
}

/// The texts of all records, `None` for a faulty one; nothing if the file cannot be read.
fn texts(source: &Source, nested: bool) -> Option<Vec<Option<Vec<String>>>> {
    let mut out = Vec::new();
    for batch in source.read(&read_options(nested)).ok()? {
        for (_, outcome) in batch.ok()?.into_records() {
            out.push(
                outcome
                    .ok()
                    .map(|fields| fields.texts.into_iter().map(|text| text.text).collect()),
            );
        }
    }
    Some(out)
}
