//! Made-up people of a region of the United Kingdom as five agencies record them: naming customs of nine origins, households,
//! twins, fathers and sons of one name, moves, marriages, and errors of two different kinds. The names are common and publicly
//! known, and are combined at random. Nobody is real.

use linkage::distinct_values::ValueNumbering;
use linkage::field::{Field, FieldKind, Missing};
use linkage::record_set::RecordSet;
use linkage::source_tables::{RawColumn, RowAgency, SourceTable, combine};
use records::batch::Texts;

use crate::dice::Dice;

/// Origins in the order of their numbers, and how many of a hundred people are of each.
pub(crate) const ORIGINS: [(&str, u64); 9] = [
    ("English", 46),
    ("Irish and Scottish", 8),
    ("Polish", 7),
    ("Pakistani", 8),
    ("Indian", 7),
    ("Somali", 6),
    ("Nigerian", 6),
    ("Chinese", 6),
    ("Arab", 6),
];

/// How records go wrong. Rates are per cent of records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    pub typo: u64,
    /// A name as another agency would spell it, if there are several spellings.
    pub respelt: u64,
    /// Given name and family name exchanged, if their order differs from the English one; a fifth of that elsewhere.
    pub exchanged: u64,
    /// Only some of several given or family names.
    pub part: u64,
    pub moved: u64,
    pub married: u64,
    /// Date of birth: missing (twice as often at one agency), and damaged.
    pub undated: u64,
    pub date_damaged: u64,
    pub no_postcode: u64,
    /// Records that an agency has of somebody whom it already has.
    pub twice: u64,
    /// Whether police and probation have a number in common.
    pub numbered: bool,
    /// Slips with neighbouring keys and letters that sound alike. Otherwise with random letters.
    pub keys: bool,
    /// How often one agency cuts forenames to their initial.
    pub initials: u64,
    /// The share of all people that each agency holds.
    pub known: [u64; 5],
}

/// The process that was looked at while the linkage was built.
pub(crate) const LOOKED_AT: Process = Process {
    typo: 5,
    respelt: 20,
    exchanged: 12,
    part: 25,
    moved: 25,
    married: 10,
    undated: 8,
    date_damaged: 5,
    no_postcode: 12,
    twice: 3,
    numbered: false,
    keys: false,
    initials: 10,
    known: [35, 25, 45, 30, 40],
};

/// Processes that were held out for judging: different in every rate, with slips of another kind.
pub(crate) const HELD_OUT: [Process; 3] = [
    Process {
        typo: 3,
        respelt: 30,
        exchanged: 20,
        part: 15,
        moved: 35,
        married: 6,
        undated: 14,
        date_damaged: 3,
        no_postcode: 5,
        twice: 1,
        numbered: true,
        keys: true,
        initials: 0,
        known: [50, 20, 30, 50, 20],
    },
    Process {
        typo: 9,
        respelt: 12,
        exchanged: 6,
        part: 35,
        moved: 15,
        married: 15,
        undated: 4,
        date_damaged: 8,
        no_postcode: 20,
        twice: 5,
        numbered: false,
        keys: true,
        initials: 20,
        known: [30, 40, 40, 20, 60],
    },
    Process {
        typo: 2,
        respelt: 8,
        exchanged: 4,
        part: 10,
        moved: 45,
        married: 10,
        undated: 20,
        date_damaged: 2,
        no_postcode: 25,
        twice: 0,
        numbered: false,
        keys: true,
        initials: 5,
        known: [40, 40, 40, 40, 40],
    },
];

/// One record: agency, person, origin, and forename, surname, date of birth, sex, postcode and number.
pub(crate) struct Row {
    pub agency: usize,
    pub person: u32,
    pub origin: u32,
    pub cells: [String; 6],
}

pub(crate) const AGENCIES: [&str; 5] = ["police", "probation", "housing", "treatment", "health"];

struct Person {
    origin: usize,
    woman: bool,
    /// Given names and family names, each with all its spellings.
    given: Vec<Name>,
    family: Vec<Name>,
    /// A name used beside the given ones.
    called: Option<String>,
    born: (i32, u32, u32),
    home: usize,
    married_name: Option<Name>,
}

/// A name by its spellings, the usual one first.
type Name = Vec<String>;

fn spellings(text: &str) -> Name {
    text.split('/').map(str::to_owned).collect()
}

fn any(dice: &mut Dice, list: &str) -> Name {
    // The first names are the most common.
    let all: Vec<&str> = list.split_whitespace().collect();
    let (one, other) = (dice.below(all.len() as u64), dice.below(all.len() as u64));
    spellings(all[one.min(other) as usize])
}

const ENGLISH_MEN: &str = "david john paul james michael christopher andrew mark daniel matthew thomas robert stephen/steven richard \
    joshua jack william benjamin samuel jonathan/jonathon anthony/antony peter ryan adam luke simon kevin gary ian/iain lee jason \
    martin alexander/aleksander craig philip/phillip nicholas jamie oliver harry george charlie callum/calum liam nathan kyle jordan \
    connor/conor aaron/aron dean scott darren graham/graeme stuart/stewart neil alan/allan/alun barry colin trevor keith derek \
    geoffrey/jeffrey roger nigel clive terence leslie raymond dennis roy norman gareth rhys owen lewis/louis max toby";
const ENGLISH_WOMEN: &str = "sarah/sara emma laura rebecca/rebekah claire/clare nicola samantha lisa joanne michelle hannah/hanna \
    charlotte jessica lauren chloe amy/aimee katherine/catherine/kathryn gemma rachel/rachael kelly victoria stephanie/stefanie emily \
    danielle natalie/nathalie lucy jennifer elizabeth/elisabeth susan julie karen/karin helen tracey/tracy sharon jane angela alison/allison \
    louise amanda kerry zoe holly megan/meghan bethany sophie/sofie olivia georgia ellie leanne/lianne donna debbie/deborah paula wendy jacqueline \
    margaret patricia christine linda barbara sandra maureen janet carol/carole ann/anne jean gillian heather hayley/hailey abigail/abigale \
    molly jade kirsty/kirstie naomi";
const ENGLISH_FAMILIES: &str = "smith jones taylor brown/browne williams wilson johnson davies/davis robinson wright thompson/thomson evans \
    walker white roberts green/greene hall wood jackson clarke/clark patel-smith harris/harries martin cooper hill ward hughes turner lewis \
    moore/more edwards king morris/maurice baker harrison allen/allan watson bennett/bennet young shaw cook/cooke carter richardson bailey/baily \
    collins bell parker adams mitchell rogers/rodgers knight ellis marshall webb/web simpson gray/grey mills barnes lloyd/loyd fox mason holmes";
const ENGLISH_HEADS: &str = "ash black brad brook burn clay cot dal east elm fair farn had hart hazel hether hol kirk lang lin mar mel mid nor oak pen \
    rad red roth rush sand shel stan sut thorn tur wake wal wes whit win wood wor har ber car der fen gil";
const ENGLISH_TAILS: &str = "ton ley ford worth field wood man son by well ham stead ridge cliffe brooke croft";
const CELTIC_MEN: &str = "sean/shaun/shawn patrick liam connor/conor ciaran/kieran aidan/aiden declan brendan niall/neil eoin/owen kevin michael ross \
    cameron angus duncan fraser ewan/euan hamish gordon malcolm donald douglas callum/calum stuart/stewart rory ronan cormac fergus dermot/diarmuid";
const CELTIC_WOMEN: &str = "siobhan/shivaun aoife niamh/neve sinead caitlin/kaitlin bridget/brigid orla/orlagh ciara/keira roisin mairead maeve kathleen \
    eileen/aileen fiona morag isla mhairi catriona/katrina shona ailsa kirsty/kirstie heather moira/maura nuala grainne deirdre";
const CELTIC_FAMILIES: &str = "o'brien/obrien/o-brien murphy o'neill/oneil/o-neill mcdonald/macdonald/mc-donald kelly/kelley mclean/maclean/mc-lean ryan \
    o'connor/oconnor/o-connor walsh/walshe mckenzie/mackenzie/mc-kenzie campbell sullivan/o'sullivan mccarthy/mc-carthy byrne/byrnes \
    mcgregor/macgregor doyle gallagher/gallacher kennedy mcintyre/macintyre/mc-intyre doherty/docherty/o'doherty fraser/frazer murray \
    reilly/o'reilly/oreilly stewart/stuart mcmillan/macmillan nolan ross quinn mclaughlin/mcloughlin/maclachlan ferguson/fergusson burke \
    mcpherson/macpherson o'hara/ohara/o-hara mccormack/mccormick mckay/mackay/mc-kay brennan dunne/dunn o'leary/oleary";
const POLISH_MEN: &str = "piotr tomasz pawel/paweł krzysztof michal/michał marcin jakub lukasz/łukasz adam mateusz kamil grzegorz wojciech rafal/rafał \
    jaroslaw/jarosław dariusz marek robert slawomir/sławomir bartosz dawid maciej przemyslaw/przemysław szymon artur andrzej stanislaw/stanisław";
const POLISH_WOMEN: &str = "anna katarzyna malgorzata/małgorzata agnieszka barbara ewa magdalena joanna monika aleksandra zofia/sofia karolina \
    justyna beata dorota iwona elzbieta/elżbieta natalia marta edyta paulina sylwia/sylvia urszula kinga wioletta/violetta";
const POLISH_FAMILIES: &str = "nowak kowalsk wisniewsk/wiśniewsk wojcik/wójcik kowalczyk kaminsk/kamińsk lewandowsk zielinsk/zielińsk szymansk/szymańsk \
    wozniak/woźniak dabrowsk/dąbrowsk kozlowsk/kozłowsk jankowsk mazur kwiatkowsk krawczyk piotrowsk grabowsk nowakowsk pawlowsk/pawłowsk \
    michalsk nowick adamczyk dudek zajac/zając wieczorek jablonsk/jabłońsk krol/król majewsk olszewsk jaworsk malinowsk stepien/stępień \
    gorsk/górsk rutkowsk witkowsk walczak sikora baran laskowsk";
const MUSLIM_MEN: &str = "mohammed/muhammad/mohammad/mohamed/muhammed ahmed/ahmad ali/aly hassan/hasan imran usman/osman/uthman bilal/billal \
    tariq/tarik/tareq yusuf/yousuf/yousaf/yousef ibrahim/ebrahim omar/umar/omer hamza/hamzah zain/zayn asif/aasif kashif faisal/faysal \
    khalid/khaled rashid/rasheed nadeem/nadim shahid/shaheed waseem/wasim adnan haroon/harun/haroun idris/idrees junaid/junayd naveed/navid \
    saeed/said/sayeed salman/sulman zahid zubair/zubayr farooq/faruk/farouk hamid/hameed";
const MUSLIM_WOMEN: &str = "aisha/ayesha/aysha fatima/fatimah/fatema maryam/mariam/miriam zainab/zaynab/zeinab khadija/khadijah/khadeeja amina/aminah/ameena \
    sadia/saadia nadia/nadiya saima/sayma shabana noor/nur/nour sana/sanaa hafsa/hafsah samina/sameena rukhsana/ruksana farah/farrah yasmin/yasmeen/jasmin \
    shazia/shaziya tahira/tahirah bushra iqra/ikra asma/asmaa nasreen/nasrin parveen/parvin";
const PAKISTANI_FAMILIES: &str = "khan/kahn hussain/hussein/husain ahmed/ahmad ali akhtar/akhter mahmood/mehmood/mahmud malik/malek iqbal shah mirza \
    chaudhry/choudhry/chowdhury/chaudhary qureshi/quraishi/koreshi butt sheikh/shaikh/sheik raja rehman/rahman/ur-rehman aslam anwar javed/javaid \
    siddiqui/siddiqi/siddique ashraf bashir nawaz/navaz hanif/haneef yaqoob/yaqub/yakoob latif/lateef rafiq/rafique";
const SIKH_MEN: &str = "harpreet gurpreet sukhwinder/sukhvinder baljit/baljeet manjit/manjeet jaswinder/jasvinder amarjit/amarjeet rajesh/rajeev sanjay \
    amit/ameet rahul vikram/vikrum suresh/sooresh anil/aneel deepak/dipak kiran ravi/ravee sandeep/sundeep hardeep/hardip gurdeep/gurdip \
    mohan/mohun vijay/vijai nikhil/nikil arjun/arjan dinesh/dineish paramjit/parmjit";
const SIKH_WOMEN: &str = "harpreet/harprit manpreet/manprit jasbir/jasvir kulwinder/kulvinder priya/pria anjali/anjli neha/neeha pooja/puja kavita/kavitha \
    sunita/suneeta rekha/raikha meena/mina lakshmi/laxmi deepa/dipa asha/aasha nisha/neesha rupinder/roopinder gurjit/gurjeet ranjit/ranjeet geeta/gita \
    seema/sima shanti/shanthi";
const INDIAN_FAMILIES: &str = "patel shah sharma/sarma gill/gil sandhu/sandu dhillon/dhilon/dillon sidhu/sidhoo grewal/garewal verma/varma gupta mistry/mistri \
    desai/desay joshi/joshee mehta/mehtha reddy/reddi nair/nayar iyer/aiyar bains/baines dhaliwal/dhariwal johal/johl chauhan/chohan/chowhan \
    kumar/kumaar parmar/parmer rai/roy mann/man sahota/sohota";
const SOMALI_MEN: &str = "mohamed/maxamed/mohammed ahmed/axmed/ahmad ali/cali abdi/cabdi hassan/xasan/hasan hussein/xuseen/hussain omar/cumar/umar \
    osman/cusmaan/usman farah/faarax ibrahim/ibraahim ismail/ismaaciil yusuf/yuusuf abdullahi/cabdullahi/abdulahi abdirahman/cabdiraxmaan/abdurahman \
    warsame/warsama jama/jaamac mohamud/maxamuud/mahmoud nur/nuur/noor aden/aadan/adan salah/saalax abdikadir/cabdiqaadir/abdulkadir \
    isse/ciise/essa khalif/khaliif said/siciid/saeed dahir/daahir bashir/bashiir mukhtar/muqtaar";
const SOMALI_WOMEN: &str = "fadumo/faduma/fatuma amina/aamina halima/xaliimo/halimo hodan/hodon khadija/khadiijo sahra/zahra asha/caasha/aisha ayan/ayaan \
    ifrah/ifraax hawa/xaawo maryan/maryam sagal/sagaal nimo/nimco safia/safiya hibo/hiba ubah/ubax idil/iidil zamzam/samsam";
const NIGERIAN_CALLED: &str = "grace blessing joy emmanuel samuel daniel david esther ruth mercy peter paul michael victor joseph deborah sarah faith \
    elizabeth john stephen/steven mary precious favour/favor kingsley sunday comfort patience";
const NIGERIAN_GIVEN: &str = "oluwaseun/seun oluwatobi/tobi oluwatosin/tosin adebayo/bayo olumide adeola/ade oluwafemi/femi temitope/temi babatunde/tunde \
    folasade/sade olufunke/funke ayodele/ayo chukwuemeka/emeka chidinma/chidi ngozi nneka ifeanyi/ify obinna/obi chinedu/nedu adaeze/ada uchenna/uche \
    kelechi/kele nkechi amarachi/amara ikechukwu/ike yetunde omolara/lara abiodun/biodun";
const NIGERIAN_FAMILIES: &str = "okafor/okafo adeyemi/adeyemo okonkwo/okonkwor ogunleye/ogunleyi balogun ibrahim adebayo okoro/okorro eze bello olawale/olawole \
    nwosu/nwosuh oyelaran onyekachi adeleke/adelekan uzoma/uzomah akintola afolabi/afolaby obi adeniyi/adeniji chukwu/chuku ojo okeke/okekeh lawal/lawall \
    odunsi fashola/fasola ogundipe/ogundepe ezeani anyanwu/anyawu olatunji/olatunde";
const CHINESE_FAMILIES: &str = "wang/wong li/lee zhang/cheung/chang liu/lau chen/chan yang/yeung huang zhao/chiu wu/ng zhou/chow/chau xu/hsu sun/suen ma/mah zhu/chu \
    hu/wu guo/kwok he/ho lin/lam gao/ko luo/law zheng/cheng liang/leung xie/tse tang/tong";
const CHINESE_SYLLABLES: &str = "wei xiao ming jing li hua yan ying jun hui fang lei yu ping xin hong jia yi lin mei qing tao bo chun dan feng gang hai jie kai lan min na \
    peng qiang rong shan ting xia yong zhi";
const CHINESE_CALLED: &str =
    "kevin david tony jason amy grace jenny vivian alice peter michael winnie andy eric helen joyce cindy linda raymond alan";
const ARAB_FAMILIES: &str = "hassan/hasan hussein/husain ahmad/ahmed ali masri/masry/elmasri sayed/sayyid/elsayed khatib/khateeb haddad/hadad najjar/najar/alnajjar \
    hamdan/hamdaan saleh/salih rashid/rasheed/alrashid jaber/jabir/aljaber khalil/khaleel mansour/mansur/mansoor nasser/nasir/naser qasim/kassem/qassem \
    shami/shamy/alshami tamimi/altamimi zahrani/alzahrani obeid/ubaid darwish/darweesh fayad/fayyad hakim/hakeem/alhakim bakri/bakry sabbagh/sabagh";

fn person(dice: &mut Dice, origin: usize) -> Person {
    let woman = dice.chance(40);
    let born = (1945 + dice.between(0, 60), 1 + dice.below(12) as u32, 1 + dice.below(28) as u32);
    let mut person = Person { origin, woman, given: vec![], family: vec![], called: None, born, home: 0, married_name: None };
    person.family = family(dice, origin, woman);
    given(dice, &mut person);
    if matches!(origin, 5 | 8) && dice.chance(25) || matches!(origin, 3) && dice.chance(6) {
        (person.born.1, person.born.2) = (1, 1);
    }
    if woman && matches!(origin, 0 | 1 | 2 | 6) && dice.chance(60) {
        person.married_name = Some(family(dice, origin, true).remove(0));
    }
    person
}

fn family(dice: &mut Dice, origin: usize, woman: bool) -> Vec<Name> {
    let made = |dice: &mut Dice| vec![any(dice, ENGLISH_HEADS)[0].clone() + &any(dice, ENGLISH_TAILS)[0]];
    match origin {
        0 if dice.chance(45) => vec![any(dice, ENGLISH_FAMILIES)],
        0 if dice.chance(6) => vec![made(dice), any(dice, ENGLISH_FAMILIES)],
        0 => vec![made(dice)],
        1 => vec![any(dice, CELTIC_FAMILIES)],
        2 => {
            let ending = |name: &String| match name.strip_suffix('k') {
                Some(root) if root.ends_with(['s', 'c']) => format!("{root}k{}", if woman { "a" } else { "i" }),
                _ => name.clone(),
            };
            vec![any(dice, POLISH_FAMILIES).iter().map(ending).collect()]
        }
        3 => vec![any(dice, PAKISTANI_FAMILIES)],
        4 if dice.chance(35) => {
            let own = any(dice, INDIAN_FAMILIES);
            vec![spellings(if woman { "kaur/kour" } else { "singh/sing" }), own]
        }
        4 => vec![any(dice, INDIAN_FAMILIES)],
        5 => vec![any(dice, SOMALI_MEN), any(dice, SOMALI_MEN)],
        6 => vec![any(dice, NIGERIAN_FAMILIES)],
        7 => vec![any(dice, CHINESE_FAMILIES)],
        _ => {
            let name = any(dice, ARAB_FAMILIES);
            if dice.chance(40) {
                let with =
                    |name: &String| [format!("al-{name}"), format!("al {name}"), format!("el {name}"), format!("al{name}")];
                return vec![name.iter().flat_map(with).chain([name[0].clone()]).collect()];
            }
            vec![name]
        }
    }
}

fn given(dice: &mut Dice, person: &mut Person) {
    let woman = person.woman;
    let of = |dice: &mut Dice, men: &str, women: &str| any(dice, if woman { women } else { men });
    person.called = None;
    person.given = match person.origin {
        0 => {
            let first = of(dice, ENGLISH_MEN, ENGLISH_WOMEN);
            if dice.chance(20) { vec![first, of(dice, ENGLISH_MEN, ENGLISH_WOMEN)] } else { vec![first] }
        }
        1 => vec![of(dice, CELTIC_MEN, CELTIC_WOMEN)],
        2 => vec![of(dice, POLISH_MEN, POLISH_WOMEN)],
        3 if !woman && dice.chance(35) => vec![spellings("mohammed/muhammad/mohammad/mohamed/md"), any(dice, MUSLIM_MEN)],
        3 if woman && dice.chance(30) => vec![any(dice, MUSLIM_WOMEN), spellings("begum/bibi")],
        3 => vec![of(dice, MUSLIM_MEN, MUSLIM_WOMEN)],
        4 => vec![of(dice, SIKH_MEN, SIKH_WOMEN)],
        5 => vec![of(dice, SOMALI_MEN, SOMALI_WOMEN)],
        6 => {
            let names = [any(dice, NIGERIAN_CALLED), any(dice, NIGERIAN_GIVEN)];
            if dice.chance(50) { names.into() } else { names.into_iter().rev().collect() }
        }
        7 => {
            person.called = dice.chance(35).then(|| any(dice, CHINESE_CALLED)[0].clone());
            let (one, other) = (any(dice, CHINESE_SYLLABLES), any(dice, CHINESE_SYLLABLES));
            let (one, other) = (&one[0], &other[0]);
            vec![vec![format!("{one}{other}"), format!("{one} {other}"), format!("{one}-{other}")]]
        }
        _ if dice.chance(40) => vec![of(dice, MUSLIM_MEN, MUSLIM_WOMEN), any(dice, MUSLIM_MEN)],
        _ => vec![of(dice, MUSLIM_MEN, MUSLIM_WOMEN)],
    };
}

/// The people: alone, couples, siblings, twins, and parents with a child of the same name.
fn people(dice: &mut Dice, count: usize) -> Vec<Person> {
    let (mut people, mut homes) = (Vec::<Person>::new(), 0);
    while people.len() < count {
        let mut at = dice.below(100);
        let origin = ORIGINS.iter().position(|(_, share)| {
            let here = at < *share;
            at = at.saturating_sub(*share);
            here
        });
        let first = person(dice, origin.unwrap_or(0));
        homes += 1;
        // Some homes share a postcode.
        let home = if dice.chance(30) { dice.below(homes as u64) as usize } else { homes };
        let with = dice.below(1000);
        let mut second = None;
        if with < 230 {
            let mut other = person(dice, first.origin);
            if first.origin != 5 || with >= 120 {
                other.family = first.family.clone();
            }
            other.married_name = None;
            if with < 8 {
                // Twins.
                other.born = first.born;
                other.family = first.family.clone();
                while other.given == first.given {
                    given(dice, &mut other);
                }
            } else if with < 18 && !first.woman {
                // Father and son of one name.
                (other.woman, other.given, other.family) = (false, first.given.clone(), first.family.clone());
                other.born.0 = first.born.0 + dice.between(18, 38);
            } else if with < 120 {
                other.born.0 = first.born.0 + dice.between(-8, 8);
            }
            other.home = home;
            second = Some(other);
        }
        people.push(Person { home, ..first });
        people.extend(second);
    }
    people.truncate(count);
    people
}

fn slip(dice: &mut Dice, text: &str, keys: bool) -> String {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    const HEARD: [(&str, &str); 8] =
        [("ph", "f"), ("f", "ph"), ("ck", "k"), ("ee", "ea"), ("ie", "ei"), ("y", "ie"), ("c", "k"), ("s", "z")];
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let at = dice.below(letters.len() as u64) as usize;
    if keys && dice.chance(35) {
        let fits: Vec<&(&str, &str)> = HEARD.iter().filter(|(from, _)| text.contains(from)).collect();
        if !fits.is_empty() {
            let (from, to) = dice.one_of(&fits);
            return text.replacen(from, to, 1);
        }
    }
    let random = char::from(b'a' + dice.below(26) as u8);
    let near = ROWS.iter().find_map(|row| {
        let place = row.find(letters[at])?;
        row.chars().nth(if dice.chance(50) { place + 1 } else { place.saturating_sub(1) })
    });
    let letter = if keys { near.unwrap_or(random) } else { random };
    match dice.below(4) {
        0 => letters[at] = letter,
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, if keys { letters[at] } else { letter }),
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = letter,
    }
    letters.into_iter().collect()
}

fn postcode(home: usize) -> String {
    let mut dice = Dice(home as u64 * 7919 + 5);
    let area = dice.one_of(&["nw", "se", "ba", "bs", "gl", "sn", "cf", "np"]);
    let letters = ["a", "b", "d", "e", "f", "g", "h", "j", "l", "n"];
    format!("{area}{} {}{}{}", 1 + home % 23, dice.below(10), dice.one_of(&letters), dice.one_of(&letters))
}

/// A record of a person at an agency.
fn row(dice: &mut Dice, process: &Process, agency: usize, at: usize, person: &Person, homes: usize, everybody: &[String]) -> Row {
    let spelt = |dice: &mut Dice, name: &Name| {
        if name.len() > 1 && dice.chance(process.respelt) { dice.one_of(&name[1..]).clone() } else { name[0].clone() }
    };
    let mut given: Vec<String> = person.given.iter().map(|name| spelt(dice, name)).collect();
    let mut family: Vec<String> = person.family.iter().map(|name| spelt(dice, name)).collect();
    if let Some(called) = &person.called
        && dice.chance(process.part)
    {
        given = if dice.chance(50) { vec![called.clone()] } else { vec![called.clone(), given[0].clone()] };
    }
    if given.len() > 1 && dice.chance(2 * process.part) {
        let keep = usize::from(person.origin == 3 && dice.chance(50) || person.origin == 6 && dice.chance(50));
        given = vec![given.swap_remove(keep)];
    }
    // Three-part names: own, father's, grandfather's. Agencies keep different parts.
    if person.origin == 5 {
        match dice.below(100) {
            at if at < 2 * process.part / 3 => given.push(family.remove(0)),
            at if at < process.part => drop(family.remove(1)),
            at if at < 3 * process.part => drop(family.remove(0)),
            _ => {}
        }
    } else if family.len() > 1 && dice.chance(process.part + 20) {
        let keep = usize::from(dice.chance(60));
        family = vec![family.swap_remove(keep)];
    } else if person.origin == 8 && person.given.len() > 1 && dice.chance(process.part / 2) {
        family = vec![given.last().cloned().unwrap_or_default() + " " + &family[0]];
    }
    if let Some(name) = &person.married_name
        && dice.chance(process.married * 2)
    {
        if dice.chance(25) { family.push(spelt(dice, name)) } else { family = vec![spelt(dice, name)] }
    }
    let hyphen = if family.iter().any(|name| name.contains(['-', ' '])) || dice.chance(50) { " " } else { "-" };
    let (mut given, mut family) = (given.join(" "), family.join(hyphen));
    if dice.chance(process.typo) {
        given = slip(dice, &given, process.keys);
    }
    if dice.chance(process.typo) {
        family = slip(dice, &family, process.keys);
    }
    if dice.chance(1) {
        family.clone_from(dice.one_of(everybody));
    }
    let exchanged = if matches!(person.origin, 5..=7) { process.exchanged } else { process.exchanged / 5 };
    if dice.chance(exchanged) {
        (given, family) = (family, given);
    }
    if agency == 3 && dice.chance(process.initials) {
        given = given.chars().take(1).collect();
    }
    let (mut year, mut month, mut day) = person.born;
    let mut born = None;
    if dice.chance(process.date_damaged) {
        match dice.below(6) {
            0 | 1 if day <= 12 => (month, day) = (day, month),
            2 => (month, day) = (1, 1),
            3 => year += *dice.one_of(&[-10, -1, 1, 10]),
            4 => born = Some(format!("{year}")),
            _ => day = 1 + dice.below(28) as u32,
        }
    }
    let mut born = born.unwrap_or_else(|| format!("{year}-{month:02}-{day:02}"));
    if dice.chance(if agency == 2 { 2 * process.undated } else { process.undated }) {
        born = if agency == 0 && dice.chance(60) { "1900-01-01".into() } else { String::new() };
    }
    let moved = dice.chance(process.moved);
    let mut code = postcode(if moved { dice.below(homes as u64) as usize } else { person.home });
    if dice.chance(3) {
        code = slip(dice, &code, process.keys);
    }
    if dice.chance(process.no_postcode) {
        code.clear();
    }
    let sex = if agency == 2 || dice.chance(4) {
        ""
    } else if person.woman != dice.chance(1) {
        "F"
    } else {
        "M"
    };
    let number =
        if process.numbered && agency < 2 && dice.chance(60) { format!("{}", 1_000_003 + 7 * at) } else { String::new() };
    let title = |text: &str| {
        let mut letters = text.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    let cells = [title(&given), title(&family), born, sex.to_owned(), code.to_uppercase(), number];
    Row { agency, person: at as u32, origin: person.origin as u32, cells }
}

/// Everybody's records.
pub(crate) fn region(seed: u64, count: usize, process: &Process) -> Vec<Row> {
    let mut dice = Dice(seed);
    let people = people(&mut dice, count);
    let everybody: Vec<String> = people.iter().map(|person| person.family[0][0].clone()).collect();
    let mut rows = Vec::new();
    for (at, person) in people.iter().enumerate() {
        for agency in 0..AGENCIES.len() {
            if dice.chance(process.known[agency]) {
                rows.push(row(&mut dice, process, agency, at, person, count, &everybody));
                if dice.chance(process.twice) {
                    rows.push(row(&mut dice, process, agency, at, person, count, &everybody));
                }
            }
        }
    }
    dice.shuffle(&mut rows);
    rows
}

/// The fields of the columns.
pub(crate) fn fields() -> Vec<Field> {
    let kinds = [
        ("forename", FieldKind::Forename),
        ("surname", FieldKind::Surname),
        ("date of birth", FieldKind::BirthDate),
        ("sex", FieldKind::Sex),
        ("postcode", FieldKind::Postcode),
        ("number", FieldKind::NationalId),
    ];
    kinds.map(|(name, kind)| Field { name: name.into(), kind, missing: Missing::default() }).into()
}

/// The records, and for each of them the position of its row.
pub(crate) fn records(rows: &[Row]) -> (RecordSet, Vec<usize>) {
    let (mut tables, mut order) = (Vec::new(), Vec::new());
    for (agency, name) in AGENCIES.iter().enumerate() {
        let own: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].agency == agency).collect();
        let mut ids = Texts::default();
        own.iter().for_each(|at| ids.push(&at.to_string()));
        let column = |column: usize| {
            let mut numbering = ValueNumbering::default();
            let numbers = own.iter().map(|at| numbering.number(&rows[*at].cells[column])).collect();
            Some(RawColumn { values: numbering.finish(), rows: numbers })
        };
        tables.push(SourceTable { agency: RowAgency::One((*name).to_owned()), ids, columns: (0..6).map(column).collect() });
        order.extend(own);
    }
    let fields = fields();
    let records = combine(&fields, &vec![None; fields.len()], tables);
    let of = (0..records.len() as u32).map(|record| order[records.row(record) as usize]).collect();
    (records, of)
}
