//! Where a ledger is: a file by its path, or a PostgreSQL database by its URL. A place that keeps nothing is refused, with how to
//! write it correctly. No message repeats a password.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use postgres::Config;
use postgres::config::{Host, SslMode};

use super::tls::CertificateCheck;
use crate::LedgerError;

/// The place of a ledger.
pub(crate) enum Location {
    File(String),
    PostgreSql(Box<DatabaseServer>),
}

/// A database server and how it is reached.
pub(crate) struct DatabaseServer {
    pub(crate) config: Config,
    /// What the server must show, and the file of trusted certificates. None if the connection is not encrypted.
    pub(crate) tls: Option<(CertificateCheck, Option<PathBuf>)>,
}

const FILE_HINT: &str = "give the path of a file, such as ledger.db";
const URL_HINT: &str =
    "write the URL like this: postgres://USER@HOST/DATABASE?sslmode=verify-full, with the password in PGPASSWORD";

/// Reads the place of a ledger.
pub(crate) fn read(text: &str) -> Result<Location, LedgerError> {
    if is_postgresql(text) {
        return Ok(Location::PostgreSql(Box::new(server(text)?)));
    }
    let start = text.split([':', '?', '/', '\\']).next().unwrap_or_default();
    if text.trim().is_empty() {
        return failed("the ledger has no name, so it would be kept nowhere", FILE_HINT);
    }
    let shown = without_password(text);
    if text.starts_with(':') || text.eq_ignore_ascii_case("memory") {
        return failed(format!("{shown} would keep the ledger in memory, and it would be lost afterwards"), FILE_HINT);
    }
    if text.contains("://") || start.eq_ignore_ascii_case("file") && text[start.len()..].starts_with(':') {
        return failed(
            format!("{shown} is a URI, and a ledger is the plain path of a file or a postgres:// URL"),
            format!("{FILE_HINT}, without options of SQLite"),
        );
    }
    if let Some((_, options)) = text.split_once('?')
        && options.contains('=')
    {
        return failed(
            format!("{shown} has options of SQLite after the path, which are not allowed"),
            format!("{FILE_HINT}, without the question mark"),
        );
    }
    if text.contains('\0') {
        return failed("the path of the ledger has a character that no path can have", FILE_HINT);
    }
    Ok(Location::File(text.to_owned()))
}

/// Refuses a path at which no file can be kept.
pub(crate) fn regular(place: &str) -> Result<(), LedgerError> {
    let path = Path::new(place);
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => failed(
            format!("the ledger {place} could not be opened: it is a folder"),
            format!("give the path of a file in it, such as {}", path.join("ledger.db").display()),
        ),
        Ok(found) if !found.is_file() => {
            failed(format!("the ledger {place} is a device, a pipe or a socket, which keeps nothing"), FILE_HINT)
        }
        _ if place.ends_with(['/', '\\']) => failed(format!("the ledger {place} has the path of a folder"), FILE_HINT),
        _ => Ok(()),
    }
}

/// Refuses to write into a file that is read-only.
pub(crate) fn writable(place: &str) -> Result<(), LedgerError> {
    if fs::metadata(place).is_ok_and(|found| found.permissions().readonly()) {
        return failed(
            format!("the ledger {place} cannot be written: the file is read-only"),
            "make it writable (chmod u+w) if it is the ledger itself and not an archived copy",
        );
    }
    Ok(())
}

/// Whether a place is a database: a URL, or the form `host=… dbname=…`.
fn is_postgresql(text: &str) -> bool {
    let lower = text.trim_start().to_ascii_lowercase();
    let keys = ["host=", "hostaddr=", "user=", "password=", "dbname=", "port=", "sslmode="];
    lower.starts_with("postgres:")
        || lower.starts_with("postgresql:")
        || keys.iter().any(|key| lower.replace(" =", "=").split_whitespace().any(|word| word.starts_with(key)))
}

/// Reads the URL of a database. Messages about it repeat no part of it, because it may hold a password.
fn server(text: &str) -> Result<DatabaseServer, LedgerError> {
    let (plain, mode, roots) = options(text)?;
    let Ok(mut config) = plain.parse::<Config>() else {
        return failed("the URL of the database cannot be read", URL_HINT);
    };
    if config.get_password().is_none()
        && let Ok(password) = std::env::var("PGPASSWORD")
    {
        config.password(password);
    }
    let local = config.get_hosts().iter().all(is_local) && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback);
    let tls = match mode.as_deref() {
        Some("verify-full") => Some(CertificateCheck::HostName),
        Some("verify-ca") => Some(CertificateCheck::Authority),
        // As other clients do: if a trusted certificate is given, it is checked.
        Some("require") if roots.is_some() => Some(CertificateCheck::Authority),
        Some("require") => Some(CertificateCheck::None),
        Some("disable") => None,
        None | Some("allow" | "prefer") if local => None,
        None | Some("allow" | "prefer") => {
            return failed(
                "the database is on another machine, and the connection might not be encrypted",
                "add ?sslmode=verify-full to the URL (and &sslrootcert=FILE if the server has its own authority); with \
                 sslmode=disable the connection is not encrypted",
            );
        }
        Some(_) => {
            return failed("the URL has an unknown sslmode", "sslmode is verify-full, verify-ca, require or disable");
        }
    };
    config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
    // Sockets of this machine have no TLS.
    let by_socket = config.get_hosts().iter().any(|host| !matches!(host, Host::Tcp(_)));
    if by_socket && tls.is_some() {
        return failed("a socket of this machine is not encrypted", "remove sslmode, or name the host");
    }
    Ok(DatabaseServer { config, tls: tls.map(|check| (check, roots)) })
}

fn failed<T>(what: impl Into<String>, hint: impl Into<String>) -> Result<T, LedgerError> {
    Err(LedgerError::failed(what, hint))
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            name.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        // A socket, on systems that have them.
        #[allow(unreachable_patterns)]
        _ => true,
    }
}

/// A URL without the options for TLS, its `sslmode` and its `sslrootcert`.
type UrlAndTlsOptions = (String, Option<String>, Option<PathBuf>);

/// Takes `sslmode` and `sslrootcert` out of a URL, because the client does not know all of their values.
fn options(text: &str) -> Result<UrlAndTlsOptions, LedgerError> {
    let (mut mode, mut roots) = (None, None);
    let mut take = |key: &str, value: &str| -> Result<bool, LedgerError> {
        match key.to_ascii_lowercase().as_str() {
            "sslmode" => mode = Some(value.to_ascii_lowercase()),
            "sslrootcert" if value == "system" => roots = None,
            "sslrootcert" => roots = Some(PathBuf::from(value)),
            key if key.contains('%') => {
                return failed("the name of an option in the URL is written with percent signs", URL_HINT);
            }
            _ => return Ok(false),
        }
        Ok(true)
    };
    let plain = if text.contains("://") {
        match text.split_once('?') {
            None => text.to_owned(),
            Some((before, query)) => {
                let mut rest = Vec::new();
                for pair in query.split('&').filter(|pair| !pair.is_empty()) {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    if !take(key, &decoded(value))? {
                        rest.push(pair);
                    }
                }
                if rest.is_empty() { before.to_owned() } else { format!("{before}?{}", rest.join("&")) }
            }
        }
    } else {
        let mut rest = Vec::new();
        for word in text.split_whitespace() {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            if !take(key, value.trim_matches('\''))? {
                rest.push(word);
            }
        }
        rest.join(" ")
    };
    Ok((plain, mode, roots))
}

/// A value of a URL with its percent signs decoded.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let byte =
            (bytes[at] == b'%').then(|| text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok())).flatten();
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What replaces a password.
const STARS: &str = "***";

/// A text without the passwords in URLs of databases or after `password=`.
#[must_use]
pub fn without_password(text: &str) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    let cuts = passwords(&lower);
    if cuts.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end) in cuts {
        if start >= from {
            out += &text[from..start];
            out += STARS;
            from = end;
        }
    }
    Cow::Owned(out + &text[from..])
}

/// The beginning and the end of each password in a text in small letters.
fn passwords(lower: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    // A password in the URL of another kind of database is as secret.
    for (at, mark) in lower.match_indices("://") {
        let is_postgresql = lower[..at].ends_with("postgres") || lower[..at].ends_with("postgresql");
        found.extend(in_authority(lower, at + mark.len(), is_postgresql));
    }
    for word in ["password", "passwd", "passw%6frd"] {
        for (at, _) in lower.match_indices(word) {
            found.extend(after_key(lower, at + word.len()));
        }
    }
    found.sort_unstable();
    found
}

/// The password before the host. In a PostgreSQL URL, a password that was not encoded may have any character. So it ends at the last
/// `@` of the word or, if the word has none, at the last `@` of the line.
fn in_authority(lower: &str, start: usize, is_postgresql: bool) -> Option<(usize, usize)> {
    let rest = &lower[start..];
    if !is_postgresql {
        let authority = &rest[..rest.find(|c: char| c.is_whitespace() || "/?#\"'`<>".contains(c)).unwrap_or(rest.len())];
        let (colon, end) = (authority.find(':')?, authority.rfind('@')?);
        return (colon < end).then_some((start + colon + 1, start + end));
    }
    let line = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
    let word = &line[..line.find([' ', '\t', '"', '\'', '`', '<', '>']).unwrap_or(line.len())];
    let colon = word.find(':')?;
    let host_and_port = {
        let after = &word[colon + 1..];
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        digits > 0 && (after[digits..].is_empty() || after[digits..].starts_with(['/', '?', ')', ',', '.', ':']))
    };
    let end = match (word.rfind('@'), line.rfind('@')) {
        (Some(end), _) if end > colon => end,
        (Some(_), _) => return None,
        (None, _) if host_and_port => return None,
        (None, Some(end)) if end > colon => end,
        (None, _) => line.len(),
    };
    Some((start + colon + 1, start + end))
}

/// The value after `password =`.
fn after_key(lower: &str, start: usize) -> Option<(usize, usize)> {
    let rest = &lower[start..];
    let value = rest.trim_start_matches(' ').strip_prefix('=')?.trim_start_matches(' ');
    let at = start + (rest.len() - value.len());
    let (quote, inner) = match value.chars().next()? {
        quote @ ('\'' | '"') => (Some(quote), &value[1..]),
        _ => (None, value),
    };
    let mut escaped = false;
    let end = inner.find(|c: char| {
        let ends =
            !escaped && quote.map_or(c.is_whitespace() || matches!(c, '&' | '"' | '\'' | '`'), |quote| c == quote || c == '\n');
        escaped = c == '\\' && !escaped;
        ends
    });
    let from = at + (value.len() - inner.len());
    Some((from, from + end.unwrap_or(inner.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (text, shown) in [
            ("postgres://ann:s3cret@host/db", "postgres://ann:***@host/db"),
            ("POSTGRESQL://ann:s3cret@host:5432/db?x=1", "POSTGRESQL://ann:***@host:5432/db?x=1"),
            ("see postgres://ann:s%40cr%3Aet@host/db, please", "see postgres://ann:***@host/db, please"),
            ("postgres://ann:s3/cr@et@host/db", "postgres://ann:***@host/db"),
            ("postgres://ann:s3 cret@host/db", "postgres://ann:***@host/db"),
            ("'postgres://ann:s3cret' is not known", "'postgres://ann:***"),
            ("postgres://host:5432/db", "postgres://host:5432/db"),
            ("postgres://ann@host/db?password=s3cret&sslmode=require", "postgres://ann@host/db?password=***&sslmode=require"),
            ("host=h user=ann password=s3cret dbname=d", "host=h user=ann password=*** dbname=d"),
            ("host=h PASSWORD = 's3 cr\\'et' dbname=d", "host=h PASSWORD = '***' dbname=d"),
            ("PGPASSWORD=s3cret wellspent", "PGPASSWORD=*** wellspent"),
            ("mysql://ann:s3cret@host/db", "mysql://ann:***@host/db"),
            ("https://example.org/a:b, mail x@example.org", "https://example.org/a:b, mail x@example.org"),
            ("no secret in here", "no secret in here"),
        ] {
            assert_eq!(without_password(text), shown, "{text}");
        }
    }

    fn refused(text: &str) -> String {
        match read(text) {
            Ok(_) => panic!("{text} is accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_place_that_keeps_nothing_is_refused() {
        for text in ["", "  ", ":memory:", ":Memory:", ":foo:", "memory"] {
            assert!(refused(text).contains("hint: give the path of a file"), "{text}");
        }
        for text in [
            "file:ledger.db",
            "file:ledger.db?mode=memory",
            "FILE:///var/x.db?mode=ro",
            "file::memory:?cache=shared",
            "sqlite://ledger.db",
            "mysql://u:s3cret@host/db",
            "ledger.db?mode=memory",
            "ledger.db?immutable=1",
        ] {
            let said = refused(text);
            assert!(said.contains("hint: give the path of a file"), "{said}");
        }
        for text in ["ledger.db", "./a b/ledger.db", "C:\\ledgers\\one.db", "what?.db"] {
            assert!(matches!(read(text), Ok(Location::File(_))), "{text}");
        }
    }

    #[test]
    fn another_machine_is_reached_by_tls_or_not_at_all() {
        for text in [
            "postgres://ann:s3cret@db.example.org/ledger",
            "postgres://ann:s3cret@db.example.org/ledger?sslmode=prefer",
            "postgres://ann:s3cret@localhost,db.example.org/ledger",
            "postgres://ann:s3cret@192.0.2.7/ledger",
            "host=db.example.org user=ann password=s3cret",
        ] {
            let said = refused(text);
            assert!(said.contains("sslmode=verify-full") && !said.contains("s3cret"), "{said}");
        }
        for text in [
            "postgres://ann:s3cret@host:port/db",
            "postgres://ann:s3cret@host/db?sslmode=maybe",
            "postgres://ann:s3cret@[::1/db?sslmode=require",
            "postgres://ann:s3cret@localhost/db?s3cret=7",
            "postgres:ann:s3cret",
        ] {
            assert!(!refused(text).contains("s3cret"), "{text}");
        }
        for (text, check) in [
            ("postgres://ann@localhost/ledger", None),
            ("postgres://ann@127.0.0.1:5433/ledger", None),
            ("postgres://ann@%2Ftmp%2Fx/ledger", None),
            ("postgres://ann@db.example.org/ledger?sslmode=disable", None),
            ("postgres://ann@db.example.org/ledger?sslmode=require", Some(CertificateCheck::None)),
            ("postgres://ann@db.example.org/ledger?sslmode=require&sslrootcert=a.pem", Some(CertificateCheck::Authority)),
            ("postgres://ann@db.example.org/ledger?connect_timeout=3&sslmode=verify-full", Some(CertificateCheck::HostName)),
            ("host=db.example.org user=ann sslmode=verify-ca", Some(CertificateCheck::Authority)),
        ] {
            match read(text) {
                Ok(Location::PostgreSql(server)) => assert_eq!(server.tls.map(|(check, _)| check), check, "{text}"),
                Ok(Location::File(_)) => panic!("{text} is no file"),
                Err(error) => panic!("{text}: {error}"),
            }
        }
    }
}
