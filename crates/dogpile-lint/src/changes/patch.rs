//! Reads a patch without context: which lines are new, and where lines went.

use super::git::os;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// First and last line of each stretch that is new, from 1.
    pub added: Vec<(u32, u32)>,
    /// Lines after which something is missing; 0 is the top.
    pub removed: Vec<u32>,
    /// All of it counts as changed.
    pub whole: bool,
}

/// What a patch changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Patch {
    /// By path from the repository's top.
    pub files: BTreeMap<PathBuf, FileChange>,
    /// Submodules that stand at another commit.
    pub submodules: Vec<PathBuf>,
}

/// Mode of a submodule.
const SUBMODULE: &[u8] = b"160000";
/// What our comments begin with. One that is gone may have spoken for the whole file.
const MARKER: &[u8] = b"dogpile:";

/// Reads what `git diff-index -p -U0` prints.
pub(super) fn read(text: &[u8]) -> Patch {
    let mut patch = Patch::default();
    let (mut old, mut new, mut submodule) = (None, None, false);
    let mut lines = text.split(|b| *b == b'\n');
    while let Some(line) = lines.next() {
        if line.starts_with(b"diff --git ") {
            (old, new, submodule) = (None, None, false);
        } else if line.starts_with(b"index ")
            || line.starts_with(b"new file mode ")
            || line.starts_with(b"deleted file mode ")
        {
            submodule |= line.ends_with(SUBMODULE);
        } else if let Some(name) = line.strip_prefix(b"--- ") {
            old = path(name);
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            new = path(name);
        } else if let Some(name) = line.strip_prefix(b"* Unmerged path ") {
            patch.files.entry(PathBuf::from(os(name))).or_default().whole = true;
        } else if let Some(hunk) = line.strip_prefix(b"@@ -").and_then(hunk) {
            let body: Vec<&[u8]> = lines.by_ref().take(hunk.removed + hunk.added).collect();
            if submodule {
                patch.submodules.extend(new.clone().or_else(|| old.clone()));
            } else if let Some(new) = &new {
                note(&hunk, &body, patch.files.entry(new.clone()).or_default());
            }
        }
    }
    patch
}

struct Hunk {
    removed: usize,
    start: u32,
    added: usize,
}

/// Reads `12,3 +14,0 @@`.
fn hunk(rest: &[u8]) -> Option<Hunk> {
    let text = std::str::from_utf8(rest.split(|b| *b == b'@').next()?).ok()?;
    let (old, new) = text.trim().split_once(" +")?;
    let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, n)| n.parse().ok());
    Some(Hunk { removed: count(old)?, start: new.split(',').next()?.parse().ok()?, added: count(new)? })
}

fn note(hunk: &Hunk, body: &[&[u8]], change: &mut FileChange) {
    let (removed, added) = body.split_at(hunk.removed.min(body.len()));
    let blank = |line: &&[u8]| line.iter().skip(1).all(u8::is_ascii_whitespace);
    change.whole |= removed.iter().any(|line| line.windows(MARKER.len()).any(|word| word == MARKER));
    if hunk.added == 0 {
        if !removed.iter().all(blank) {
            change.removed.push(hunk.start);
        }
    } else if !(added.iter().all(blank) && removed.iter().all(blank)) {
        let last = hunk.start + u32::try_from(hunk.added - 1).unwrap_or(u32::MAX - hunk.start);
        change.added.push((hunk.start, last));
    }
}

/// The path of a `---` or `+++` line; `None`: there is no file on this side.
fn path(name: &[u8]) -> Option<PathBuf> {
    // A name with a space in it is followed by a tab.
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    let name = match name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")) {
        Some(quoted) => unquoted(quoted),
        None => name.to_vec(),
    };
    let plain = name.strip_prefix(b"a/").or_else(|| name.strip_prefix(b"b/"))?;
    Some(PathBuf::from(os(plain)))
}

/// A name without the quotes of C.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            out.push(*first);
            continue;
        }
        let octal = rest.get(..3).filter(|d| d.iter().all(|b| (b'0'..=b'7').contains(b)));
        if let Some(digits) = octal {
            out.push(digits.iter().fold(0u8, |sum, d| sum.wrapping_mul(8).wrapping_add(d - b'0')));
            rest = &rest[3..];
        } else if let Some((escaped, after)) = rest.split_first() {
            out.push(match escaped {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                other => *other,
            });
            rest = after;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_content_is_not() {
        let text = b"diff --git a/x y.go b/x y.go\nindex 1..2 100644\n--- a/x y.go\t\n+++ b/x y.go\t\n@@ -3 +3 @@ func f() {\n-+++ b/other.go\n+@@ -9 +9 @@\n\
            @@ -8,2 +7,0 @@\n-a\n-b\n@@ -20,0 +18,2 @@\n+ \n+\n@@ -30 +30,3 @@\n-x\n+1\n+2\n+3\n\\ No newline at end of file\n\
            diff --git \"a/t\\303\\251\\\"\\t.ts\" \"b/t\\303\\251\\\"\\t.ts\"\nnew file mode 100644\n--- /dev/null\n+++ \"b/t\\303\\251\\\"\\t.ts\"\n@@ -0,0 +1,2 @@\n+a\n+b\n\
            diff --git a/gone.rs b/gone.rs\ndeleted file mode 100644\n--- a/gone.rs\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\
            diff --git a/s b/s\nindex 1..2 160000\n--- a/s\n+++ b/s\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n\
            diff --git a/c.go b/c.go\nindex 1..2 100644\n--- a/c.go\n+++ b/c.go\n@@ -1 +0,0 @@\n-// dogpile: allow-file leaked-lock\n\
            * Unmerged path u.go\n";
        let patch = read(text);
        let file = |name: &str| patch.files.get(&PathBuf::from(name));
        let known = FileChange { added: vec![(3, 3), (30, 32)], removed: vec![7], whole: false };
        assert_eq!(file("x y.go"), Some(&known));
        assert_eq!(file("té\"\t.ts").map(|f| f.added.clone()), Some(vec![(1, 2)]));
        assert!(file("c.go").is_some_and(|f| f.whole) && file("u.go").is_some_and(|f| f.whole));
        assert_eq!(patch.files.len(), 4);
        assert_eq!(patch.submodules, [PathBuf::from("s")]);
    }
}
