//! The pages of the program, opened in a browser: every kind is made and checked for accessibility (axe-core), for its width in a
//! wide and in a narrow window, and for ids and labels of charts that clash.
//!
//! The browser is Debian's Chromium, driven by `puppeteer-core` in Node.js. The packages are installed under `target/pages`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::test::{quiet, say};

/// The checks, which run in Node.js.
const CHECK: &str = include_str!("pages.mjs");
const PACKAGES: [&str; 2] = ["axe-core@4.14.1", "puppeteer-core@24.43.1"];
/// Few, but enough for every part of a page to be there.
const QUICK: [&str; 4] = ["--replications", "40", "--scenarios", "48"];
/// Between them they have every kind of chart and table: no risk at all, gates, areas, and many uncertain numbers.
const SCHEMES: [&str; 4] = ["plain-linear", "hmp-doncaster-2011", "transforming-rehabilitation-2013", "work-programme-2011"];

/// What the check of the pages found.
pub(crate) enum PageCheck {
    Good,
    Faulty,
    /// Nothing was checked, and why.
    Skipped(&'static str),
}

/// Makes and checks every kind of page, where there is a browser.
pub(crate) fn check(root: &Path, cargo: &str) -> anyhow::Result<PageCheck> {
    say("pages: accessibility and layout in a browser");
    let folder = root.join("target/pages");
    std::fs::create_dir_all(&folder)?;
    let browser = match (browser(), node(&folder)) {
        (Some(browser), true) => browser,
        (browser, _) => {
            let missing = if browser.is_none() { "no Chromium" } else { "Node.js or its packages are missing" };
            say(&format!("the pages were not checked: {missing}\nhint: install chromium, nodejs and npm, then run this again"));
            return Ok(PageCheck::Skipped(missing));
        }
    };
    let pages = Maker { root, cargo, folder: &folder }.all()?;
    let script = folder.join("check.mjs");
    std::fs::write(&script, CHECK)?;
    let good = Command::new("node").arg(&script).arg(browser).args(&pages).status().context("running Node.js")?.success();
    Ok(if good { PageCheck::Good } else { PageCheck::Faulty })
}

/// The picture of the README, and the scheme whose report it shows.
const PICTURE: (&str, &str) = ("docs/picture.png", "transforming-rehabilitation-2013");

/// Makes the picture of the README: the first screen of a report.
pub(crate) fn picture(root: &Path, cargo: &str) -> anyhow::Result<()> {
    let browser = browser().context("there is no Chromium")?;
    let (root, folder) = (&root.canonicalize()?, &root.canonicalize()?.join("target/pages"));
    std::fs::create_dir_all(folder)?;
    let page = Maker { root, cargo, folder }.page("picture", &["stress", PICTURE.1])?;
    let taken = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,940"])
        .arg(format!("--screenshot={}", root.join(PICTURE.0).display()))
        .arg(format!("file://{page}"))
        .status()
        .context("running Chromium")?;
    if !taken.success() {
        bail!("Chromium made no picture of {page}");
    }
    Ok(())
}

/// Chromium, from Debian's package where it is missing and that is allowed.
fn browser() -> Option<PathBuf> {
    let found = || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path);
    found().or_else(|| {
        say("Chromium is missing: asking Debian's package manager for it");
        installed(&["chromium"]);
        found()
    })
}

/// Whether Node.js is there with the packages of the checks, which are installed where they are missing.
fn node(folder: &Path) -> bool {
    if on_path("node").is_none() || on_path("npm").is_none() {
        say("Node.js is missing: asking Debian's package manager for it");
        installed(&["nodejs", "npm"]);
    }
    // The list of what is installed also says that the installation came to its end.
    let (list, wanted) = (folder.join("installed"), PACKAGES.join(" "));
    if std::fs::read_to_string(&list).is_ok_and(|text| text == wanted) {
        return true;
    }
    say("installing axe-core and puppeteer-core under target/pages");
    let install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix"];
    let done = std::fs::write(folder.join("package.json"), "{ \"private\": true }\n").is_ok()
        && quiet(Command::new("npm").args(install).arg(folder).args(PACKAGES).current_dir(folder));
    done && std::fs::write(list, wanted).is_ok()
}

fn installed(packages: &[&str]) {
    quiet(Command::new("apt-get").args(["update", "-qq"]));
    quiet(Command::new("apt-get").args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages));
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Makes pages with the program as it is built.
struct Maker<'a> {
    root: &'a Path,
    cargo: &'a str,
    folder: &'a Path,
}

impl Maker<'_> {
    fn all(&self) -> anyhow::Result<Vec<String>> {
        let mut pages = Vec::new();
        for scheme in SCHEMES {
            pages.push(self.page(&format!("stress-{scheme}"), &[&["stress", scheme], &QUICK[..]].concat())?);
        }
        let long = self.long_names()?;
        pages.push(self.page("stress-long-names", &[&["stress", &long], &QUICK[..]].concat())?);
        pages.push(self.page("sensitivity", &["sensitivity", "plain-linear"])?);
        pages.push(self.page("market", &["market", "open-market", "--replications", "8"])?);
        let tally = self.write("tally.csv", TALLY)?;
        let scheme = "apps/cli/tests/bad/_base";
        let statement = ["pay", scheme, "--tally", &tally, "--provider", "Acme", "--as-at", "2029-04-01"];
        pages.push(self.page("statement", &statement)?);
        let (scheme, records) = ("examples/outcome-scores", "examples/outcome-scores/records");
        pages.push(self.page("statement-of-records", &["pay", scheme, records, "--as-at", "2027-12-31"])?);
        // The access log is written into the folder.
        let joined = self.copied("apps/cli/tests/joined", "joined")?;
        let purpose = ["--purpose", "joint-support", "--asked-by", "xtask", "--as-at", "2026-12-31"];
        pages.push(self.page("duplication", &[&["duplication", &joined], &purpose[..]].concat())?);
        // So is what is known of a spec.
        let evaluated = self.copied("examples/did-it-work", "did-it-work")?;
        for spec in ["matching", "offices"] {
            let file = format!("{evaluated}/{spec}.toml");
            let asked = ["evaluate", &file, &evaluated, "--for", "the check of the pages", "--asked-by", "xtask"];
            pages.push(self.page(&format!("evaluation-{spec}"), &asked)?);
        }
        pages.extend(self.providers()?);
        pages.push(self.linkage()?);
        Ok(pages)
    }

    /// Runs a command that writes a page, and gives the file.
    fn page(&self, name: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let file = self.folder.join(format!("{name}.html")).display().to_string();
        self.run(&[arguments, &["--html", &file]].concat())?;
        Ok(file)
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let mut command = Command::new(self.cargo);
        command.args(["run", "--quiet", "-p", "cli", "--"]).args(arguments).current_dir(self.root);
        let output = command.env("WELLSPENT_TODAY", "2035-12-31").output()?;
        if !output.status.success() {
            bail!("wellspent {} failed\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let file = self.folder.join(name);
        std::fs::write(&file, text)?;
        Ok(file.display().to_string())
    }

    /// A copy of a folder of the repository.
    fn copied(&self, from: &str, name: &str) -> anyhow::Result<String> {
        fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
            std::fs::create_dir_all(to)?;
            for entry in std::fs::read_dir(from)? {
                let (from, to) =
                    (entry.as_ref().map(std::fs::DirEntry::path), entry.as_ref().map(|entry| to.join(entry.file_name())));
                let (Ok(from), Ok(to)) = (from, to) else { continue };
                if from.is_dir() { copy(&from, &to)? } else { std::fs::copy(&from, &to).map(|_| ())? }
            }
            Ok(())
        }
        let to = self.folder.join(name);
        if to.exists() {
            std::fs::remove_dir_all(&to)?;
        }
        copy(&self.root.join(from), &to)?;
        Ok(to.display().to_string())
    }

    /// Four providers compared, as the parties see it and as it is published, and the watch on them: one of them has few people.
    fn providers(&self) -> anyhow::Result<[String; 3]> {
        let records = self.folder.join("providers").display().to_string();
        let _ = std::fs::remove_dir_all(&records);
        self.run(&["simulate", "plain-linear", "--out", &records])?;
        let starts = Path::new(&records).join("starts.csv");
        let text = std::fs::read_to_string(&starts)?;
        let (head, rows) = text.split_once('\n').context("starts have a header")?;
        let column = head.split(',').position(|name| name == "provider").context("starts have providers")?;
        let named = rows.lines().enumerate().map(|(at, row)| {
            let mut cells: Vec<&str> = row.split(',').collect();
            // Those who were only compared with have no provider.
            if let Some(cell) = cells.get_mut(column).filter(|cell| !cell.is_empty()) {
                *cell = if at % 250 == 0 { "Wren" } else { ["Ash", "Birch", "Cedar"][at % 3] };
            }
            cells.join(",")
        });
        let named: Vec<String> = std::iter::once(head.to_owned()).chain(named).collect();
        std::fs::write(&starts, named.join("\n") + "\n")?;
        std::fs::write(Path::new(&records).join("providers.csv"), "provider\nAsh\nBirch\nCedar\nWren\n")?;
        let asked = ["compare-providers", "plain-linear", &records, "--as-at", "2034-12-31"];
        let exact = self.page("providers-compared", &asked)?;
        let [published, register] =
            ["providers-published.html", "releases.txt"].map(|name| self.folder.join(name).display().to_string());
        let _ = std::fs::remove_file(&register);
        let release = ["--publish", "How providers compare", "--release-register", &register, "--publish-to", &published];
        self.run(&[&asked[..], &release].concat())?;
        let watch = self.page("watch", &["watch", "plain-linear", &records, "--as-at", "2034-12-31"])?;
        Ok([exact, published, watch])
    }

    /// A scheme whose names are as long as names in files can be.
    fn long_names(&self) -> anyhow::Result<String> {
        let folder = self.copied("schemes/plain-linear", "long-names")?;
        let segments = Path::new(&folder).join("segments.csv");
        let long = format!("lower {} risk", "Mittelwert".repeat(8));
        std::fs::write(&segments, std::fs::read_to_string(&segments)?.replace("lower risk", &long))?;
        Ok(folder)
    }

    /// Links two agencies with people whom both know, slips of the pen, and labels.
    fn linkage(&self) -> anyhow::Result<String> {
        const FORENAMES: [&str; 12] =
            ["Ada", "Ben", "Cora", "Dan", "Ella", "Finn", "Gita", "Hugh", "Iris", "Jack", "Kemi", "Liam"];
        const SURNAMES: [&str; 16] = [
            "Abbott", "Barker", "Cooper", "Dixon", "Ellis", "Fisher", "Grant", "Hughes", "Irving", "Jones", "Khan", "Lewis",
            "Mason", "Norris", "Owen", "Patel",
        ];
        let somebody = |number: usize| {
            let spread = number * 7919 + number / 7;
            let born = format!("{}-{:02}-{:02}", 1950 + spread % 50, 1 + spread / 3 % 12, 1 + spread / 5 % 28);
            let postcode = format!("QX{} {}ZW", 1 + spread % 9, 1 + spread / 9 % 9);
            (FORENAMES[spread % 12], SURNAMES[spread / 12 % 16], born, postcode)
        };
        let mut tables = [String::from("id,person,group,forename,surname,born,postcode\n"), String::new()];
        tables[1] = tables[0].clone();
        for number in 0..300 {
            let (forename, surname, born, postcode) = somebody(number);
            let group = ["north", "south", ""][number % 3];
            if number < 220 {
                let _ = writeln!(tables[0], "p{number},{number},{group},{forename},{surname},{born},{postcode}");
            }
            if number >= 80 {
                let forename = if number % 5 == 0 { &forename[..2] } else { forename };
                let postcode = if number % 7 == 0 { "" } else { &postcode };
                let _ = writeln!(tables[1], "h{number},{number},{group},{forename},{surname},{born},{postcode}");
            }
        }
        let mut model = String::from("purpose = \"a trial\"\nbasis = \"consent\"\n");
        for (name, table) in ["police", "housing"].into_iter().zip(&tables) {
            self.write(&format!("{name}.csv"), table)?;
            let _ = writeln!(
                model,
                "[table.{name}]\nfile = \"{name}.csv\"\nid = \"id\"\ntruth = \"person\"\ngroup = \"group\"\n[table.{name}.columns]\nforename = \
                 \"forename\"\nsurname = \"surname\"\nborn = \"date of birth\"\npostcode = \"postcode\""
            );
        }
        let (model, out) = (self.write("link.toml", &model)?, self.folder.join("linked").display().to_string());
        self.run(&["link", &model, "--out", &out, "--day", "2026-01-01"])?;
        Ok(format!("{out}/report.html"))
    }
}

/// Results of the scheme that the tests share.
const TALLY: &str = "area,cohort,segment,people,reoffending,reoffences,job,job_kept
north,2027-04 to 2028-03,under 25,240,100,400,60,170
north,2027-04 to 2028-03,25 and over,260,117,430,91,300
north,2028-04 to 2029-03,25 and over,500,199,900,150,412
south,2027-04 to 2028-03,under 25,500,300,1200,100,333
";
