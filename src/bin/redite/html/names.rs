//! Names of files, without the folder that they are all in.

/// The longest beginning of names that ends with a folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Folder {
    /// `None`: no name has been met.
    common: Option<String>,
}

impl Folder {
    pub(super) fn meet(&mut self, name: &str) {
        let Some(common) = &mut self.common else {
            self.common = Some(name[..folder_end(name)].to_owned());
            return;
        };
        let shared = common.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        if shared < common.len() {
            let end = common.as_bytes()[..shared].iter().rposition(|&byte| byte == b'/');
            common.truncate(end.map_or(0, |end| end + 1));
        }
    }

    pub(super) fn name(&self) -> &str {
        self.common.as_deref().unwrap_or_default()
    }

    /// A name without the folder.
    pub(super) fn short<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(self.name()).unwrap_or(name)
    }
}

fn folder_end(name: &str) -> usize {
    name.rfind('/').map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_names_begin_with_is_told_once() {
        for (names, folder) in [
            (&["/a/b/c.jsonl"][..], "/a/b/"),
            (&["/a/b/c.jsonl", "/a/b/d.jsonl"], "/a/b/"),
            (&["/a/bcd/x", "/a/bce/x"], "/a/"),
            (&["/ä/x", "/ö/x"], "/"),
            (&["x", "y"], ""),
            (&["/a/b/x", "y"], ""),
            (&[], ""),
        ] {
            let mut common = Folder::default();
            names.iter().for_each(|name| common.meet(name));
            assert_eq!(common.name(), folder);
        }
    }
}
