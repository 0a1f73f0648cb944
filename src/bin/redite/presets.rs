//! Named lists of options.

use clap::ValueEnum;
use std::ffi::{OsStr, OsString};

/// What a corpus is made for.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preset {
    /// For training: one text of each form, and only long repeats (--level boilerplate --min-run 500)
    Corpus,
    /// For a newsroom: what was said within a week, by what an editor would call the same (--level editor --within 7d)
    News,
    /// Menus and notices: every copy of what stands in a tenth of the articles, of the group where there is one (--min-tokens 2
    /// --min-count 3 --min-share 10% --keep-copies none)
    Boilerplate,
}

/// An option and its value.
type Pair = (&'static str, &'static str);

impl Preset {
    /// The options that say what is compared, and those that say what goes.
    fn options(self) -> [&'static [Pair]; 2] {
        match self {
            Self::Corpus => [&[("--level", "boilerplate")], &[("--min-run", "500")]],
            Self::News => [&[("--level", "editor"), ("--within", "7d")], &[]],
            Self::Boilerplate => [
                &[("--min-tokens", "2")],
                &[("--min-count", "3"), ("--min-share", "10%"), ("--keep-copies", "none")],
            ],
        }
    }

    /// Those that a command takes, but for what was typed beside the preset.
    fn beside(self, command: &str, typed: &[OsString]) -> Vec<Pair> {
        let [compared, goes] = self.options();
        let options = match command {
            "mark" => [compared, &[]],
            "apply" => [&[], goes],
            _ => [compared, goes],
        };
        let is_typed = |name: &str| {
            let is_it = |arg: &OsString| {
                let arg = arg.to_string_lossy();
                let (typed, _) = arg.split_once('=').unwrap_or((&arg, ""));
                typed == name
            };
            typed.iter().any(is_it)
        };
        let options = options.concat().into_iter();
        options.filter(|(name, _)| !is_typed(name)).collect()
    }

    /// What it stands for in the run of this process, to be read.
    pub(crate) fn told(self) -> String {
        let typed: Vec<OsString> = std::env::args_os().collect();
        let command = typed
            .get(1)
            .map(|command| command.to_string_lossy())
            .unwrap_or_default();
        let pairs = self.beside(&command, &typed);
        let options: Vec<String> = pairs.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let name = self
            .to_possible_value()
            .map_or(String::new(), |value| value.get_name().to_owned());
        match options.is_empty() {
            true => format!("--preset {name} stands for nothing that {command} does not have already"),
            false => format!("--preset {name} stands for {}", options.join(" ")),
        }
    }
}

/// What was typed, with the options that a preset stands for. What is typed beside it counts, not what it stands for.
pub(crate) fn expanded(mut typed: Vec<OsString>) -> Vec<OsString> {
    let Some(command) = typed.get(1).and_then(|command| command.to_str()) else {
        return typed;
    };
    if !["clean", "mark", "apply"].contains(&command) {
        return typed;
    }
    let options = typed.iter().take_while(|arg| *arg != "--");
    let named = options.enumerate().find_map(|(at, arg)| match arg.to_str()? {
        "--preset" => typed.get(at + 1).and_then(|name| name.to_str()),
        arg => arg.strip_prefix("--preset="),
    });
    let preset = named.and_then(|name| Preset::from_str(name, false).ok());
    let pairs = preset.map_or_else(Vec::new, |preset| preset.beside(command, &typed));
    let options = pairs.into_iter().flat_map(|(name, value)| [name, value]);
    typed.splice(2..2, options.map(|arg| OsStr::new(arg).to_owned()));
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_stand_for_options() {
        for (typed, expected) in [
            (
                "redite clean --preset corpus in",
                "redite clean --level boilerplate --min-run 500 --preset corpus in",
            ),
            (
                "redite clean in --preset=corpus --level exact",
                "redite clean --min-run 500 in --preset=corpus --level exact",
            ),
            (
                "redite mark --preset boilerplate in",
                "redite mark --min-tokens 2 --preset boilerplate in",
            ),
            (
                "redite apply m in --preset boilerplate --min-count=9",
                "redite apply --min-share 10% --keep-copies none m in --preset boilerplate --min-count=9",
            ),
            ("redite clean --preset other in", "redite clean --preset other in"),
            ("redite clean --preset", "redite clean --preset"),
            ("redite clean -- --preset corpus", "redite clean -- --preset corpus"),
            ("redite find --preset corpus in", "redite find --preset corpus in"),
            ("redite", "redite"),
        ] {
            let words = |line: &str| -> Vec<OsString> { line.split(' ').map(OsString::from).collect() };
            assert_eq!(expanded(words(typed)), words(expected), "{typed}");
        }
    }
}
