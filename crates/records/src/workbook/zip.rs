//! The parts of a zip archive, as far as workbooks need them, each unpacked as it is read. An archive may come from anywhere:
//! the sizes that it declares are checked before anything is unpacked, and no part may overlap another or be larger than it
//! says.
//! <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use crate::fault::Fault;

/// The most parts; a workbook has a few for each sheet and picture.
const MOST_PARTS: u64 = 10_000;
/// The largest part that is unpacked: a full sheet of a million rows and some twenty columns.
const LARGEST: u64 = 1 << 30;
/// The most times that unpacking may grow a part that is not small.
const MOST_GROWTH: u64 = 100;
const ALWAYS_ALLOWED: u64 = 1 << 26;

/// An archive whose parts are known.
pub(crate) struct Zip<R> {
    from: R,
    /// By name, in lower case and with forward slashes, because some programs write neither.
    parts: BTreeMap<String, ZipPart>,
}

#[derive(Clone, Copy, Debug)]
struct ZipPart {
    at: u64,
    packed: u64,
    unpacked: u64,
    crc: u32,
    deflated: bool,
}

/// A workbook that cannot be read without its password.
pub(super) fn with_password() -> Fault {
    let fix =
        "open it with its password and save it without one; keep it somewhere safe, and delete it when it is no longer needed";
    Fault::file("the workbook has a password", "a workbook without a password", fix)
}

/// An error for a file that is damaged or not a workbook.
pub(super) fn damaged(found: impl Into<String>) -> io::Error {
    let fault = Fault::file(
        "the workbook is damaged",
        "a complete workbook",
        "open it in a spreadsheet program and save it again, or ask for it again",
    );
    io::Error::other(Fault { value: Some(found.into()), ..fault })
}

/// An error for a file that unpacks to more than any real table.
pub(super) fn too_large(found: impl Into<String>) -> io::Error {
    let fix = "save the sheet as CSV; nothing more of the workbook was unpacked";
    let fault = Fault::file("the workbook is far too large inside", "sizes that match", fix);
    io::Error::other(Fault { value: Some(found.into()), ..fault })
}

impl<R: Read + Seek> Zip<R> {
    pub(crate) fn open(mut from: R) -> io::Result<Zip<R>> {
        let length = from.seek(SeekFrom::End(0))?;
        let (count, size, start) = end(&mut from, length)?;
        if count > MOST_PARTS {
            return Err(too_large(format!("{count} parts")));
        }
        if start.checked_add(size).is_none_or(|end| end > length) || size > 1 << 24 {
            return Err(damaged("its list of parts is outside the file"));
        }
        let mut list = vec![0; size as usize];
        from.seek(SeekFrom::Start(start))?;
        from.read_exact(&mut list)?;
        let mut named = listed(&list, count)?;
        named.sort_by_key(|(_, _, header)| *header);
        // Where a part may begin: after the one before.
        let (mut free, mut parts) = (0, BTreeMap::new());
        for (name, mut part, header) in named {
            part.at = data(&mut from, header, &name).map_err(cut_off)?;
            let end = part.at.checked_add(part.packed).filter(|end| *end <= start);
            let Some(end) = end.filter(|_| header >= free) else { return Err(too_large("parts that overlap")) };
            free = end;
            let name = String::from_utf8_lossy(&name).replace('\\', "/").to_lowercase();
            if parts.insert(name.trim_start_matches('/').to_owned(), part).is_some() {
                return Err(damaged("a part that appears twice"));
            }
        }
        Ok(Zip { from, parts })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&name.to_lowercase())
    }

    /// A part, unpacked as it is read.
    pub(crate) fn part(&mut self, name: &str) -> io::Result<Unpacked<&mut R>> {
        let part = self.find(name)?;
        Unpacked::new(&mut self.from, part)
    }

    /// The same, if nothing else of the archive is needed.
    pub(crate) fn into_part(self, name: &str) -> io::Result<Unpacked<R>> {
        let part = self.find(name)?;
        Unpacked::new(self.from, part)
    }

    fn find(&self, name: &str) -> io::Result<ZipPart> {
        let Some(part) = self.parts.get(&name.to_lowercase()).copied() else {
            return Err(damaged(format!("the part {} is not there", name.chars().take(60).collect::<String>())));
        };
        if part.unpacked > LARGEST || part.unpacked > ALWAYS_ALLOWED && part.unpacked / MOST_GROWTH > part.packed {
            return Err(too_large(format!("{} bytes that unpack to {}", part.packed, part.unpacked)));
        }
        Ok(part)
    }
}

/// The number of parts, and the size and the place of their list, from the record at the end of the archive.
fn end(from: &mut (impl Read + Seek), length: u64) -> io::Result<(u64, u64, u64)> {
    // A comment of at most 65,535 bytes may follow.
    let tail = length.min(65_557);
    let mut bytes = vec![0; tail as usize];
    from.seek(SeekFrom::Start(length - tail))?;
    from.read_exact(&mut bytes)?;
    let Some(at) = bytes.windows(4).rposition(|four| four == b"PK\x05\x06").filter(|at| at + 22 <= bytes.len()) else {
        return Err(damaged("it ends too early"));
    };
    let record = &bytes[at..];
    let (count, size, start) = (u64::from(two(record, 10)), u64::from(four(record, 12)), u64::from(four(record, 16)));
    if count != 0xffff && size != 0xffff_ffff && start != 0xffff_ffff {
        return Ok((count, size, start));
    }
    // Large archives, and those of some careful programs, have a second record in front.
    let locator = at.checked_sub(20).map(|at| &bytes[at..at + 20]).filter(|locator| locator.starts_with(b"PK\x06\x07"));
    let Some(locator) = locator else { return Err(damaged("its list of parts cannot be found")) };
    let place = eight(locator, 8);
    if place.checked_add(56).is_none_or(|end| end > length) {
        return Err(damaged("its list of parts is outside the file"));
    }
    let mut record = [0; 56];
    from.seek(SeekFrom::Start(place))?;
    from.read_exact(&mut record)?;
    if !record.starts_with(b"PK\x06\x06") {
        return Err(damaged("its list of parts cannot be found"));
    }
    Ok((eight(&record, 32), eight(&record, 40), eight(&record, 48)))
}

/// The list of parts: each with its name and the place of its own header.
fn listed(list: &[u8], count: u64) -> io::Result<Vec<(Vec<u8>, ZipPart, u64)>> {
    let (mut at, mut parts) = (0, Vec::new());
    for _ in 0..count {
        let Some(entry) = list.get(at..at + 46).filter(|entry| entry.starts_with(b"PK\x01\x02")) else {
            return Err(damaged("its list of parts ends too early"));
        };
        let (flags, method) = (two(entry, 8), two(entry, 10));
        let lengths = [28, 30, 32].map(|at| usize::from(two(entry, at)));
        let end = at + 46 + lengths.iter().sum::<usize>();
        let Some(rest) = list.get(at + 46..end) else { return Err(damaged("its list of parts ends too early")) };
        let (name, more) = rest.split_at(lengths[0]);
        let mut sizes = [u64::from(four(entry, 24)), u64::from(four(entry, 20)), u64::from(four(entry, 42))];
        wide(&more[..lengths[1]], &mut sizes);
        let [unpacked, packed, header] = sizes;
        at = end;
        // Folders have nothing to read.
        if name.ends_with(b"/") {
            continue;
        }
        if flags & 1 != 0 {
            return Err(io::Error::other(with_password()));
        }
        if method != 0 && method != 8 {
            return Err(damaged("a part with a compression that workbooks do not use"));
        }
        if method == 0 && packed != unpacked {
            return Err(damaged("a part with two sizes"));
        }
        let part = ZipPart { at: 0, packed, unpacked, crc: four(entry, 16), deflated: method == 8 };
        parts.push((name.to_vec(), part, header));
    }
    Ok(parts)
}

/// Sizes of 64 bits are in an extra field, in this order, if all bits of the usual field are set.
fn wide(mut more: &[u8], sizes: &mut [u64; 3]) {
    while more.len() >= 4 {
        let (kind, length) = (two(more, 0), usize::from(two(more, 2)));
        let Some(field) = more.get(4..4 + length) else { return };
        if kind == 1 {
            let mut values = field.chunks_exact(8).map(|bytes| eight(bytes, 0));
            for size in sizes.iter_mut().filter(|size| **size == 0xffff_ffff) {
                *size = values.next().unwrap_or(u64::MAX);
            }
        }
        more = &more[4 + length..];
    }
}

/// Where the data of a part begin: after its header, which must name the same part.
fn data(from: &mut (impl Read + Seek), header: u64, name: &[u8]) -> io::Result<u64> {
    let mut bytes = [0; 30];
    from.seek(SeekFrom::Start(header))?;
    from.read_exact(&mut bytes)?;
    let (named, more) = (usize::from(two(&bytes, 26)), u64::from(two(&bytes, 28)));
    if !bytes.starts_with(b"PK\x03\x04") || named != name.len() {
        return Err(damaged("a part is not where the list says"));
    }
    let mut own = vec![0; named];
    from.read_exact(&mut own)?;
    if own != name {
        return Err(damaged("a part is not where the list says"));
    }
    Ok(header.saturating_add(30 + named as u64).saturating_add(more))
}

fn cut_off(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof { damaged("it ends too early") } else { error }
}

fn two(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn four(bytes: &[u8], at: usize) -> u32 {
    u32::from(two(bytes, at)) | u32::from(two(bytes, at + 2)) << 16
}

fn eight(bytes: &[u8], at: usize) -> u64 {
    u64::from(four(bytes, at)) | u64::from(four(bytes, at + 4)) << 32
}

/// A part that is being unpacked. Its size and checksum must be those of the list.
pub(crate) struct Unpacked<R: Read> {
    from: PackedBytes<R>,
    left: u64,
    crc: Crc,
    expected: u32,
}

enum PackedBytes<R: Read> {
    Stored(BufReader<Take<R>>),
    Deflated(DeflateDecoder<BufReader<Take<R>>>),
}

impl<R: Read + Seek> Unpacked<R> {
    fn new(mut from: R, part: ZipPart) -> io::Result<Unpacked<R>> {
        from.seek(SeekFrom::Start(part.at))?;
        let packed = BufReader::with_capacity(1 << 16, from.take(part.packed));
        let from = if part.deflated { PackedBytes::Deflated(DeflateDecoder::new(packed)) } else { PackedBytes::Stored(packed) };
        Ok(Unpacked { from, left: part.unpacked, crc: Crc::new(), expected: part.crc })
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let read = loop {
            let read = match &mut self.from {
                PackedBytes::Stored(from) => from.read(into),
                PackedBytes::Deflated(from) => from.read(into),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
                    ) =>
                {
                    return Err(damaged("a part cannot be unpacked"));
                }
                other => break other?,
            }
        };
        if read as u64 > self.left {
            return Err(too_large("a part that unpacks to more than it says"));
        }
        self.left -= read as u64;
        self.crc.update(&into[..read]);
        if read == 0 && (self.left > 0 || self.crc.sum() != self.expected) {
            return Err(damaged("a part that is not as long as it says, or was changed"));
        }
        Ok(read)
    }
}
