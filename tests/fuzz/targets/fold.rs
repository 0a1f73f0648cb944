//! The fast path folds as the slow one, and a folded piece is the same alone and among others.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::fold::{Folder, Tokens, fold_slowly, is_number, is_number_hash};
use redite_fuzz::{TEXT, text};
use std::cell::RefCell;

thread_local!(static FOLDER: RefCell<(Folder, Tokens)> = RefCell::default());

fuzz_target!(|data: &[u8]| {
    let text = text(data, TEXT);
    FOLDER.with_borrow_mut(|(folder, all)| {
        all.clear();
        let whole = folder.fold(&text, all);
        let slowly = fold_slowly(&text);
        assert_eq!(*all, slowly, "{text:?}");
        assert_eq!((whole.text.start, whole.text.end), (0, all.as_str().len()));
        assert_eq!(whole.weight, all.weight());
        assert_eq!(all.iter().count(), all.hashes().len(), "{text:?}");
        for (token, hash) in all.iter().zip(all.hashes()) {
            assert_eq!(is_number(token), is_number_hash(*hash), "{token:?} in {text:?}");
        }
        // as a second piece in the same buffer
        let piece = folder.fold(&text, all);
        assert_eq!(&all.as_str()[piece.text], slowly.as_str(), "{text:?}");
        assert_eq!(&all.hashes()[piece.tokens], slowly.hashes());
        assert_eq!(piece.weight, slowly.weight());
    });
});
