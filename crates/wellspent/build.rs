//! Takes the shipped schemes, the templates of `wellspent new` and the published schemas into the program, so that they are there
//! wherever it runs. Writes a list of names and `include_bytes!` for each folder.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The list's name, the folder, and the endings of the files that are taken.
const LISTS: [(&str, &str, &[&str]); 3] = [
    ("SCHEMES", "../../schemes", &["toml", "csv", "md"]),
    ("TEMPLATES", "templates", &["toml", "csv", "md"]),
    ("SCHEMAS", "../../schemas", &["json"]),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut code = String::new();
    for (list, folder, endings) in LISTS {
        let folder = here.join(folder).canonicalize()?;
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        walk(&folder, &mut files)?;
        files.retain(|file| endings.iter().any(|ending| file.extension().is_some_and(|extension| extension == *ending)));
        files.sort();
        writeln!(code, "pub(crate) static {list}: &[(&str, &[u8])] = &[")?;
        for file in files {
            let parts = file.strip_prefix(&folder)?.components().map(|part| part.as_os_str().to_string_lossy());
            let name = parts.collect::<Vec<_>>().join("/");
            writeln!(code, "    ({name:?}, include_bytes!({:?})),", file.display().to_string())?;
        }
        writeln!(code, "];")?;
    }
    fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("shipped.rs"), code)?;
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
