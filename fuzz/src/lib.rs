//! What all targets share: a parser by its name.

/// Gives bytes to a parser.
///
/// # Panics
/// The parser does, which is what is looked for.
pub fn read(name: &str, bytes: &[u8]) {
    let parser = wellspent::parsers::PARSERS.iter().find(|parser| parser.name == name);
    (parser.expect("a parser of that name").read)(bytes);
}
