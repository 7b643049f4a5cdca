//! What a map or the configuration of a linkage may not name: a device, a pipe, anything outside its folder unless the command
//! line allows it. And no message tells what is in a file.

use std::fs;
use std::process::Command;

use crate::wellspent::{Scratch, run, said};

/// What must never be told.
const SECRET: &str = "hunter2";
const MAP: &str = "[people.p]\nfile = \"FILE\"\nperson = \"no\"\n";
const LINK: &str = "purpose = \"t\"\nbasis = \"t\"\nTOP\n[table.a]\nfile = \"FILE\"\nid = \"id\"\n[table.a.columns]\n\
                    fn = \"forename\"\nsn = \"surname\"\n";
const ROWS: &str = "id,no,fn,sn\n1,1,ann,ash\n2,2,bob,birch\n3,3,cy,cedar\n4,4,di,dale\n";

/// A folder with data inside it, a secret beside it, and links from inside to the secret.
fn folder() -> Scratch {
    let scratch = Scratch::new("named");
    let inside = scratch.0.join("data");
    fs::create_dir_all(inside.join("below")).expect("folders");
    fs::write(inside.join("a.csv"), ROWS).expect("a file");
    fs::write(inside.join("below/b.csv"), ROWS).expect("a file");
    scratch.write("secret.csv", format!("id,no,fn,sn\n1,1,{SECRET},{SECRET}\n"));
    scratch.write("key", format!("{SECRET}\n"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.csv", inside.join("link.csv")).expect("a link");
        std::os::unix::fs::symlink("a.csv", inside.join("same.csv")).expect("a link");
        assert!(Command::new("mkfifo").arg(inside.join("pipe.csv")).status().expect("mkfifo").success());
    }
    scratch
}

fn map(scratch: &Scratch, file: &str, more: &[&str]) -> (Option<i32>, String) {
    scratch.write("map.toml", MAP.replace("FILE", file));
    let _ = fs::remove_dir_all(scratch.0.join("out"));
    let (map, data, out) = (scratch.0.join("map.toml"), scratch.0.join("data"), scratch.0.join("out"));
    let texts = [&map, &data, &out].map(|path| path.to_str().expect("a path"));
    let output = run(&[&["records", "map", texts[0], texts[1], "--out", texts[2]], more].concat());
    (output.status.code(), said(&output))
}

fn link(scratch: &Scratch, top: &str, file: &str, more: &[&str]) -> (Option<i32>, String) {
    let config = scratch.0.join("data/link.toml");
    fs::write(&config, LINK.replace("TOP", top).replace("FILE", file)).expect("a configuration");
    let output = run(&[&["link", config.to_str().expect("a path")], more].concat());
    (output.status.code(), said(&output))
}

#[test]
fn a_map_names_files_of_its_folder_only() {
    let scratch = folder();
    for file in ["a.csv", "below/b.csv", "below/../a.csv", "./a.csv", "same.csv"] {
        assert_eq!(map(&scratch, file, &[]).0, Some(0), "{file}: {}", map(&scratch, file, &[]).1);
    }
    let absolute = scratch.0.join("secret.csv");
    let absolute = absolute.to_str().expect("a path");
    for file in ["../secret.csv", "below/../../secret.csv", absolute, "link.csv", "/etc/passwd", "../nowhere.csv", "/dev/zero"] {
        let (code, said) = map(&scratch, file, &[]);
        assert_eq!(code, Some(2), "{file}: {said}");
        assert!(said.contains("only files inside it are read") && said.contains("--allow-outside-files"), "{file}: {said}");
        assert!(!said.contains(SECRET) && !said.contains("root:"), "{said}");
    }
    assert_eq!(map(&scratch, "../secret.csv", &["--allow-outside-files"]).0, Some(0));
    for file in ["pipe.csv", "below"] {
        let (code, said) = map(&scratch, file, &[]);
        assert!(code == Some(2) && said.contains("name an ordinary file"), "{file}: {said}");
    }
    let (code, said) = map(&scratch, "/dev/zero", &["--allow-outside-files"]);
    assert!(code == Some(2) && said.contains("is a device"), "{said}");
    let looked_up = "[people.p]\nfile = \"a.csv\"\nperson = { file = \"../key\", by = \"no\", column = \"value\" }\n";
    scratch.write("map.toml", looked_up);
    let path = |name: &str| scratch.0.join(name).to_str().expect("a path").to_owned();
    let of = |more: &[&str]| {
        let into = ["records", "map", &path("map.toml"), &path("data"), "--out", &path("out")];
        said_of(&[&into, more].concat())
    };
    assert!(of(&[]).contains("only files inside it are read"));
    let _ = fs::remove_dir_all(scratch.0.join("out"));
    let said = of(&["--allow-outside-files"]);
    assert!(!said.contains(SECRET), "the first line of a file is not told as if it were names of columns: {said}");
}

fn said_of(arguments: &[&str]) -> String {
    said(&run(arguments))
}

#[test]
fn a_configuration_names_files_of_its_folder_only() {
    let scratch = folder();
    let (code, said) = link(&scratch, "", "a.csv", &[]);
    assert_eq!(code, Some(0), "{said}");
    for file in ["../secret.csv", "link.csv", "/etc/passwd", "/dev/zero"] {
        let (code, said) = link(&scratch, "", file, &[]);
        assert_eq!(code, Some(1), "{file}: {said}");
        assert!(said.contains("only files inside it are read") && said.contains("--allow-outside-files"), "{file}: {said}");
    }
    for key in ["nicknames", "model", "overrides", "earlier"] {
        for (file, expected) in [("../key", "only files inside it are read"), ("pipe.csv", "ordinary file")] {
            let more = if key == "overrides" { "\nas_at = 2026-01-01" } else { "" };
            let top = format!("{key} = \"{file}\"{more}");
            let (code, said) = link(&scratch, &top, "a.csv", &[]);
            assert!(code != Some(0) && !said.contains(SECRET), "{key}: {said}");
            let said = said.replace('\n', " ");
            assert!(said.contains(expected), "{key}: {said}");
        }
        let (code, said) = link(&scratch, &format!("{key} = \"../key\""), "a.csv", &["--allow-outside-files"]);
        assert!(code != Some(0) && !said.contains(SECRET), "{key}: {said}");
    }
    for (name, text) in [("m.json", format!("\"{SECRET}\"")), ("s.json", format!("{{\"{SECRET}\": \"comparison_levels\"}}"))] {
        fs::write(scratch.0.join("data").join(name), text).expect("a file");
        let (code, said) = link(&scratch, &format!("model = \"{name}\""), "a.csv", &[]);
        assert!(code == Some(1) && !said.contains(SECRET) && said.contains("line 1"), "{said}");
    }
    let model = format!("\"comparison_levels\" {{\"link_type\": \"{SECRET}\"}}");
    fs::write(scratch.0.join("data/t.json"), model.replacen("\"comparison_levels\" ", "", 1)).expect("a file");
    assert!(!link(&scratch, "model = \"t.json\"", "a.csv", &[]).1.contains(SECRET));
}

/// Whatever is given as a map or a configuration: a file that is no TOML file is not read, since messages show lines of it.
#[test]
fn what_is_no_toml_file_is_not_read_as_one() {
    let scratch = folder();
    scratch.write("secrets", format!("{SECRET}\n"));
    #[cfg(unix)]
    std::os::unix::fs::symlink("secrets", scratch.0.join("link.toml")).expect("a link");
    for name in ["secrets", "link.toml"] {
        let path = format!("{}/{name}", scratch.path());
        for said in [said_of(&["link", &path]), said_of(&["records", "map", &path, scratch.path(), "--out", "/nowhere"])] {
            assert!(said.contains("is not a TOML file") && !said.contains(SECRET), "{said}");
        }
    }
}
