//! Parses a WebAssembly module as far as its size needs: sections, function bodies and their names.
//!
//! The format: <https://webassembly.github.io/spec/core/binary/modules.html>, names in its appendix.

use std::collections::BTreeMap;

use anyhow::{Context, bail};

/// A module's size by its parts, in bytes.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Functions by name. All instances of a generic function share one name.
    pub(super) functions: BTreeMap<String, Bodies>,
    /// The data section: texts, tables, panic locations.
    pub(super) data: usize,
    /// Everything else: types, imports, exports, tables.
    pub(super) rest: usize,
}

/// All functions of one name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Bodies {
    pub(super) bytes: usize,
    pub(super) count: usize,
}

const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;
const DATA: u8 = 11;

impl Module {
    /// Parses a module. Its names do not count towards the size.
    pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let body = bytes
            .strip_prefix(b"\0asm\x01\0\0\0")
            .context("not a WebAssembly module")?;
        let mut reader = Reader(body);
        let mut module = Self::default();
        let (mut imported, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
        while !reader.0.is_empty() {
            let kind = reader.byte()?;
            let section = reader.bytes()?;
            match kind {
                CUSTOM => {
                    let mut custom = Reader(section);
                    if custom.text()? == "name" {
                        names = custom.function_names()?;
                    }
                    continue;
                }
                IMPORT => imported = Reader(section).imported_functions()?,
                CODE => {
                    sizes = Reader(section).body_sizes()?;
                    continue;
                }
                DATA => {
                    module.data = section.len();
                    continue;
                }
                _ => {}
            }
            module.rest += section.len();
        }
        for (index, size) in sizes.into_iter().enumerate() {
            let name = names.remove(&(imported + index));
            let name = name.map_or_else(|| "without a name".to_owned(), |name| readable(&name));
            let bodies = module.functions.entry(name).or_default();
            bodies.bytes += size;
            bodies.count += 1;
        }
        Ok(module)
    }
}

/// A name without the hashes that only a linker needs: `core[c593…]::str` is `core::str`, `a::b::h28e0…` is `a::b`.
fn readable(name: &str) -> String {
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = match name.rsplit_once("::h") {
        Some((name, hash)) if is_hash(hash) => name,
        _ => name,
    };
    let mut readable = String::with_capacity(name.len());
    let mut parts = name.split('[');
    readable.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once(']') {
            Some((hash, rest)) if is_hash(hash) => readable.push_str(rest),
            _ => {
                readable.push('[');
                readable.push_str(part);
            }
        }
    }
    readable
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> anyhow::Result<u8> {
        let (first, rest) = self.0.split_first().context("the module ends too early")?;
        self.0 = rest;
        Ok(*first)
    }

    /// An unsigned LEB128.
    fn number(&mut self) -> anyhow::Result<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number that is too long")
    }

    fn bytes(&mut self) -> anyhow::Result<&'a [u8]> {
        let length = self.number()?;
        let (bytes, rest) = self
            .0
            .split_at_checked(length)
            .context("the module ends too early")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> anyhow::Result<&'a str> {
        std::str::from_utf8(self.bytes()?).context("a name that is not UTF-8")
    }

    fn body_sizes(&mut self) -> anyhow::Result<Vec<usize>> {
        let count = self.number()?;
        (0..count).map(|_| Ok(self.bytes()?.len())).collect()
    }

    fn imported_functions(&mut self) -> anyhow::Result<usize> {
        let mut functions = 0;
        for _ in 0..self.number()? {
            self.text()?;
            self.text()?;
            match self.byte()? {
                0 => {
                    self.number()?;
                    functions += 1;
                }
                1 => {
                    self.byte()?;
                    self.limits()?;
                }
                2 => self.limits()?,
                3 => {
                    self.byte()?;
                    self.byte()?;
                }
                other => bail!("an import of the kind {other}"),
            }
        }
        Ok(functions)
    }

    fn limits(&mut self) -> anyhow::Result<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Ok(())
    }

    fn function_names(&mut self) -> anyhow::Result<BTreeMap<usize, String>> {
        const FUNCTIONS: u8 = 1;
        let mut names = BTreeMap::new();
        while !self.0.is_empty() {
            let kind = self.byte()?;
            let mut part = Reader(self.bytes()?);
            if kind == FUNCTIONS {
                for _ in 0..part.number()? {
                    names.insert(part.number()?, part.text()?.to_owned());
                }
            }
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_taken_apart() {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        let mut section = |kind: u8, body: &[u8]| {
            bytes.extend([kind, u8::try_from(body.len()).unwrap()]);
            bytes.extend(body);
        };
        section(1, b"\x01\x60\0\0");
        section(IMPORT, b"\x01\x01m\x01f\0\0");
        section(3, b"\x02\0\0");
        section(CODE, b"\x02\x02\0\x0b\x03\0\x01\x0b");
        section(DATA, b"\x01\x01\x03abc");
        section(CUSTOM, b"\x04name\x01\x0a\x02\x01\x01a\x02\x04b::c");
        let module = Module::read(&bytes).unwrap();
        assert_eq!(module.functions["a"], Bodies { bytes: 2, count: 1 });
        assert_eq!(module.functions["b::c"], Bodies { bytes: 3, count: 1 });
        assert_eq!((module.data, module.rest), (6, 4 + 7 + 3));
        assert!(Module::read(b"nonsense").is_err());
        assert!(Module::read(&bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn names_are_for_people() {
        assert_eq!(readable("a::b::h28e051a1912be026"), "a::b");
        assert_eq!(
            readable("<core[c5930c85a12de822]::str::Chars>::new"),
            "<core::str::Chars>::new"
        );
        assert_eq!(readable("<[T] as a::B>::hash"), "<[T] as a::B>::hash");
    }
}
