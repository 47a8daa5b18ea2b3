//! The page around its modules: `index.html`, style sheets and icon, assembled by Trunk.

use std::{fs, path::Path};

use anyhow::Context;

use super::modules::Modules;
use crate::{process, workspace};

/// The element in `web/index.html` that tells Trunk to compile the page.
const COMPILED_BY_TRUNK: (&str, &str) = ("<link\n      data-trunk\n      rel=\"rust\"", "/>");

/// The kinds of files that `web/index.html` names.
const KINDS: [&str; 4] = ["html", "css", "js", "svg"];

/// Puts already built modules into the page in `web/dist`.
///
/// Trunk compiles a Rust project beside the page it builds, so it gets a copy without one.
pub(super) fn build(folder: &Path, modules: &Modules) -> anyhow::Result<()> {
    let copy = folder.join("shell");
    let _ = fs::remove_dir_all(&copy);
    let web = workspace::root().join("web");
    copy_kinds(&web, &copy)?;
    copy_kinds(&web.join("style"), &copy.join("style"))?;
    for file in &modules.files {
        fs::copy(modules.folder.join(file), copy.join(file))?;
    }
    let index = copy.join("index.html");
    let page = fs::read_to_string(&index).context("cannot read web/index.html")?;
    fs::write(&index, with(&page, modules)?)?;
    process::run(
        process::command("trunk")
            .args(["build", "--release", "--dist"])
            .arg(workspace::dist())
            .arg(&index)
            .env_remove("NO_COLOR"),
    )
}

fn copy_kinds(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        if path.is_file()
            && kind.is_some_and(|kind| KINDS.contains(&kind))
            && let Some(name) = path.file_name()
        {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// The page with its modules in place of the element that tells Trunk to compile them.
fn with(page: &str, modules: &Modules) -> anyhow::Result<String> {
    let (start, end) = COMPILED_BY_TRUNK;
    let (before, rest) = page
        .split_once(start)
        .context("web/index.html names no Rust project")?;
    let (_, after) = rest.split_once(end).context("web/index.html is cut short")?;
    let Modules {
        glue, loader, wasm, ..
    } = modules;
    let copies: Vec<String> = modules
        .files
        .iter()
        .map(|file| format!("<link data-trunk rel=\"copy-file\" href=\"{file}\" />"))
        .collect();
    let copies = copies.join("\n    ");
    Ok(format!(
        "{before}{copies}
    <link rel=\"preload\" href=\"/{wasm}\" crossorigin=\"anonymous\" as=\"fetch\" type=\"application/wasm\" />
    <link rel=\"modulepreload\" href=\"/{glue}\" crossorigin=\"anonymous\" />
    <link rel=\"modulepreload\" href=\"/{loader}\" crossorigin=\"anonymous\" />
    <script type=\"module\">
      import init from '/{glue}';
      await init({{ module_or_path: '/{wasm}' }});
    </script>{after}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_as_it_is_takes_its_modules() {
        let page = fs::read_to_string(workspace::root().join("web/index.html")).unwrap();
        let modules = Modules {
            folder: workspace::target(),
            files: vec!["a.js".to_owned(), "a_bg.wasm".to_owned()],
            glue: "a.js".to_owned(),
            loader: "a-parts.js".to_owned(),
            wasm: "a_bg.wasm".to_owned(),
        };
        let page = with(&page, &modules).unwrap();
        assert!(!page.contains("rel=\"rust\""), "{page}");
        assert!(page.contains("init({ module_or_path: '/a_bg.wasm' })"), "{page}");
        assert!(
            page.contains("<link data-trunk rel=\"copy-file\" href=\"a_bg.wasm\" />"),
            "{page}"
        );
    }
}
