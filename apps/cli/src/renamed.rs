//! Commands and options that had another name in the version before. They are understood for one version, with a note.

use std::ffi::OsString;

use wellspent::Error;

/// The commands, old and new.
const COMMANDS: [(&str, &str); 1] = [("mend", "fix")];

/// The options of every command, old and new.
const OPTIONS: [(&str, &str); 2] = [("--worlds", "--scenarios"), ("--conduct", "--strategy")];

/// Options of one command: its words, old and new.
const OF_COMMANDS: [(&[&str], &str, &str); 2] = [(&["simulate"], "--records", "--out"), (&["records", "map"], "--into", "--out")];

/// The command line with new names for old ones, and a note for each; or what to do where the old and the new name of one option are
/// both given.
pub(crate) fn renamed(given: impl Iterator<Item = OsString>) -> Result<(Vec<OsString>, Vec<String>), Error> {
    let mut arguments: Vec<OsString> = given.collect();
    let mut notes = Vec::new();
    let mut note =
        |old: &str, new: &str| notes.push(format!("`{old}` is now called `{new}`; the old name still works in this version"));
    if let Some(command) = arguments.iter_mut().skip(1).find(|argument| !argument.to_string_lossy().starts_with('-'))
        && let Some((old, new)) = COMMANDS.into_iter().find(|(old, _)| command.as_os_str() == *old)
    {
        note(old, new);
        *command = new.into();
    }
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let commands: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let own = OF_COMMANDS.into_iter().filter(|(path, ..)| commands.starts_with(path)).map(|(_, old, new)| (old, new));
    let options: Vec<(&str, &str)> = OPTIONS.into_iter().chain(own).collect();
    let name_of = |word: &str| word.split('=').next().unwrap_or_default().to_owned();
    let given: Vec<String> = words.iter().take_while(|word| *word != "--").map(|word| name_of(word)).collect();
    if let Some((old, new)) =
        options.iter().find(|(old, new)| [old, new].iter().all(|name| given.contains(&(**name).to_string())))
    {
        let what = format!("`{old}` is the old name of `{new}`, and both are given");
        return Err(Error::failed(what, format!("keep `{new}` only")));
    }
    for argument in arguments.iter_mut().skip(1) {
        let text = argument.to_string_lossy().into_owned();
        // What follows is no option.
        if text == "--" {
            break;
        }
        let (name, value) = text.split_once('=').map_or((text.as_str(), None), |(name, value)| (name, Some(value)));
        if let Some((old, new)) = options.iter().find(|(old, _)| *old == name) {
            note(old, new);
            *argument = value.map_or_else(|| (*new).to_owned(), |value| format!("{new}={value}")).into();
        }
    }
    Ok((arguments, notes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed_words(line: &str) -> (String, usize) {
        let (arguments, notes) = renamed(line.split(' ').map(OsString::from)).expect("one name for each option");
        (arguments.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "), notes.len())
    }

    #[test]
    fn old_names_are_understood_and_noted() {
        assert_eq!(renamed_words("wellspent mend x --worlds=3"), ("wellspent fix x --scenarios=3".into(), 2));
        assert_eq!(renamed_words("wellspent stress mend --worlds 3"), ("wellspent stress mend --scenarios 3".into(), 1));
        assert_eq!(renamed_words("wellspent simulate x --records d"), ("wellspent simulate x --out d".into(), 1));
        assert_eq!(renamed_words("wellspent records map m d --into e"), ("wellspent records map m d --out e".into(), 1));
        assert_eq!(renamed_words("wellspent stress x -- --worlds"), ("wellspent stress x -- --worlds".into(), 0));
        assert_eq!(renamed_words("wellspent fix x"), ("wellspent fix x".into(), 0));
    }

    #[test]
    fn the_old_and_the_new_name_together_are_refused() {
        for line in ["wellspent stress x --worlds 3 --scenarios=4", "wellspent simulate x --out=a --records b"] {
            let refused = renamed(line.split(' ').map(OsString::from)).expect_err(line);
            assert!(
                refused.what.contains("both are given") && refused.hint.is_some_and(|hint| hint.starts_with("keep")),
                "{line}"
            );
        }
        assert_eq!(renamed_words("wellspent stress x --worlds 3 -- --scenarios").1, 1);
    }
}
