//! Commands of the protocol, as written and repaired: the constants at the top of a harness.

use dogpile_harness::program::{Purpose, Segment, Template};

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    /// The key of this number, with the run's prefix.
    Key(usize),
    Token,
    Value,
    Fence,
    Version,
    Clock,
}

/// A word of a command.
pub(crate) type Word = Vec<Part>;

/// Commands that are sent in one step: one, or several between MULTI and EXEC.
pub(crate) type Batch = Vec<Vec<Word>>;

/// A constant: what is sent, in both forms.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) purpose: Purpose,
    /// Its name in words: `acquire`, `release 2`.
    pub(crate) name: String,
    pub(crate) written: Option<Batch>,
    pub(crate) repaired: Option<Batch>,
    /// Lines of the code that send it.
    pub(crate) places: Vec<String>,
}

impl Form {
    /// What it is for, as a comment says it.
    pub(crate) fn says(&self) -> &'static str {
        match self.purpose {
            Purpose::Acquire | Purpose::NestedAcquire => "takes the lock",
            Purpose::Expire => "gives the lock an expiry",
            Purpose::Look => "looks at the lock",
            Purpose::Release => "gives the lock back",
            Purpose::Renew => "prolongs the lease",
            Purpose::Steal => "puts an old lock aside",
            Purpose::Read => "reads the cache",
            Purpose::Write => "writes under the lock",
            Purpose::WriteOver => "writes data under the lock's own key",
            Purpose::Fill => "fills the cache",
            Purpose::Invalidate => "deletes the cached value",
            Purpose::Subscribe => "names the channel to listen to",
            Purpose::Publish => "tells the waiters",
        }
    }
}

fn named(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Acquire | Purpose::NestedAcquire => "acquire",
        Purpose::Expire => "expire",
        Purpose::Look => "look",
        Purpose::Release => "release",
        Purpose::Renew => "renew",
        Purpose::Steal => "steal",
        Purpose::Read => "read",
        Purpose::Write => "write",
        Purpose::WriteOver => "write over",
        Purpose::Fill => "fill",
        Purpose::Invalidate => "invalidate",
        Purpose::Subscribe => "subscribe",
        Purpose::Publish => "publish",
    }
}

/// A key of the protocol.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// Its name in words: `lock key`.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The constants of one harness.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forms {
    pub(crate) keys: Vec<Key>,
    pub(crate) all: Vec<Form>,
}

impl Forms {
    /// Gives a key a name before any command mentions it.
    pub(crate) fn name_key(&mut self, name: &str, key: &[u8]) -> usize {
        let text = String::from_utf8_lossy(key).into_owned();
        if let Some(at) = self.keys.iter().position(|known| known.text == text) {
            return at;
        }
        let taken = |name: &str, keys: &[Key]| keys.iter().any(|known| known.name == name);
        let mut free = name.to_owned();
        for number in 2.. {
            if !taken(&free, &self.keys) {
                break;
            }
            free = format!("{name} {number}");
        }
        self.keys.push(Key { name: free, text });
        self.keys.len() - 1
    }

    /// A batch with its keys named.
    pub(crate) fn batch(&mut self, batch: &[Vec<Template>]) -> Batch {
        batch.iter().map(|command| self.command(command)).collect()
    }

    fn command(&mut self, words: &[Template]) -> Vec<Word> {
        let words: Vec<Template> = words.iter().map(joined).collect();
        let text = |word: &Template| match word.as_slice() {
            [Segment::Text(text)] => Some(text.clone()),
            _ => None,
        };
        let name =
            words.first().and_then(text).map(|w| String::from_utf8_lossy(&w).to_ascii_uppercase()).unwrap_or_default();
        let script = matches!(name.as_str(), "EVAL" | "EVALSHA" | "FCALL");
        let keys = match name.as_str() {
            _ if script => {
                let count = words
                    .get(2)
                    .and_then(text)
                    .and_then(|n| String::from_utf8_lossy(&n).parse::<usize>().ok())
                    .unwrap_or(0);
                3..words.len().min(3 + count)
            }
            "DEL" | "UNLINK" | "EXISTS" | "MGET" | "TOUCH" => 1..words.len(),
            "PING" | "TIME" => 0..0,
            _ => 1..words.len().min(2),
        };
        let known: Vec<String> = self.keys.iter().map(|key| key.text.clone()).collect();
        let channel = matches!(name.as_str(), "SUBSCRIBE" | "PUBLISH");
        let mut out = Vec::new();
        for (index, word) in words.iter().enumerate() {
            let plain = text(word);
            let again = index > 0
                && index != 2
                && plain.as_ref().is_some_and(|w| known.contains(&String::from_utf8_lossy(w).into_owned()));
            match plain {
                Some(plain) if keys.contains(&index) || again => {
                    let called = if channel {
                        "channel"
                    } else if plain.ends_with(b":fence") {
                        "fence key"
                    } else if plain.ends_with(b":version") {
                        "version key"
                    } else {
                        "other key"
                    };
                    out.push(vec![Part::Key(self.name_key(called, &plain))]);
                }
                _ => out.push(parts(word)),
            }
        }
        out
    }

    /// The constant that stands for these two forms.
    pub(crate) fn intern(
        &mut self,
        purpose: Purpose,
        written: Option<Batch>,
        repaired: Option<Batch>,
        place: Option<String>,
    ) -> usize {
        let fits = |a: &Option<Batch>, b: &Option<Batch>| a.is_none() || b.is_none() || a == b;
        let purpose = if purpose == Purpose::NestedAcquire { Purpose::Acquire } else { purpose };
        let known = self.all.iter().position(|form| {
            form.purpose == purpose && fits(&form.written, &written) && fits(&form.repaired, &repaired)
        });
        let at = known.unwrap_or_else(|| {
            let before = self.all.iter().filter(|form| form.purpose == purpose).count();
            let name =
                if before == 0 { named(purpose).to_owned() } else { format!("{} {}", named(purpose), before + 1) };
            self.all.push(Form { purpose, name, written: None, repaired: None, places: Vec::new() });
            self.all.len() - 1
        });
        let form = &mut self.all[at];
        form.written = form.written.take().or(written);
        form.repaired = form.repaired.take().or(repaired);
        if let Some(place) = place.filter(|place| !form.places.contains(place)) {
            form.places.push(place);
        }
        at
    }

    /// Whether any command has such a part.
    pub(crate) fn mentions(&self, part: &Part) -> bool {
        self.all
            .iter()
            .flat_map(|form| form.written.iter().chain(&form.repaired))
            .flatten()
            .flatten()
            .flatten()
            .any(|one| one == part)
    }
}

/// A word with neighbouring texts in one.
fn joined(word: &Template) -> Template {
    let mut out: Template = Vec::new();
    for segment in word {
        match (out.last_mut(), segment) {
            (Some(Segment::Text(before)), Segment::Text(text)) => before.extend_from_slice(text),
            _ => out.push(segment.clone()),
        }
    }
    out
}

fn parts(word: &Template) -> Word {
    let part = |segment: &Segment| match segment {
        Segment::Text(text) => Part::Text(String::from_utf8_lossy(text).into_owned()),
        Segment::Token => Part::Token,
        Segment::Value => Part::Value,
        Segment::Fence => Part::Fence,
        Segment::Version => Part::Version,
        Segment::Clock => Part::Clock,
    };
    word.iter().map(part).collect()
}
