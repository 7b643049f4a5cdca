//! Reads text compressed with gzip, in one part or several. A file that unpacks to far too much, ends too early or continues
//! with other data is a [`Fault`], which the error of the reader carries.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::fault::Fault;

/// How a gzip file begins.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The most times that unpacking may grow the file. Tables of different rows stay far below.
const MOST_GROWTH: u64 = 200;
/// Files that unpack to less than this are never refused.
const ALWAYS_ALLOWED: u64 = 1 << 26;

/// Unpacks what it reads.
pub struct Gzip<R: Read> {
    /// `None` at the end.
    member: Option<GzDecoder<Packed<R>>>,
    unpacked: u64,
}

impl<R: Read> Gzip<R> {
    #[must_use]
    pub fn new(from: R) -> Gzip<R> {
        let packed = Packed { from: io::BufReader::with_capacity(1 << 16, from), taken: 0 };
        Gzip { member: Some(GzDecoder::new(packed)), unpacked: 0 }
    }
}

/// Compressed bytes, counted as they are read.
struct Packed<R> {
    from: io::BufReader<R>,
    taken: u64,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.taken += read as u64;
        Ok(read)
    }
}

impl<R: Read> BufRead for Packed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.from.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.taken += amount as u64;
        self.from.consume(amount);
    }
}

impl<R: Read> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.member else { return Ok(0) };
            let read = match member.read(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(fault(error)),
                Ok(read) => read,
            };
            if read > 0 || into.is_empty() {
                self.unpacked += read as u64;
                if self.unpacked > ALWAYS_ALLOWED && self.unpacked / MOST_GROWTH > member.get_ref().taken {
                    let fault = Fault::file(
                        "the gzip file unpacks to far too much data",
                        format!("at most {MOST_GROWTH} bytes from each byte of the file"),
                        "check what is in it: a table of different rows cannot be compressed so much",
                    );
                    return Err(io::Error::other(fault));
                }
                return Ok(read);
            }
            let Some(member) = self.member.take() else { return Ok(0) };
            self.member = next(member.into_inner())?;
        }
    }
}

/// The next part, if there is one. Zeros that fill a block are ignored.
fn next<R: Read>(mut packed: Packed<R>) -> io::Result<Option<GzDecoder<Packed<R>>>> {
    loop {
        let rest = packed.fill_buf()?;
        let fill = rest.iter().take_while(|byte| **byte == 0).count();
        match rest.get(fill) {
            None if fill == 0 => return Ok(None),
            None => packed.consume(fill),
            Some(byte) if *byte == MAGIC[0] && fill == 0 => return Ok(Some(GzDecoder::new(packed))),
            Some(_) => {
                let fault = Fault::file(
                    "other data follow the end of the gzip file",
                    "the end of the file, or more gzip data",
                    "ask for the file again, and compare its size",
                );
                return Err(io::Error::other(fault));
            }
        }
    }
}

/// Damage as a fault; other errors stay as they are.
fn fault(error: io::Error) -> io::Error {
    let damaged = matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
    if !damaged {
        return error;
    }
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the gzip file ends too early",
        _ => "the gzip file is damaged",
    };
    io::Error::other(Fault::file(what, "a whole gzip file", "ask for the file again, and compare its size"))
}
