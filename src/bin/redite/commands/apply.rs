//! `redite apply`: removes what was marked, or some of it, without comparing again.

use crate::application::Application;
use crate::args::ApplyArgs;
use crate::choice::Choice;
use crate::console;
use crate::corpus::find_in;
use crate::exit::Exit;
use crate::marked::{Marked, Marks};
use crate::outputs::{Asked, Places, is_stdout, lexical};
use crate::reports::{check_share, refuse_drop_empty};
use anyhow::{Result, bail};
use redite::files::removed::FileFormat;
use redite::files::{Edit, FileError, Output, ReadOptions, Source, Transaction};
use std::io::Write;
use std::path::PathBuf;

pub(crate) fn run(args: &ApplyArgs) -> Result<Exit> {
    let transaction = Transaction::new();
    let _clean_up = crate::exit::clean_up_when_interrupted(&transaction)?;
    let choice = Choice::of(&args.choice)?;
    let marks = Marks::File(args.marks.clone());
    let marked = Marked::read(&marks, &choice)?;
    if marked.counted.contained > 0 && choice.counts_copies() {
        bail!(
            "{}: has the marks of --against, which are no copies: leave out --keep-copies, --min-count, --min-share, \
             --min-run and presets, and choose with --where",
            args.marks.display()
        );
    }
    let cleaned = &args.cleaned;
    let files = [Some(&args.marks), cleaned.output.as_ref(), cleaned.removed.as_ref()];
    let files = files.into_iter().flatten().filter(|path| !is_stdout(path));
    let exclude: Vec<PathBuf> = files.cloned().collect();
    let found = find_in(&args.inputs, &exclude, false)?;
    let sources = marked.sources(found.sources)?;
    refuse_drop_empty(cleaned.drop_empty, &sources)?;
    if args.dry_run {
        let mut out = std::io::stdout().lock();
        if let Some(preset) = args.preset {
            writeln!(out, "{}", preset.told())?;
        }
        writeln!(out, "would remove {}", marked.counted)?;
        return Ok(Exit::Done);
    }
    let places = Places::of(&Asked {
        inputs: &args.inputs,
        sources: &sources,
        output: cleaned.output.as_deref(),
        reports: cleaned.removed.iter().collect(),
        merge: cleaned.merge,
    })?;
    refuse_marks(args, &sources, &places)?;
    let counted = &marked.counted;
    check_share(cleaned.max_removed, &counted.makeup, counted.text_bytes, |line| {
        console::line(line);
    })?;
    let options = ReadOptions {
        text_fields: marked.header.text_fields.clone(),
        max_unpacked: args.max_unpacked,
        ..ReadOptions::default()
    };
    if matches!(places, Places::Stdout) {
        // standard output cannot be taken back
        check_unchanged(&marks, &marked, &sources, &options)?;
    }
    let application = Application {
        marks: &marks,
        marked: &marked,
        choice: &choice,
        sources: &sources,
        options: &options,
        places: &places,
        args: cleaned,
        described: Choice::described(&args.choice),
    };
    application.write(&transaction, |_| ())?;
    transaction.commit()?;
    if !args.quiet {
        console::line(format_args!("removed {counted}"));
    }
    Ok(if marked.is_whole() && found.report.exit() == Exit::Done {
        Exit::Done
    } else {
        Exit::Partly
    })
}

/// Refuses to write over the marks.
fn refuse_marks(args: &ApplyArgs, sources: &[Source], places: &Places) -> Result<()> {
    let marks = lexical(&args.marks);
    let outputs = sources.iter().filter_map(|source| places.path(source));
    let outputs = outputs.chain(args.cleaned.removed.clone());
    for output in outputs.filter(|path| !is_stdout(path)) {
        if lexical(&output) == marks {
            bail!("{}: is the file of marks: choose another output", output.display());
        }
    }
    Ok(())
}

/// Checks all inputs before a byte is written.
fn check_unchanged(marks: &Marks, marked: &Marked, sources: &[Source], options: &ReadOptions) -> Result<()> {
    for (source, trailer) in sources.iter().zip(&marked.trailers) {
        let nowhere = Output::stream("nowhere", std::io::sink());
        let original = match trailer.format {
            FileFormat::Other => source.file_digest()?,
            _ => {
                let keep = source.rewrite::<FileError>(options, nowhere, &mut |_| Ok(Edit::Keep));
                keep?.read
            }
        };
        if original != trailer.original {
            bail!(marks.changed(source));
        }
    }
    Ok(())
}
