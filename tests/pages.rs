//! Code on the pages of rules.
//!
//! Under *Bad* and *Good*, each language has a heading of the third level and fenced code below it. Where a fault cannot
//! occur in a language, a sentence stands under that heading in *Bad* instead, and the heading is left out in *Good*.

/// A language that pages show.
#[derive(Debug)]
pub struct Language {
    /// Its heading on pages.
    pub title: &'static str,
    /// What stands behind the fence.
    fence: &'static str,
    /// Ending of its files.
    pub extension: &'static str,
    /// First lines of a file, which pages leave out.
    head: &'static str,
}

/// Rules and languages that the analysis cannot tell yet, or that nobody has written. The list can only shrink.
pub const NOT_YET: [(&str, &str); 3] =
    [("cancelled-release", "Rust"), ("cancelled-release", "TypeScript"), ("poisoned-flight", "Rust")];

/// All that pages may show.
pub const LANGUAGES: [Language; 3] = [
    Language { title: "Go", fence: "go", extension: "go", head: "package example\n\n" },
    Language { title: "TypeScript", fence: "ts", extension: "ts", head: "" },
    Language { title: "Rust", fence: "rust", extension: "rs", head: "" },
];

/// A piece of code on a page.
#[derive(Debug)]
pub struct Block {
    /// Title of the section of the second level.
    pub section: String,
    /// 1-based line of the fence.
    pub line: usize,
    /// Its language.
    pub language: &'static Language,
    /// A file made of it.
    pub path: String,
    /// The text of that file.
    pub text: String,
}

/// Every piece of code on a page, in its order.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut all: Vec<Block> = Vec::new();
    let (mut section, mut open) = (String::new(), false);
    for (number, line) in (1..).zip(page.lines()) {
        if open && line == "```" {
            open = false;
        } else if open {
            let block = all.last_mut().expect("an open block");
            block.text.push_str(line);
            block.text.push('\n');
        } else if let Some(fence) = line.strip_prefix("```") {
            let Some(language) = LANGUAGES.iter().find(|language| language.fence == fence) else { continue };
            let (path, text) = (format!("case.{}", language.extension), language.head.to_owned());
            all.push(Block { section: section.clone(), line: number, language, path, text });
            open = true;
        } else if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
        }
    }
    all
}

/// Why a fault cannot occur in a language: the prose under its heading in *Bad*.
pub fn reason_against<'p>(page: &'p str, language: &Language) -> Option<&'p str> {
    let bad = page.split("\n## ").find_map(|section| section.strip_prefix("Bad\n"))?;
    let below = bad.split_once(&format!("### {}\n", language.title))?.1;
    let prose = below.split(['`', '#']).next().unwrap_or_default();
    let prose = if below.starts_with("```") { "" } else { prose.trim() };
    (!prose.is_empty()).then_some(prose)
}
