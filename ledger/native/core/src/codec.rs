//! Canonical MessagePack, PROTOCOL section 2, read in place: nothing is allocated.
//!
//! Three readings, from lenient to strict: `skip` finds where a value ends and asks nothing else;
//! `is_canonical` says whether bytes are one value that a message may hold; `Reader` takes the fields
//! of a known shape and gives `None` at the first byte that the shape or the encoding does not allow.

/// The largest amount, length or time.
pub const MAX: u64 = (1 << 53) - 1;
/// How deep arrays may nest in a message.
pub const MAX_DEPTH: usize = 8;
/// How many elements an array of an entry may have.
pub const MAX_ARRAY: u32 = 256;
/// How deep containers may nest for a boundary to be found; the reference validator's reader has the
/// same bound, so both call the same bytes a value.
const MAX_SKIP_DEPTH: usize = 1024;

/// Where the value that begins at `at` ends, whatever types it holds; `None` when it does not end.
pub fn skip(data: &[u8], at: usize) -> Option<usize> {
    skip_nested(data, at, 0)
}

fn skip_nested(data: &[u8], at: usize, depth: usize) -> Option<usize> {
    let first = *data.get(at)?;
    let body = at + 1;
    let (items, start) = match first {
        0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => return Some(body),
        0xa0..=0xbf => return skip_bytes(data, body, usize::from(first & 0x1f)),
        0xcc | 0xd0 => return skip_bytes(data, body, 1),
        0xcd | 0xd1 => return skip_bytes(data, body, 2),
        0xca | 0xce | 0xd2 => return skip_bytes(data, body, 4),
        0xcb | 0xcf | 0xd3 => return skip_bytes(data, body, 8),
        // Extensions of fixed size: the type, then 1, 2, 4, 8 or 16 bytes.
        0xd4..=0xd8 => return skip_bytes(data, body, 1 + (1 << (first - 0xd4))),
        0xc4 | 0xd9 => return skip_sized(data, body, 1, 0),
        0xc5 | 0xda => return skip_sized(data, body, 2, 0),
        0xc6 | 0xdb => return skip_sized(data, body, 4, 0),
        0xc7 => return skip_sized(data, body, 1, 1),
        0xc8 => return skip_sized(data, body, 2, 1),
        0xc9 => return skip_sized(data, body, 4, 1),
        0x90..=0x9f => (u64::from(first & 0x0f), body),
        0x80..=0x8f => (2 * u64::from(first & 0x0f), body),
        0xdc => (big_endian(data, body, 2)?, body + 2),
        0xdd => (big_endian(data, body, 4)?, body + 4),
        0xde => (2 * big_endian(data, body, 2)?, body + 2),
        0xdf => (2 * big_endian(data, body, 4)?, body + 4),
        0xc1 => return None,
    };
    if depth == MAX_SKIP_DEPTH {
        return None;
    }
    let mut at = start;
    for _ in 0..items {
        // Most items are short numbers, or nothing: those end where they begin.
        at = match *data.get(at)? {
            0x00..=0x7f | 0xc0 => at + 1,
            0xcc => skip_bytes(data, at + 1, 1)?,
            0xcd => skip_bytes(data, at + 1, 2)?,
            _ => skip_nested(data, at, depth + 1)?,
        };
    }
    Some(at)
}

fn skip_sized(data: &[u8], at: usize, width: usize, extra: u64) -> Option<usize> {
    let length = big_endian(data, at, width)? + extra;
    skip_bytes(data, at + width, usize::try_from(length).ok()?)
}

fn skip_bytes(data: &[u8], at: usize, length: usize) -> Option<usize> {
    (data.len().checked_sub(at)? >= length).then_some(at + length)
}

fn big_endian(data: &[u8], at: usize, width: usize) -> Option<u64> {
    let bytes = data.get(at..at + width)?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// Whether `data` is exactly one value that a message may hold, at most `depth` arrays deep.
pub fn is_canonical(data: &[u8], depth: usize) -> bool {
    let mut reader = Reader::new(data);
    reader.any(depth).is_some() && reader.is_done()
}

/// Takes values off the front of bytes. Each method returns `None`, for good, when the next value is of
/// another type or not in its shortest form; a reader is not used further after that.
#[derive(Clone)]
pub struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the front of `data`.
    pub fn new(data: &'a [u8]) -> Self {
        Reader { data, at: 0 }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.data.len() - self.at
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.at == self.data.len()
    }

    /// The bytes between two positions that this reader has passed.
    pub fn passed(&self, from: usize, to: usize) -> &'a [u8] {
        &self.data[from..to]
    }

    /// The bytes of one value, whatever types it holds.
    pub fn any_value(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        self.at = skip(self.data, start)?;
        Some(&self.data[start..self.at])
    }

    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.data.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let bytes = self.data.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    /// A non-negative integer up to 2^64 - 1.
    #[inline]
    fn unsigned(&mut self) -> Option<u64> {
        let first = self.byte()?;
        self.unsigned_after(first)
    }

    #[inline]
    fn unsigned_after(&mut self, first: u8) -> Option<u64> {
        let (value, least) = match first {
            0x00..=0x7f => return Some(u64::from(first)),
            0xcc => (u64::from(self.byte()?), 0x80),
            0xcd => (u64::from(u16::from_be_bytes(self.fixed()?)), 0x100),
            0xce => (u64::from(u32::from_be_bytes(self.fixed()?)), 0x1_0000),
            0xcf => (u64::from_be_bytes(self.fixed()?), 0x1_0000_0000),
            _ => return None,
        };
        (value >= least).then_some(value)
    }

    /// A `uint` of PROTOCOL: 0 to MAX.
    #[inline]
    pub fn uint(&mut self) -> Option<u64> {
        self.unsigned().filter(|value| *value <= MAX)
    }

    /// A number of a coop, an account or a steward: 0 to 2^32 - 1.
    #[inline]
    pub fn number(&mut self) -> Option<u32> {
        u32::try_from(self.unsigned()?).ok()
    }

    /// Any integer. What is above `i64::MAX` is given as `i64::MAX`, which no rule accepts either.
    #[inline]
    pub fn integer(&mut self) -> Option<i64> {
        let first = self.byte()?;
        let (value, below) = match first {
            0xe0..=0xff => return Some(i64::from(first as i8)),
            0xd0 => (i64::from(i8::from_be_bytes(self.fixed()?)), -32),
            0xd1 => (i64::from(i16::from_be_bytes(self.fixed()?)), -0x80),
            0xd2 => (i64::from(i32::from_be_bytes(self.fixed()?)), -0x8000),
            0xd3 => (i64::from_be_bytes(self.fixed()?), -0x8000_0000),
            _ => {
                let value = self.unsigned_after(first)?;
                return Some(i64::try_from(value).unwrap_or(i64::MAX));
            }
        };
        (value < below).then_some(value)
    }

    /// How many items an array has whose header is next.
    #[inline]
    pub fn array(&mut self) -> Option<u32> {
        match self.byte()? {
            first @ 0x90..=0x9f => Some(u32::from(first & 0x0f)),
            0xdc => {
                Some(u32::from(u16::from_be_bytes(self.fixed()?))).filter(|count| *count > 0x0f)
            }
            0xdd => Some(u32::from_be_bytes(self.fixed()?)).filter(|count| *count > 0xffff),
            _ => None,
        }
    }

    /// A binary of exactly 32 bytes.
    #[inline]
    pub fn hash(&mut self) -> Option<&'a [u8; 32]> {
        self.header(&[0xc4, 32])?;
        self.bytes(32)?.try_into().ok()
    }

    /// A binary of exactly 64 bytes.
    #[inline]
    pub fn signature(&mut self) -> Option<&'a [u8; 64]> {
        self.header(&[0xc4, 64])?;
        self.bytes(64)?.try_into().ok()
    }

    #[inline]
    fn header(&mut self, expected: &[u8]) -> Option<()> {
        (self.bytes(expected.len())? == expected).then_some(())
    }

    /// Takes a nil if one is next.
    #[inline]
    pub fn take_nil(&mut self) -> bool {
        let is_nil = self.data.get(self.at) == Some(&0xc0);
        self.at += usize::from(is_nil);
        is_nil
    }

    /// Whether a short binary is next.
    pub fn is_binary(&self) -> bool {
        self.data.get(self.at) == Some(&0xc4)
    }

    /// A string.
    pub fn text(&mut self) -> Option<&'a str> {
        let length = match self.byte()? {
            first @ 0xa0..=0xbf => usize::from(first & 0x1f),
            0xd9 => usize::from(self.byte()?).checked_sub(0x20)? + 0x20,
            0xda => usize::from(u16::from_be_bytes(self.fixed()?)).checked_sub(0x100)? + 0x100,
            0xdb => (u32::from_be_bytes(self.fixed()?) as usize).checked_sub(0x1_0000)? + 0x1_0000,
            _ => return None,
        };
        std::str::from_utf8(self.bytes(length)?).ok()
    }

    /// A binary.
    pub fn binary(&mut self) -> Option<&'a [u8]> {
        let length = match self.byte()? {
            0xc4 => usize::from(self.byte()?),
            0xc5 => usize::from(u16::from_be_bytes(self.fixed()?)).checked_sub(0x100)? + 0x100,
            0xc6 => (u32::from_be_bytes(self.fixed()?) as usize).checked_sub(0x1_0000)? + 0x1_0000,
            _ => return None,
        };
        self.bytes(length)
    }

    /// Any one value that a message may hold, at most `depth` arrays deep.
    fn any(&mut self, depth: usize) -> Option<()> {
        match *self.data.get(self.at)? {
            0xc0 => self.at += 1,
            0xa0..=0xbf | 0xd9..=0xdb => drop(self.text()?),
            0xc4..=0xc6 => drop(self.binary()?),
            0x90..=0x9f | 0xdc | 0xdd => {
                let inner = depth.checked_sub(1)?;
                let items = self.array().filter(|items| *items <= MAX_ARRAY)?;
                for _ in 0..items {
                    self.any(inner)?;
                }
            }
            _ => drop(self.integer()?),
        }
        Some(())
    }
}

/// Appends the encodings that the listing needs.
pub mod write {
    /// A non-negative integer.
    pub fn unsigned(out: &mut Vec<u8>, value: u64) {
        match value {
            0..=0x7f => out.push(value as u8),
            0x80..=0xff => out.extend_from_slice(&[0xcc, value as u8]),
            0x100..=0xffff => {
                out.push(0xcd);
                out.extend_from_slice(&(value as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                out.push(0xce);
                out.extend_from_slice(&(value as u32).to_be_bytes());
            }
            _ => {
                out.push(0xcf);
                out.extend_from_slice(&value.to_be_bytes());
            }
        }
    }

    /// Any integer of 64 bits with a sign.
    pub fn integer(out: &mut Vec<u8>, value: i64) {
        match value {
            0.. => unsigned(out, value as u64),
            -32..=-1 => out.push(value as u8),
            -0x80..=-33 => out.extend_from_slice(&[0xd0, value as u8]),
            -0x8000..=-0x81 => {
                out.push(0xd1);
                out.extend_from_slice(&(value as i16).to_be_bytes());
            }
            -0x8000_0000..=-0x8001 => {
                out.push(0xd2);
                out.extend_from_slice(&(value as i32).to_be_bytes());
            }
            _ => {
                out.push(0xd3);
                out.extend_from_slice(&value.to_be_bytes());
            }
        }
    }

    /// Nil for `None`.
    pub fn optional(out: &mut Vec<u8>, value: Option<i64>) {
        match value {
            Some(value) => integer(out, value),
            None => out.push(0xc0),
        }
    }

    /// The header of an array; this crate writes none of more than 65,535 items.
    pub fn array(out: &mut Vec<u8>, items: usize) {
        match u16::try_from(items).expect("the listing has no longer array") {
            few @ 0..=15 => out.push(0x90 | few as u8),
            many => {
                out.push(0xdc);
                out.extend_from_slice(&many.to_be_bytes());
            }
        }
    }

    /// A binary; this crate writes none of more than 65,535 bytes.
    pub fn binary(out: &mut Vec<u8>, bytes: &[u8]) {
        match u16::try_from(bytes.len()).expect("no longer binary is written") {
            short @ 0..=0xff => out.extend_from_slice(&[0xc4, short as u8]),
            long => {
                out.push(0xc5);
                out.extend_from_slice(&long.to_be_bytes());
            }
        }
        out.extend_from_slice(bytes);
    }

    /// A string of at most 255 bytes.
    pub fn text(out: &mut Vec<u8>, text: &[u8]) {
        match u8::try_from(text.len()).expect("the listing has no longer string") {
            short @ 0..=31 => out.push(0xa0 | short),
            long => out.extend_from_slice(&[0xd9, long]),
        }
        out.extend_from_slice(text);
    }
}
