//! Rids the module of what a release does not need: the long names that it shares with its script, exports that nothing calls,
//! and the texts of panics.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use anyhow::{Context, ensure};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, ExportSection, Function, ImportSection, Module};
use wasmparser::{Export, FunctionBody, Import, Imports, Parser, TypeRef};

use super::panics;

/// Prefixes of exports of `wasm-streams`, a dependency of Leptos for servers: nothing in the page makes such a stream, and an
/// export is code that no optimiser removes.
const UNUSED: [&str; 2] = ["intounderlying", "__wbg_intounderlying"];

/// The module's name for its script.
const SCRIPT: &str = "s";

/// A module and its script with short names.
///
/// # Errors
/// If the script does not have the form that wasm-bindgen gives it.
pub(crate) fn shorten(module: &[u8], script: &str, name: &str) -> anyhow::Result<(Vec<u8>, String)> {
    let from = format!("./{name}_bg.js");
    let mut names = Names {
        from: &from,
        short: BTreeMap::new(),
        panics: panics::functions(module),
        function: 0,
    };
    let mut encoded = Module::new();
    names
        .parse_core_module(&mut encoded, Parser::new(0), module)
        .context("cannot read the bound module")?;
    let mut module = encoded.finish();
    panics::forget_places(&mut module);
    let script = renamed(&without_streams(script), &from, &names.short)?;
    Ok((module, script))
}

struct Names<'a> {
    /// The module's former name for its script.
    from: &'a str,
    /// The imports from the script and their short names.
    short: BTreeMap<String, String>,
    /// The functions that become traps.
    panics: BTreeSet<u32>,
    /// The index of the next function.
    function: u32,
}

impl Reencode for Names<'_> {
    type Error = Infallible;

    fn parse_imports(
        &mut self,
        section: &mut ImportSection,
        imports: Imports<'_>,
    ) -> Result<(), Error<Self::Error>> {
        if let Imports::Single(_, import) = &imports
            && matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_))
        {
            self.function += 1;
        }
        match imports {
            Imports::Single(at, import) if import.module == self.from => {
                let next = short(self.short.len());
                let name = self.short.entry(import.name.to_owned()).or_insert(next).clone();
                let import = Import {
                    module: SCRIPT,
                    name: &name,
                    ty: import.ty,
                };
                utils::parse_imports(self, section, Imports::Single(at, import))
            }
            imports => utils::parse_imports(self, section, imports),
        }
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        self.function += 1;
        if !self.panics.contains(&(self.function - 1)) {
            return utils::parse_function_body(self, code, body);
        }
        let mut trap = Function::new([]);
        trap.instructions().unreachable().end();
        code.function(&trap);
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: Export<'_>,
    ) -> Result<(), Error<Self::Error>> {
        if UNUSED.iter().any(|prefix| export.name.starts_with(prefix)) {
            return Ok(());
        }
        utils::parse_export(self, exports, export)
    }
}

/// a, b … z, aa, ba …
fn short(mut number: usize) -> String {
    let mut name = String::new();
    loop {
        name.extend(('a'..='z').nth(number % 26));
        number /= 26;
        if number == 0 {
            return name;
        }
        number -= 1;
    }
}

/// The script with the imports under their short names. It has each as a key of an object, once.
fn renamed(script: &str, from: &str, short: &BTreeMap<String, String>) -> anyhow::Result<String> {
    let mut found = 0;
    let lines = script.lines().map(|line| {
        let key = line.trim_start();
        let key = key.split_once(':').map_or("", |(key, _)| key);
        if key.trim_matches('"') == from {
            found += 1;
            return line.replacen(key, SCRIPT, 1);
        }
        match short.get(key) {
            Some(name) => {
                found += 1;
                line.replacen(key, name, 1)
            }
            None => line.to_owned(),
        }
    });
    let renamed = lines.collect::<Vec<_>>().join("\n") + "\n";
    ensure!(
        found == short.len() + 1,
        "the script of wasm-bindgen is not as this program knows it: it has {found} of {} imports",
        short.len()
    );
    Ok(renamed)
}

/// The script without the classes of `wasm-streams`.
fn without_streams(script: &str) -> String {
    let mut kept = String::new();
    let mut until: Option<fn(&str) -> bool> = None;
    for line in script.lines() {
        if until.is_none() {
            if line.starts_with("export class IntoUnderlying") {
                until = Some(|line| line.starts_with("if (Symbol.dispose)"));
            } else if line.starts_with("const IntoUnderlying") {
                until = Some(|line| line.ends_with(';'));
            }
        }
        match until {
            None => {
                kept.push_str(line);
                kept.push('\n');
            }
            Some(is_last) if is_last(line) => until = None,
            Some(_) => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{EntityType, ExportKind, FunctionSection, NameMap, NameSection, TypeSection, ValType};
    use wasmparser::Payload;

    const SCRIPT_BEFORE: &str = r#"export class IntoUnderlyingSink {
    close() {}
}
if (Symbol.dispose) IntoUnderlyingSink.prototype[Symbol.dispose] = IntoUnderlyingSink.prototype.free;
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_log_0123: function(arg0) {
            console.log(arg0);
        },
        __wbg_now_4567: function() {
            return Date.now();
        },
    };
    return {
        __proto__: null,
        "./page_bg.js": import0,
    };
}
const IntoUnderlyingSinkFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_intounderlyingsink_free(ptr, 1));
"#;

    fn module() -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        module.section(&types);
        let mut imports = ImportSection::new();
        imports.import("./page_bg.js", "__wbg_log_0123", EntityType::Function(0));
        imports.import("./page_bg.js", "__wbg_now_4567", EntityType::Function(0));
        imports.import("./parts.js", "load", EntityType::Function(0));
        module.section(&imports);
        let mut functions = FunctionSection::new();
        functions.function(0);
        functions.function(0);
        module.section(&functions);
        let mut exports = ExportSection::new();
        exports.export("main", ExportKind::Func, 3);
        exports.export("intounderlyingsink_close", ExportKind::Func, 3);
        module.section(&exports);
        let mut code = CodeSection::new();
        for _ in 0..2 {
            let mut function = Function::new([]);
            function.instructions().local_get(0).drop().end();
            code.function(&function);
        }
        module.section(&code);
        let (mut names, mut functions) = (NameSection::new(), NameMap::new());
        functions.append(3, "main");
        functions.append(4, "_RNvNtCs_4core9panicking9panic_fmt");
        names.functions(&functions);
        module.section(&names);
        module.finish()
    }

    #[test]
    fn imports_have_the_same_short_names_in_the_module_and_in_its_script() {
        let (module, script) = shorten(&module(), SCRIPT_BEFORE, "page").unwrap();
        let text = String::from_utf8_lossy(&module).into_owned();
        assert!(
            text.contains("\u{1}s\u{1}a") && text.contains("\u{1}s\u{1}b"),
            "{text:?}"
        );
        assert!(
            text.contains("./parts.js\u{4}load"),
            "another script's import: {text:?}"
        );
        assert!(
            text.contains("main") && !text.contains("intounderlying"),
            "{text:?}"
        );
        for kept in ["a: function(arg0)", "b: function()", "s: import0"] {
            assert!(script.contains(kept), "{kept}: {script}");
        }
        for gone in ["__wbg_log", "./page_bg.js", "IntoUnderlying"] {
            assert!(!script.contains(gone), "{gone}: {script}");
        }
    }

    #[test]
    fn a_script_without_one_of_the_imports_is_refused() {
        let script = SCRIPT_BEFORE.replace("__wbg_now_4567", "now");
        assert!(shorten(&module(), &script, "page").is_err());
    }

    #[test]
    fn panics_alone_become_traps() {
        let (module, _) = shorten(&module(), SCRIPT_BEFORE, "page").unwrap();
        let bodies = Parser::new(0)
            .parse_all(&module)
            .filter_map(|payload| match payload.unwrap() {
                Payload::CodeSectionEntry(body) => {
                    let mut code = body.get_operators_reader().unwrap();
                    Some(format!("{:?}", code.read().unwrap()))
                }
                _ => None,
            });
        assert_eq!(
            bodies.collect::<Vec<_>>(),
            ["LocalGet { local_index: 0 }", "Unreachable"]
        );
    }

    #[test]
    fn short_names_differ() {
        let names: BTreeSet<String> = (0..2000).map(short).collect();
        assert_eq!(names.len(), 2000);
        assert_eq!(
            (short(0), short(25), short(26)),
            ("a".into(), "z".into(), "aa".into())
        );
    }
}
