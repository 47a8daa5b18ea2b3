//! The page's modules: one that reads and writes messages, and its parts, which load later.

use std::{
    fs,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use wasm_split_cli_support::{Options, transform};

use super::{bound::shorten, optimize::optimize};
use crate::{
    process::{self, cargo},
    tools::WASM,
    workspace,
};

/// The name of the page's program and the prefix of its files.
const NAME: &str = "steadfast-web";

/// The splitter's name for the script that loads parts.
const LOADER: &str = "__wasm_split.js";

/// The files of a page, under their served names. All carry the same hash, because parts fit only one module.
pub(super) struct Modules {
    pub(super) folder: PathBuf,
    pub(super) files: Vec<String>,
    /// The script that starts the page.
    pub(super) glue: String,
    /// The script that loads parts.
    pub(super) loader: String,
    pub(super) wasm: String,
}

/// Compiles the page, splits off its parts, and optimises each.
pub(super) fn build(folder: &Path) -> anyhow::Result<Modules> {
    let split = folder.join("split");
    let bound = folder.join("bound");
    let named = folder.join("modules");
    for folder in [&split, &bound, &named] {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder)?;
    }

    process::run(
        cargo()
            .args(["rustc", "--package", NAME, "--bin", NAME, "--features", "split"])
            .args(["--target", WASM, "--profile", "wasm-release"])
            // Only the linker knows the references between functions.
            .args(["--", "-Clink-args=--emit-relocs"]),
    )?;
    let compiled = workspace::target().join(format!("{WASM}/wasm-release/{NAME}.wasm"));
    let parts = cut(&compiled, &split)?;

    process::run(
        process::command("wasm-bindgen")
            .args(["--target", "web", "--no-typescript", "--out-name", NAME])
            // Parts import the module's exports by the names that the splitter gave them.
            .args(["--keep-lld-exports", "--no-demangle", "--out-dir"])
            .arg(&bound)
            .arg(split.join("main.wasm")),
    )?;

    let module = bound.join(format!("{NAME}_bg.wasm"));
    let script = bound.join(format!("{NAME}.js"));
    let (short_module, short_script) = shorten(&fs::read(&module)?, &fs::read_to_string(&script)?, NAME)?;
    fs::write(&module, short_module)?;
    fs::write(&script, short_script)?;

    let mut built = vec![(format!("{NAME}_bg.wasm"), module)];
    for part in parts {
        let name = part.file_name().map(|name| name.to_string_lossy().into_owned());
        built.push((name.context("a part without a name")?, part));
    }
    for (_, module) in &built {
        let optimised = module.with_extension("optimised");
        optimize(module, &optimised, "z", &[])?;
        fs::rename(optimised, module)?;
    }
    built.push((format!("{NAME}.js"), script));
    built.push((LOADER.to_owned(), split.join(LOADER)));
    name(&built, named)
}

/// Splits off the parts; the rest becomes `main.wasm`, beside them in `folder`.
fn cut(compiled: &Path, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let input = fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let main = folder.join("main.wasm");
    let glue = format!("./{NAME}.js");
    let mut options = Options::new(&input);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = &glue;
    let cut = transform(options).map_err(|error| anyhow!("cannot cut the page into parts: {error:#}"))?;
    if cut.split_modules.is_empty() {
        bail!("the page has no parts");
    }
    // The loader does not name a part without content.
    let loader = fs::read_to_string(folder.join(LOADER))?;
    Ok(cut
        .split_modules
        .into_iter()
        .filter(|part| {
            let name = part.file_name().map(|name| name.to_string_lossy().into_owned());
            name.is_some_and(|name| loader.contains(&name))
        })
        .collect())
}

/// Copies files to names with a hash of all their contents.
fn name(built: &[(String, PathBuf)], folder: PathBuf) -> anyhow::Result<Modules> {
    let mut contents = Vec::new();
    let mut hasher = DefaultHasher::new();
    for (name, file) in built {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        hasher.write(name.as_bytes());
        hasher.write(&bytes);
        contents.push((name, bytes));
    }
    let hash = format!("{:016x}", hasher.finish());
    let names: Vec<(&str, String)> = built
        .iter()
        .map(|(name, _)| (name.as_str(), hashed(name, &hash)))
        .collect();
    for (name, bytes) in contents {
        let bytes = match String::from_utf8(bytes) {
            Ok(script) if name == LOADER => renamed(silent(&script)?, &names).into_bytes(),
            Ok(script) if name.ends_with(".js") => renamed(script, &names).into_bytes(),
            Ok(text) => text.into_bytes(),
            Err(error) => error.into_bytes(),
        };
        fs::write(folder.join(hashed(name, &hash)), bytes)?;
    }
    Ok(Modules {
        glue: hashed(&format!("{NAME}.js"), &hash),
        loader: hashed(LOADER, &hash),
        wasm: hashed(&format!("{NAME}_bg.wasm"), &hash),
        files: names.into_iter().map(|(_, name)| name).collect(),
        folder,
    })
}

/// `split_dialogs.wasm` becomes `steadfast-web-0123456789abcdef-dialogs.wasm`.
fn hashed(name: &str, hash: &str) -> String {
    if let Some(rest) = name.strip_prefix(NAME) {
        format!("{NAME}-{hash}{rest}")
    } else if name == LOADER {
        format!("{NAME}-{hash}-parts.js")
    } else {
        let part = name.strip_prefix("split_").unwrap_or(name);
        format!("{NAME}-{hash}-{part}")
    }
}

/// The loader without its console report of a part that fails to load: the page itself reports that, and retries.
fn silent(loader: &str) -> anyhow::Result<String> {
    let report = "console.error(e);";
    anyhow::ensure!(
        loader.contains(report),
        "the loader of the parts is not as this program knows it: {report} is not in it"
    );
    Ok(loader.replace(report, ""))
}

/// A script with the served names of the files that it loads. Where it names a module's imports, the name stays.
fn renamed(mut script: String, names: &[(&str, String)]) -> String {
    for (name, hashed) in names {
        for before in ["from \"./", "from './", "URL(\"./", "URL('./", "URL('", "URL(\""] {
            script = script.replace(&format!("{before}{name}"), &format!("{before}{hashed}"));
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_carries_the_hash_and_is_named_by_it_in_scripts() {
        let names: Vec<(&str, String)> = [
            "steadfast-web.js",
            "steadfast-web_bg.wasm",
            LOADER,
            "split_dialogs.wasm",
            "chunk_1.wasm",
        ]
        .into_iter()
        .map(|name| (name, hashed(name, "0123456789abcdef")))
        .collect();
        assert!(names.iter().all(|(_, name)| name.contains("-0123456789abcdef")));
        let script = r#"import * as a from "./__wasm_split.js"; import { b } from "./steadfast-web.js"; new URL('steadfast-web_bg.wasm', at);
            new URL("./split_dialogs.wasm", at); new URL("./chunk_1.wasm", at); const imports = { "./__wasm_split.js": a }"#;
        assert_eq!(
            renamed(script.to_owned(), &names),
            r#"import * as a from "./steadfast-web-0123456789abcdef-parts.js"; import { b } from "./steadfast-web-0123456789abcdef.js"; new URL('steadfast-web-0123456789abcdef_bg.wasm', at);
            new URL("./steadfast-web-0123456789abcdef-dialogs.wasm", at); new URL("./steadfast-web-0123456789abcdef-chunk_1.wasm", at); const imports = { "./__wasm_split.js": a }"#
        );
    }
}
