//! The JSON Lines scanner takes and refuses what `serde_json` does, and says the same of it; blocks are whole lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::files::fuzzing::{LineOracle, blocks};
use redite_fuzz::{Choices, JSON, pieces};
use std::sync::LazyLock;

static ORACLE: LazyLock<LineOracle> = LazyLock::new(LineOracle::default);

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let how = choices.byte();
    let bytes = if how & 1 == 1 {
        choices.rest().to_vec()
    } else {
        let mut line = "{\"text\":\"".to_owned();
        line.truncate([0, 1, 9][usize::from(how >> 1) % 3]);
        line.push_str(&pieces(choices, JSON));
        line.into_bytes()
    };
    for line in bytes.split(|&byte| byte == b'\n') {
        ORACLE.hold(line);
    }
    if how >= 0xE0 {
        let cut = blocks(&bytes, usize::from(how & 0x1F) + 4);
        assert_eq!(cut.concat(), bytes);
        for block in cut.iter().rev().skip(1) {
            assert_eq!(block.last(), Some(&b'\n'), "a block is whole lines");
        }
    }
});
