//! `cargo xtask book`: the guides and the rules' pages as one book, by mdBook; its links are followed.
//!
//! Nothing of it is kept in git: the pages are, and their order (`docs/SUMMARY.md`). `--check` looks at the pages only, in
//! no time: whether every link and every heading that is linked to is there.

mod html;
mod links;
mod pages;

use crate::dist::target_folder;
use crate::{call, tools};
use anyhow::{Context, Result, bail};
use pages::Page;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

const TITLE: &str = "dogpile-lint";
/// Where files lie that are no pages of the book.
const HOME: &str = "https://github.com/dogpile-lint/dogpile-lint/blob/main";

/// Makes the book, or only looks at what it is made of.
///
/// # Errors
/// When a link leads nowhere, or mdBook fails.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let pages = pages::all(root)?;
    let broken = links::broken(root, &pages);
    if !broken.is_empty() {
        bail!("{} links lead nowhere:\n{}", broken.len(), broken.join("\n"));
    }
    if check {
        return Ok(());
    }
    let folder = target_folder(root).join("book");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let source = folder.join("src");
    for page in &pages {
        let file = source.join(&page.name);
        fs::create_dir_all(file.parent().context("a page lies in a folder")?)?;
        fs::write(&file, links::moved(page, &pages, HOME)).with_context(|| format!("writing {}", file.display()))?;
        for picture in links::pictures(page) {
            let file = source.join(&picture);
            fs::create_dir_all(file.parent().context("a picture lies in a folder")?)?;
            fs::copy(root.join(&picture), &file).with_context(|| format!("writing {}", file.display()))?;
        }
    }
    fs::write(source.join("SUMMARY.md"), summary(&pages))?;
    fs::write(folder.join("book.toml"), about())?;
    call(Command::new(tools::mdbook(root)?).arg("build").arg(&folder))?;
    let (followed, outside) = html::follow(&folder.join("book"))?;
    fs::write(folder.join("external-links.txt"), outside.join("\n") + "\n")?;
    println!("{} pages, {followed} links followed, {} to elsewhere are listed in", pages.len(), outside.len());
    println!("{}; read {}", folder.join("external-links.txt").display(), folder.join("book/index.html").display());
    Ok(())
}

fn about() -> String {
    format!(
        "[book]\ntitle = \"{TITLE}\"\nsrc = \"src\"\nlanguage = \"en\"\n\n[output.html]\n\
         git-repository-url = \"https://github.com/dogpile-lint/dogpile-lint\"\n"
    )
}

fn summary(pages: &[Page]) -> String {
    let mut text = "# Summary\n\n".to_owned();
    let mut part = "";
    for page in pages {
        if page.part != part {
            part = &page.part;
            let _ = writeln!(text, "\n# {part}\n");
        }
        let indent = if part.is_empty() { "" } else { "- " };
        let _ = writeln!(text, "{indent}[{}]({})", page.title.replace(['[', ']'], ""), page.name);
    }
    text
}
