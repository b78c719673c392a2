//! A word that counts in its own package alone: the name of a function, or of an object and of what is called on it.

use memchr::memmem;

/// See above.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Word {
    /// With a dot before it: of a field.
    name: String,
    /// Of the object; empty: the name is enough.
    methods: Vec<String>,
}

impl Word {
    /// Reads what the analysis tells: a name, and methods after it.
    pub(crate) fn new(told: &str) -> Self {
        let mut words = told.split(' ').map(str::to_owned);
        Self { name: words.next().unwrap_or_default(), methods: words.collect() }
    }

    /// Whether it stands in a text. An object may go by another name before anything is called on it.
    pub(crate) fn stands_in(&self, text: &str) -> bool {
        let mut goes_on = false;
        for end in places(text, &self.name) {
            match text[end..].strip_prefix('.') {
                _ if self.methods.is_empty() => return true,
                Some(rest)
                    if self.methods.iter().any(|method| rest.strip_prefix(method.as_str()).is_some_and(is_called)) =>
                {
                    return true;
                }
                Some(_) => {}
                None => goes_on = true,
            }
        }
        let called = |method: &String| places(text, &format!(".{method}")).any(|end| is_called(&text[end..]));
        goes_on && self.methods.iter().any(called)
    }
}

fn is_called(rest: &str) -> bool {
    rest.starts_with(['(', '['])
}

/// Where a word ends that stands by itself.
fn places<'t>(text: &'t str, word: &str) -> impl Iterator<Item = usize> + use<'t> {
    let finder = memmem::Finder::new(word).into_owned();
    let (bytes, length) = (text.as_bytes(), word.len());
    let is_field = word.starts_with('.');
    let goes_on =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80);
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + finder.find(bytes.get(from..)?)?;
            from = at + length.max(1);
            let begins = is_field || !goes_on(at.checked_sub(1).and_then(|before| bytes.get(before)));
            if begins && !goes_on(bytes.get(at + length)) {
                return Some(at + length);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_by_themselves() {
        let word = Word::new("unlock");
        assert!(word.stands_in("defer unlock()") && word.stands_in("s.unlock"));
        assert!(!word.stands_in("unlockAll()") && !word.stands_in("doUnlock(), _unlock"));
    }

    #[test]
    fn objects_are_used_by_their_methods() {
        let word = Word::new(".rdb Del Get");
        assert!(word.stands_in("s.rdb.Del(ctx, key)"));
        assert!(word.stands_in("c := s.rdb\nreturn c.Get(ctx, key)"), "by another name");
        assert!(word.stands_in("f(s.rdb); x.Del(k)"));
        assert!(!word.stands_in("s.rdb.Close()") && !word.stands_in("s.rdb.DelAll(); x.Get(k)"));
        assert!(!word.stands_in("rdb is gone. Del(x)") && !word.stands_in("s.rdbs.Del(x)"));
        let word = Word::new("client Del");
        assert!(
            word.stands_in("client().Del(k)") && word.stands_in("client.Del(k)") && !word.stands_in("clients.Del(k)")
        );
    }
}
