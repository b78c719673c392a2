//! Trees that grow in one thing: code such as people write, under other names in every file.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// A language that trees are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lang {
    Go,
    TypeScript,
    Rust,
}

pub(super) const LANGUAGES: [Lang; 3] = [Lang::Go, Lang::TypeScript, Lang::Rust];

/// What a tree grows in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Series {
    /// Files without a lock, beside eight that have one.
    Files,
    /// Files with a lock each.
    Locks,
    /// Files that take their lock by the same two functions.
    Callers,
    /// Locks in one file.
    OneFile,
    /// Functions between the one that takes the lock and the one that knows what it is for, in 24 files.
    Above,
    /// Functions between the one that takes the lock and the one that frees it, in 24 files.
    Below,
    /// Branches of the critical section, in 24 files.
    Branches,
}

/// How many chains there are of which the length grows.
const CHAINS: usize = 24;

impl Lang {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Go => "Go",
            Self::TypeScript => "TypeScript",
            Self::Rust => "Rust",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::TypeScript => "ts",
            Self::Rust => "rs",
        }
    }
}

impl Series {
    pub(super) const ALL: [Self; 7] =
        [Self::Files, Self::Locks, Self::Callers, Self::OneFile, Self::Above, Self::Below, Self::Branches];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Files => "files without locks",
            Self::Locks => "files with a lock",
            Self::Callers => "callers of one wrapper",
            Self::OneFile => "locks in one file",
            Self::Above => "functions above the acquire",
            Self::Below => "functions below the acquire",
            Self::Branches => "branches of the section",
        }
    }

    /// The sizes of its trees, each twice the last.
    pub(super) fn sizes(self) -> Vec<usize> {
        let (least, many) = match self {
            Self::Files => (500, 6),
            Self::Locks | Self::Callers => (25, 7),
            Self::OneFile => (8, 7),
            Self::Above | Self::Below | Self::Branches => (1, 7),
        };
        (0..many).map(|step| least << step).collect()
    }

    /// How many locks a tree of this size has at least that can be followed to their end.
    pub(super) const fn locks(self, size: usize) -> usize {
        match self {
            Self::Files => 8,
            Self::Locks | Self::Callers | Self::OneFile => size,
            // Calls are followed so deep and no deeper.
            Self::Above | Self::Below if size > 4 => 0,
            Self::Above | Self::Below | Self::Branches => CHAINS,
        }
    }
}

macro_rules! code {
    ($lang:expr, $name:literal) => {
        match $lang {
            Lang::Go => include_str!(concat!("code/", $name, ".go")),
            Lang::TypeScript => include_str!(concat!("code/", $name, ".ts")),
            Lang::Rust => include_str!(concat!("code/", $name, ".rs")),
        }
    };
}

const NOUNS: [&str; 24] = [
    "account", "basket", "booking", "campaign", "coupon", "delivery", "device", "invoice", "ledger", "menu", "order",
    "parcel", "payment", "profile", "quote", "refund", "report", "route", "session", "shipment", "stock", "ticket",
    "voucher", "wallet",
];
const VERBS: [&str; 16] = [
    "approve", "archive", "balance", "charge", "close", "collect", "confirm", "count", "export", "import", "match",
    "notify", "prune", "rebuild", "settle", "sync",
];

/// The names of one file.
struct Names {
    noun: String,
    verb: &'static str,
}

impl Names {
    /// No two numbers have the same noun.
    fn new(number: usize) -> Self {
        let (noun, round) = (NOUNS[number % NOUNS.len()], number / NOUNS.len());
        let noun = if round == 0 { noun.to_owned() } else { format!("{noun}{round}") };
        Self { noun, verb: VERBS[(number / 7) % VERBS.len()] }
    }

    fn fill(&self, code: &str) -> String {
        let code = code.replace("Nnn", &capital(&self.noun)).replace("nnn", &self.noun);
        code.replace("Vvv", &capital(self.verb)).replace("vvv", self.verb)
    }
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// Writes a tree of this size into an empty folder.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(folder: &Path, series: Series, lang: Lang, size: usize) -> Result<()> {
    let mut tree = Tree { folder, lang, modules: Vec::new() };
    match series {
        Series::Files => {
            let mut seed = 6;
            for number in 0..size {
                tree.put(number, &plain(lang, number, &mut seed))?;
            }
            for number in size..size + 8 {
                tree.put(number, &lock(lang, number))?;
            }
        }
        Series::Locks => {
            for number in 0..size {
                tree.put(number, &lock(lang, number))?;
            }
        }
        Series::Callers => {
            tree.named("locks", "locker", code!(lang, "wrapper"))?;
            for number in 0..size {
                tree.put(number, &Names::new(number).fill(code!(lang, "caller")))?;
            }
        }
        Series::OneFile => {
            let parts = (0..size).map(|number| Names::new(number).fill(code!(lang, "lock_part")));
            let head = Names { noun: "desk".to_owned(), verb: "run" }.fill(code!(lang, "lock_head"));
            tree.named("desk", "desk", &parts.fold(head, |text, part| text + &part))?;
        }
        Series::Above => {
            tree.chains(size, [code!(lang, "above_top"), code!(lang, "above_link"), code!(lang, "above_end")])?
        }
        Series::Below => {
            tree.chains(size, [code!(lang, "below_top"), code!(lang, "below_link"), code!(lang, "below_end")])?
        }
        Series::Branches => {
            tree.chains(size, [code!(lang, "branch_top"), code!(lang, "branch_link"), code!(lang, "branch_end")])?;
        }
    }
    tree.end()
}

fn plain(lang: Lang, number: usize, seed: &mut u64) -> String {
    let names = Names::new(number);
    let mut text = names.fill(code!(lang, "plain_head"));
    for part in 0..1 + next(seed) % 4 {
        let verb = VERBS[(number + part) % VERBS.len()];
        text += &Names { noun: names.noun.clone(), verb }.fill(code!(lang, "plain_part"));
    }
    text
}

fn lock(lang: Lang, number: usize) -> String {
    Names::new(number).fill(&(code!(lang, "lock_head").to_owned() + code!(lang, "lock_part")))
}

/// The next number of a sequence that is the same on every machine.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap_or_default()
}

/// A tree that is being written.
struct Tree<'t> {
    folder: &'t Path,
    lang: Lang,
    /// Rust's modules, by folder.
    modules: Vec<(String, String)>,
}

impl Tree<'_> {
    fn put(&mut self, number: usize, text: &str) -> Result<()> {
        let noun = Names::new(number).noun;
        self.named(&noun, &noun, text)
    }

    /// A package of one file: in Go and Rust a folder each, in TypeScript too.
    fn named(&mut self, package: &str, file: &str, text: &str) -> Result<()> {
        let folder = self.folder.join("src").join(package);
        fs::create_dir_all(&folder)?;
        let path = folder.join(file).with_extension(self.lang.ending());
        fs::write(&path, text).with_context(|| path.display().to_string())?;
        self.modules.push((package.to_owned(), file.to_owned()));
        Ok(())
    }

    /// Files with a chain of so many links each, between a top and an end.
    fn chains(&mut self, links: usize, [top, link, end]: [&str; 3]) -> Result<()> {
        let at = |code: &str, n: usize| code.replace("kkk", &n.to_string()).replace("mmm", &(n + 1).to_string());
        for number in 0..CHAINS {
            let mut text = code!(self.lang, "chain_head").to_owned() + &at(top, 0);
            (0..links).for_each(|n| text += &at(link, n));
            text += &at(end, links);
            self.put(number, &Names::new(number).fill(&text))?;
        }
        Ok(())
    }

    /// Writes what makes a package of the files.
    fn end(self) -> Result<()> {
        match self.lang {
            Lang::Go => fs::write(self.folder.join("src/go.mod"), "module example.com/growth\n\ngo 1.22\n")?,
            Lang::TypeScript => fs::write(self.folder.join("package.json"), "{ \"name\": \"growth\" }\n")?,
            Lang::Rust => {
                let about = "[package]\nname = \"growth\"\nversion = \"0.0.0\"\nedition = \"2021\"\n";
                fs::write(self.folder.join("Cargo.toml"), about)?;
                let mut all = String::new();
                for (package, file) in &self.modules {
                    all += &format!("pub mod {package};\n");
                    fs::write(self.folder.join("src").join(package).join("mod.rs"), format!("pub mod {file};\n"))?;
                }
                fs::write(self.folder.join("src/lib.rs"), all)?;
            }
        }
        Ok(())
    }
}
