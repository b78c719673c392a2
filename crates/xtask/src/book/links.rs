//! Links between pages of Markdown.

use super::pages::Page;
use std::path::{Component, Path, PathBuf};

/// One link: its target, and where that stands in the text.
struct Link {
    target: String,
    at: std::ops::Range<usize>,
    line: usize,
}

/// Links that lead nowhere in the repository: `page:line: target`.
pub(super) fn broken(root: &Path, pages: &[Page]) -> Vec<String> {
    let mut broken = Vec::new();
    for page in pages {
        for link in links(&page.text).iter().filter(|link| !is_outside(&link.target)) {
            let (path, heading) = link.target.split_once('#').unwrap_or((&link.target, ""));
            let file = beside(&page.file, path);
            let there = path.is_empty() || root.join(&file).exists();
            let linked = if path.is_empty() { Some(page) } else { pages.iter().find(|page| page.file == file) };
            let headed =
                heading.is_empty() || linked.is_some_and(|page| headings(&page.text).iter().any(|h| h == heading));
            if !there || !headed {
                broken.push(format!("{}:{}: {}", page.file.display(), link.line, link.target));
            }
        }
    }
    broken
}

/// A page's text with links as the book needs them: to other pages by their names there, to other files where they lie.
pub(super) fn moved(page: &Page, pages: &[Page], home: &str) -> String {
    let mut text = page.text.clone();
    for link in links(&page.text).iter().rev().filter(|link| !is_outside(&link.target)) {
        let (path, heading) = link.target.split_once('#').unwrap_or((&link.target, ""));
        if path.is_empty() {
            continue;
        }
        let file = beside(&page.file, path);
        let up = "../".repeat(page.name.matches('/').count());
        let mut target = match pages.iter().find(|page| page.file == file) {
            Some(page) => format!("{up}{}", page.name),
            None if is_picture(&file) => format!("{up}{}", file.display()),
            None => format!("{home}/{}", file.display()),
        };
        if !heading.is_empty() {
            target = format!("{target}#{heading}");
        }
        text.replace_range(link.at.clone(), &target);
    }
    text
}

/// Pictures that a page shows: files from the root, which lie at the same place in the book.
pub(super) fn pictures(page: &Page) -> Vec<PathBuf> {
    let within = links(&page.text).into_iter().filter(|link| !is_outside(&link.target));
    within.map(|link| beside(&page.file, &link.target)).filter(|file| is_picture(file)).collect()
}

fn is_picture(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "svg" || ending == "png")
}

fn is_outside(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

/// A path as it is written in a file, from the root.
pub(super) fn beside(file: &Path, path: &str) -> PathBuf {
    let mut all = PathBuf::new();
    for part in file.parent().unwrap_or(Path::new("")).join(path).components() {
        match part {
            Component::ParentDir => {
                all.pop();
            }
            Component::Normal(name) => all.push(name),
            _ => {}
        }
    }
    all
}

/// Links of a text, code left out.
fn links(text: &str) -> Vec<Link> {
    let mut all = Vec::new();
    let (mut start, mut fence) = (0, None);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let mark = line.trim_start();
        let here = ["```", "~~~"].into_iter().find(|mark_of| mark.starts_with(mark_of));
        match (fence, here) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => all.extend(of_line(line, start, number + 1)),
            _ => {}
        }
        start += line.len();
    }
    all
}

fn of_line(line: &str, start: usize, number: usize) -> Vec<Link> {
    let mut all = Vec::new();
    let mut at = 0;
    let mut in_code = false;
    while let Some(c) = line[at..].chars().next() {
        if c == '`' {
            in_code = !in_code;
        }
        if !in_code && line[at..].starts_with("](") {
            let from = at + 2;
            if let Some(length) = line[from..].find(')') {
                let target = line[from..from + length].to_owned();
                all.push(Link { target, at: start + from..start + from + length, line: number });
            }
        }
        at += c.len_utf8();
    }
    all
}

/// What headings are called in addresses, as GitHub and mdBook do.
fn headings(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut all = Vec::new();
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced && line.starts_with('#') {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            all.push(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(file: &str, name: &str, text: &str) -> Page {
        Page { file: file.into(), name: name.into(), title: String::new(), part: String::new(), text: text.into() }
    }

    #[test]
    fn links_follow_pages_into_the_book() {
        let pages = [
            page(
                "docs/a.md",
                "a.md",
                "# A\n[r](../rules/g/x_y/rule.md) `[no](n.md)` [h](#a) [f](../Cargo.toml) ![p](p.svg)\n```\n[c](c.md)\n```\n",
            ),
            page("rules/g/x_y/rule.md", "rules/x-y.md", "# X Y, z\n[a](../../../docs/a.md#a)\n"),
        ];
        let moved: Vec<String> = pages.iter().map(|page| moved(page, &pages, "H")).collect();
        assert!(
            moved[0].contains("[r](rules/x-y.md) `[no](n.md)` [h](#a) [f](H/Cargo.toml) ![p](docs/p.svg)"),
            "{}",
            moved[0]
        );
        assert_eq!(pictures(&pages[0]), [PathBuf::from("docs/p.svg")]);
        assert!(moved[1].contains("[a](../a.md#a)"), "{}", moved[1]);
        assert_eq!(headings(&pages[1].text), ["x-y-z"]);
    }

    #[test]
    fn what_leads_nowhere_is_told() {
        let pages = [page("docs/a.md", "a.md", "# A\n\n[x](gone.md) [y](#b) [z](https://example.com/)\n")];
        let folder = std::env::temp_dir();
        assert_eq!(broken(&folder, &pages), ["docs/a.md:3: gone.md", "docs/a.md:3: #b"]);
    }
}
