//! Phonetic codes of names: a form that is the same for most spellings of a name in Latin letters, whatever its language.
//! Vowels are left out, because they are written in many ways. Consonants that are written for each other become one. Particles
//! (al, bin) are left out. Mc, Mac and O' stay with the name they belong to. A list has the spellings that no rule covers.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Spellings that do not sound alike letter by letter: the Somali alphabet; names written after the sounds of Cantonese,
/// Mandarin, Hokkien and Vietnamese; Arabic names by way of several languages; Irish and Polish names; shortened Yoruba and
/// Igbo names. A spelling that stands for several names is left out.
const SPELLINGS: &str = "
abdi: cabdi
abdirahman: abdurahman abdulrahman abdelrahman cabdiraxmaan abdirahmaan abdurrahman
abdullah: abdullahi cabdullahi abdulahi abdulla abdallah cabdulaahi
abdikadir: abdulkadir abdelkader cabdiqaadir abdiqadir
abdulaziz: abdelaziz cabdicasiis
aden: aadan adan adam
ahmed: axmed ahmad ahmet achmed
aisha: asha caasha ayesha aysha aicha aishah caisha
ali: cali aly
amina: aamina aminah ameena aaminah
farah: faarax
fatima: fadumo faduma fatuma fatema fatimah faadumo fatma fatoumata
halima: xaliimo halimo xaliima haleema
hassan: xasan hasan
hawa: xaawo hawo
hussein: xuseen husayn hussain husain huseyin hosein
ibrahim: ebrahim ibraahim ibrahima
ismail: ismaaciil esmail ismael
issa: isse ciise essa eisa
jama: jaamac
khadija: khadijah khadiijo khadra khadeeja kadija
mahmoud: mahmud mohamud maxamuud mahmood mehmood mehmet
mariam: maryam maryan miriam maryama
mohammed: muhammad mohamed mohammad muhammed maxamed mohamad mohd mohamet mahomed muhamad
mukhtar: muqtaar muktar
nimco: nimo
omar: umar umer cumar omer
osman: usman uthman cusmaan othman
said: siciid saeed saeid sayeed sayid
salah: saalax saleh salih
yusuf: yuusuf yousuf yousef yousaf youssef yousif
zahra: sahra zahraa
chen: chan tan
huang: wong hwang
wang: ong
li: lee lei
zhang: cheung chang teo
liu: lau liew
yang: yeung yeo
zhao: chiu chao
wu: ng
zhou: chow chau
xu: hsu hui
sun: suen
zhu: chu choo
guo: kwok kuo
he: ho
lin: lam lim
gao: ko kao
luo: law lo
zheng: cheng
liang: leung
xie: tse hsieh
tang: tong
ye: yip
pan: poon
cai: tsoi choi
xiao: siu hsiao
feng: fung
deng: tang
ruan: nguyen
sean: shaun shawn shane
siobhan: shivaun chevonne
niamh: neve nieve
caitlin: kaitlin katelyn
ciaran: kieran kieron
eoin: owen ewan euan
niall: neil neal neill
aoife: eefa
ciara: keira kiera
oluwaseun: seun
oluwatobi: tobi tobiloba
oluwatosin: tosin
oluwafemi: femi
adebayo: bayo
babatunde: tunde
temitope: temi tope
chukwuemeka: emeka
ikechukwu: ike
omolara: lara
abiodun: biodun
folasade: sade
olufunke: funke
ayodele: ayo dele
";

fn spellings() -> &'static BTreeMap<&'static str, &'static str> {
    static SPELT: OnceLock<BTreeMap<&str, &str>> = OnceLock::new();
    SPELT.get_or_init(|| {
        let lines = SPELLINGS.lines().filter_map(|line| line.split_once(": "));
        lines.flat_map(|(name, others)| others.split(' ').map(move |other| (other, name))).collect()
    })
}

/// Words of a name that do not tell it from other names.
const PARTICLES: [&str; 22] = [
    "al", "el", "ul", "ur", "bin", "bint", "ibn", "ben", "binti", "abu", "de", "da", "do", "dos", "del", "la", "van", "von",
    "der", "den", "di", "san",
];

/// The code of each word of a name, with a space between words. Text in other scripts stays as it is.
#[must_use]
pub fn sounds(name: &str) -> String {
    telling(name).iter().map(|word| sound(word)).collect::<Vec<_>>().join(" ")
}

/// The words of a name without its particles, or all words if there are no others.
fn telling(name: &str) -> Vec<String> {
    let words = words(name);
    let telling: Vec<String> = words.iter().filter(|word| !PARTICLES.contains(&word.as_str())).cloned().collect();
    if telling.is_empty() { words } else { telling }
}

/// The code of the whole name as one word, so that spaces make no difference. Vowels count only if the whole name has almost no
/// consonants.
#[must_use]
pub fn as_one(name: &str) -> String {
    let words = telling(name);
    let mut out = String::new();
    for (at, word) in words.iter().enumerate() {
        let sound = consonants(&spelt(word), at == 0);
        out.push_str(out.chars().last().and_then(|last| sound.strip_prefix(last)).unwrap_or(&sound));
    }
    if out.chars().nth(1).is_some() { out } else { by_vowels(&words.iter().map(|word| spelt(word)).collect::<String>()) }
}

/// The words of a name. `mc donald`, `mac donald` and `o brien` are one word each.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = "";
    for word in name.split(' ').filter(|word| !word.is_empty()) {
        if matches!(before, "mc" | "mac" | "o") {
            words.pop();
            words.push(format!("{before}{word}"));
            before = "";
        } else {
            words.push(word.to_owned());
            before = word;
        }
    }
    words
}

/// The code of one word.
fn sound(word: &str) -> String {
    let word = spelt(word);
    let sound = consonants(&word, true);
    if sound.chars().nth(1).is_some() { sound } else { by_vowels(&word) }
}

/// A word as the list of spellings has it. Mac is written Mc.
fn spelt(word: &str) -> String {
    let word = spellings().get(word).copied().unwrap_or(word);
    match word.strip_prefix("mac") {
        Some(rest) if word.is_ascii() && rest.len() > 2 => format!("mc{rest}"),
        _ => word.to_owned(),
    }
}

/// The consonants of a word and, with `vowel_first`, a mark if it begins with a vowel.
fn consonants(word: &str, vowel_first: bool) -> String {
    if !word.is_ascii() {
        return word.to_owned();
    }
    let letters = word.as_bytes();
    let is_vowel = |letter: u8| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let mut out: Vec<u8> = Vec::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        let (letter, next) = (letters[at], letters.get(at + 1).copied().unwrap_or(b' '));
        let (sound, width): (&[u8], usize) = match (letter, next) {
            (b'p', b'h') => (b"f", 2),
            (b'k' | b'g' | b'd' | b't' | b'b' | b'j' | b'r' | b'w', b'h') => (&letters[at..=at], 2),
            (b's' | b'z', b'h') => (b"s", 2),
            (b'c', b'h' | b'z') => (b"j", 2),
            (b's', b'z') => (b"s", 2),
            (b't', b's' | b'z') => (b"s", 2),
            (b'd', b'j') => (b"j", 2),
            (b'c', b'k') => (b"k", 2),
            (b'c', b'e' | b'i' | b'y') => (b"s", 1),
            (b'c' | b'q', _) => (b"k", 1),
            (b'x', _) if is_vowel(next) && (at == 0 || is_vowel(letters[at - 1])) => (b"", 1),
            (b'x', _) => (b"ks", 1),
            (b'w', _) => (b"v", 1),
            (b'z', _) => (b"s", 1),
            (b'h', _) => (b"", 1),
            (letter, _) if is_vowel(letter) => (if at == 0 && vowel_first { b"a" } else { b"" }, 1),
            _ => (&letters[at..=at], 1),
        };
        let sound: Vec<u8> = sound.iter().map(|letter| if *letter == b'w' { b'v' } else { *letter }).collect();
        for letter in sound {
            if out.last() != Some(&letter) {
                out.push(letter);
            }
        }
        at += width;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// The code of a word with so few consonants that its vowels have to count.
fn by_vowels(word: &str) -> String {
    if !word.is_ascii() {
        return word.to_owned();
    }
    let long = word.replace("ee", "i").replace("oo", "u").replace("ou", "u").replace('y', "i");
    let mut letters: Vec<char> = long.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// The words of a text as numbers, at most four. 0 stands for no word. Words of one letter are left out.
#[must_use]
pub fn numbered(text: &str) -> [u32; 4] {
    let mut found = [0; 4];
    let telling = text.split(' ').filter(|word| word.chars().nth(1).is_some());
    for (place, word) in found.iter_mut().zip(telling) {
        *place = (super::distinct_values::hash(word.as_bytes()) as u32).max(1);
    }
    found
}

/// Whether two texts have a word in common.
#[inline]
#[must_use]
pub fn share_a_word(one: &[u32; 4], other: &[u32; 4]) -> bool {
    one.iter().take_while(|word| **word != 0).any(|word| other.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_sound_alike() {
        for same in [
            &["mohammed", "muhammad", "mohamed", "maxamed"][..],
            &["yousuf", "yusuf", "yuusuf"],
            &["mcdonald", "macdonald", "mc donald", "mac donald"],
            &["obrien", "o brien"],
            &["sukhwinder", "sukhvinder"],
            &["al masri", "el masri", "masri"],
            &["khan", "kahn"],
            &["chaudhry", "choudhry", "chaudhary"],
            &["li", "lee"],
            &["zhang", "cheung"],
            &["philip", "phillip", "filip"],
            &["katherine", "catherine", "kathryn"],
            &["oluwaseun", "seun"],
        ] {
            let found: Vec<String> = same.iter().map(|name| as_one(name)).collect();
            assert!(found.windows(2).all(|two| two[0] == two[1]), "{same:?}: {found:?}");
        }
        assert_eq!(as_one("xiao ming"), as_one("xiaoming"), "spaces make no difference");
        assert_ne!(as_one("john"), as_one("james"));
        assert_eq!(as_one("明"), "明");
        assert!(share_a_word(&numbered(&sounds("ahmed hassan")), &numbered(&sounds("xasan ali"))));
        assert!(!share_a_word(&numbered(&sounds("al masri")), &numbered(&sounds("al tamimi"))));
    }
}
