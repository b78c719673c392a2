//! Paths as addresses.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What must be escaped in the path of a URI (RFC 3986: all but unreserved, sub-delims, `:`, `@` and `/`).
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// An address, and whether it is relative to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) uri: String,
    pub(crate) relative: bool,
}

/// A reported path, relative to `root` wherever it lies in there.
pub(crate) fn inside<'p>(path: &'p str, root: &str) -> &'p str {
    path.strip_prefix(root.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

/// The address of a reported path: relative to `root` wherever it lies in there.
pub(crate) fn address(path: &str, root: &str) -> Address {
    let relative = inside(path, root);
    if is_absolute(relative) {
        return Address { uri: file_uri(relative), relative: false };
    }
    let escaped = utf8_percent_encode(relative, PATH).to_string();
    // A colon in the first part of a relative reference would read as a scheme.
    let first = escaped.split('/').next().unwrap_or("");
    let uri = if first.contains(':') { format!("./{escaped}") } else { escaped };
    Address { uri, relative: true }
}

/// The address of a folder: it ends with `/`.
pub(crate) fn folder_uri(path: &str) -> String {
    let uri = file_uri(path);
    if uri.ends_with('/') { uri } else { uri + "/" }
}

fn file_uri(path: &str) -> String {
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", utf8_percent_encode(path, PATH))
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || (path.as_bytes().get(1) == Some(&b':') && path.as_bytes().get(2) == Some(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        let of = |path| address(path, "/home/me/app");
        assert_eq!(of("a b/ü#1?.go"), Address { uri: "a%20b/%C3%BC%231%3F.go".into(), relative: true });
        assert_eq!(of("/home/me/app/x.go"), Address { uri: "x.go".into(), relative: true });
        assert_eq!(of("/home/me/application/x.go").uri, "file:///home/me/application/x.go");
        assert_eq!(of("c:d.go").uri, "./c:d.go");
        assert_eq!(folder_uri("/a b"), "file:///a%20b/");
        assert_eq!(folder_uri("C:/x/"), "file:///C:/x/");
        assert_eq!(folder_uri("/"), "file:///");
    }
}
